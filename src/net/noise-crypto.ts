/**
 * What Noise computes, on the native code of `node:crypto`: ChaCha20-Poly1305, X25519, SHA-256 and HKDF. The defaults of
 * libp2p-noise do part of it in JavaScript, and every byte between two devices passes here.
 */

import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import type { ICryptoInterface } from '@chainsafe/libp2p-noise';

const CIPHER = 'chacha20-poly1305';
const TAG_BYTES = 16;
const CIPHER_OPTIONS = { authTagLength: TAG_BYTES };
/** What stands before the 32 bytes of an X25519 key in DER (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');

/** A list of libp2p's, which is bytes in several pieces. */
type Bytes = Parameters<ICryptoInterface['hashSHA256']>[0];

export const nodeNoiseCrypto: ICryptoInterface = {
  hashSHA256(data) {
    return createHash('sha256').update(whole(data)).digest();
  },
  /** HKDF of RFC 5869 without info, 96 bytes: the three outputs that Noise asks for. */
  getHKDF(ck, ikm) {
    const secret = hmac(ck, ikm);
    const first = hmac(secret, Buffer.from([1]));
    const second = hmac(secret, first, Buffer.from([2]));
    return [first, second, hmac(secret, second, Buffer.from([3]))];
  },
  generateX25519KeyPair() {
    const { publicKey, privateKey } = generateKeyPairSync('x25519', {
      publicKeyEncoding: { type: 'spki', format: 'der' },
      privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    });
    return {
      publicKey: publicKey.subarray(SPKI_PREFIX.length),
      privateKey: privateKey.subarray(PKCS8_PREFIX.length),
    };
  },
  generateX25519KeyPairFromSeed(seed) {
    const spki = createPublicKey(privateKeyOf(seed)).export({ type: 'spki', format: 'der' });
    return { publicKey: spki.subarray(SPKI_PREFIX.length), privateKey: seed };
  },
  generateX25519SharedKey(privateKey, publicKey) {
    const key = Buffer.concat([SPKI_PREFIX, whole(publicKey)]);
    return diffieHellman({
      privateKey: privateKeyOf(whole(privateKey)),
      publicKey: createPublicKey({ key, type: 'spki', format: 'der' }),
    });
  },
  chaCha20Poly1305Encrypt(plaintext, nonce, ad, k) {
    const cipher = createCipheriv(CIPHER, keyObject(k), nonce, CIPHER_OPTIONS);
    if (ad.byteLength > 0) cipher.setAAD(ad, { plaintextLength: plaintext.byteLength });
    const pieces = [...piecesOf(plaintext)].map((piece) => cipher.update(piece));
    cipher.final();
    pieces.push(cipher.getAuthTag());
    return together(pieces, plaintext);
  },
  /** Throws if the bytes are not what the other side encrypted. */
  chaCha20Poly1305Decrypt(ciphertext, nonce, ad, k) {
    const length = ciphertext.byteLength - TAG_BYTES;
    if (length < 0) throw new Error('a packet is shorter than its tag');
    const decipher = createDecipheriv(CIPHER, keyObject(k), nonce, CIPHER_OPTIONS);
    if (ad.byteLength > 0) decipher.setAAD(ad, { plaintextLength: length });
    decipher.setAuthTag(ciphertext.subarray(length));
    const pieces: Uint8Array[] = [];
    let left = length;
    for (const piece of piecesOf(ciphertext)) {
      if (left > 0) pieces.push(decipher.update(left < piece.byteLength ? piece.subarray(0, left) : piece));
      left -= piece.byteLength;
    }
    decipher.final();
    return together(pieces, ciphertext);
  },
};

/** Making one takes ten times as long as using it, and a connection has two keys for all of its life. */
const keyObjects = new WeakMap<Uint8Array, KeyObject>();

function keyObject(key: Uint8Array): KeyObject {
  const known = keyObjects.get(key);
  if (known !== undefined) return known;
  const made = createSecretKey(key);
  keyObjects.set(key, made);
  return made;
}

/** Without a copy where what came was a list of libp2p's, whose constructor is the only way to one that we have. */
function together(pieces: readonly Uint8Array[], like: Bytes): Bytes {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) return only;
  if (like instanceof Uint8Array) return Buffer.concat(pieces);
  return new (like.constructor as new (...parts: readonly Uint8Array[]) => typeof like)(...pieces);
}

function whole(data: Bytes): Uint8Array {
  return data instanceof Uint8Array ? data : data.subarray();
}

function piecesOf(data: Bytes): Iterable<Uint8Array> {
  return data instanceof Uint8Array ? [data] : data;
}

function hmac(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

function privateKeyOf(seed: Uint8Array): ReturnType<typeof createPrivateKey> {
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), type: 'pkcs8', format: 'der' });
}
