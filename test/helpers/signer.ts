// Signatures for devices whose ids hold no key: each has one that follows from its id. The cryptography is the real one.
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { DeviceId } from '../../src/core/ids.ts';
import type { Signer } from '../../src/engine/ports.ts';

const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

const keyOf = (device: DeviceId): ReturnType<typeof createPrivateKey> =>
  createPrivateKey({
    key: Buffer.concat([PKCS8, createHash('sha256').update(device).digest()]),
    format: 'der',
    type: 'pkcs8',
  });

export function createTestSigner(device: DeviceId): Signer {
  return {
    sign: (text) => sign(null, Buffer.from(text), keyOf(device)).toString('base64'),
    verify: (other, text, signature) =>
      verify(null, Buffer.from(text), createPublicKey(keyOf(other)), Buffer.from(signature, 'base64')),
  };
}
