// Whether a device is there, with the evidence, in words; and what does not go on while it is not. Times are times of day, so
// that they stay true without being drawn again. Pure.

import type { Approval } from '../../core/approvals.ts';
import { type Device, type DialStage, deviceName } from '../../core/devices.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import type { Model } from '../model/model.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { formatClock, formatTime, isCounting } from './format.ts';

const STAGES: Readonly<Record<DialStage, string>> = {
  'no-address': 'no address known',
  unreachable: 'unreachable',
  refused: 'refused',
  timeout: 'no answer',
  identity: 'another device answers there',
  denied: 'it denies this one',
  version: 'it speaks another version',
  clock: 'its clock is too far off',
  lost: 'connection lost',
};

/** Below this a clock is right enough. */
const CLOCK_OFF_MS = 2 * 60_000;

/** `12 ms`, `suspect`, `offline since 14:02 · refused`. */
export function describePresence({ presence, local }: Device, now: number): string {
  if (local) return 'this device';
  switch (presence.state) {
    case 'online':
      return presence.roundTripMs === undefined
        ? `since ${formatTime(presence.since, now)}`
        : formatRoundTrip(presence.roundTripMs);
    case 'suspect':
      return 'suspect';
    case 'offline':
      if (presence.stage === 'denied') return `denies us since ${formatTime(presence.since, now)}`;
      return `offline since ${formatTime(presence.since, now)}${presence.stage === undefined ? '' : ` · ${STAGES[presence.stage]}`}`;
  }
}

/** The same of one that is away, in few columns: `13:20 · refused`. */
export function awayInShort({ presence }: Device, now: number): string | undefined {
  if (presence.state !== 'offline') return undefined;
  const stage =
    presence.stage === 'denied' ? 'denies us' : presence.stage === undefined ? 'offline' : STAGES[presence.stage];
  return `${formatTime(presence.since, now)} · ${stage}`;
}

const formatRoundTrip = (milliseconds: number): string =>
  milliseconds < 0.95 ? '<1 ms' : `${Math.round(milliseconds)} ms`;

/** Everything that is known of it. */
export function presenceInFull(device: Device, now: number): string {
  const { presence } = device;
  if (device.local) return 'this device';
  const since = `since ${formatTime(presence.since, now)}`;
  if (presence.state === 'offline') {
    const stage = presence.stage === undefined ? '' : `, ${STAGES[presence.stage]}`;
    return `offline ${since}${stage}${presence.detail === undefined ? '' : `: ${presence.detail}`}`;
  }
  const trip = presence.roundTripMs === undefined ? '' : `, ${formatRoundTrip(presence.roundTripMs)} there and back`;
  return presence.state === 'suspect' ? `suspect ${since}: a ping went unanswered${trip}` : `online ${since}${trip}`;
}

/** `offline since 14:02, refused`: why what is meant for it waits. */
export function whyOffline({ presence }: Device, now: number): string | undefined {
  if (presence.state !== 'offline') return undefined;
  const stage = presence.stage === undefined ? '' : `, ${STAGES[presence.stage]}`;
  return `offline since ${formatTime(presence.since, now)}${stage}`;
}

/** `5 min ahead`; undefined while it is right enough, or not measured. */
export function clockWarning({ clockAheadMs }: Pick<Device, 'clockAheadMs'>): string | undefined {
  if (clockAheadMs === undefined || Math.abs(clockAheadMs) <= CLOCK_OFF_MS) return undefined;
  const minutes = Math.round(Math.abs(clockAheadMs) / 60_000);
  const hours = Math.round(minutes / 60);
  const much = minutes < 120 ? `${minutes} min` : hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
  return `${much} ${clockAheadMs > 0 ? 'ahead' : 'behind'}`;
}

export const isDenied = ({ presence }: Device): boolean => presence.state === 'offline' && presence.stage === 'denied';

const find = (model: Pick<Model, 'devices'>, id: string): Device | undefined =>
  model.devices.find((device) => device.id === id);

/** Why a run that should be somewhere else has not begun, or not ended; undefined if there is nothing to explain. */
export function whyWaits(model: Pick<Model, 'devices' | 'revoked' | 'now'>, run: Run): string | undefined {
  if (isFinal(run)) return undefined;
  const device = find(model, run.device);
  if (device?.local === true) return undefined;
  const name = sanitizeLine(deviceName(model, run.device));
  const offline = device === undefined ? 'it is not paired any more' : whyOffline(device, model.now);
  if (run.cancelRequested === true) {
    return `cancel requested: ${name} ${offline === undefined ? 'is told' : `is told when it is back (${offline})`}`;
  }
  if (run.status !== 'queued') return undefined;
  const expires = run.expiresAt === undefined ? '' : `; expires ${formatTime(run.expiresAt, model.now)}`;
  if (run.offeredAt !== undefined) {
    if (offline !== undefined) return `offered to ${name}, not yet answered: ${offline}${expires}`;
    const busy = device !== undefined && device.load.running >= device.load.slots;
    return `offered to ${name}${busy ? `, which is busy (${device.load.running} of ${device.load.slots} run)` : ', not yet answered'}${expires}`;
  }
  if (offline !== undefined) return `waits for ${name}: ${offline}${expires}`;
  if (device?.grants !== undefined && !device.grants.held.includes('run')) {
    return `waits for ${name}: it does not let this device run tasks${expires}`;
  }
  return `waits for ${name}: it is about to be offered${expires}`;
}

/** What stands in the status column of such a run: it has few columns. */
export function waitsInShort(model: Pick<Model, 'devices'>, run: Run): string | undefined {
  if (isFinal(run)) return undefined;
  if (run.cancelRequested === true) return 'cancelling';
  const lost = lostSince(model, run);
  if (lost !== undefined) return `link lost ${formatClock(lost)}`;
  const device = find(model, run.device);
  if (run.status !== 'queued' || device?.local === true) return undefined;
  if (device === undefined) return 'not paired';
  if (device.presence.state === 'offline') return 'offline';
  return run.offeredAt === undefined ? undefined : 'offered';
}

/** Since when nothing is known of a run that had begun; undefined while its device is in reach. */
export function lostSince(model: Pick<Model, 'devices'>, run: Run): number | undefined {
  if (isFinal(run) || run.startedAt === undefined) return undefined;
  const device = find(model, run.device);
  if (device === undefined || device.local || device.presence.state !== 'offline') return undefined;
  return device.presence.since;
}

/** The newest time at which the state of the run is what is shown. */
export const knownUntil = (model: Pick<Model, 'devices' | 'now'>, run: Run): number =>
  Math.min(model.now, lostSince(model, run) ?? model.now);

/** Whether its elapsed time grows on the screen. */
export const isTicking = (model: Pick<Model, 'devices'>, run: Run): boolean =>
  isCounting(run) && lostSince(model, run) === undefined;

/** What a viewer of a run should know while its device is out of reach. */
export function linkLost(model: Pick<Model, 'devices' | 'revoked' | 'now'>, run: Run): string | undefined {
  const since = lostSince(model, run);
  if (since === undefined) return undefined;
  return `link to ${sanitizeLine(deviceName(model, run.device))} lost since ${formatTime(since, model.now)}: it may go on there`;
}

/** Why keys do not reach the run: what is said in full and in few columns. Undefined while they do. */
export function whyNotSent(
  model: Pick<Model, 'devices' | 'connection'>,
  run: Run,
): { readonly full: string; readonly short: string } | undefined {
  if (model.connection.state !== 'connected') return { full: 'connection to the peer lost', short: 'no peer' };
  const device = find(model, run.device);
  if (device === undefined || device.local || device.presence.state === 'online') return undefined;
  const how = device.presence.state === 'suspect' ? 'suspect' : 'lost';
  const name = sanitizeLine(device.name);
  return { full: `connection to ${name} ${how}`, short: `${name} ${how}` };
}

/** Whether the device has given this one the right to answer, reachable or not. */
export const givesAnswer = (model: Pick<Model, 'devices'>, { device: id }: Pick<Approval, 'device'>): boolean => {
  const device = find(model, id);
  return device?.local === true || device?.grants?.held.includes('approve') === true;
};

/** True if an answer given here counts, else why not. */
export function mayAnswer(
  model: Pick<Model, 'devices' | 'revoked' | 'now'>,
  approval: Pick<Approval, 'device'>,
): true | string {
  const device = find(model, approval.device);
  if (device?.local === true) return true;
  const name = sanitizeLine(deviceName(model, approval.device));
  if (device === undefined) return `${name} is not paired with this device`;
  if (!givesAnswer(model, approval)) return `${name} does not let this device answer: do it there`;
  const offline = whyOffline(device, model.now);
  return offline === undefined || `${name} is ${offline}: it takes no answer now`;
}
