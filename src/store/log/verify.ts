/**
 * Compares a database with what its log says: derives everything a second time into a database beside it, and walks over both.
 * It changes nothing in the first, needs little memory, and as much disk as the projections take.
 */

import { rm } from 'node:fs/promises';
import { asDispatchError } from '../../core/errors.ts';
import type { LogEvent } from '../../core/events.ts';
import type { DeviceId } from '../../core/ids.ts';
import type { ChainReport } from '../../engine/ports.ts';
import { type Anchored, type AnchorWriter, brokenAnchorOf, readAnchor } from './anchor.ts';
import { walkChains } from './chain.ts';
import { type Database, explain, openDatabase, type Snapshot, withSnapshot } from './database.ts';
import { Findings } from './findings.ts';
import { type KeyRange, PROJECTIONS } from './keys.ts';
import { checkTables, checkWriteAheadLogs } from './leveldb-files.ts';
import { readLog } from './log-reader.ts';
import { checkOtherKeys } from './other-keys.ts';
import { rawPieces } from './pieces.ts';
import { replay } from './rebuild.ts';

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
  const findings = new Findings();
  await withSnapshot(db, async (snapshot) => {
    await checkPlaces(db, snapshot, self, findings, signal);
    await compareProjections({ db, snapshot, location, findings, signal, lenient: false });
  });
  return findings.all();
}

/** All that `verifyDatabase` compares, and besides it every byte: files, keys, records, the chains of the logs, and the anchor. */
export async function verifyChains(
  db: Database,
  {
    location,
    self,
    signal,
    anchor,
  }: VerifyOptions & { /** Read before anything else. */ anchor: Anchored | undefined },
  findings: Findings,
): Promise<ChainReport> {
  let walked = { events: 0, unchained: 0 };
  try {
    if (!(await checkTables(location, findings, signal))) {
      findings.add('nothing else was looked at, as LevelDB may not survive reading what is damaged');
      return { ...walked, findings: findings.all() };
    }
    await withSnapshot(db, async (snapshot) => {
      walked = await walkChains({ db, snapshot, self, anchor, findings, signal });
      await checkOtherKeys(db, snapshot, findings, signal);
      await compareProjections({ db, snapshot, location, findings, signal, lenient: true });
    });
  } catch (error) {
    signal.throwIfAborted();
    // What LevelDB itself cannot read ends the walk: that, too, is what was asked for.
    findings.add(
      asDispatchError(explain(error, location, `the database at ${location} could not be read to its end`)).message,
    );
  }
  return { ...walked, findings: findings.all() };
}

/**
 * Looks at the files of a database that nobody has open, for one on which no peer starts: gives what is wrong, in words. Changes
 * nothing.
 */
export async function examineFiles(location: string, signal: AbortSignal): Promise<readonly string[]> {
  const findings = new Findings();
  await checkTables(location, findings, signal);
  await checkWriteAheadLogs(location, findings).catch(() => findings.add(`the folder ${location} cannot be read`));
  return findings.all();
}

/** What the anchor beside the database is, for the walk; what is wrong with it is told. */
export async function examineAnchor(
  writer: AnchorWriter,
  { location, self }: Pick<VerifyOptions, 'location' | 'self'>,
  findings: Findings,
): Promise<Anchored | undefined> {
  const broken = await readAnchor(brokenAnchorOf(location));
  if (broken.kind !== 'missing') {
    const what = broken.kind === 'kept' ? `event ${broken.event.seq} of device ${broken.event.device}` : 'an event';
    findings.add(
      `when the database was opened, it did not have ${what} as it had been on the disk; ${brokenAnchorOf(location)} says so until you remove it`,
    );
  }
  const { reading, troubles } = await writer.read();
  for (const trouble of troubles) findings.add(trouble);
  if (reading.kind === 'missing') findings.add('the anchor beside the database is missing');
  if (reading.kind === 'damaged') findings.add('the anchor beside the database is damaged');
  if (reading.kind !== 'kept') return undefined;
  if (reading.event.device === self) return reading.event;
  findings.add(`the anchor beside the database is that of device ${reading.event.device}`);
  return undefined;
}

async function compareProjections(options: {
  db: Database;
  snapshot: Snapshot;
  location: string;
  findings: Findings;
  signal: AbortSignal;
  lenient: boolean;
}): Promise<void> {
  const { db, snapshot, location, findings, signal, lenient } = options;
  const scratch = scratchOf(location);
  await rm(scratch, { recursive: true, force: true });
  const second = await openDatabase(scratch);
  try {
    const onMisfit = ({ device, seq, type }: LogEvent, reason: string): void =>
      findings.add(`event ${seq} of device ${device} (${type}) does not fit: ${reason}`);
    await replay({ from: db, into: second, snapshot, onMisfit, signal, lenient });
    for (const range of PROJECTIONS) await compare(db, snapshot, second, range, findings, signal);
  } finally {
    await second.close();
    await rm(scratch, { recursive: true, force: true });
  }
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
  const stored = rawPieces(db, range, snapshot);
  const derived = rawPieces(second, range, undefined);
  try {
    for (;;) {
      if (stored.needsMore) await stored.fill();
      if (derived.needsMore) await derived.fill();
      signal.throwIfAborted();
      const [here, there] = [stored.head, derived.head];
      if (here === undefined && there === undefined) return;
      const order = here === undefined ? 1 : there === undefined ? -1 : Buffer.compare(here[0], there[0]);
      if (order < 0) findings.add(`"${here?.[0]}" is there, and nothing in the log says so`);
      else if (order > 0) findings.add(`"${there?.[0]}" is missing`);
      else if (here !== undefined && there !== undefined && !here[1].equals(there[1])) {
        findings.add(`"${here[0]}" is not as the log says`);
      }
      if (order <= 0) stored.step();
      if (order >= 0) derived.step();
    }
  } finally {
    await Promise.all([stored.close(), derived.close()]);
  }
}
