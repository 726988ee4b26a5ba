/**
 * What the engine needs of other devices, and what it does for them. Adapters implement and call these; the engine imports nothing
 * else of theirs.
 */

import type { DeviceReport, Presence, RevokedDevice } from '../core/devices.ts';
import type { Grant } from '../core/grants.ts';
import type { ArtifactId, DeviceId, RunId } from '../core/ids.ts';
import type { OutputChunk, Progress } from '../protocol/api.ts';
import type {
  LanDevice,
  PairConfirmParams,
  PairEvent,
  PairingSession,
  PairJoinParams,
  PairOpenParams,
  PairProposal,
} from '../protocol/pairing-api.ts';
import type { LogBatch, PeerMethod, PeerParams, PeerResult } from '../protocol/peer-api.ts';

/** A device that this one is paired with. */
export interface PairedDevice {
  readonly id: DeviceId;
  /** Unique among the devices that this one knows. */
  readonly name: string;
  /** The newest that it said of itself; undefined if it has never been reached. */
  readonly report?: DeviceReport;
  readonly presence: Presence;
  /** What that device may do here. */
  readonly given: readonly Grant[];
  /** What this device may do there, as that one said last. */
  readonly held: readonly Grant[];
  readonly addresses: readonly string[];
  readonly clockAheadMs?: number;
}

/** The paired devices, and the links to those that are there. */
export interface Network {
  devices(): readonly PairedDevice[];
  /** Calls back when a device comes, goes, or changes what it says of itself or allows. */
  onDevices(listener: () => void): () => void;
  /** The link to a device that is there; at most one. */
  link(device: DeviceId): PeerLink | undefined;
  /** Calls back with every link that comes up, and with those that are up already. */
  onLink(listener: (link: PeerLink) => void): () => void;
  /** Calls back with how far runs on other devices are, as those say. */
  onProgress(listener: (device: DeviceId, run: RunId, progress: Progress) => void): () => void;
  /** Calls back when a device has said, over a link that proved it, that it let this one go. */
  onRevoked(listener: (device: DeviceId) => void): () => void;
  /** Tells the device that it is out, ends its streams and connections, and forgets where it was. Its pairing is gone already. */
  expel(device: DeviceId): Promise<void>;
}

/** What can be asked of a device that is there. Everything rejects with `unavailable` (retryable) once the link is down. */
export interface PeerLink {
  readonly device: DeviceId;
  /** What this device may do there; may change while the link is up. */
  readonly held: readonly Grant[];
  /** Aborts when the link is down. */
  readonly down: AbortSignal;
  call<M extends PeerMethod>(method: M, params: PeerParams<M>): Promise<PeerResult<M>>;
  /** The log of that device after a place, as far as it may be seen: what is there, then what comes, until the signal aborts. */
  log(params: { after: number }, signal: AbortSignal): AsyncIterable<LogBatch>;
  output(params: OutputRequest, signal: AbortSignal): Promise<{ size: number; chunks: AsyncIterable<OutputChunk> }>;
  blob(params: BlobRequest, signal: AbortSignal): Promise<{ sizeBytes: number; chunks: AsyncIterable<OutputChunk> }>;
  input(params: { run: RunId }): Promise<RemoteInput>;
  /** What a `send` there gives, from a position on. */
  transfer(params: TransferRequest, signal: AbortSignal): Promise<{ chunks: AsyncIterable<Uint8Array> }>;
}

export interface TransferRequest {
  /** The run that sends. */
  readonly run: RunId;
  readonly entry: number;
  readonly offset: number;
}

export interface OutputRequest {
  readonly run: RunId;
  readonly offset: number;
  readonly maxLag?: number;
}

export interface BlobRequest {
  /** By the artifact and not by the hash alone: who may read is decided by the run that made it. */
  readonly artifact: ArtifactId;
  readonly offset: number;
}

export interface RemoteInput {
  /** Resolves when there is room for more. */
  write(bytes: Uint8Array): void | Promise<void>;
  end(): void | Promise<void>;
  /** Leaves the input open for others. */
  close(): void;
}

/** What is kept of a device that this one is paired with. */
export interface Pairing {
  readonly device: DeviceId;
  /** What it calls itself, as it said last. */
  readonly name: string;
  /** What it is called here, where that is not its own name. */
  readonly alias?: string;
  readonly given: readonly Grant[];
  readonly held: readonly Grant[];
  /** Where it may be reached, as multiaddrs without `/p2p/`; the one that worked last first. */
  readonly addresses: readonly string[];
  /** Unix milliseconds. */
  readonly pairedAt: number;
  readonly report?: DeviceReport;
  readonly lastSeenAt?: number;
}

/** The pairings of this device, in memory and on disk. What a call has resolved for is on disk. */
export interface PairingStore {
  all(): readonly Pairing[];
  get(device: DeviceId): Pairing | undefined;
  /**
   * Puts it in the place of an earlier one, and takes a tombstone away. With `until` (Unix milliseconds) only for that long: then what
   * was there before counts again, unless it was put for good meanwhile. Rejects with `refused` if the device is revoked meanwhile.
   */
  put(pairing: Pairing, until?: number): Promise<void>;
  /**
   * Changes what is kept of a device, from what is kept when its turn comes; does nothing if it is not paired then. For those that
   * have met the device: what was put for a time counts for good from then on.
   */
  update(device: DeviceId, change: (pairing: Pairing) => Pairing): Promise<void>;
  /**
   * Leaves a tombstone: the device is not paired any more, and is known to have been revoked. In memory at once. `name` is what it was
   * called here.
   */
  revoke(device: DeviceId, name: string): Promise<void>;
  isRevoked(device: DeviceId): boolean;
  /** The beginning of its id is the name of one whose name was not kept. */
  revoked(): readonly RevokedDevice[];
  onChange(listener: () => void): () => void;
}

/** The pairing ceremonies of this device. */
export interface Ceremonies {
  open(params: PairOpenParams): Promise<PairingSession>;
  /** False if none was open. */
  close(reason: 'closed' | 'stopping'): Promise<boolean>;
  join(params: PairJoinParams): Promise<PairProposal>;
  /** The device that was paired; undefined if the person said no. */
  confirm(params: PairConfirmParams): Promise<DeviceId | undefined>;
  lan(): readonly LanDevice[];
  onEvent(listener: (event: PairEvent) => void): () => void;
}

/**
 * What this device does for others. Each call names the device that asks, as the connection proved it; whether it may is decided in
 * each call, by the grants that it has at that moment.
 */
export interface PeerService {
  call<M extends PeerMethod>(caller: DeviceId, method: M, params: PeerParams<M>): Promise<PeerResult<M>>;
  log(caller: DeviceId, params: { after: number }, signal: AbortSignal): AsyncIterable<LogBatch>;
  output(
    caller: DeviceId,
    params: OutputRequest,
    signal: AbortSignal,
  ): Promise<{ size: number; chunks: AsyncIterable<OutputChunk> }>;
  blob(
    caller: DeviceId,
    params: BlobRequest,
    signal: AbortSignal,
  ): Promise<{ sizeBytes: number; chunks: AsyncIterable<OutputChunk> }>;
  /** What a `send` for that device gives, from a position on. */
  transfer(
    caller: DeviceId,
    params: TransferRequest,
    signal: AbortSignal,
  ): Promise<{ chunks: AsyncIterable<Uint8Array> }>;
  /** Calls back with how far runs are that the device may see, a few times a second at most. */
  onProgress(caller: DeviceId, listener: (run: RunId, progress: Progress) => void): () => void;
  /** Resolves when the run takes input; the signal ends the wait. */
  input(caller: DeviceId, params: { run: RunId }, signal: AbortSignal): Promise<RemoteInput>;
  /** What is told to paired devices when they connect, and again when it changes. */
  report(): DeviceReport;
  onReport(listener: () => void): () => void;
}

/** What a paired device may do here, at this moment; nothing for all others. */
export interface Grants {
  of(device: DeviceId): readonly Grant[];
  onChange(listener: () => void): () => void;
}
