/** What the engine needs from the outside world. Adapters implement these; the engine imports nothing else of theirs. */

import type { Action } from '../core/actions.ts';
import type { Approval, Signature } from '../core/approvals.ts';
import type { Artifact, ArtifactKind } from '../core/artifacts.ts';
import type { Timestamp } from '../core/clock.ts';
import type { Capabilities, CapabilityName, Probe } from '../core/devices.ts';
import type { LogEvent, NewEvent, OutputSummary } from '../core/events.ts';
import type { DeviceId, EntryKey, RunId, Sha256 } from '../core/ids.ts';
import type { Run, RunState, RunStatus } from '../core/runs.ts';
import type { SearchTerms } from '../core/search/found-by.ts';
import type { Cursor, Message } from '../core/thread.ts';
import type { OutputChunk } from '../protocol/api.ts';
import type { LogBatch } from '../protocol/peer-api.ts';

/** A thread entry as stored: an artifact has no URL yet. */
export type StoredEntry = { readonly key: EntryKey } & (
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'approval'; readonly approval: Approval }
  | { readonly kind: 'artifact'; readonly artifact: Artifact }
);

/** A step of the thread as the log gives it: the event, and the entry it concerns after it. */
export interface LoggedChange {
  readonly event: LogEvent;
  readonly entry: StoredEntry;
  /** The run that the event belongs to, after it. */
  readonly run?: Run;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** True if there is more in the direction that was read. */
  readonly more: boolean;
}

/** A page of what was found. It may hold little, or nothing, and yet not be the last: one request looks only so far. */
export interface SearchPage extends Page<StoredEntry> {
  /** Where the next page begins, as its `before` or `after`; there if there is more. */
  readonly next?: EntryKey;
}

/** The append-only log of this device with its projections. All reads see what was appended before they began. */
export interface ThreadStore {
  readonly device: DeviceId;
  /**
   * Gives the events their places and writes them with their projections in one atomic batch. Calls are serialised: the state
   * that `evolve` sees is that of the batch before. `sync` waits until the disk has it.
   */
  append(
    events: readonly NewEvent[],
    options: { sync: boolean /** A timestamp of another device that they must come after. */; seen?: Timestamp },
  ): Promise<readonly LoggedChange[]>;
  /**
   * Copies a piece of the log of another device and remembers how far it went, in one batch. What the device may not say of the
   * run that it names, what does not fit, and what is here already is left out. Gives the changes.
   */
  importLog(batch: { device: DeviceId } & LogBatch): Promise<readonly LoggedChange[]>;
  /** Changes in the log of this device alone after a place in it; few where the events are large. */
  ownChangesAfter(seq: number, limit: number, maxBytes: number): Promise<Page<LoggedChange>>;
  /** Resolves when all that was appended is on the disk: what others are told must not be taken back by a power cut. */
  flush(): Promise<void>;
  /** How far the log of another device has been copied, and in which scope; undefined if nothing has. */
  position(device: DeviceId): Promise<{ readonly seq: number; readonly scope: string } | undefined>;
  /** The next free short number. Given out once each while the store is open; an unused one may come again after a restart. */
  nextRunNumber(): number;
  cursor(): Cursor;
  /** Changes after the cursor in log order, each entry as it is now. */
  changesAfter(cursor: Cursor, limit: number): Promise<Page<LoggedChange>>;

  run(id: RunId): Promise<RunState | undefined>;
  /** Where the run stands in the thread: the same on every device. */
  placeOf(run: RunId): Promise<EntryKey | undefined>;
  /** Oldest first. */
  approvalsOf(run: RunId): Promise<readonly Approval[]>;
  artifactsOf(run: RunId): Promise<readonly Artifact[]>;
  approval(id: string): Promise<Approval | undefined>;
  artifact(id: string): Promise<Artifact | undefined>;
  /** Ids that start with the prefix, at most `limit`. */
  idsByPrefix(kind: 'run' | 'approval' | 'artifact', prefix: string, limit: number): Promise<readonly string[]>;
  runByNumber(number: number): Promise<RunId | undefined>;
  /** Newest first. `before` is a run id: the page starts with the run submitted before it. */
  runs(query: { status?: readonly RunStatus[]; before?: RunId; limit: number }): Promise<Page<Run>>;
  /** Oldest first; with `device`, of those that this device executes. */
  pendingApprovals(limit: number, device?: DeviceId): Promise<readonly Extract<Approval, { status: 'pending' }>[]>;
  /** Newest first. */
  approvals(limit: number): Promise<readonly Approval[]>;
  artifacts(limit: number, kinds?: readonly ArtifactKind[]): Promise<readonly Artifact[]>;
  /** A page of all artifacts, oldest first, of those after a place; `last` is the place of the last one of it. */
  artifactsAfter(
    place: EntryKey | undefined,
    limit: number,
  ): Promise<{ readonly items: readonly Artifact[]; readonly last: EntryKey | undefined }>;

  /** Oldest first in any case; without `before` and `after`, the newest. */
  entries(query: { before?: EntryKey; after?: EntryKey; limit: number }): Promise<Page<StoredEntry>>;
  /** Entries that are what the terms say: newest first; with `after`, oldest first from there. */
  search(query: { terms: SearchTerms; before?: EntryKey; after?: EntryKey; limit: number }): Promise<SearchPage>;
  /** Throws all projections away and makes them anew from the log; gives the number of events. */
  rebuild(): Promise<number>;
  /** Reads the whole log and compares it with the projections; gives what is wrong, in words. */
  verify(): Promise<readonly string[]>;
  /** Walks over the hash chain of each log, the anchor beside the database, and all that `verify` compares. */
  verifyChain(): Promise<ChainReport>;
  /** The events of a run as this device knows them, from all logs, in order. */
  eventsOf(run: RunId): Promise<readonly LogEvent[]>;
  close(): Promise<void>;
}

/** What walking over the hash chains found. */
export interface ChainReport {
  /** Events that were read, and how many of them older versions wrote before there was a chain. */
  readonly events: number;
  readonly unchained: number;
  /** What is wrong and where, in words, in the order in which it was found. */
  readonly findings: readonly string[];
}

/** Tells a file from another that took its place. */
export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
}

export interface BlobReading {
  /** A piece is good only until the one after the next is asked for: its memory is used again, which is faster by half. */
  readonly fleeting?: boolean;
}

/** A blob as it lies on the disk. */
export interface KeptBlob {
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  /** When content that is the same was kept last: Unix milliseconds. */
  readonly keptAt: number;
}

/** Content-addressed bytes on disk. A blob is there whole, under its hash, or not at all. */
export interface BlobStore {
  /**
   * Copies a file in; hashes while copying; syncs before it answers. Throws `too-large` as soon as there is more than
   * `maxBytes`, and `invalid` if the file at the path is not the one that is meant; neither leaves anything.
   */
  putFile(
    path: string | Buffer,
    options?: { readonly maxBytes?: number; readonly identity?: FileIdentity },
  ): Promise<{ sha256: Sha256; sizeBytes: number }>;
  put(chunks: AsyncIterable<Uint8Array>): Promise<{ sha256: Sha256; sizeBytes: number }>;
  has(sha256: Sha256): Promise<boolean>;
  path(sha256: Sha256): string;
  /** Throws `not-found`. */
  read(sha256: Sha256, offset: number, signal: AbortSignal, options?: BlobReading): AsyncIterable<Uint8Array>;
  /** The first bytes, for telling types apart. */
  head(sha256: Sha256, length: number): Promise<Uint8Array>;
  /**
   * Reads all of it, a piece at a time, and holds it against its hash. What is no regular file any more has `changed`. Throws `storage`
   * if it cannot be read to its end, and `cancelled` when the signal aborts.
   */
  check(sha256: Sha256, signal?: AbortSignal): Promise<'whole' | 'missing' | 'changed'>;
  /**
   * Begins to take in bytes that come from elsewhere and must have this hash, after those that an earlier try left. One at a time
   * for a hash. Throws `storage` where the disk has no room for the rest.
   */
  receive(sha256: Sha256, sizeBytes: number): Promise<IncomingBlob>;
  /** All that lie here, in no order. */
  list(): AsyncIterable<KeptBlob>;
  /**
   * Deletes it, unless it was kept at that time or since. Gives how many bytes are free now: none, if it was not there. Who reads it goes
   * on to its end.
   */
  remove(sha256: Sha256, before: number): Promise<number>;
}

/** A blob on its way here. What has come stays when it is closed, or with a killed process, for the next who receives it. */
export interface IncomingBlob {
  /** How many bytes have come: the next one belongs there. */
  readonly received: number;
  /**
   * Never changes the order; a promise resolves when there is room for more. The bytes must not change afterwards. Throws
   * `too-large` beyond the size that was announced, `storage` if the disk takes no more; neither leaves anything.
   */
  append(bytes: Uint8Array): void | Promise<void>;
  /**
   * The bytes from an offset as they come, any number of readers at their own pace. The last byte is given only once all have
   * proved right, so what ends is right. Throws what ended it otherwise.
   */
  follow(offset: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** After the last byte: true if the bytes have their hash, and then the blob is there, on the disk; false if they are gone. */
  settle(): Promise<boolean>;
  /** Keeps what has come. Readers are told why. Does nothing after `settle`. */
  close(reason: unknown): Promise<void>;
}

/** The raw output of runs: one file by run id while it runs, read by offset by any number of followers at their own pace. */
export interface OutputStore {
  /** `capBytes` bounds what is kept: the first and the last half. */
  create(run: RunId, capBytes: number): Promise<OutputWriter>;
  /** Live until the writer is sealed; then from what was kept. Throws `not-found` if the run has no output here. */
  follow(
    run: RunId,
    options: { offset: number; maxLag?: number },
    signal: AbortSignal,
  ): Promise<{ size: number; chunks: AsyncIterable<OutputChunk> }>;
  /** What a crash left behind, ready to be kept as an artifact; undefined if there is nothing. Seals it. */
  recover(run: RunId): Promise<SealedOutput | undefined>;
  /** Deletes the run's files, once their content is kept elsewhere. Followers that are reading keep what they opened. */
  remove(run: RunId): Promise<void>;
}

export interface SealedOutput {
  readonly summary: OutputSummary;
  /** A file with what was kept; each gap is a line `\n[dispatch: N bytes dropped here]\n` in it. */
  readonly path: string;
}

export interface OutputWriter {
  /** Never waits: a slow disk is bounded by `pressure`. The bytes must not change afterwards. */
  write(bytes: Uint8Array): void;
  /** True while more than a few MiB wait for the disk: the executor should pause reading. */
  readonly pressure: boolean;
  onDrain(listener: () => void): void;
  readonly size: number;
  /**
   * Flushes and ends every follower after the last byte. What a full disk refused counts as dropped, and the file says so;
   * rejects with `storage` only if not even the beginning can be kept as a sound file.
   */
  seal(): Promise<SealedOutput>;
}

/** Private files of a run that are not for the log: raw actions with secrets in them. Mode 0600, erased when the run ends. */
export interface RunVault {
  keep(run: RunId, action: Action): Promise<void>;
  open(run: RunId): Promise<Action | undefined>;
  erase(run: RunId): Promise<void>;
}

/** A regular file that a run left. */
export interface LeftFile {
  /** Relative, with forward slashes; bytes that are no UTF-8 are written as `\xff`. */
  readonly name: string;
  /** As bytes where the name is not UTF-8. */
  readonly path: string | Buffer;
  readonly sizeBytes: number;
  readonly identity: FileIdentity;
}

/** Folders that runs leave their artifacts in. */
export interface Workspaces {
  /** Makes an empty folder for the run, mode 0700. */
  create(run: RunId): Promise<string>;
  /** The regular files in it; links are not followed. What was passed over is told in `notes`. Never rejects. */
  list(run: RunId): Promise<{ readonly files: readonly LeftFile[]; readonly notes: readonly string[] }>;
  remove(run: RunId): Promise<void>;
}

/** Names types of files. */
export interface MimeSniffer {
  type(name: string, head: Uint8Array): Promise<string>;
}

export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Calls back once at or after the time; the timer does not keep the process alive. Gives the way to cancel. */
  at(time: number, callback: () => void): () => void;
}

export interface Identity {
  readonly device: DeviceId;
  readonly platform: string;
  readonly version: string;
}

/** What this device can do, found by looking. */
export interface Prober {
  /** As found last. */
  capabilities(): Pick<Capabilities, CapabilityName>;
  probes(): readonly Probe[];
  /** Looks again. Never rejects: what cannot be looked at is not there. */
  probe(): Promise<void>;
  /** Calls back when something is not as it was. */
  onChange(listener: () => void): () => void;
}

/** The secrets that the owner of this device keeps for runs, by name. Their values are read when a run starts and are never stored. */
export interface Secrets {
  names(): readonly string[];
  /** Throws `not-found` for a name that is not configured, `unavailable` where its variable or file is not there. */
  read(names: readonly string[]): Promise<Readonly<Record<string, string>>>;
}

/** Finds secrets in text that is about to be stored or shown, and masks them. Never rejects: what it cannot look at it masks whole. */
export interface SecretFinder {
  mask(text: string): Promise<string>;
}

/** Signs with the key of this device, and verifies against the key that the id of another one holds. */
export interface Signer {
  sign(text: string): Signature;
  verify(device: DeviceId, text: string, signature: Signature): boolean;
}

/** Randomness and hashing, which the domain does not do itself. */
export interface Ids {
  next(): string;
  sha256(text: string): Sha256;
}
