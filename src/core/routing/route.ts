/** The router: a pure function from a task and the devices to the one place where it goes, with the reasons. */

import type { Action, Route } from '../actions.ts';
import type { Device } from '../devices.ts';
import { type Refusal, refuse } from '../errors.ts';
import { parseTask } from './grammar.ts';

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
  if (task.kind === 'plain') {
    return refuse(
      'usage',
      'nothing here answers plain text: no cloud connector and no assistant is configured',
      'write !command for the shell, = for an expression, or /say to leave a message',
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
  const choice = chooseDevice(task.targets, context.devices);
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

interface Choice {
  readonly ok: true;
  readonly devices: readonly [Device, ...Device[]];
  readonly because: string;
  readonly rejected: { device: string; reason: string }[];
}

function chooseDevice(targets: readonly string[], devices: readonly Device[]): Choice | Refusal {
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
    const reason = whyNot(device);
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

/** Why a device cannot run a shell command, as far as is known here. One that has never been reached may. */
function whyNot({ local, grants, capabilities, permissions, version }: Device): string | undefined {
  if (!local && grants?.held.includes('run') !== true) return 'it does not let this device run tasks';
  if (!local && version === undefined) return undefined;
  if (!capabilities.shell) return 'it has no shell';
  return permissions.shell ? undefined : 'its owner does not allow shell';
}

/** By id or by name; the beginning of an id only where nothing has that name. */
function namedBy(devices: readonly Device[], target: string): Device[] {
  const exact = devices.filter(({ id, local }) => id === target || (target === 'local' && local));
  if (exact.length > 0) return exact;
  const named = devices.filter(({ name }) => name === target);
  return named.length > 0 || target.length < 6 ? named : devices.filter(({ id }) => id.startsWith(target));
}
