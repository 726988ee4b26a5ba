/** What a program to run is, and what comes of it. Both are checked before they get here. */

export interface JobFile {
  /** Relative, without `..`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Job {
  readonly source: string;
  readonly stdin: string;
  readonly files: readonly JobFile[];
  readonly timeoutMs: number;
}

/** `quickjs` and `wasm` interpret inside of a process of ours; `bubblewrap` runs a program of this machine. */
export type Runtime = 'quickjs' | 'wasm' | 'bubblewrap';

/** As shells say it of what could not be run. */
export const NOT_RUN = 126;

/** Has an exit code, a signal, or was out of time; only for whoever does not want it any more it has none of them. */
export interface JobEnd {
  readonly exitCode?: number;
  readonly signal?: string;
  readonly timedOut?: boolean;
  /** What a person has to know besides: which limit it was. */
  readonly message?: string;
}

export type OutputStream = 'stdout' | 'stderr';

/** Takes what comes of a job, as it comes. A promise means: not more before it is settled. */
export interface JobSink {
  output(stream: OutputStream, bytes: Uint8Array): Promise<void> | undefined;
  file(file: JobFile): Promise<void> | undefined;
}

/** What one job may use. */
export interface CodeLimits {
  /** Where the job names no time, and the longest that it may name. */
  readonly timeoutMs: number;
  readonly longestMs: number;
  /** Of all its processes together. */
  readonly memoryBytes: number;
  /** Threads count, too. */
  readonly processes: number;
  /** What it may print. */
  readonly outputBytes: number;
  /** What may lie in its folder, in bytes and in number. */
  readonly folderBytes: number;
  readonly folderFiles: number;
  /** How many run at once, and how many may wait for that. */
  readonly slots: number;
  readonly waiting: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: CodeLimits = {
  timeoutMs: 30_000,
  longestMs: 600_000,
  memoryBytes: 1024 * MIB,
  processes: 128,
  outputBytes: 16 * MIB,
  folderBytes: 256 * MIB,
  folderFiles: 1000,
  slots: 2,
  waiting: 32,
};
