/**
 * What two peers say to each other, as types: the greeting on `/dispatch/link/1`, what is said there unasked, and the first message
 * on each stream of bulk bytes.
 */

import type { DeviceReport } from '../core/devices.ts';
import type { WireError } from '../core/errors.ts';
import type { Grant } from '../core/grants.ts';
import type { ArtifactId, RunId } from '../core/ids.ts';
import type { Progress } from './api.ts';

/** One long-lived channel for each pair of devices: greeting, questions both ways, presence. */
export const LINK_PROTOCOL = '/dispatch/link/1';
/** One stream each: JSON first, then batches or raw bytes, then an end that is said. */
export const LOG_PROTOCOL = '/dispatch/log/1';
export const OUTPUT_PROTOCOL = '/dispatch/output/1';
export const BLOB_PROTOCOL = '/dispatch/blob/1';
export const INPUT_PROTOCOL = '/dispatch/input/1';
export const TRANSFER_PROTOCOL = '/dispatch/transfer/1';

/** The longest message between two links: an answer tells of a task of 1 MiB several times over, however it is escaped. */
export const MAX_LINK_MESSAGE_BYTES = 32 * 1024 * 1024;
/** The longest message on a stream of raw bytes, and how much of them one carries. */
export const MAX_BULK_MESSAGE_BYTES = 1024 * 1024;
export const BULK_CHUNK_BYTES = 256 * 1024;

/** What can be told before anything else is understood: it keeps its form in every version of the protocol. */
export interface HelloVersions {
  readonly kind: 'hello';
  readonly protocol: { readonly oldest: number; readonly newest: number };
  /** Of Dispatch. */
  readonly version: string;
}

/** Each side says it once, the one that opened the channel first. */
export interface Hello extends HelloVersions {
  /** Changes with every start of the peer. */
  readonly instance: string;
  /** The wall clock when this was sent, in Unix milliseconds. */
  readonly now: number;
  readonly report: DeviceReport;
  /** What the other side may do here. */
  readonly gives: readonly Grant[];
  /** Where this device listens, as multiaddrs without `/p2p/`. */
  readonly addresses: readonly string[];
}

/** The end of the greeting, from the side that opened the channel. */
export interface Ready {
  readonly kind: 'ready';
  readonly now: number;
}

/** Instead of a hello or a ready: there will be no link, and why. */
export interface Refused {
  readonly kind: 'refused';
  readonly error: WireError;
}

/** Why a side ends a link on purpose. `replaced`: another connection has taken its place. */
export const GOODBYE_REASONS = ['stopping', 'revoked', 'replaced', 'clock'] as const;
export type GoodbyeReason = (typeof GOODBYE_REASONS)[number];

/** What is said on a link unasked: notification → parameters. */
export interface LinkNotifications {
  report: { readonly report: DeviceReport };
  /** What the other side may do here from now on. */
  grants: { readonly gives: readonly Grant[] };
  addresses: { readonly addresses: readonly string[] };
  /** Bytes arrive here, though no ping has for a while: the way back is free. */
  alive: Record<string, never>;
  /** How far a run is that the other side may see. */
  progress: { readonly run: RunId; readonly progress: Progress };
  goodbye: { readonly reason: GoodbyeReason };
}

/** Asked by one side only; carries what the last one took. */
export interface PingParams {
  readonly roundTripMs?: number;
}

/** The first message on a stream. */
export interface StreamOpenings {
  log: { readonly after: number };
  output: { readonly run: RunId; readonly offset: number; readonly maxLag?: number };
  blob: { readonly artifact: ArtifactId; readonly offset: number };
  input: { readonly run: RunId };
  transfer: { readonly run: RunId; readonly entry: number; readonly offset: number };
}

/** The answer to it. `size` stands for `sizeBytes` of a blob; streams without one have none. */
export type StreamAnswer =
  | { readonly ok: true; readonly size?: number }
  | { readonly ok: false; readonly error: WireError };
