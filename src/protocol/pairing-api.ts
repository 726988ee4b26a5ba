/** Pairing as clients ask for it: the sessions, proposals and events of the one engine API. Types only. */

import type { Grant } from '../core/grants.ts';

export interface PairOpenParams {
  /** What whoever uses the ticket may do here. May be empty where both are to compare words. */
  allow: Grant[];
  /** Ask the other side for grants in return. */
  mutual?: boolean;
  /** No ticket: both screens show words, and each person types one of the other's. */
  compare?: boolean;
}

/** An open pairing session, as its owner sees it. The ticket and the code hold the secret. */
export interface PairingSession {
  /** Paste form; empty with `compare`. */
  ticket: string;
  /** Typed form: 24 characters in groups of 4 with a checksum group; empty with `compare`. */
  code: string;
  /** Where this device listens, as host:port. */
  addresses: string[];
  allow: Grant[];
  mutual: boolean;
  compare: boolean;
  /** Unix milliseconds. */
  expiresAt: number;
}

export type PairJoinParams =
  | { ticket: string }
  /** `at`: host:port, or the id of a device of `pair.lan`. */
  | { code: string; at: string }
  | { compare: true; at: string };

/** What the other side proved to be, before anything is kept. */
export interface PairProposal {
  /** Names the proposal in `pair.confirm`. */
  proposal: string;
  device: { id: string; name: string; platform: string };
  /** Both screens show the same words. */
  words: string[];
  /** What this device will be allowed there. */
  offered: Grant[];
  /** True if the other side asks for grants in return. */
  asksMutual: boolean;
  /** With `compare`: which of the words that the other screen shows has to be typed, from 1. Then `words` are those to show here. */
  askedWord?: number;
  /** How far the other clock is ahead of this one, in milliseconds. */
  clockAheadMs: number;
}

export interface PairConfirmParams {
  proposal: string;
  accept: boolean;
  /** What the other side gets in return; only where it asked. */
  give?: Grant[];
  /** What to call it here, if not by its own name. */
  name?: string;
  /** With `compare`: the word from the other screen. */
  word?: string;
}

export interface LanDevice {
  /** The device id, as announced: only the handshake proves it. */
  id: string;
  /** host:port */
  addresses: string[];
}

/** What happens in the pairing session of this device. */
export type PairEvent =
  | { type: 'opened'; session: PairingSession }
  /** Somebody began; `attempts` of `most` are used up. */
  | { type: 'attempt'; attempts: number; most: number; from: string }
  /** Somebody failed, in words. */
  | { type: 'failed'; attempts: number; most: number; from: string; message: string }
  /** The other side has proved that it has the ticket (or, with `askedWord`, waits for the comparison; see `proposal`). */
  | { type: 'proposed'; proposal: PairProposal }
  | { type: 'paired'; device: { id: string; name: string; platform: string }; given: Grant[]; held: Grant[] }
  | { type: 'closed'; reason: 'used' | 'expired' | 'attempts' | 'closed' | 'replaced' | 'stopping' };
