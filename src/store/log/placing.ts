/** Gives new events their places: the next numbers of this device, times that never go back, and the hash of the event before. */

import { type Timestamp, tick, wallTime } from '../../core/clock.ts';
import { DispatchError } from '../../core/errors.ts';
import { type LogEvent, type NewEvent, upcast } from '../../core/events.ts';
import type { DeviceId } from '../../core/ids.ts';
import { hashEvent, NOTHING_BEFORE } from './hash-chain.ts';
import type { Tips } from './projection.ts';

/** How far ahead another device's clock may be to move this one's timestamps: beyond that it is wrong, not early. */
const BELIEVED_AHEAD_MS = 5 * 60_000;

export interface PlacingOptions {
  readonly device: DeviceId;
  readonly tips: Tips;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** A timestamp of another device that they must come after. */
  readonly seen: Timestamp | undefined;
}

export function placeEvents(events: readonly NewEvent[], { device, tips, now, seen }: PlacingOptions): LogEvent[] {
  const head = tips.heads.get(device);
  let at = newest(tips, device, now(), seen);
  let seq = head?.seq ?? 0;
  let prev = head?.hash ?? NOTHING_BEFORE;
  return events.map((event) => {
    at = tick(at, now());
    seq += 1;
    const placed: LogEvent = { v: 1, device, seq, at, prev, ...event };
    prev = hashEvent(placed);
    return placed;
  });
}

/** Throws `invalid` unless each event is the next one of its device. */
export function requireNext(events: readonly LogEvent[], tips: Tips): void {
  const last = new Map<string, number>();
  for (const event of events) {
    upcast(event);
    const expected = (last.get(event.device) ?? tips.heads.get(event.device)?.seq ?? 0) + 1;
    if (event.seq !== expected) {
      throw new DispatchError('invalid', `event ${event.seq} of device ${event.device} came where ${expected} was due`);
    }
    last.set(event.device, event.seq);
  }
}

/** The timestamp that the next event must come after. Other devices' clocks count only as far as they can be believed. */
function newest(tips: Tips, device: DeviceId, now: number, seen: Timestamp | undefined): Timestamp | undefined {
  const own = tips.heads.get(device)?.at;
  const others = [...tips.heads].filter(([other]) => other !== device).map(([, { at }]) => at);
  const limit = now + BELIEVED_AHEAD_MS;
  const believed = [...others, ...(seen === undefined ? [] : [seen])].filter((at) => wallTime(at) <= limit);
  return [...believed, ...(own === undefined ? [] : [own])].reduce<Timestamp | undefined>(
    (latest, at) => (latest === undefined || at > latest ? at : latest),
    undefined,
  );
}
