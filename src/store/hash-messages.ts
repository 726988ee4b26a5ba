/** What the thread that receives files and the one that hashes them say to each other. */

export type ToHashWorker =
  | { readonly type: 'begin'; readonly id: number; readonly path: string }
  /** The file has so many bytes now. */
  | { readonly type: 'advance'; readonly id: number; readonly upTo: number }
  /** That is all of it: answer with its hash. */
  | { readonly type: 'end'; readonly id: number; readonly upTo: number }
  | { readonly type: 'forget'; readonly id: number };

export type FromHashWorker =
  | { readonly id: number; readonly sha256: string }
  | { readonly id: number; readonly error: string };
