/** Devices in words: whether they are there and how that is known, what they can do, what is allowed on them and between them. */

import { type Device, deviceName, type NamedDevices, type Presence } from '../core/devices.ts';
import { type Grant, sortGrants } from '../core/grants.ts';
import { isFinal, type Run } from '../core/runs.ts';
import type { KnownDevices } from '../protocol/api.ts';
import { formatTime } from '../tui/words/format.ts';
import { clockWarning, whyOffline } from '../tui/words/presence.ts';
import { safe } from './print.ts';
import { ABILITIES } from './print-probes.ts';

export const PRESENCE_GLYPHS: Readonly<Record<Presence['state'], string>> = {
  online: '●',
  suspect: '◌',
  offline: '○',
};

const GRANT_WORDS: Readonly<Record<Grant, string>> = {
  run: 'run tasks',
  approve: 'answer approvals',
  observe: 'see the whole thread',
};

/** `run tasks, see the whole thread`, or `nothing`. */
export function grantWords(grants: readonly Grant[]): string {
  const words = sortGrants(grants).map((grant) => GRANT_WORDS[grant]);
  return words.length === 0 ? 'nothing' : words.join(', ');
}

/** `12 ms`, `suspect`, `offline since 14:02, refused`. */
export function presenceText(device: Device, now: number): string {
  const { presence } = device;
  if (device.local) return 'this device';
  if (presence.state === 'suspect') return 'suspect';
  if (presence.state === 'offline') return offlineText(device, now);
  const { roundTripMs } = presence;
  if (roundTripMs === undefined) return 'online';
  return roundTripMs < 1 ? '<1 ms' : `${Math.round(roundTripMs)} ms`;
}

/** `offline since 14:02, refused`, as the dashboard says it. */
export function offlineText(device: Device, now: number): string {
  return whyOffline(device, now) ?? device.presence.state;
}

/** What it can do and its owner allows, then what it cannot, with the reason. */
export function abilities({ capabilities, permissions }: Device): string {
  const possible = ABILITIES.filter(({ capability }) => capabilities[capability]);
  const able = possible.filter(({ permission }) => permissions[permission]).map(({ word }) => word);
  const denied = possible.filter(({ permission }) => !permissions[permission]).map(({ word }) => word);
  const reasons = [
    ...(denied.length === 0 ? [] : [`not allowed: ${denied.join(' ')}`]),
    ...(capabilities.shell ? [] : ['it has no shell']),
  ];
  const text = able.length === 0 ? 'nothing' : able.join(' ');
  return reasons.length === 0 ? text : `${text} (${reasons.join('; ')})`;
}

/** What keeps shell commands in bounds there, or why nothing does: `bubblewrap 0.11.0 enforces read-only, workspace-write`. */
export function sandboxReport({ sandbox, enforces, capabilities }: Device): string {
  const kept = enforces.filter((level) => level !== 'full-access');
  if (sandbox === undefined) return kept.length > 0 ? `enforces ${kept.join(', ')}` : 'none';
  if (sandbox.kind === 'none') return `none: ${safe(sandbox.detail)}`;
  const what = capabilities.shell && kept.length > 0 ? `enforces ${kept.join(', ')}` : 'enforces nothing';
  return `${sandbox.kind} ${safe(sandbox.version)} ${what}`;
}

/** The same and the highest access in a few words; empty where an older version tells neither. */
export function limitsText({ sandbox, maxAccess, capabilities }: Device): string {
  if (!capabilities.shell) return '';
  const parts = [
    ...(maxAccess === undefined ? [] : [`up to ${maxAccess}`]),
    ...(sandbox === undefined ? [] : [sandbox.kind === 'none' ? 'no sandbox' : sandbox.kind]),
  ];
  return parts.join(', ');
}

/** Undefined where the clocks agree well enough. */
export function clockText(clockAheadMs: number): string | undefined {
  const off = clockWarning({ clockAheadMs });
  return off === undefined ? undefined : `its clock is ${off}`;
}

/** Names by id: what a list of runs calls the devices in it. */
export function namesOf(known: NamedDevices): (id: string) => string {
  return (id) => safe(deviceName(known, id));
}

/** Below this what is left is told, and not the time of day, which has no seconds. */
const SOON_MS = 2 * 60_000;

/** By when its device has to have taken a run on: `within 3 s`, `before 14:05`. */
export function expiryText(expiresAt: number, now: number): string {
  const left = Math.max(0, expiresAt - now);
  return left < SOON_MS ? `within ${Math.ceil(left / 1000)} s` : `before ${formatTime(expiresAt, now)}`;
}

/** Where a run executes and, if its device is not there, what that means for it. */
export function whereabouts(run: Run, known: KnownDevices, now: number): string {
  const device = known.devices.find(({ id }) => id === run.device);
  const name = namesOf(known)(run.device);
  if (device?.presence.state !== 'offline' || isFinal(run)) return name;
  const state = offlineText(device, now);
  if (run.cancelRequested) return `${name} (${state}; cancelled when it is back)`;
  return run.status === 'queued' ? `${name} (waits for it: ${state})` : `${name} (${state})`;
}
