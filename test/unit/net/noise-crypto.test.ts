// Ours and the one in JavaScript of libp2p-noise compute the same.
import { randomBytes } from 'node:crypto';
import { pureJsCrypto } from '@chainsafe/libp2p-noise';
import { describe, expect, it } from 'vitest';
import { nodeNoiseCrypto } from '../../../src/net/noise-crypto.ts';

const NONE = new Uint8Array();
const hex = (bytes: { subarray(): Uint8Array }): string => Buffer.from(bytes.subarray()).toString('hex');

describe('the crypto of Noise', () => {
  it('derives the same keys', () => {
    const [ck, ikm] = [randomBytes(32), randomBytes(32)];
    expect(nodeNoiseCrypto.getHKDF(ck, ikm).map(hex)).toEqual(pureJsCrypto.getHKDF(ck, ikm).map(hex));
    expect(nodeNoiseCrypto.getHKDF(ck, NONE).map(hex)).toEqual(pureJsCrypto.getHKDF(ck, NONE).map(hex));
    expect(hex(nodeNoiseCrypto.hashSHA256(ikm))).toBe(hex(pureJsCrypto.hashSHA256(ikm)));
  });

  it('agrees on the same secret', () => {
    const seed = randomBytes(32);
    const ours = nodeNoiseCrypto.generateX25519KeyPairFromSeed(seed);
    expect(hex(ours.publicKey)).toBe(hex(pureJsCrypto.generateX25519KeyPairFromSeed(seed).publicKey));
    const theirs = nodeNoiseCrypto.generateX25519KeyPair();
    const secret = hex(nodeNoiseCrypto.generateX25519SharedKey(ours.privateKey, theirs.publicKey));
    expect(secret).toBe(hex(pureJsCrypto.generateX25519SharedKey(theirs.privateKey, ours.publicKey)));
  });

  it.each([0, 1, 1199, 65_519])('encrypts %i bytes to the same, and back', (length) => {
    const [key, nonce, text] = [randomBytes(32), randomBytes(12), randomBytes(length)];
    for (const ad of [NONE, randomBytes(32)]) {
      const sealed = nodeNoiseCrypto.chaCha20Poly1305Encrypt(text, nonce, ad, key);
      expect(hex(sealed)).toBe(hex(pureJsCrypto.chaCha20Poly1305Encrypt(text, nonce, ad, key)));
      expect(hex(nodeNoiseCrypto.chaCha20Poly1305Decrypt(sealed, nonce, ad, key))).toBe(text.toString('hex'));
    }
  });

  it('refuses what was changed', () => {
    const [key, nonce] = [randomBytes(32), randomBytes(12)];
    const sealed = Buffer.from(nodeNoiseCrypto.chaCha20Poly1305Encrypt(randomBytes(100), nonce, NONE, key).subarray());
    for (const place of [0, 99, 100, 115]) {
      const changed = Buffer.from(sealed);
      changed[place] = (changed[place] ?? 0) ^ 1;
      expect(() => nodeNoiseCrypto.chaCha20Poly1305Decrypt(changed, nonce, NONE, key)).toThrow();
    }
  });
});
