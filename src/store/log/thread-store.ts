/**
 * The thread of this device on disk: the append-only log and what is derived from it, in one LevelDB database. What `append` has
 * returned is kept; what it has thrown at is not, or is found whole after the next start. It decides nothing about runs.
 */

import { rm } from 'node:fs/promises';
import type { Approval, PendingApproval } from '../../core/approvals.ts';
import type { Artifact } from '../../core/artifacts.ts';
import type { Timestamp } from '../../core/clock.ts';
import type { DispatchError } from '../../core/errors.ts';
import type { LogEvent, NewEvent } from '../../core/events.ts';
import type { DeviceId, EntryKey, RunId } from '../../core/ids.ts';
import type { Run, RunState } from '../../core/runs.ts';
import type { Cursor } from '../../core/thread.ts';
import type { ChainReport, LoggedChange, Page, StoredEntry, ThreadStore } from '../../engine/ports.ts';
import { AnchorWriter } from './anchor.ts';
import { inspectAnchor } from './anchor-check.ts';
import { readChangesAfter } from './changes.ts';
import { closed, type Database, explain, explained, requireRoom } from './database.ts';
import { Findings } from './findings.ts';
import { createGate } from './gate.ts';
import { NOTHING_BEFORE } from './hash-chain.ts';
import { draftImport, type Position, parsePosition } from './import.ts';
import { FLUSH_KEY, positionKey } from './keys.ts';
import { checkWriteAheadLogs } from './leveldb-files.ts';
import { placeEvents, requireNext } from './placing.ts';
import { Draft, logOperations, type Operation, type Tips } from './projection.ts';
import * as reads from './reads.ts';
import { rebuild } from './rebuild.ts';
import { openPrepared } from './schema.ts';
import { searchEntries } from './search.ts';
import { examineAnchor, scratchOf, verifyChains, verifyDatabase } from './verify.ts';

/** How long a flush waits for a synced write of somebody else. */
const FLUSH_PATIENCE_MS = 5;
/** What the anchor of an empty log names. */
const NO_HEAD = { seq: 0, hash: NOTHING_BEFORE };
const FLUSH: Operation = { type: 'del', key: FLUSH_KEY };

export interface ThreadStoreOptions {
  /** The folder of the database. */
  readonly location: string;
  /** The device whose log this is. */
  readonly device: DeviceId;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Besides what the engine needs: taking over events that already have their places. */
export interface ImportingThreadStore extends ThreadStore {
  /**
   * Writes events as they are, unsynced, in one batch; each must be the next one of its device. Throws `invalid`, and writes
   * nothing, if one is not.
   */
  importEvents(events: readonly LogEvent[]): Promise<void>;
}

/**
 * Opens the thread at the location, or begins it. Throws `locked` if another process holds it, `version` if a newer Dispatch
 * wrote it, `storage` if it cannot be read.
 */
export async function openThreadStore(options: ThreadStoreOptions): Promise<ImportingThreadStore> {
  const { db, tips, anchored } = await openPrepared(options.location);
  await rm(scratchOf(options.location), { recursive: true, force: true });
  const trouble = await inspectAnchor(db, { ...options, isDue: anchored && tips.heads.has(options.device) });
  const anchor = new AnchorWriter(options.location, trouble);
  // What is there LevelDB has written out by now. Waited for, so that an event without an anchor is one that lost it.
  await anchor.place({ device: options.device, ...(tips.heads.get(options.device) ?? NO_HEAD) });
  return new LevelThreadStore(options, db, tips, anchor);
}

class LevelThreadStore implements ImportingThreadStore {
  readonly device: DeviceId;
  readonly #location: string;
  readonly #now: () => number;
  readonly #gate = createGate();
  /** Ends what may take long when the store is to be closed. */
  readonly #closing = new AbortController();
  /** Undefined once it is closed, or while it could not be opened again after a failure. */
  #db: Database | undefined;
  #closed = false;
  #tips: Tips;
  #number: number;
  /** After a failed write LevelDB's own log may end in half a record: nothing may be written behind it. */
  #failed: DispatchError | undefined;
  #lastWrite: Promise<unknown> = Promise.resolve();
  /** Something was written that a power cut could take back. */
  #unsynced = false;
  /** Resolves with the next synced write; there while somebody waits for one. */
  #synced: PromiseWithResolvers<void> | undefined;

  /** Something was synced since the anchor was moved. */
  #moved = false;
  readonly #anchor: AnchorWriter;

  constructor({ location, device, now }: ThreadStoreOptions, db: Database, tips: Tips, anchor: AnchorWriter) {
    this.#location = location;
    this.device = device;
    this.#now = now;
    this.#db = db;
    this.#tips = tips;
    this.#number = tips.number;
    this.#anchor = anchor;
  }

  append(
    events: readonly NewEvent[],
    { sync, seen }: { sync: boolean; seen?: Timestamp },
  ): Promise<readonly LoggedChange[]> {
    return this.#write((db) => {
      const { device } = this;
      return this.#commit(db, placeEvents(events, { device, tips: this.#tips, now: this.#now, seen }), sync);
    });
  }

  importLog(batch: Parameters<ThreadStore['importLog']>[0]): Promise<readonly LoggedChange[]> {
    return this.#write(async (db) => {
      const { changes, operations, tips } = await draftImport(batch, {
        self: this.device,
        tips: this.#tips,
        read: (wanted) => db.getMany(wanted),
        nextNumber: () => this.nextRunNumber(),
      });
      await this.#batch(db, operations, false);
      this.#stand(tips);
      return changes;
    });
  }

  position(device: DeviceId): Promise<Position | undefined> {
    return this.#read(async (db) => {
      const key = positionKey(device);
      const text: string | undefined = await db.get(key);
      return text === undefined ? undefined : parsePosition(key, text);
    });
  }

  importEvents(events: readonly LogEvent[]): Promise<void> {
    return this.#write(async (db) => {
      requireNext(events, this.#tips);
      await this.#commit(db, events, false);
    });
  }

  nextRunNumber(): number {
    this.#number += 1;
    return this.#number;
  }

  cursor(): Cursor {
    return Object.fromEntries([...this.#tips.heads].map(([device, { seq }]) => [device, seq]));
  }

  changesAfter(cursor: Cursor, limit: number): Promise<Page<LoggedChange>> {
    return this.#read((db) => readChangesAfter(db, [...this.#tips.heads.keys()], cursor, limit));
  }

  ownChangesAfter(seq: number, limit: number, maxBytes: number): Promise<Page<LoggedChange>> {
    return this.#read((db) => readChangesAfter(db, [this.device], { [this.device]: seq }, limit, maxBytes));
  }

  flush(): Promise<void> {
    if (!this.#unsynced) return Promise.resolve();
    if (this.#synced !== undefined) return this.#synced.promise;
    const synced = Promise.withResolvers<void>();
    this.#synced = synced;
    const settle = (): void => {
      if (this.#synced === synced) this.#synced = undefined;
    };
    // Any synced write takes everything before it along, as LevelDB has one log; and one is mostly on its way.
    const timer = setTimeout(() => {
      this.#write((db) => (this.#unsynced ? this.#batch(db, [FLUSH], true) : Promise.resolve())).then(
        synced.resolve,
        synced.reject,
      );
    }, FLUSH_PATIENCE_MS);
    synced.promise.then(() => {
      clearTimeout(timer);
      settle();
    }, settle);
    return synced.promise;
  }

  run(id: RunId): Promise<RunState | undefined> {
    return this.#read((db) => reads.readRun(db, id));
  }

  placeOf(run: RunId): Promise<EntryKey | undefined> {
    return this.#read((db) => reads.readPlaceOf(db, run));
  }

  eventsOf(run: RunId): Promise<readonly LogEvent[]> {
    return this.#read((db) => reads.readEventsOf(db, run));
  }

  approvalsOf(run: RunId): Promise<readonly Approval[]> {
    return this.#read((db) => reads.readApprovalsOf(db, run));
  }

  artifactsOf(run: RunId): Promise<readonly Artifact[]> {
    return this.#read((db) => reads.readArtifactsOf(db, run));
  }

  approval(id: string): Promise<Approval | undefined> {
    return this.#read((db) => reads.readApproval(db, id));
  }

  artifact(id: string): Promise<Artifact | undefined> {
    return this.#read((db) => reads.readArtifact(db, id));
  }

  idsByPrefix(kind: 'run' | 'approval' | 'artifact', prefix: string, limit: number): Promise<readonly string[]> {
    return this.#read((db) => reads.readIdsByPrefix(db, kind, prefix, limit));
  }

  runByNumber(number: number): Promise<RunId | undefined> {
    return this.#read((db) => reads.readRunByNumber(db, number));
  }

  runs(query: Parameters<ThreadStore['runs']>[0]): Promise<Page<Run>> {
    return this.#read((db) => reads.readRuns(db, query));
  }

  pendingApprovals(limit: number, device?: DeviceId): Promise<readonly PendingApproval[]> {
    return this.#read((db) => reads.readPendingApprovals(db, limit, device));
  }

  approvals(limit: number): Promise<readonly Approval[]> {
    return this.#read((db) => reads.readApprovals(db, limit));
  }

  artifacts(...[limit, kinds]: Parameters<ThreadStore['artifacts']>): Promise<readonly Artifact[]> {
    return this.#read((db) => reads.readArtifacts(db, limit, kinds));
  }

  artifactsAfter(
    ...[place, limit]: Parameters<ThreadStore['artifactsAfter']>
  ): ReturnType<ThreadStore['artifactsAfter']> {
    return this.#read((db) => reads.readArtifactsAfter(db, place, limit));
  }

  entries(query: Parameters<ThreadStore['entries']>[0]): Promise<Page<StoredEntry>> {
    return this.#read((db) => reads.readEntries(db, query));
  }

  search(query: Parameters<ThreadStore['search']>[0]): Promise<Page<StoredEntry>> {
    return this.#read((db) => searchEntries(db, query));
  }

  rebuild(): Promise<number> {
    return this.#write((db) =>
      this.#gate.alone(async () => {
        try {
          const { events, tips } = await rebuild(db);
          this.#stand(tips);
          return events;
        } catch (error) {
          // Half-made projections must not be read: the next use opens the database again, which finishes the work.
          await this.#giveUp(explain(error, this.#location, `the projections of ${this.#location} were not made anew`));
          throw this.#failed;
        }
      }),
    );
  }

  verify(): Promise<readonly string[]> {
    return this.#read((db) =>
      verifyDatabase(db, { location: this.#location, self: this.device, signal: this.#closing.signal }),
    );
  }

  async verifyChain(): Promise<ChainReport> {
    const options = { location: this.#location, self: this.device, signal: this.#closing.signal };
    const findings = new Findings();
    // In the queue of writers, so that no record is half written; synced, so that the anchor is due.
    await this.#write(async (db) => {
      if (this.#unsynced) await this.#batch(db, [FLUSH], true);
      await checkWriteAheadLogs(this.#location, findings);
    });
    const anchor = await examineAnchor(this.#anchor, options, findings);
    return this.#read((db) => verifyChains(db, { ...options, anchor }, findings));
  }

  close(): Promise<void> {
    this.#closing.abort(closed(this.#location));
    const close = this.#lastWrite.then(() =>
      this.#gate.alone(async () => {
        await this.#bringAnchorUp();
        await this.#db?.close();
        this.#db = undefined;
        this.#closed = true;
      }),
    );
    this.#lastWrite = close.catch(() => undefined);
    return close;
  }

  /** A disk that takes nothing more must not keep the store from being closed: then the anchor stays behind. */
  async #bringAnchorUp(): Promise<void> {
    if (this.#db !== undefined && this.#failed === undefined) {
      if (this.#unsynced) await this.#batch(this.#db, [FLUSH], true).catch(() => undefined);
      if (this.#failed === undefined) this.#moveAnchor();
    }
    await this.#anchor.close();
  }

  async #commit(db: Database, events: readonly LogEvent[], sync: boolean): Promise<readonly LoggedChange[]> {
    if (events.length === 0) return [];
    const draft = new Draft(this.#tips);
    await draft.load(events, (wanted) => db.getMany(wanted));
    const changes = events.map((event) => draft.apply(event));
    await this.#batch(db, [...logOperations(events), ...draft.operations()], sync);
    this.#stand(draft.tips);
    return changes;
  }

  async #batch(db: Database, operations: readonly Operation[], sync: boolean): Promise<void> {
    try {
      await db.batch([...operations], { sync });
      this.#unsynced = !sync;
      this.#moved ||= sync;
      if (sync) this.#synced?.resolve();
    } catch (error) {
      this.#failed = explain(error, this.#location, `writing to the database at ${this.#location} failed`);
      throw this.#failed;
    }
  }

  /** Nothing waits for it, and it says nothing that is not on the disk: at worst it stands a moment behind. */
  #moveAnchor(): void {
    const { seq, hash } = this.#tips.heads.get(this.device) ?? NO_HEAD;
    if (this.#moved) this.#anchor.advance({ device: this.device, seq, hash });
    this.#moved = false;
  }

  #stand(tips: Tips): void {
    this.#tips = tips;
    this.#number = Math.max(this.#number, tips.number);
  }

  /** One writer after the other, each on a database that takes writes. */
  #write<T>(work: (db: Database) => Promise<T>): Promise<T> {
    const write = this.#lastWrite.then(async () => {
      const db = this.#failed === undefined ? this.#usable() : await this.#reopen();
      try {
        const result = await work(db);
        this.#moveAnchor();
        return result;
      } catch (error) {
        throw this.#explained(error);
      }
    });
    this.#lastWrite = write.catch(() => undefined);
    return write;
  }

  #read<T>(work: (db: Database) => Promise<T>): Promise<T> {
    return this.#gate.shared(async () => {
      const db = this.#usable();
      try {
        return await work(db);
      } catch (error) {
        throw this.#explained(error);
      }
    });
  }

  #usable(): Database {
    if (this.#db !== undefined) return this.#db;
    throw this.#closed || this.#failed === undefined ? closed(this.#location) : this.#failed;
  }

  /** After a failed write: once the disk has room again, a fresh start, from which on everything is as after a crash. */
  async #reopen(): Promise<Database> {
    if (this.#closed) throw closed(this.#location);
    await requireRoom(this.#location);
    return this.#gate.alone(async () => {
      await this.#db?.close();
      this.#db = undefined;
      const { db, tips } = await openPrepared(this.#location);
      this.#db = db;
      this.#stand(tips);
      this.#moved = true;
      this.#failed = undefined;
      return db;
    });
  }

  async #giveUp(failure: DispatchError): Promise<void> {
    this.#failed = failure;
    await this.#db?.close();
    this.#db = undefined;
  }

  #explained(error: unknown): unknown {
    return explained(error, this.#location);
  }
}
