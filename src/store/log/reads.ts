/** What the store answers from its projections: records by id and pages of them, each one range of keys. It only reads. */

import type { Approval, PendingApproval } from '../../core/approvals.ts';
import type { Artifact, ArtifactKind } from '../../core/artifacts.ts';
import { DispatchError } from '../../core/errors.ts';
import type { LogEvent } from '../../core/events.ts';
import type { DeviceId, EntryKey, RunId } from '../../core/ids.ts';
import { RUN_STATUSES, type Run, type RunState, type RunStatus } from '../../core/runs.ts';
import type { LoggedChange, Page, StoredEntry } from '../../engine/ports.ts';
import { type Database, type Snapshot, withSnapshot } from './database.ts';
import * as keys from './keys.ts';
import {
  type ApprovalRecord,
  type ArtifactRecord,
  damaged,
  type EntryRecord,
  parseEvent,
  parseRecord,
  type RunRecord,
  toEntry,
} from './records.ts';

export async function readRun(db: Database, id: RunId): Promise<RunState | undefined> {
  const record = await readRecord<RunRecord>(db, keys.runKey(id));
  if (record === undefined) return undefined;
  const approval = record.approval === undefined ? undefined : await readApproval(db, record.approval);
  return { run: record.run, ...(approval === undefined ? {} : { approval }) };
}

export async function readPlaceOf(db: Database, id: RunId): Promise<EntryKey | undefined> {
  return (await readRecord<RunRecord>(db, keys.runKey(id)))?.key;
}

export async function readApproval(db: Database, id: string): Promise<Approval | undefined> {
  return (await readRecord<ApprovalRecord>(db, keys.approvalKey(id)))?.approval;
}

export async function readArtifact(db: Database, id: string): Promise<Artifact | undefined> {
  return (await readRecord<ArtifactRecord>(db, keys.artifactKey(id)))?.artifact;
}

/** The events of a run, in the order of all logs. */
export async function readEventsOf(db: Database, run: RunId): Promise<readonly LogEvent[]> {
  const prefix = keys.runEventKey(run, '');
  const found = await db.keys(keys.startingWith(prefix)).all();
  const wanted = found.map((key) => logKeyOfPlace(key.slice(prefix.length)));
  const texts: readonly (string | undefined)[] = await db.getMany(wanted);
  return texts.map((text, index) => {
    const key = wanted[index] ?? '';
    if (text === undefined) throw damaged(`"${key}" is missing`);
    return parseEvent(key, text);
  });
}

/** The place of an event says where it stands in the log of its device. */
function logKeyOfPlace(place: EntryKey): string {
  const [, device = '', seq = ''] = place.split('/');
  return keys.logKey(device, Number.parseInt(seq, 16));
}

export async function readApprovalsOf(db: Database, run: RunId): Promise<readonly Approval[]> {
  const ids = await db.values(keys.startingWith(keys.runApprovalKey(run, ''))).all();
  return approvalsById(db, ids);
}

export async function readArtifactsOf(db: Database, run: RunId): Promise<readonly Artifact[]> {
  const ids = await db.values(keys.startingWith(keys.runArtifactKey(run, ''))).all();
  return artifactsById(db, ids);
}

const PENDING_PAGE = 1000;

/** Oldest first; with `device`, of those that it executes: however many others wait, those are found. */
export async function readPendingApprovals(
  db: Database,
  limit: number,
  device?: DeviceId,
): Promise<readonly PendingApproval[]> {
  const { gte, lt } = keys.startingWith(keys.pendingIndexKey(''));
  const found: PendingApproval[] = [];
  for (let from = { gte } as { gte: string } | { gt: string }; found.length < limit; ) {
    const page = await db.iterator({ ...from, lt, limit: PENDING_PAGE }).all();
    const ids = page.map(([, id]) => id);
    for (const approval of await approvalsById(db, ids))
      if (approval.status === 'pending' && (device === undefined || approval.device === device)) found.push(approval);
    const last = page.at(-1)?.[0];
    if (last === undefined || page.length < PENDING_PAGE) break;
    from = { gt: last };
  }
  return found.slice(0, atLeast0(limit));
}

export async function readApprovals(db: Database, limit: number): Promise<readonly Approval[]> {
  const range = keys.startingWith(keys.approvalIndexKey(''));
  return approvalsById(db, await db.values({ ...range, reverse: true, limit: atLeast0(limit) }).all());
}

/** How many artifacts are looked at together for those of a kind. */
const KIND_PAGE = 500;

export async function readArtifacts(
  db: Database,
  limit: number,
  kinds?: readonly ArtifactKind[],
): Promise<readonly Artifact[]> {
  const { gte, lt } = keys.startingWith(keys.artifactIndexKey(''));
  const size = atLeast0(limit);
  if (kinds === undefined) return artifactsById(db, await db.values({ gte, lt, reverse: true, limit: size }).all());
  const found: Artifact[] = [];
  for (let before: string | undefined = lt; before !== undefined && found.length < size; ) {
    const page: [string, string][] = await db.iterator({ gte, lt: before, reverse: true, limit: KIND_PAGE }).all();
    const artifacts = await artifactsById(
      db,
      page.map(([, id]) => id),
    );
    found.push(...artifacts.filter(({ kind }) => kinds.includes(kind)));
    before = page.length < KIND_PAGE ? undefined : page.at(-1)?.[0];
  }
  return found.slice(0, size);
}

export async function readArtifactsAfter(
  db: Database,
  place: EntryKey | undefined,
  limit: number,
): Promise<{ items: readonly Artifact[]; last: EntryKey | undefined }> {
  const prefix = keys.artifactIndexKey('' as EntryKey);
  const { gte, lt } = keys.startingWith(prefix);
  const from = place === undefined ? { gte } : { gt: keys.artifactIndexKey(place) };
  const page = await db.iterator({ ...from, lt, limit: atLeast0(limit) }).all();
  const items = await artifactsById(
    db,
    page.map(([, id]) => id),
  );
  return { items, last: page.at(-1)?.[0].slice(prefix.length) as EntryKey | undefined };
}

export async function readIdsByPrefix(
  db: Database,
  kind: 'run' | 'approval' | 'artifact',
  prefix: string,
  limit: number,
): Promise<readonly string[]> {
  const found = await db.keys({ ...keys.startingWith(`${kind}/${prefix}`), limit: atLeast0(limit) }).all();
  return found.map((key) => key.slice(kind.length + 1));
}

export async function readRunByNumber(db: Database, number: number): Promise<RunId | undefined> {
  if (!Number.isSafeInteger(number) || number < 0) return undefined;
  const ids: readonly (string | undefined)[] = await db.getMany([keys.numberIndexKey(number)]);
  return ids[0] as RunId | undefined;
}

export async function readRuns(
  db: Database,
  query: { status?: readonly RunStatus[]; before?: RunId; limit: number },
): Promise<Page<Run>> {
  const limit = atLeast0(query.limit);
  const before = query.before === undefined ? undefined : await placeOfRun(db, query.before);
  return withSnapshot(db, async (snapshot) => {
    const pages = await Promise.all(
      [...new Set(query.status ?? RUN_STATUSES)].map((status) => {
        const { gte, lt } = keys.startingWith(keys.statusIndexKey(status, ''));
        const end = before === undefined ? lt : keys.statusIndexKey(status, before);
        return db.iterator({ gte, lt: end, reverse: true, limit: limit + 1, snapshot }).all();
      }),
    );
    const found = pages.flat().map(([key, id]) => ({ at: key.slice(key.indexOf('/', 'status/'.length) + 1), id }));
    found.sort((a, b) => (a.at < b.at ? 1 : -1));
    const wanted = found.slice(0, limit).map(({ id }) => keys.runKey(id as RunId));
    const records = await readRecords<RunRecord>(db, wanted, snapshot);
    return { items: records.map(({ run }) => run), more: found.length > limit };
  });
}

async function placeOfRun(db: Database, id: RunId): Promise<EntryKey> {
  const record = await readRecord<RunRecord>(db, keys.runKey(id));
  if (record !== undefined) return record.key;
  throw new DispatchError('not-found', `there is no run ${id}`, { hint: 'list them with "dispatch ps"' });
}

export async function readEntries(
  db: Database,
  { before, after, limit }: { before?: EntryKey; after?: EntryKey; limit: number },
): Promise<Page<StoredEntry>> {
  const size = atLeast0(limit);
  const all = keys.startingWith(keys.entryIndexKey(''));
  const found = await db
    .values({
      ...(after === undefined ? { gte: all.gte } : { gt: keys.entryIndexKey(after) }),
      lt: before === undefined ? all.lt : keys.entryIndexKey(before),
      reverse: after === undefined,
      limit: size + 1,
    })
    .all();
  const records = await readRecords<EntryRecord>(db, found.slice(0, size));
  if (after === undefined) records.reverse();
  return { items: records.map(toEntry), more: found.length > size };
}

/** What may be the beginning of an id, and so many that begin so are looked at. */
const ID_BEGINNING = /^[0-9a-hjkmnp-tv-z]{6,16}$/;
const MOST_IDS = 8;

/** Where what has such an id stands in the thread; the beginning of one is enough. */
export async function readPlacesOfId(db: Database, beginning: string): Promise<EntryKey[]> {
  if (!ID_BEGINNING.test(beginning)) return [];
  const kinds = ['run', 'message', 'artifact', 'approval'];
  const found = await Promise.all(
    kinds.map((kind) => db.iterator({ ...keys.startingWith(`${kind}/${beginning}`), limit: MOST_IDS }).all()),
  );
  return found.flat().map(([key, text]) => parseRecord<EntryRecord>(key, text).key);
}

/** The entries at these places, in the same order. */
export async function readEntriesAt(db: Database, places: readonly EntryKey[]): Promise<StoredEntry[]> {
  const index: readonly (string | undefined)[] = await db.getMany(places.map(keys.entryIndexKey));
  const wanted = index.map((key, position) => {
    if (key === undefined) throw damaged(`the thread has nothing at ${places[position]}`);
    return key;
  });
  return (await readRecords<EntryRecord>(db, wanted)).map(toEntry);
}

/**
 * The entries that events concern, as they are now. An event without one is left out: a repaired log may have lost what it
 * builds on, and `verify` tells of that.
 */
export async function readChanges(db: Database, events: readonly LogEvent[]): Promise<LoggedChange[]> {
  const entries = await db.getMany(events.map(recordKeyOf));
  const runs = await db.getMany(events.map((event) => keys.runKey(event.stream as RunId)));
  return events.flatMap((event, index) => {
    const text: string | undefined = entries[index];
    if (text === undefined) return [];
    const entry = toEntry(parseRecord<EntryRecord>(recordKeyOf(event), text));
    const run: string | undefined = runs[index];
    return run === undefined
      ? [{ event, entry }]
      : [{ event, entry, run: parseRecord<RunRecord>(event.stream, run).run }];
  });
}

/** The record of the entry that an event concerns. */
function recordKeyOf(event: LogEvent): string {
  switch (event.type) {
    case 'message.said':
    case 'run.answered':
      return keys.messageKey(event.data.message);
    case 'approval.requested':
    case 'approval.agreed':
    case 'approval.edited':
    case 'approval.decided':
    case 'approval.expired':
      return keys.approvalKey(event.data.approval);
    case 'artifact.created':
      return keys.artifactKey(event.data.artifact.id);
    case 'artifact.removed':
      return keys.artifactKey(event.data.artifact);
    case 'run.submitted':
    case 'run.received':
    case 'run.offered':
    case 'run.cancel_requested':
    case 'run.accepted':
    case 'run.started':
    case 'run.completed':
    case 'run.failed':
    case 'run.cancelled':
      return keys.runKey(event.stream as RunId);
  }
}

async function approvalsById(db: Database, ids: readonly string[]): Promise<Approval[]> {
  return (await readRecords<ApprovalRecord>(db, ids.map(keys.approvalKey))).map(({ approval }) => approval);
}

async function artifactsById(db: Database, ids: readonly string[]): Promise<Artifact[]> {
  return (await readRecords<ArtifactRecord>(db, ids.map(keys.artifactKey))).map(({ artifact }) => artifact);
}

async function readRecord<T extends object>(db: Database, key: string): Promise<T | undefined> {
  const [text]: readonly (string | undefined)[] = await db.getMany([key]);
  return text === undefined ? undefined : parseRecord<T>(key, text);
}

/** Records that the index says are there. */
async function readRecords<T extends object>(db: Database, wanted: string[], snapshot?: Snapshot): Promise<T[]> {
  const texts: readonly (string | undefined)[] = await db.getMany(wanted, snapshot === undefined ? {} : { snapshot });
  return texts.map((text, index) => {
    const key = wanted[index] ?? '';
    if (text === undefined) throw damaged(`"${key}" is missing`);
    return parseRecord<T>(key, text);
  });
}

/** LevelDB takes a negative limit for none at all. */
function atLeast0(limit: number): number {
  return Math.max(0, Math.trunc(limit));
}
