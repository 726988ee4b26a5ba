// What is asked and answered where an entry is looked for anywhere in the thread.

import type { EntryKey, RunId } from '../../core/ids.ts';
import type { ThreadEntry } from '../../core/thread.ts';

export interface EntrySought {
  readonly query: string;
  readonly from?: { readonly before: EntryKey } | { readonly after: EntryKey };
  /** First of all it may name a run, by number or id. */
  readonly run?: string;
  /** What is said if there is none. */
  readonly missing: string;
  readonly request: number;
}

/** `run`: it names one, which is shown on its own. */
export type EntryFound =
  | { readonly request: number; readonly run: RunId }
  | { readonly request: number; readonly entry: ThreadEntry | undefined; readonly missing: string };
