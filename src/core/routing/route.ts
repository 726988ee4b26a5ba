/** The router: a pure function from a task and the devices to the one place where it goes, with the reasons. */

import type { Action, Route } from '../actions.ts';
import type { Device } from '../devices.ts';
import { type Refusal, refuse } from '../errors.ts';
import { parseTask } from './grammar.ts';

export interface RouteAnswer {
  readonly ok: true;
  readonly route: Route;
  /** Where it executes; absent for inline, which needs no device. */
  readonly device?: Device;
  readonly action: Action;
  readonly because: readonly string[];
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
      because: [task.because],
      rejected: [],
    };
  }
  const choice = chooseDevice(task.targets, context.devices);
  if (!choice.ok) return choice;
  const { device, rejected } = choice;
  const action: Action = {
    kind: 'shell',
    command: task.body,
    access: task.access ?? 'workspace-write',
    ...(device.local && context.cwd !== undefined ? { cwd: context.cwd } : {}),
    ...(context.tty === undefined ? {} : { tty: context.tty, stdin: true }),
  };
  return { ok: true, route: 'desktop-local', device, action, because: [task.because, choice.because], rejected };
}

interface Choice {
  readonly ok: true;
  readonly device: Device;
  readonly because: string;
  readonly rejected: { device: string; reason: string }[];
}

function chooseDevice(targets: readonly string[], devices: readonly Device[]): Choice | Refusal {
  const wanted = new Set<Device>();
  for (const target of targets) {
    const found = target === 'all' ? devices : devices.filter((device) => names(device, target));
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
    const reason = !device.capabilities.shell
      ? 'it has no shell'
      : !device.permissions.shell
        ? 'its owner does not allow shell'
        : undefined;
    if (reason !== undefined) rejected.push({ device: device.name, reason });
    return reason === undefined;
  });
  const best = able.find((device) => device.local) ?? able[0];
  if (best === undefined) {
    const reasons = rejected.map(({ device, reason }) => `${device}: ${reason}`).join('; ');
    return refuse('refused', `no device can run it (${reasons})`, 'see "dispatch devices" and "dispatch doctor"');
  }
  for (const device of able)
    if (device !== best) rejected.push({ device: device.name, reason: `${best.name} comes first` });
  const because = wanted.size > 0 ? `you named ${best.name}` : best.local ? 'it is this device' : 'it is the only one';
  return { ok: true, device: best, because, rejected };
}

function names(device: Device, target: string): boolean {
  return (
    device.name === target ||
    (target === 'local' && device.local) ||
    (target.length >= 6 && device.id.startsWith(target))
  );
}
