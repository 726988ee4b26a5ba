/**
 * From events to what is stored of them: the one place that derives anything from the log. Appending, importing, rebuilding and
 * verifying all go through here. It reads what the events build on and makes a batch; it never writes.
 */

import { type Timestamp, wallTime } from '../../core/clock.ts';
import { DispatchError } from '../../core/errors.ts';
import type { LogEvent } from '../../core/events.ts';
import { evolve } from '../../core/evolve.ts';
import type { EntryKey, RunId, Sha256 } from '../../core/ids.ts';
import { isFinal, type Run, type RunState } from '../../core/runs.ts';
import { firstWordsOf, isSearched, lastWordsOf, marksOf } from '../../core/search/found-by.ts';
import { entryKey, type Message, messageOfAnswer } from '../../core/thread.ts';
import type { LoggedChange, StoredEntry } from '../../engine/ports.ts';
import { hashEvent } from './hash-chain.ts';
import * as keys from './keys.ts';
import { type ApprovalRecord, type ArtifactRecord, parseRecord, type RunRecord } from './records.ts';
import { seal } from './sealed.ts';

/** The newest event of a device. */
export interface Head {
  readonly seq: number;
  readonly at: Timestamp;
  /** Of that event, which the next one carries. */
  readonly hash: Sha256;
  /** How many events of the device are here: logs of others have gaps, and a lost piece of one would look like one more. */
  readonly count: number;
}

/** Where the log stands: all that has to be known to write on. */
export interface Tips {
  readonly heads: ReadonlyMap<string, Head>;
  /** The newest timestamp of any device. */
  readonly at: Timestamp | undefined;
  /** The highest run number. */
  readonly number: number;
}

export type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'del'; readonly key: string };

/** Values by key, undefined where there is none. */
export type ReadMany = (wanted: string[]) => Promise<readonly (string | undefined)[]>;

/** A thing that changes after it was made: as the database has it, and as it will be. */
interface Touched<T> {
  readonly stored: T | undefined;
  now: T;
}

type RunEvent = Exclude<LogEvent, { type: 'message.said' }>;
type ApprovalEvent = Extract<LogEvent, { type: `approval.${string}` }>;

/** The projections of a number of events, gathered into one batch. The events see each other; they are not in it themselves. */
export class Draft {
  readonly #heads: Map<string, Head>;
  /** The newest event of each device that has any here, and how many it has in all. */
  readonly #newest = new Map<string, { event: LogEvent | undefined; count: number }>();
  #at: Timestamp | undefined;
  #number: number;
  readonly #storedNumber: number;
  readonly #operations: Operation[] = [];
  readonly #runs = new Map<string, Touched<RunRecord>>();
  readonly #approvals = new Map<string, Touched<ApprovalRecord>>();
  readonly #artifacts = new Map<string, Touched<ArtifactRecord>>();
  /** Places in the thread that something has, of those that events of this draft want. */
  readonly #taken = new Set<EntryKey>();
  /** Short numbers that runs of other devices got here. */
  readonly #givenNumbers = new Map<string, number>();

  constructor(tips: Tips) {
    this.#heads = new Map(tips.heads);
    this.#at = tips.at;
    this.#number = tips.number;
    this.#storedNumber = tips.number;
  }

  get tips(): Tips {
    this.#settleHeads();
    return { heads: this.#heads, at: this.#at, number: this.#number };
  }

  /** Reads the runs that the events belong to. Must come before `apply`. */
  async load(events: readonly LogEvent[], read: ReadMany): Promise<void> {
    const runs = new Set<string>();
    for (const event of events) if (event.type !== 'message.said') runs.add(keys.runKey(event.stream as RunId));
    const records = await readRecords<RunRecord>(read, [...runs]);
    for (const record of records) this.#runs.set(record.run.id, { stored: record, now: record });
    const approvals = records.flatMap((record) =>
      record.approval === undefined ? [] : [keys.approvalKey(record.approval)],
    );
    for (const record of await readRecords<ApprovalRecord>(read, approvals)) {
      this.#approvals.set(record.approval.id, { stored: record, now: record });
    }
    const removed = events.flatMap((event) => (event.type === 'artifact.removed' ? [event.data.artifact] : []));
    for (const record of await readRecords<ArtifactRecord>(read, removed.map(keys.artifactKey))) {
      this.#artifacts.set(record.artifact.id, { stored: record, now: record });
    }
    await this.#loadNumbers(events, read);
    await this.#loadPlaces(events, read);
  }

  /** Only a run that comes from elsewhere brings its place along; all others are new. */
  async #loadPlaces(events: readonly LogEvent[], read: ReadMany): Promise<void> {
    const places = events.flatMap((event) => (event.type === 'run.received' ? [event.data.place] : []));
    const found = places.length === 0 ? [] : await read(places.map(keys.entryIndexKey));
    places.forEach((place, index) => {
      if (found[index] !== undefined) this.#taken.add(place);
    });
  }

  async #loadNumbers(events: readonly LogEvent[], read: ReadMany): Promise<void> {
    const begun = events.filter(({ type }) => type === 'run.submitted' || type === 'run.received');
    const ids = [...new Set(begun.map(({ stream }) => stream as RunId))].filter((id) => !this.#runs.has(id));
    const texts = ids.length === 0 ? [] : await read(ids.map(keys.givenNumberKey));
    ids.forEach((id, index) => {
      const text = texts[index];
      if (text !== undefined) this.#givenNumbers.set(id, parseRecord<{ number: number }>(id, text).number);
    });
  }

  /** The run as it will be; undefined if there is none. */
  run(id: RunId): Run | undefined {
    return this.#runs.get(id)?.now.run;
  }

  /** Gives a run of another device the short number that it has here. It is kept beside the log. */
  giveNumber(id: RunId, next: () => number): void {
    if (this.#givenNumbers.has(id)) return;
    const number = next();
    this.#givenNumbers.set(id, number);
    const key = keys.givenNumberKey(id);
    this.#put(key, seal(key, { number }));
  }

  /** Adds one event. Throws, and changes nothing, if the event does not fit what was before it. */
  apply(event: LogEvent): LoggedChange {
    const change = event.type === 'message.said' ? this.#say(event) : this.#moveRun(event);
    this.skip(event);
    return change;
  }

  /** Goes past an event without deriving anything from it. */
  skip(event: LogEvent): void {
    const head = this.#heads.get(event.device);
    const { event: newest, count } = this.#newest.get(event.device) ?? { event: undefined, count: head?.count ?? 0 };
    const isNewest = event.seq > (newest?.seq ?? head?.seq ?? 0);
    this.#newest.set(event.device, { event: isNewest ? event : newest, count: count + 1 });
    if (this.#at === undefined || event.at > this.#at) this.#at = event.at;
  }

  /** Only the newest event of each device has to be hashed. */
  #settleHeads(): void {
    for (const [device, { event, count }] of this.#newest) {
      const before = this.#heads.get(device);
      const head = event === undefined ? before : { seq: event.seq, at: event.at, hash: hashEvent(event) };
      if (head !== undefined) this.#heads.set(device, { ...head, count });
    }
    this.#newest.clear();
  }

  /** What to write. Things that changed several times are written once, in their last state. */
  operations(): Operation[] {
    for (const { stored, now } of this.#runs.values()) if (stored !== now) this.#writeRun(stored, now);
    for (const { stored, now } of this.#approvals.values()) if (stored !== now) this.#writeApproval(stored, now);
    for (const { stored, now } of this.#artifacts.values())
      if (stored !== now) this.#put(keys.artifactKey(now.artifact.id), now);
    this.#settleHeads();
    for (const [device, head] of this.#heads) this.#put(keys.headKey(device), head);
    if (this.#number !== this.#storedNumber) this.#put(keys.NUMBER_KEY, this.#number);
    return this.#operations;
  }

  #say(event: Extract<LogEvent, { type: 'message.said' }>): LoggedChange {
    const { message: id, role, text } = event.data;
    const message: Message = { id, role, text, by: event.by, at: wallTime(event.at) };
    const entry: StoredEntry = { key: entryKey(event), kind: 'message', message };
    this.#put(keys.messageKey(id), { key: entry.key, message });
    this.#enter(entry, keys.messageKey(id));
    return { event, entry };
  }

  #moveRun(event: RunEvent): LoggedChange {
    const id = event.stream as RunId;
    const record = this.#runs.get(id);
    if (event.type === 'run.submitted' && record !== undefined && record.now.key !== entryKey(event)) {
      throw new Error(`run ${id} was submitted before`);
    }
    const state = evolve(this.#stateOf(record), this.#numbered(event));
    const key = record?.now.key ?? placeOf(event);
    if (record === undefined && this.#taken.has(key)) throw placeTaken(id);
    this.#put(keys.runEventKey(id, entryKey(event)), '');
    const approval = state.approval?.id;
    const now: RunRecord = { key, run: state.run, ...(approval === undefined ? {} : { approval }) };
    if (record === undefined) this.#runs.set(id, { stored: undefined, now });
    else record.now = now;
    return { event, entry: this.#entryOf(event, key, state, record === undefined), run: state.run };
  }

  /** With the number that the run has here. */
  #numbered(event: RunEvent): RunEvent {
    if (event.type !== 'run.submitted' && event.type !== 'run.received') return event;
    const number = this.#givenNumbers.get(event.stream);
    return number === undefined ? event : ({ ...event, data: { ...event.data, number } } as RunEvent);
  }

  #stateOf(record: Touched<RunRecord> | undefined): RunState | undefined {
    if (record === undefined) return undefined;
    const { run, approval: id } = record.now;
    if (id === undefined) return { run };
    const approval = this.#approvals.get(id);
    if (approval === undefined) throw new Error(`log damaged: approval ${id} of run ${run.id} is not there`);
    return { run, approval: approval.now.approval };
  }

  /** Keeps what the event says beyond the run itself, and gives the entry that it concerns. */
  #entryOf(event: RunEvent, runPlace: EntryKey, state: RunState, isNew: boolean): StoredEntry {
    if (event.type === 'run.answered') return this.#keepAnswer(event);
    if (event.type === 'artifact.created') return this.#keepArtifact(event);
    if (event.type === 'artifact.removed') return this.#removeArtifact(event);
    if (isAboutApproval(event)) return this.#keepApproval(event, state);
    const entry: StoredEntry = { key: runPlace, kind: 'run', run: state.run };
    if (isNew) {
      this.#enter(entry, keys.runKey(state.run.id));
      this.#put(keys.numberIndexKey(state.run.number), state.run.id);
      this.#number = Math.max(this.#number, state.run.number);
    }
    return entry;
  }

  #keepApproval(event: ApprovalEvent, { approval }: RunState): StoredEntry {
    if (approval === undefined) throw new Error(`log damaged: ${event.type} without an approval in ${event.stream}`);
    const before = this.#approvals.get(approval.id);
    const key = before?.now.key ?? entryKey(event);
    const entry: StoredEntry = { key, kind: 'approval', approval };
    if (before === undefined) {
      this.#approvals.set(approval.id, { stored: undefined, now: { key, approval } });
      this.#enter(entry, keys.approvalKey(approval.id));
      this.#put(keys.approvalIndexKey(key), approval.id);
      this.#put(keys.runApprovalKey(approval.runId, key), approval.id);
    } else {
      before.now = { key, approval };
    }
    return entry;
  }

  #keepAnswer(event: Extract<LogEvent, { type: 'run.answered' }>): StoredEntry {
    const message = messageOfAnswer(event);
    const entry: StoredEntry = { key: entryKey(event), kind: 'message', message };
    this.#put(keys.messageKey(message.id), { key: entry.key, message });
    this.#enter(entry, keys.messageKey(message.id));
    return entry;
  }

  #keepArtifact(event: Extract<LogEvent, { type: 'artifact.created' }>): StoredEntry {
    const runId = event.stream as RunId;
    const artifact = { ...event.data.artifact, runId, device: event.device, createdAt: wallTime(event.at) };
    const entry: StoredEntry = { key: entryKey(event), kind: 'artifact', artifact };
    this.#artifacts.set(artifact.id, { stored: undefined, now: { key: entry.key, artifact } });
    this.#enter(entry, keys.artifactKey(artifact.id));
    this.#put(keys.artifactIndexKey(entry.key), artifact.id);
    this.#put(keys.runArtifactKey(runId, entry.key), artifact.id);
    return entry;
  }

  /** What tells of it stays where it is. */
  #removeArtifact(event: Extract<LogEvent, { type: 'artifact.removed' }>): StoredEntry {
    const { artifact: id, reason } = event.data;
    const record = this.#artifacts.get(id);
    if (record === undefined || record.now.artifact.runId !== event.stream) {
      throw new Error(`log damaged: artifact ${id}, which was removed, is none of run ${event.stream}`);
    }
    const { key, artifact } = record.now;
    const removed = artifact.removed ?? { at: wallTime(event.at), reason };
    record.now = { key, artifact: { ...artifact, removed } };
    return { key, kind: 'artifact', artifact: record.now.artifact };
  }

  /** Gives a new entry its place in the thread, and lets it be found. */
  #enter(entry: StoredEntry, recordKey: string): void {
    this.#taken.add(entry.key);
    this.#operations.push({ type: 'put', key: keys.entryIndexKey(entry.key), value: recordKey });
    if (!isSearched(entry)) return;
    for (const mark of marksOf(entry)) this.#put(keys.markIndexKey(mark, entry.key), '');
    for (const word of firstWordsOf(entry)) this.#put(keys.wordIndexKey(word, entry.key), '');
  }

  #writeRun(stored: RunRecord | undefined, now: RunRecord): void {
    const { id, status } = now.run;
    this.#put(keys.runKey(id), now);
    if (stored?.run.status === status) return;
    if (stored !== undefined) this.#delete(keys.statusIndexKey(stored.run.status, stored.key));
    this.#put(keys.statusIndexKey(status, now.key), id);
    if (isFinal(now.run)) for (const word of lastWordsOf(now.run)) this.#put(keys.wordIndexKey(word, now.key), '');
  }

  #writeApproval(stored: ApprovalRecord | undefined, now: ApprovalRecord): void {
    const { id, status } = now.approval;
    this.#put(keys.approvalKey(id), now);
    const wasPending = stored?.approval.status === 'pending';
    if (status === 'pending' && !wasPending) this.#put(keys.pendingIndexKey(now.key), id);
    if (status !== 'pending' && wasPending) this.#delete(keys.pendingIndexKey(now.key));
  }

  #put(key: string, value: object | string | number): void {
    this.#operations.push({ type: 'put', key, value: typeof value === 'string' ? value : JSON.stringify(value) });
  }

  #delete(key: string): void {
    this.#operations.push({ type: 'del', key });
  }
}

function placeTaken(id: RunId): DispatchError {
  return new DispatchError('conflict', `run ${id} wants a place in the thread that something else has`, {
    hint: 'submit it again',
  });
}

/** Where a run stands in the thread: where it was submitted, whoever tells of it. */
function placeOf(event: RunEvent): EntryKey {
  return event.type === 'run.received' ? event.data.place : entryKey(event);
}

function isAboutApproval(event: RunEvent): event is ApprovalEvent {
  return event.type.startsWith('approval.');
}

/** The events themselves, as the log keeps them. */
export function logOperations(events: readonly LogEvent[]): Operation[] {
  return events.map((event) => ({
    type: 'put',
    key: keys.logKey(event.device, event.seq),
    value: JSON.stringify(event),
  }));
}

async function readRecords<T extends object>(read: ReadMany, wanted: string[]): Promise<T[]> {
  const texts = wanted.length === 0 ? [] : await read(wanted);
  return texts.flatMap((text, index) => (text === undefined ? [] : [parseRecord<T>(wanted[index] ?? '', text)]));
}
