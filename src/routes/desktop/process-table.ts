/** The processes of this machine as the desktop route needs to see them. Reading only: it signals nobody. */

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** Session on Linux; process group elsewhere. For what Dispatch starts, the pid of the main process. */
  readonly session: number;
  /** When it started, in units of this machine: later is greater. With the pid it tells a process from all others. */
  readonly started: number;
  /** It has ended, and only its parent has not looked yet. */
  readonly ended: boolean;
  /** Held by SIGSTOP or the like. */
  readonly suspended: boolean;
}

export interface ProcessTable {
  list(): Promise<readonly ProcessEntry[]>;
  /** Undefined if there is no such process. */
  one(pid: number): ProcessEntry | undefined;
  /** True if the environment that it was started with holds `name=value`. False where that may not be seen. */
  carries(entry: ProcessEntry, variable: string): Promise<boolean>;
  /** Its command line, or its name in brackets. */
  command(entry: ProcessEntry): Promise<string>;
  /** Those of the two signals that it ignores, as interactive shells ignore SIGTERM. */
  ignores(entry: ProcessEntry): Promise<{ readonly SIGTERM: boolean; readonly SIGHUP: boolean }>;
  /** The foreground process group of its terminal; undefined if it has none. */
  foregroundGroup(pid: number): number | undefined;
}
