/** What is found out and made once, when the sandbox is opened, and holds for all commands. */

import type { ControlGroups } from './control-group.ts';
import type { RepositoryFinder } from './find-repositories.ts';
import type { MemoryFile } from './memory-file.ts';
import type { Starting } from './starting.ts';
import type { SystemFolder } from './system-folders.ts';
import type { Watcher } from './watch.ts';

export interface BubblewrapSettings {
  /** Absolute. */
  readonly program: string;
  readonly home: string;
  /** Folders and files that are hidden besides the list: those of Dispatch, and what the owner names. Absolute. */
  readonly hidden: readonly string[];
  readonly system: readonly SystemFolder[];
  /** Of each private folder, in bytes: they lie in memory. */
  readonly privateBytes: number;
  /** The shell of the first step; one that can close what it inherits. */
  readonly shell: readonly [string, ...string[]];
  /** Descriptors that this process would pass on. */
  readonly inherited: readonly number[];
  /** For root, where they can be made. */
  readonly groups?: ControlGroups;
  readonly repositories: RepositoryFinder;
  readonly watcher: Watcher;
  /** The runs that may write and are going on. */
  readonly writers: Set<string>;
  readonly starting: Starting;
  /** The filter of system calls with and without sockets that have a name. */
  readonly filters: { readonly withUnixSockets: MemoryFile; readonly without: MemoryFile };
}
