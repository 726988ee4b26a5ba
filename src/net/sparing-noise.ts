/**
 * Noise of libp2p without the copy that it makes of every packet to decrypt into: the native code of ours decrypts into memory of its
 * own. Nothing else is changed, and nothing at all in a version whose insides are others.
 */

import { type ICryptoInterface, noise } from '@chainsafe/libp2p-noise';

type Encrypter = ReturnType<ReturnType<typeof noise>>;
type Packet = Parameters<ICryptoInterface['chaCha20Poly1305Decrypt']>[0];

/** What we use of the insides of a connection that Noise secured. */
interface Secured {
  readonly handshake: { decrypt(packet: Packet): Packet };
  decrypt(packet: Packet): Packet;
}

export function sparingNoise(crypto: ICryptoInterface): ReturnType<typeof noise> {
  const make = noise({ crypto });
  return (components) => {
    const encrypter = make(components);
    const secureInbound = encrypter.secureInbound.bind(encrypter);
    const secureOutbound = encrypter.secureOutbound.bind(encrypter);
    return Object.assign(encrypter, {
      secureInbound: async (...args) => spare(await secureInbound(...args)),
      secureOutbound: async (...args) => spare(await secureOutbound(...args)),
    } satisfies Partial<Encrypter>);
  };
}

function spare<T extends { connection: object }>(secured: T): T {
  const { connection } = secured;
  if (isSecured(connection)) connection.decrypt = (packet) => connection.handshake.decrypt(packet);
  return secured;
}

function isSecured(connection: object): connection is Secured {
  const { handshake, decrypt } = connection as Partial<Secured>;
  return typeof handshake?.decrypt === 'function' && typeof decrypt === 'function';
}
