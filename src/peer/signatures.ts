/**
 * Signs with the key of this device, and verifies with the key that the id of another one is made of: a libp2p peer id of an Ed25519 key
 * holds the whole key (https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md), so nothing has to be looked up or believed.
 */

import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { DispatchError } from '../core/errors.ts';
import type { DeviceId } from '../core/ids.ts';
import type { Signer } from '../engine/ports.ts';
import { keyOfDevice } from './identity.ts';

/** DER of a SubjectPublicKeyInfo for Ed25519 up to the key (RFC 8410), and of a PKCS #8 private key up to the seed. */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
/** Of libp2p's form of a private key: after four bytes the seed, and after that the public key. */
const SEED = [4, 36] as const;
/** A signature in base64: no other spelling of the same bytes is taken. */
const SPELLING = /^[A-Za-z0-9+/]{86}==$/;
/** Devices whose keys are kept at hand. */
const MOST_KEYS = 1000;

/** `key` is the content of the identity file. */
export function createSigner(key: Uint8Array): Signer {
  const own = createPrivateKey({
    key: Buffer.concat([PKCS8, key.subarray(...SEED)]),
    format: 'der',
    type: 'pkcs8',
  });
  const keys = new Map<DeviceId, KeyObject>();
  const keyOf = (device: DeviceId): KeyObject => {
    const known = keys.get(device);
    if (known !== undefined) return known;
    const made = createPublicKey({ key: Buffer.concat([SPKI, keyOfDevice(device)]), format: 'der', type: 'spki' });
    if (keys.size >= MOST_KEYS) keys.clear();
    keys.set(device, made);
    return made;
  };
  return {
    sign: (text) => sign(null, Buffer.from(text), own).toString('base64'),
    verify(device, text, signature) {
      if (!SPELLING.test(signature)) return false;
      try {
        return verify(null, Buffer.from(text), keyOf(device), Buffer.from(signature, 'base64'));
      } catch (error) {
        // An id that holds no key signed nothing.
        if (error instanceof DispatchError) return false;
        throw error;
      }
    },
  };
}
