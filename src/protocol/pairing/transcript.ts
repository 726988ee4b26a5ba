/**
 * What two devices agree on while they pair: a running hash over who they are and every byte that they said, the proofs over it, and
 * the words made from it. Pure mathematics; docs/SECURITY.md says why each part is there.
 */

import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { type Grant, sortGrants } from '../../core/grants.ts';
import type { DeviceId } from '../../core/ids.ts';
import { WORDS } from './word-list.ts';

export const PAIR_PROTOCOL = '/dispatch/pair/1';
/** A ticket and a typed code of one session have secrets of their own; `compare` has none. */
export const PAIR_METHODS = ['ticket', 'code', 'compare'] as const;
export type PairMethod = (typeof PAIR_METHODS)[number];
export type PairRole = 'issuer' | 'joiner';

export const NONCE_BYTES = 32;
export const SALT_BYTES = 16;
export const PROOF_BYTES = 32;
const WORDS_SHOWN = 4;
const WORD_BITS = 10n;

/** Each part with its length before it, so that no two lists of parts have the same bytes. */
function hashOf(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  }
  return hash.digest();
}

export function beginTranscript(method: PairMethod, issuer: DeviceId, joiner: DeviceId): Buffer {
  return hashOf(PAIR_PROTOCOL, 'transcript', method, issuer, joiner);
}

/** The transcript after that role has sent these bytes. */
export function extendTranscript(transcript: Uint8Array, sender: PairRole, message: Uint8Array): Buffer {
  return hashOf(transcript, sender, message);
}

export interface PairKeys {
  readonly issuer: Uint8Array;
  readonly joiner: Uint8Array;
}

/** A key for each role, and others for each method: what proves one thing proves no other. */
export function deriveKeys(method: PairMethod, secret: Uint8Array, salt: Uint8Array): PairKeys {
  const derive = (role: PairRole): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', secret, salt, `${PAIR_PROTOCOL} proof ${method} ${role}`, PROOF_BYTES));
  return { issuer: derive('issuer'), joiner: derive('joiner') };
}

/** Proves that the holder of the key has seen the same transcript. */
export function prove(key: Uint8Array, transcript: Uint8Array): Buffer {
  return createHmac('sha256', key).update(transcript).digest();
}

/** In constant time. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** What the joiner sends first where words are compared: it binds its nonce before it sees the other, and shows nothing of it. */
export function commitTo(nonce: Uint8Array, joiner: DeviceId): Buffer {
  return hashOf(PAIR_PROTOCOL, 'commitment', joiner, nonce);
}

export interface Offer {
  readonly grants: readonly Grant[];
  readonly mutual: boolean;
  /** Keeps who has no secret from finding the few possible offers by trying. */
  readonly salt: Uint8Array;
}

export function hashOffer({ grants, mutual, salt }: Offer): Buffer {
  return hashOf(PAIR_PROTOCOL, 'offer', salt, sortGrants(grants).join(' '), mutual ? 'mutual' : 'one-way');
}

/**
 * Four words from the transcript up to the challenge, under the secret, or under the joiner's nonce where words are compared: nobody
 * can choose anything that goes into them once the other nonce is known. A screen of its own for each role, or one for both.
 */
export function deriveWords(secret: Uint8Array, challenged: Uint8Array, screen: PairRole | 'both'): string[] {
  const bytes = Buffer.from(hkdfSync('sha256', secret, challenged, `${PAIR_PROTOCOL} words ${screen}`, 5));
  const bits = BigInt(`0x${bytes.toString('hex')}`);
  return Array.from({ length: WORDS_SHOWN }, (_, index) => {
    const word = WORDS[Number((bits >> (WORD_BITS * BigInt(index))) & 1023n)];
    if (word === undefined) throw new RangeError('the list has 1024 words');
    return word;
  });
}
