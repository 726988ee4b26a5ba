/** A machine: what it can do, what its owner allows, and whether it is there. Spellings are the public schema. */

import type { AccessLevel } from './access.ts';
import type { SandboxKind } from './actions.ts';
import type { Grant } from './grants.ts';
import type { DeviceId } from './ids.ts';

/** What `@name` in a task can hold. */
export const DEVICE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
/** In words, for those who chose another one. */
export const DEVICE_NAME_RULE =
  'letters, digits, ".", "_" and "-", at most 63, beginning with a letter or a digit; not "local", "all" or an id';

/** Words that mean something else where a device is named. */
const RESERVED: readonly string[] = ['local', 'all'];
/** How the ids of devices begin (Ed25519 peer ids of libp2p): no device may be called by the id of another. */
const ID_BEGINS = /^12D3KooW/;

/** Whether a device may be called so. */
export function isDeviceName(name: string): boolean {
  return DEVICE_NAME.test(name) && !ID_BEGINS.test(name) && !RESERVED.some((word) => isSameName(word, name));
}

/** Names that differ in case only are the same to people. */
export function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** What is shown of the id of a device: its beginning, which every command takes. The first eight characters are those of all ids. */
export function shortDeviceId(id: DeviceId): string {
  return id.slice(0, 16);
}

/** What is left of a device that was paired with this one and was revoked: what it was called here. */
export type RevokedDevice = Pick<Device, 'id' | 'name'>;

/** All that can be told by name. */
export interface NamedDevices {
  readonly devices: readonly Pick<Device, 'id' | 'name'>[];
  readonly revoked: readonly RevokedDevice[];
}

/** What a device is called here, or was called when it was revoked; undefined where neither is known. */
export function knownDeviceName(known: NamedDevices, id: string): string | undefined {
  const now = nameIn(known.devices, id);
  const former = nameIn(known.revoked, id);
  return now ?? (former === undefined ? undefined : `${former} (revoked)`);
}

/** The same, or the beginning of its id. */
export function deviceName(known: NamedDevices, id: string): string {
  return knownDeviceName(known, id) ?? shortDeviceId(id as DeviceId);
}

/**
 * Where a word has to do: a revoked one in brackets, so that it is not taken for its successor of that name. The first of them stays
 * where it is cut.
 */
export function deviceNameInShort({ devices, revoked }: NamedDevices, id: string): string {
  const former = nameIn(revoked, id);
  return nameIn(devices, id) ?? (former === undefined ? shortDeviceId(id as DeviceId) : `(${former})`);
}

const nameIn = (devices: readonly Pick<Device, 'id' | 'name'>[], id: string): string | undefined =>
  devices.find((device) => device.id === id)?.name;

/** What the device can do, as probed. */
export interface Capabilities {
  readonly shell: boolean;
  readonly browserAutomation: boolean;
  readonly desktopAutomation: boolean;
  readonly local_files: boolean;
  /** Absolute folders that runs may reach. */
  readonly reachableFolders: readonly string[];
}

export const CAPABILITY_NAMES = ['shell', 'browserAutomation', 'desktopAutomation', 'local_files'] as const;
export type CapabilityName = (typeof CAPABILITY_NAMES)[number];

/** Something that was looked for on the device: a program, a display, a service. */
export interface Probe {
  /** What, in a word or two: `browser`, `display`, `xdotool`, `python3`. */
  readonly name: string;
  readonly ok: boolean;
  /** What was found, with its version where it has one, or what is missing, as a phrase. */
  readonly detail: string;
  /** What makes it ok, as an instruction. */
  readonly fix?: string;
  /** The capability that is false without it. */
  readonly needed?: CapabilityName;
}

/** Why a capability is not there: the first thing that is missing; undefined where the device says nothing of it. */
export function whyMissing({ probes }: Pick<DeviceReport, 'probes'>, capability: CapabilityName): Probe | undefined {
  return probes?.find(({ needed, ok }) => needed === capability && !ok);
}

/** What the owner allows. A denied permission cannot be overridden by an approval. */
export interface Permissions {
  readonly local_files: boolean;
  readonly shell: boolean;
  readonly browser_automation: boolean;
  readonly desktop_automation: boolean;
}

/** What keeps shell commands in bounds there, or why nothing does. */
export type SandboxReport =
  | { readonly kind: SandboxKind; readonly version: string }
  | { readonly kind: 'none' /** Why, and what to do about it, in words. */; readonly detail: string };

/** Where the last attempt to reach a device ended. */
export const DIAL_STAGES = [
  'no-address', // nobody has told where it is
  'unreachable', // no route, or no such host
  'refused', // nobody listens there
  'timeout', // silence
  'identity', // somebody else answers there
  'denied', // it does not know this device, or no longer
  'version', // the two speak different versions
  'clock', // the two clocks are too far apart
  'lost', // it was there, and the connection broke
] as const;
export type DialStage = (typeof DIAL_STAGES)[number];

/** Whether a device is there, with the evidence. Times are Unix milliseconds. */
export type Presence =
  | { readonly state: 'online'; readonly roundTripMs?: number; readonly since: number }
  /** One ping went unanswered. */
  | { readonly state: 'suspect'; readonly roundTripMs?: number; readonly since: number }
  /** `detail`: what happened, in words. Absent stage: not tried yet. */
  | { readonly state: 'offline'; readonly since: number; readonly stage?: DialStage; readonly detail?: string };

/** What a device says of itself to those that it is paired with. */
export interface DeviceReport {
  readonly name: string;
  /** As Node names it: linux, darwin, win32. */
  readonly platform: string;
  /** Of Dispatch. */
  readonly version: string;
  readonly capabilities: Capabilities;
  readonly permissions: Permissions;
  /** The levels that the device can enforce for shell commands; only `full-access` means that it has no sandbox. */
  readonly enforces: readonly AccessLevel[];
  /** The highest access that its owner allows; absent if an older version says nothing of it. */
  readonly maxAccess?: AccessLevel;
  readonly sandbox?: SandboxReport;
  /** What was looked for there: the reasons behind the capabilities. Absent from older versions. */
  readonly probes?: readonly Probe[];
  /** Runs that are executing there now, and how many may at once. */
  readonly load: { readonly running: number; readonly slots: number };
}

export interface Device {
  readonly id: DeviceId;
  /** Unique among the devices that this one knows. */
  readonly name: string;
  /** As Node names it: linux, darwin, win32. */
  readonly platform: string;
  /** True for the device whose peer answers. */
  readonly local: boolean;
  readonly capabilities: Capabilities;
  readonly permissions: Permissions;
  /** The strictest level that the device can enforce for shell commands; `full-access` means that it has no sandbox. */
  readonly enforces: readonly AccessLevel[];
  /** The highest access that its owner allows; absent if an older version says nothing of it. */
  readonly maxAccess?: AccessLevel;
  readonly sandbox?: SandboxReport;
  /** What was looked for there: the reasons behind the capabilities. Absent where nothing is known. */
  readonly probes?: readonly Probe[];
  readonly presence: Presence;
  /** Runs that are executing there now, and how many may at once. */
  readonly load: { readonly running: number; readonly slots: number };
  /** Of a paired device: what this one may do there (`held`), and what that one may do here (`given`). */
  readonly grants?: { readonly held: readonly Grant[]; readonly given: readonly Grant[] };
  /** Of a paired device: where it was reached or may be, as host:port. */
  readonly addresses?: readonly string[];
  /** Of a paired device: how far its clock is ahead of this one's, in milliseconds, where that was measured. */
  readonly clockAheadMs?: number;
  /** The version of Dispatch there. */
  readonly version?: string;
}
