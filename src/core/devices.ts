/** A machine: what it can do, what its owner allows, and whether it is there. Spellings are the public schema. */

import type { AccessLevel } from './actions.ts';
import type { DeviceId } from './ids.ts';

/** What the device can do, as probed. */
export interface Capabilities {
  readonly shell: boolean;
  readonly browserAutomation: boolean;
  readonly desktopAutomation: boolean;
  readonly local_files: boolean;
  /** Absolute folders that runs may reach. */
  readonly reachableFolders: readonly string[];
}

/** What the owner allows. A denied permission cannot be overridden by an approval. */
export interface Permissions {
  readonly local_files: boolean;
  readonly shell: boolean;
  readonly browser_automation: boolean;
  readonly desktop_automation: boolean;
}

export type Presence =
  | { readonly state: 'online'; readonly roundTripMs?: number; readonly since: number }
  | { readonly state: 'offline'; readonly since: number; readonly stage?: string };

export interface Device {
  readonly id: DeviceId;
  readonly name: string;
  /** As Node names it: linux, darwin, win32. */
  readonly platform: string;
  /** True for the device whose peer answers. */
  readonly local: boolean;
  readonly capabilities: Capabilities;
  readonly permissions: Permissions;
  /** The strictest level that the device can enforce for shell commands; `full-access` means that it has no sandbox. */
  readonly enforces: readonly AccessLevel[];
  readonly presence: Presence;
  /** Runs that are executing there now, and how many may at once. */
  readonly load: { readonly running: number; readonly slots: number };
}
