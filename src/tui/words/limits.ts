// What the owner of this device can change in its page: what runs may use, how much access at most, and which folders they
// reach. Which change widens is decided here; nothing is changed here.

import { ACCESS_LEVELS, type AccessLevel } from '../../core/access.ts';
import type { Device, Permissions } from '../../core/devices.ts';
import { enforcedOf } from '../../core/policy/gate.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import type { Params } from '../../protocol/api.ts';
import type { Model } from '../model/model.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';

export type Limit =
  | { readonly type: 'permission'; readonly name: keyof Permissions }
  | { readonly type: 'max-access' }
  | { readonly type: 'folder'; readonly path: string }
  | { readonly type: 'add-folder' };

/** They are called as `dispatch permissions` calls them. */
const PERMISSIONS = [
  'shell',
  'local_files',
  'browser_automation',
  'desktop_automation',
] as const satisfies readonly (keyof Permissions)[];

/** In the order of their rows. */
export function limitsOf({ capabilities }: Device): readonly Limit[] {
  return [
    ...PERMISSIONS.map((name): Limit => ({ type: 'permission', name })),
    { type: 'max-access' },
    ...capabilities.reachableFolders.map((path): Limit => ({ type: 'folder', path })),
    { type: 'add-folder' },
  ];
}

export interface LimitChange {
  readonly change: Params<'permissions.set'>;
  /** The question, what a yes means, and what is said once it is so. */
  readonly title: string;
  readonly means: string;
  readonly told: string;
  /** More is allowed than before, a run is stopped, or something is lost that would have to be typed again. */
  readonly asks: boolean;
}

/** What is known of this device and its runs. */
type Known = Pick<Model, 'devices' | 'runs'>;

/** Undefined where something has to be typed or chosen first. */
export function changeOf(model: Known, device: Device, limit: Limit): LimitChange | undefined {
  switch (limit.type) {
    case 'permission':
      return permissionChange(model, device, limit.name);
    case 'max-access':
      return undefined;
    case 'folder':
      return {
        change: { removeFolders: [limit.path] },
        title: 'Take this folder away?',
        means: `Runs no longer reach ${sanitizeLine(limit.path)}, those with full access excepted.`,
        told: `runs no longer reach ${sanitizeLine(limit.path)}`,
        asks: true,
      };
    case 'add-folder':
      return undefined;
  }
}

function permissionChange(model: Known, device: Device, name: keyof Permissions): LimitChange {
  const on = !device.permissions[name];
  const change = { permissions: { [name]: on } };
  return {
    change,
    title: on ? `Allow ${name} here?` : `Forbid ${name} here?`,
    means: on
      ? `Runs of this device, and of those that may run things here, may then use ${name}, as far as rules and people let them.`
      : `Runs may then not use ${name} here, and no approval overrides that.`,
    told: `${name} is ${on ? 'allowed' : 'not allowed any more'} here`,
    asks: on || stoppedBy(model, change).length > 0,
  };
}

/** Undefined where nothing changes. */
export function accessChange(device: Device, to: AccessLevel): LimitChange | undefined {
  const from = maxAccessOf(device);
  if (from === to) return undefined;
  const more = rank(to) > rank(from);
  return {
    change: { maxAccess: to },
    title: more ? `Allow ${to} here?` : `Allow no more than ${to} here?`,
    means: more ? MEANS[to] : `${MEANS[to]} What needs more is refused, and no approval overrides that.`,
    told: `runs get ${to} at most here`,
    asks: true,
  };
}

const rank = (access: AccessLevel): number => ACCESS_LEVELS.indexOf(access);

/** The runs of this device that end with the change: they are not allowed any more, or may have a folder open that is gone. */
function stoppedBy({ devices, runs }: Known, change: Params<'permissions.set'>): readonly Run[] {
  const device = devices.find(({ local }) => local);
  if (device === undefined) return [];
  const { permissions, maxAccess = maxAccessOf(device), removeFolders = [] } = change;
  const shell = permissions?.shell ?? device.permissions.shell;
  return runs.filter((run) => {
    if (run.device !== device.id || isFinal(run) || run.action.kind !== 'shell') return false;
    if (!shell || rank(enforcedOf(device, run.enforced ?? run.action.access)) > rank(maxAccess)) return true;
    const limited = run.enforced !== undefined && run.enforced !== 'full-access';
    return removeFolders.length > 0 && run.startedAt !== undefined && limited;
  });
}

/** What is said of that before a yes; empty where nothing is taken away. */
export function stopWords(model: Known, change: Params<'permissions.set'>): string {
  const stopped = stoppedBy(model, change);
  if (stopped.length > 0) {
    const which = stopped.map(({ number }) => number).sort((one, other) => one - other);
    const named = which.length > MOST_NAMED ? '' : ` (${which.join(', ')})`;
    return stopped.length === 1
      ? `It stops 1 run of this device${named}.`
      : `It stops ${stopped.length} runs of this device${named}.`;
  }
  const device = model.devices.find(({ local }) => local);
  const lower =
    device !== undefined && change.maxAccess !== undefined && rank(change.maxAccess) < rank(maxAccessOf(device));
  return lower || (change.removeFolders ?? []).length > 0 ? 'It stops no run of this device.' : '';
}

const MOST_NAMED = 6;

export function addFolder(path: string): LimitChange {
  return {
    change: { addFolders: [path] },
    title: 'Let runs reach this folder?',
    means: `Runs may then work in ${sanitizeLine(path)} and below, and with workspace-write change what is there.`,
    told: `runs may reach ${sanitizeLine(path)}`,
    asks: true,
  };
}

/** An older version says nothing of it, and allows everything. */
export const maxAccessOf = ({ maxAccess = 'full-access' }: Pick<Device, 'maxAccess'>): AccessLevel => maxAccess;

const MEANS: Readonly<Record<AccessLevel, string>> = {
  'read-only': 'Runs may then only read.',
  'workspace-write': 'Runs may then write in the folders that they reach, as far as rules and people let them.',
  'full-access': 'Runs may then do whatever you can, once a person has said yes to each.',
};
