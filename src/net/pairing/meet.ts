/**
 * The handshake as the joiner speaks it: to exactly the device that it means, up to the record that tells what is offered. Nothing
 * is kept yet, and of the secret only a proof has left this device, to whoever made it.
 */

import { randomBytes } from 'node:crypto';
import { MAX_PAIR_MESSAGE_BYTES, type PairMessageOf } from '../../protocol/pairing/messages.ts';
import {
  commitTo,
  deriveKeys,
  deriveWords,
  equalBytes,
  hashOffer,
  NONCE_BYTES,
  PAIR_PROTOCOL,
} from '../../protocol/pairing/transcript.ts';
import { PEER_VERSIONS } from '../../protocol/peer-api.ts';
import { type Comparison, createComparison } from './comparison.ts';
import { within } from './deadline.ts';
import { ANSWER_MS, type CeremonyDeps, DIAL_MS } from './deps.ts';
import { createExchange, type Exchange } from './exchange.ts';
import { refusalFor, refusalIn, refused } from './refusals.ts';
import { explainReach, placesOf, type Target } from './target.ts';
import { versionGap } from './versions.ts';

/** The other side: proved, or to be compared. */
export interface Met {
  readonly target: Target;
  readonly exchange: Exchange;
  readonly record: PairMessageOf<'record'>;
  /** To be shown here. */
  readonly words: string[];
  readonly comparison?: Comparison;
  readonly clockAheadMs: number;
}

const WAITS = { ms: ANSWER_MS };

export async function openExchange({ host, clock }: CeremonyDeps, target: Target): Promise<Exchange> {
  const what = `a connection to ${placesOf(target)}`;
  const channel = await within({ clock, ms: DIAL_MS, what }, (signal) =>
    host.open(target, PAIR_PROTOCOL, { maxMessageBytes: MAX_PAIR_MESSAGE_BYTES, signal }),
  );
  return createExchange(channel, 'joiner', clock);
}

export async function meet(deps: CeremonyDeps, target: Target): Promise<Met> {
  let exchange: Exchange | undefined;
  try {
    exchange = await openExchange(deps, target);
    return await handshake(deps, target, exchange);
  } catch (error) {
    await exchange?.refuse(refusalFor(error));
    await leave(deps, target);
    throw refusalIn(error) === undefined ? explainReach(error, target, deps.clock.now()) : error;
  }
}

/** Leaves no connection to a device that this one is not paired with. */
export async function leave({ host, store, onFault }: CeremonyDeps, { device }: Target): Promise<void> {
  if (store.get(device) !== undefined) return;
  await host.hangUp(device).catch((error: unknown) => onFault('hanging up after a pairing', error));
}

async function handshake(deps: CeremonyDeps, target: Target, exchange: Exchange): Promise<Met> {
  const { host, self, clock } = deps;
  const { method, session } = target;
  const nonce = randomBytes(NONCE_BYTES);
  const { name, platform } = self();
  const sentAt = clock.now();
  exchange.begin(method, target.device, host.id);
  const hello: PairMessageOf<'hello'> = {
    type: 'hello',
    method,
    versions: { ...PEER_VERSIONS },
    device: { name, platform },
    nonce: (method === 'compare' ? commitTo(nonce, host.id) : nonce).toString('hex'),
    ...(session === undefined ? {} : { session: Buffer.from(session).toString('hex') }),
  };
  await exchange.send(hello, WAITS);
  const { offer, at } = await exchange.receive(['challenge'], WAITS);
  const clockAheadMs = Math.round(at - (sentAt + clock.now()) / 2);
  const challenged = exchange.transcript();
  await prove(target, exchange, nonce, clock.now());
  const record = await exchange.receive(['record'], WAITS);
  const shown = { grants: record.grants, mutual: record.mutual, salt: Buffer.from(record.salt, 'hex') };
  if (!equalBytes(hashOffer(shown), Buffer.from(offer, 'hex'))) throw refused('invalid');
  // Seen from here it is the other one that is too old.
  const gap = versionGap(record.versions);
  if (gap !== undefined) throw refused(gap === 'too-old' ? 'too-new' : 'too-old');
  const met = { target, exchange, record, clockAheadMs };
  if (method !== 'compare') return { ...met, words: deriveWords(target.secret, challenged, 'both') };
  const comparison = createComparison(nonce, challenged, 'joiner');
  return { ...met, comparison, words: comparison.words };
}

async function prove({ method, secret, salt }: Target, exchange: Exchange, nonce: Buffer, at: number): Promise<void> {
  const challenged = exchange.transcript();
  if (method === 'compare') {
    await exchange.send({ type: 'proof', at, nonce: nonce.toString('hex') }, WAITS);
    exchange.secure(deriveKeys(method, nonce, challenged));
  } else {
    exchange.secure(deriveKeys(method, secret, salt));
    await exchange.send({ type: 'proof', at }, WAITS);
  }
}
