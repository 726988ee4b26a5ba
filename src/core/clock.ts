/**
 * A hybrid logical clock (Kulkarni et al., 2014): wall time where clocks agree, a counter where they do not.
 * It gives the events of several devices one order without trusting any one clock.
 */

declare const hlc: unique symbol;
/** 12 hexadecimal digits of Unix milliseconds, a dash, 4 of a counter: compares as a string. */
export type Timestamp = string & { readonly [hlc]: true };

const MAX_COUNTER = 0xffff;

function format(ms: number, counter: number): Timestamp {
  return `${ms.toString(16).padStart(12, '0')}-${counter.toString(16).padStart(4, '0')}` as Timestamp;
}

/** The wall-clock part in Unix milliseconds. */
export function wallTime(at: Timestamp): number {
  return Number.parseInt(at.slice(0, 12), 16);
}

function counterOf(at: Timestamp): number {
  return Number.parseInt(at.slice(13), 16);
}

/** The time after `last` (the newest timestamp seen anywhere), at wall time `nowMs`. Never goes back, even if the wall clock does. */
export function tick(last: Timestamp | undefined, nowMs: number): Timestamp {
  if (last === undefined || nowMs > wallTime(last)) return format(nowMs, 0);
  const counter = counterOf(last) + 1;
  return counter > MAX_COUNTER ? format(wallTime(last) + 1, 0) : format(wallTime(last), counter);
}

/** The order of events over all devices: (at, device, seq). */
export function compareEvents(
  a: { at: Timestamp; device: string; seq: number },
  b: { at: Timestamp; device: string; seq: number },
): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  if (a.device !== b.device) return a.device < b.device ? -1 : 1;
  return a.seq - b.seq;
}
