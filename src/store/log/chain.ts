/**
 * Walks over the logs as they are stored, byte for byte: whether each event is where it belongs, as it was written, and carries the hash
 * of the one before it. It trusts no projection, keeps one event in memory, and changes nothing.
 */

import { type LogEvent, upcast } from '../../core/events.ts';
import type { DeviceId, Sha256 } from '../../core/ids.ts';
import type { Anchored } from './anchor.ts';
import type { Database, Snapshot } from './database.ts';
import type { Findings } from './findings.ts';
import { hashEvent, NOTHING_BEFORE } from './hash-chain.ts';
import { logKey, startingWith } from './keys.ts';
import { rawPieces } from './pieces.ts';

export interface ChainOptions {
  readonly db: Database;
  readonly snapshot: Snapshot;
  /** The device whose log has to be whole. */
  readonly self: DeviceId;
  /** An event of that log which is known to have been on the disk before the walk began. */
  readonly anchor: Anchored | undefined;
  readonly findings: Findings;
  readonly signal: AbortSignal;
}

export interface Walked {
  readonly events: number;
  readonly unchained: number;
}

/** The event before the one in hand, in the log of the same device. */
interface Before {
  readonly device: string;
  readonly seq: number;
  /** Undefined where it could not be read. */
  readonly event: LogEvent | undefined;
}

export async function walkChains(options: ChainOptions): Promise<Walked> {
  const { db, snapshot, self, anchor, findings, signal } = options;
  const pieces = rawPieces(db, startingWith('log/'), snapshot);
  let before: Before | undefined;
  let events = 0;
  let unchained = 0;
  let lastOwn = 0;
  try {
    for (;;) {
      if (pieces.needsMore) {
        await pieces.fill();
        signal.throwIfAborted();
      }
      const pair = pieces.head;
      if (pair === undefined) break;
      pieces.step();
      const key = pair[0].toString('utf8');
      const place = placeOfKey(key);
      if (place === undefined) {
        findings.add(`"${key}" is no place in a log`);
        continue;
      }
      const event = readEvent(key, pair[1], findings);
      const previous = before?.device === place.device ? before : undefined;
      events += 1;
      if (event !== undefined && event.prev === undefined) unchained += 1;
      if (place.device === self) {
        checkOwn(event, place, previous, findings);
        lastOwn = place.seq;
        if (anchor?.seq === place.seq && event !== undefined && hashEvent(event) !== anchor.hash) {
          findings.add(`event ${place.seq} of device ${self} is not the one that the anchor beside the database names`);
        }
      } else checkForeign(event, place, previous, findings);
      before = { ...place, event };
    }
  } finally {
    await pieces.close();
  }
  if (anchor !== undefined && anchor.seq > lastOwn) {
    findings.add(
      `the log of device ${self} ends with event ${lastOwn}, and event ${anchor.seq} had been on the disk, as the anchor beside the database says`,
    );
  }
  return { events, unchained };
}

const LOG_KEY = /^log\/([^/]+)\/([0-9a-f]{12})$/;

function placeOfKey(key: string): { device: string; seq: number } | undefined {
  const [, device, seq] = LOG_KEY.exec(key) ?? [];
  return device === undefined || seq === undefined ? undefined : { device, seq: Number.parseInt(seq, 16) };
}

/** The event, if the stored bytes are exactly what this version would write for it. */
function readEvent(key: string, bytes: Buffer, findings: Findings): LogEvent | undefined {
  try {
    const event = upcast(JSON.parse(bytes.toString('utf8')));
    if (!Buffer.from(JSON.stringify(event)).equals(bytes)) findings.add(`"${key}" is not as it was written`);
    else if (logKey(event.device, event.seq) !== key) {
      findings.add(`"${key}" holds event ${event.seq} of device ${event.device}`);
    } else return event;
  } catch (error) {
    findings.add(`"${key}" cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return undefined;
}

/** This device counts from 1 without gaps, its clock never stands, and its chain never ends once it has begun. */
function checkOwn(
  event: LogEvent | undefined,
  { device, seq }: { device: string; seq: number },
  previous: Before | undefined,
  findings: Findings,
): void {
  const expected = (previous?.seq ?? 0) + 1;
  if (seq !== expected) findings.add(`the log of device ${device} has event ${seq} where ${expected} should be`);
  if (event === undefined) return;
  const before = previous?.event;
  if (before !== undefined && event.at <= before.at) {
    findings.add(`event ${seq} of device ${device} is not later than the one before it`);
  }
  if (event.prev === undefined) {
    if (before?.prev !== undefined)
      findings.add(`event ${seq} of device ${device} has lost its hold on event ${seq - 1}`);
    return;
  }
  // After a gap or damage that has been told, nothing is known of the event before.
  if (seq !== expected || (previous !== undefined && before === undefined)) return;
  checkHold(event, before === undefined ? NOTHING_BEFORE : hashEvent(before), findings);
}

/**
 * Of the logs of others there is what this device may see. An older version may have left out the hash of what it copied, so only two
 * neighbours that both carry one can be compared.
 */
function checkForeign(
  event: LogEvent | undefined,
  { seq }: { seq: number },
  previous: Before | undefined,
  findings: Findings,
): void {
  if (event?.prev === undefined || previous?.event?.prev === undefined || previous.seq !== seq - 1) return;
  checkHold(event, hashEvent(previous.event), findings);
}

function checkHold({ device, seq, prev }: LogEvent, expected: Sha256, findings: Findings): void {
  if (prev === expected) return;
  findings.add(
    seq === 1
      ? `event 1 of device ${device} is not the beginning of a log`
      : `event ${seq} of device ${device} does not hold event ${seq - 1}: one of the two is not what was written`,
  );
}
