/**
 * Compares a database with what its log says: derives everything a second time into a database beside it, and walks over both.
 * It changes nothing in the first, needs little memory, and as much disk as the projections take.
 */

import { rm } from 'node:fs/promises';
import type { LogEvent } from '../../core/events.ts';
import type { DeviceId } from '../../core/ids.ts';
import { type Database, openDatabase, type Snapshot, withSnapshot } from './database.ts';
import { type KeyRange, PROJECTIONS } from './keys.ts';
import { readLog } from './log-reader.ts';
import { Pieces } from './pieces.ts';
import { replay } from './rebuild.ts';

/** More than that is one sickness and not a hundred. */
const MOST_FINDINGS = 100;

/** Where the comparison is made; a crash may leave it behind, and the next start removes it. */
export const scratchOf = (location: string): string => `${location}.verify`;

export interface VerifyOptions {
  readonly location: string;
  /** The device whose log this is: those of others are copied as far as they may be seen, and so have gaps. */
  readonly self: DeviceId;
  readonly signal: AbortSignal;
}

export async function verifyDatabase(
  db: Database,
  { location, self, signal }: VerifyOptions,
): Promise<readonly string[]> {
  const scratch = scratchOf(location);
  const findings = new Findings();
  await rm(scratch, { recursive: true, force: true });
  const second = await openDatabase(scratch);
  try {
    await withSnapshot(db, async (snapshot) => {
      await checkPlaces(db, snapshot, self, findings, signal);
      const onMisfit = ({ device, seq, type }: LogEvent, reason: string): void =>
        findings.add(`event ${seq} of device ${device} (${type}) does not fit: ${reason}`);
      await replay({ from: db, into: second, snapshot, onMisfit, signal });
      for (const range of PROJECTIONS) await compare(db, snapshot, second, range, findings, signal);
    });
  } finally {
    await second.close();
    await rm(scratch, { recursive: true, force: true });
  }
  return findings.all();
}

/** This device counts its events from 1 without gaps, and its clock never stands or goes back. Others are taken as they are. */
async function checkPlaces(
  db: Database,
  snapshot: Snapshot,
  self: DeviceId,
  findings: Findings,
  signal: AbortSignal,
): Promise<void> {
  let last: LogEvent | undefined;
  for await (const event of readLog(db, { devices: [self], snapshot })) {
    signal.throwIfAborted();
    const expected = (last?.seq ?? 0) + 1;
    if (event.seq !== expected) {
      findings.add(`the log of device ${self} has event ${event.seq} where ${expected} should be`);
    }
    if (last !== undefined && event.at <= last.at) {
      findings.add(`event ${event.seq} of device ${self} is not later than the one before it`);
    }
    last = event;
  }
}

/** Walks over the same range of both databases. */
async function compare(
  db: Database,
  snapshot: Snapshot,
  second: Database,
  range: KeyRange,
  findings: Findings,
  signal: AbortSignal,
): Promise<void> {
  const pair = (key: string, value: string) => [key, value] as const;
  const stored = new Pieces(db, range, snapshot, pair);
  const derived = new Pieces(second, range, undefined, pair);
  try {
    for (;;) {
      if (stored.needsMore) await stored.fill();
      if (derived.needsMore) await derived.fill();
      signal.throwIfAborted();
      const [here, there] = [stored.head, derived.head];
      if (here === undefined && there === undefined) return;
      if (there === undefined || (here !== undefined && here[0] < there[0])) {
        findings.add(`"${here?.[0]}" is there, and nothing in the log says so`);
        stored.step();
      } else if (here === undefined || there[0] < here[0]) {
        findings.add(`"${there[0]}" is missing`);
        derived.step();
      } else {
        if (here[1] !== there[1]) findings.add(`"${here[0]}" is not as the log says`);
        stored.step();
        derived.step();
      }
    }
  } finally {
    await Promise.all([stored.close(), derived.close()]);
  }
}

/** What is wrong, in words, up to a number that a person still reads. */
class Findings {
  readonly #texts: string[] = [];
  #more = 0;

  add(text: string): void {
    if (this.#texts.length < MOST_FINDINGS) this.#texts.push(text);
    else this.#more += 1;
  }

  all(): readonly string[] {
    return this.#more === 0 ? this.#texts : [...this.#texts, `and ${this.#more} more`];
  }
}
