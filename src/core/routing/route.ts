/** The router: a pure function from a task and the devices to the one place where it goes, with the reasons. */

import type { Action, Route } from '../actions.ts';
import { type CapabilityName, type Device, type Permissions, whyMissing } from '../devices.ts';
import { type Refusal, refuse } from '../errors.ts';
import { type FileOperation, pathsOf } from '../files.ts';
import type { RunId } from '../ids.ts';
import { isInside } from '../policy/paths.ts';
import { type ParsedTask, parseTask } from './grammar.ts';
import type { PlainTask } from './plain-tasks.ts';

export interface RouteAnswer {
  readonly ok: true;
  readonly route: Route;
  /** Where it executes; absent for inline, which needs no device. The first of `devices`. */
  readonly device?: Device;
  /** One run for each. Several only where several were named. */
  readonly devices: readonly Device[];
  readonly action: Action;
  readonly because: readonly string[];
  /** Where it takes two devices: one sends and the other receives. `action` is then what the receiving one does. */
  readonly transfer?: {
    readonly from: { readonly device: Device; readonly path: string };
    readonly to: { readonly device: Device; readonly path: string };
    readonly overwrite?: boolean;
  };
  /** A text that is to be changed in the editor of a person: `action` only reads it. */
  readonly edit?: { readonly path: string };
  /** The devices that were passed over, and why. */
  readonly rejected: readonly { readonly device: string; readonly reason: string }[];
}

export interface RouteContext {
  readonly devices: readonly Device[];
  /** Where the person stands: the working folder for a shell task on this device. */
  readonly cwd?: string;
  readonly tty?: { readonly cols: number; readonly rows: number };
}

export function route(text: string, context: RouteContext): RouteAnswer | Refusal {
  const task = parseTask(text);
  if (!task.ok) return task;
  if (task.kind === 'plain' && task.said !== undefined) return routeSaid(task, task.said, context);
  if (task.kind === 'plain') {
    return refuse(
      'usage',
      'nothing here answers plain text: no cloud connector and no assistant is configured',
      'write !command for the shell, = for an expression, "list ~/work on @nas" for files, or /say to leave a message',
    );
  }
  if (task.kind === 'expression' || task.kind === 'script') {
    if (task.targets.length > 0)
      return refuse('usage', 'an expression runs in this session, not on a device', 'leave the @ out');
    return {
      ok: true,
      route: 'inline',
      action: { kind: 'inline', language: task.kind, source: task.body },
      devices: [],
      because: [task.because],
      rejected: [],
    };
  }
  const choice = chooseDevice(task.targets, context.devices, 'shell');
  if (!choice.ok) return choice;
  const { devices, rejected } = choice;
  const [device] = devices;
  const action: Action = {
    kind: 'shell',
    command: task.body,
    access: task.access ?? 'workspace-write',
    ...(devices.every(({ local }) => local) && context.cwd !== undefined ? { cwd: context.cwd } : {}),
    ...(context.tty === undefined ? {} : { tty: context.tty, stdin: true }),
  };
  return {
    ok: true,
    route: 'desktop-local',
    device,
    devices,
    action,
    because: [task.because, choice.because],
    rejected,
  };
}

/** Plain words that are understood: files, a page, the screen, or a transfer between two devices. */
function routeSaid(task: ParsedTask, said: PlainTask, context: RouteContext): RouteAnswer | Refusal {
  if (said.kind === 'unclear') return refuse('usage', said.reason, said.hint);
  if (said.kind === 'transfer') return routeTransfer(task, said, context);
  const choice =
    said.kind === 'desktop' || said.kind === 'browser'
      ? chooseDevice(task.targets, context.devices, said.kind)
      : chooseDevice(task.targets, context.devices, 'files', pathsOf(operationOf(said)));
  if (!choice.ok) return choice;
  const { devices, rejected } = choice;
  if (said.kind === 'edit' && devices.length > 1)
    return refuse('usage', 'a file is edited on one device at a time', 'name one device');
  const isHere = devices.every(({ local }) => local) && context.cwd !== undefined;
  const cwd = isHere && context.cwd !== undefined ? { cwd: context.cwd } : {};
  const action: Action =
    said.kind === 'desktop' || said.kind === 'browser'
      ? said.action
      : { kind: 'files', operation: operationOf(said), ...cwd };
  return {
    ok: true,
    route: 'desktop-local',
    device: devices[0],
    devices,
    action,
    because: [task.because, choice.because],
    ...(said.kind === 'edit' ? { edit: { path: said.path } } : {}),
    rejected,
  };
}

/** What is read to be edited is read as any other text. */
function operationOf(said: Extract<PlainTask, { kind: 'files' | 'edit' }>): FileOperation {
  return said.kind === 'edit' ? { op: 'read', path: said.path, as: 'text' } : said.operation;
}

function routeTransfer(
  task: ParsedTask,
  { from, to }: Extract<PlainTask, { kind: 'transfer' }>,
  { devices }: RouteContext,
): RouteAnswer | Refusal {
  const [rest = 'local', ...others] = task.targets;
  if (others.length > 0) {
    return refuse('usage', 'a copy is from one place to one other', 'write the device before each: @nas:~/a.txt');
  }
  const ends = [from, to].map(({ device = rest }) => chooseDevice([device], devices, 'files'));
  const [source, target] = ends;
  if (source?.ok !== true) return source as Refusal;
  if (target?.ok !== true) return target as Refusal;
  const [sender] = source.devices;
  const [receiver] = target.devices;
  if (sender.id === receiver.id) {
    return refuse('usage', `both places are on ${sender.name}`, 'write the device before both, or before none');
  }
  const name = from.path.split('/').findLast((part) => part !== '' && part !== '.') ?? '';
  return {
    ok: true,
    route: 'desktop-local',
    device: receiver,
    devices: [receiver],
    // The run that sends has no id before it is submitted: what stands here is only looked at.
    action: {
      kind: 'files',
      operation: {
        op: 'receive',
        path: to.path,
        from: { device: sender.id, run: UNSENT, name: name === '' ? '.' : name },
      },
    },
    transfer: { from: { device: sender, path: from.path }, to: { device: receiver, path: to.path } },
    because: [task.because, `you named ${sender.name} and ${receiver.name}`],
    rejected: [],
  };
}

const UNSENT = '0000000000000000' as RunId;

interface Choice {
  readonly ok: true;
  readonly devices: readonly [Device, ...Device[]];
  readonly because: string;
  readonly rejected: { device: string; reason: string }[];
}

function chooseDevice(
  targets: readonly string[],
  devices: readonly Device[],
  need: Need,
  paths: readonly string[] = [],
): Choice | Refusal {
  const wanted = new Set<Device>();
  for (const target of targets) {
    const found = target === 'all' ? devices : namedBy(devices, target);
    if (found.length === 0) {
      const known = devices.map((device) => `@${device.name}`).join(', ');
      return refuse(
        'not-found',
        `there is no device "${target}"`,
        `known: ${known}; quote it ('@${target}') if it belongs to the command`,
      );
    }
    for (const device of found) wanted.add(device);
  }
  const candidates = wanted.size > 0 ? [...wanted] : [...devices];
  const rejected: { device: string; reason: string }[] = [];
  const able = candidates.filter((device) => {
    const reason = whyNot(device, need);
    if (reason !== undefined) rejected.push({ device: device.name, reason });
    return reason === undefined;
  });
  const [holder, holders] = holdersOf(able, paths);
  const best = foremost(holders);
  const one = targets.length > 0 && !targets.includes('all') && rejected.length > 0;
  if (best === undefined || one) {
    const reasons = rejected.map(({ device, reason }) => `${device}: ${reason}`).join('; ');
    const what = best === undefined ? 'no device can run it' : 'not every device that you named can run it';
    return refuse('refused', `${what} (${reasons})`, 'see "dispatch devices" and "dispatch doctor"');
  }
  if (wanted.size > 0) {
    const [first = best, ...others] = able;
    const text = able.map(({ name }) => name).join(', ');
    return { ok: true, devices: [first, ...others], because: `you named ${text}`, rejected };
  }
  for (const device of able)
    if (device !== best) {
      const reason = holders.includes(device)
        ? `${best.name} comes first`
        : `${holder} is in no folder that it reaches`;
      rejected.push({ device: device.name, reason });
    }
  const because = becauseOf(best, able, holders, holder);
  return { ok: true, devices: [best], because, rejected };
}

/** This device, if it can; else one that is there, with the least to do, and the nearest. */
function foremost(devices: readonly Device[]): Device | undefined {
  const distance = ({ presence }: Device): number =>
    presence.state === 'offline' ? Number.POSITIVE_INFINITY : (presence.roundTripMs ?? 0);
  const away = ({ presence }: Device): number => Number(presence.state !== 'online');
  const busy = ({ load }: Device): number => load.running / Math.max(1, load.slots);
  const compare = (a: Device, b: Device): number =>
    Number(b.local) - Number(a.local) || away(a) - away(b) || busy(a) - busy(b) || order(distance(a), distance(b));
  return devices.toSorted(compare)[0];
}

const order = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

/**
 * Of several devices, those where an absolute path is in a reachable folder; all of them where that tells nothing. What begins with `~` or
 * with a name means something on each.
 */
function holdersOf(devices: readonly Device[], paths: readonly string[]): readonly [string, readonly Device[]] {
  const [path] = paths;
  if (path === undefined || !paths.every((each) => each.startsWith('/'))) return ['', devices];
  const holders = devices.filter(({ capabilities }) =>
    paths.every((each) => capabilities.reachableFolders.some((folder) => isInside(folder, each))),
  );
  return holders.length === 0 ? ['', devices] : [path, holders];
}

function becauseOf(best: Device, able: readonly Device[], holders: readonly Device[], path: string): string {
  if (holders.length < able.length) return `${path} is in a folder that ${best.name} reaches`;
  if (best.local) return 'it is this device';
  return able.length === 1 ? 'it is the only one' : 'it is there, and the least busy';
}

type Need = 'shell' | 'files' | 'browser' | 'desktop';

const NEEDS = {
  shell: { capability: 'shell', permission: 'shell', what: 'shell' },
  files: { capability: 'local_files', permission: 'local_files', what: 'files that may be reached' },
  browser: { capability: 'browserAutomation', permission: 'browser_automation', what: 'browser that can be driven' },
  desktop: { capability: 'desktopAutomation', permission: 'desktop_automation', what: 'screen that can be used' },
} as const satisfies Readonly<
  Record<Need, { capability: CapabilityName; permission: keyof Permissions; what: string }>
>;

/** Why a device cannot do it, as far as is known here. One that has never been reached may. */
function whyNot(device: Device, need: Need): string | undefined {
  const { local, grants, capabilities, permissions, version } = device;
  if (!local && grants?.held.includes('run') !== true) return 'it does not let this device run tasks';
  if (!local && version === undefined) return undefined;
  const { capability, permission, what } = NEEDS[need];
  if (!capabilities[capability]) {
    const missing = whyMissing(device, capability);
    return `it has no ${what}${missing === undefined ? '' : `: ${missing.detail}`}`;
  }
  return permissions[permission] ? undefined : `its owner does not allow ${permission}`;
}

/** By id or by name; the beginning of an id only where nothing has that name. */
function namedBy(devices: readonly Device[], target: string): Device[] {
  const exact = devices.filter(({ id, local }) => id === target || (target === 'local' && local));
  if (exact.length > 0) return exact;
  const named = devices.filter(({ name }) => name === target);
  return named.length > 0 || target.length < 6 ? named : devices.filter(({ id }) => id.startsWith(target));
}
