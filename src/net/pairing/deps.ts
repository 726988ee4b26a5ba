/** What the ceremonies are given, and the limits in time that they keep. */

import type { DeviceId } from '../../core/ids.ts';
import type { PairingStore } from '../../engine/peer-ports.ts';
import type { Clock, Ids } from '../../engine/ports.ts';
import type { LanDevice } from '../../protocol/pairing-api.ts';
import type { Host } from '../host-api.ts';

export interface CeremonyDeps {
  readonly host: Host;
  readonly store: PairingStore;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'next'>;
  /** What this device calls itself now. */
  readonly self: () => { readonly name: string; readonly platform: string };
  readonly lan: {
    devices(): readonly LanDevice[];
    /** Multiaddrs without `/p2p/`. */
    addressesOf(device: DeviceId): readonly string[];
  };
  /** Something of ours is broken that nobody is waiting to hear of. */
  readonly onFault: (what: string, error: unknown) => void;
}

/** How long a session is open. */
export const SESSION_MS = 10 * 60_000;
/** How many attempts may fail or be abandoned. Where words are compared it is one: another try is another chance that they fit. */
export const MOST_ATTEMPTS = 5;
/** For what the other side answers by itself: two round trips and some arithmetic. */
export const ANSWER_MS = 15_000;
/** For dialling all addresses. */
export const DIAL_MS = 25_000;
/** For writing to a disk on the other side. */
export const WRITE_MS = 30_000;
/** How long a joiner asks whether the issuer has kept it, after the connection broke at just that moment. */
export const RESUME_MS = 20_000;
/** Devices that are talked to at once, with or without an attempt. */
export const MOST_CHANNELS = 64;
