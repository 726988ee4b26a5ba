/** The router: a pure function from a task and the devices to the one place where it goes, with the reasons. */

import type { Action, Route } from '../actions.ts';
import type { CapabilityName, Device, Permissions } from '../devices.ts';
import { type Refusal, refuse } from '../errors.ts';
import type { RunId } from '../ids.ts';
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
  if (said.kind === 'transfer') return routeTransfer(task, said, context);
  const choice = chooseDevice(task.targets, context.devices, said.kind);
  if (!choice.ok) return choice;
  const { devices, rejected } = choice;
  const isHere = devices.every(({ local }) => local) && context.cwd !== undefined;
  const action: Action =
    said.kind === 'desktop' || said.kind === 'browser'
      ? said.action
      : {
          kind: 'files',
          operation: said.operation,
          ...(isHere && context.cwd !== undefined ? { cwd: context.cwd } : {}),
        };
  return {
    ok: true,
    route: 'desktop-local',
    device: devices[0],
    devices,
    action,
    because: [task.because, choice.because],
    rejected,
  };
}

function routeTransfer(
  task: ParsedTask,
  { from, to }: Extract<PlainTask, { kind: 'transfer' }>,
  { devices }: RouteContext,
): RouteAnswer | Refusal {
  const ends = [from, to].map(({ device = 'local' }) => chooseDevice([device], devices, 'files'));
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

function chooseDevice(targets: readonly string[], devices: readonly Device[], need: Need): Choice | Refusal {
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
  const best =
    able.find((device) => device.local) ?? able.find(({ presence }) => presence.state === 'online') ?? able[0];
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
    if (device !== best) rejected.push({ device: device.name, reason: `${best.name} comes first` });
  const because = best.local ? 'it is this device' : 'it is the only one';
  return { ok: true, devices: [best], because, rejected };
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
function whyNot({ local, grants, capabilities, permissions, version, probes }: Device, need: Need): string | undefined {
  if (!local && grants?.held.includes('run') !== true) return 'it does not let this device run tasks';
  if (!local && version === undefined) return undefined;
  const { capability, permission, what } = NEEDS[need];
  if (!capabilities[capability]) {
    const missing = probes?.find(({ needed, ok }) => needed === capability && !ok);
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
