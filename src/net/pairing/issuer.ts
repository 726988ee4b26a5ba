/**
 * The side that opened the session, for one attempt: challenge, proof, record, and the pairing on both disks. It sends nothing that
 * depends on a secret before the other side has proved that it has it.
 */

import { randomBytes } from 'node:crypto';
import { sortGrants } from '../../core/grants.ts';
import type { DeviceId } from '../../core/ids.ts';
import type { Pairing } from '../../engine/peer-ports.ts';
import { fingerprintOf } from '../../protocol/pairing/device-key.ts';
import { MAX_TOLD_ADDRESSES, type PairMessageOf } from '../../protocol/pairing/messages.ts';
import { commitTo, deriveKeys, equalBytes, NONCE_BYTES, type PairKeys } from '../../protocol/pairing/transcript.ts';
import { PEER_VERSIONS } from '../../protocol/peer-api.ts';
import { within } from './deadline.ts';
import { ANSWER_MS, type CeremonyDeps, SESSION_MS, WRITE_MS } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { chooseAlias } from './names.ts';
import { ask, type IssuerDeps, type Proved } from './question.ts';
import { refused } from './refusals.ts';
import type { Attempt, Session } from './session.ts';

type Hello = PairMessageOf<'hello'>;

/** Rejects with what ended the attempt. The transcript has begun with `hello`. */
export async function serveAttempt(
  deps: IssuerDeps,
  session: Session,
  attempt: Attempt,
  exchange: Exchange,
  hello: Hello,
): Promise<void> {
  const paired = Promise.withResolvers<DeviceId>();
  paired.promise.catch(() => {}); // only a person who was asked waits for it
  const wasRevoked = deps.store.isRevoked(exchange.remote);
  try {
    const proved = await challenge(deps, session, attempt, exchange, hello);
    attempt.claim();
    await exchange.send(recordOf(deps, session), { ms: ANSWER_MS, signal: attempt.over });
    const answered = ask(deps, { session, attempt, exchange, proved, paired: paired.promise });
    const confirm = await exchange.receive(['confirm'], { ms: SESSION_MS, signal: attempt.over });
    const { name } = await within(
      { clock: deps.clock, ms: SESSION_MS, what: 'a yes', signal: attempt.over },
      () => answered,
    );
    if (deps.store.isRevoked(exchange.remote) && !wasRevoked) throw refused('declined');
    await keep(deps, session, attempt, exchange, { hello, confirm, name });
    paired.resolve(exchange.remote);
  } catch (error) {
    attempt.fail(error);
    paired.reject(error);
    throw error;
  }
  await exchange.send({ type: 'done' }, { ms: ANSWER_MS }).catch(() => {}); // it is on both disks
}

interface Agreed {
  readonly hello: Hello;
  readonly confirm: PairMessageOf<'confirm'>;
  /** What the person here calls it. */
  readonly name: string | undefined;
}

async function keep(
  deps: IssuerDeps,
  session: Session,
  attempt: Attempt,
  exchange: Exchange,
  { hello, confirm, name }: Agreed,
): Promise<void> {
  const { store, clock } = deps;
  const device = exchange.remote;
  const alias = chooseAlias(deps, device, hello.device.name, name);
  const report = store.get(device)?.report;
  const pairing: Pairing = {
    device,
    name: hello.device.name,
    ...(alias === undefined ? {} : { alias }),
    given: sortGrants(session.offer.grants),
    held: sortGrants(confirm.give),
    addresses: confirm.addresses,
    pairedAt: clock.now(),
    ...(report === undefined ? {} : { report }),
  };
  attempt.consume();
  // For the time of the session only: a joiner that never writes its half has not been let in for good.
  await store.put(pairing, Math.max(session.expiresAt, clock.now() + 2 * WRITE_MS));
  await finish(deps, exchange, pairing);
  deps.emit({
    type: 'paired',
    device: { id: device, name: alias ?? pairing.name, platform: hello.device.platform },
    given: [...pairing.given],
    held: [...pairing.held],
  });
  attempt.succeed();
}

/** Tells the joiner that it is kept here, waits until it is there, and keeps it for good. */
async function finish({ store }: CeremonyDeps, exchange: Exchange, pairing: Pairing): Promise<void> {
  const { given, held } = pairing;
  await exchange.send({ type: 'kept', given: [...given], held: [...held] }, { ms: ANSWER_MS });
  await exchange.receive(['done'], { ms: WRITE_MS });
  await store.update(exchange.remote, (kept) => kept);
  if (store.get(exchange.remote) === undefined) throw refused('declined'); // revoked meanwhile
}

/** A joiner whose connection broke after it had said yes asks whether that was heard. Only a device that is paired is answered. */
export async function serveResume(deps: CeremonyDeps, exchange: Exchange): Promise<Pairing> {
  const pairing = deps.store.get(exchange.remote);
  if (pairing === undefined) throw refused('unknown');
  // Its time may be about to end.
  await deps.store.put(pairing, deps.clock.now() + 2 * WRITE_MS);
  await finish(deps, exchange, pairing);
  await exchange.send({ type: 'done' }, { ms: ANSWER_MS });
  return pairing;
}

async function challenge(
  { host, clock }: CeremonyDeps,
  session: Session,
  attempt: Attempt,
  exchange: Exchange,
  hello: Hello,
): Promise<Proved> {
  const nonce = randomBytes(NONCE_BYTES).toString('hex');
  const sentAt = clock.now();
  const waits = { ms: ANSWER_MS, signal: attempt.over };
  await exchange.send({ type: 'challenge', nonce, offer: session.offerHash.toString('hex'), at: sentAt }, waits);
  const challenged = exchange.transcript();
  const clockAhead = (at: number): number => Math.round(at - (sentAt + clock.now()) / 2);
  if (hello.method === 'compare') {
    // The nonce itself is the key: that proves one transcript, and no identity. The words do that.
    const { at, nonce: revealed } = await exchange.receive(['proof'], waits);
    const secret = Buffer.from(revealed ?? '', 'hex');
    if (!equalBytes(commitTo(secret, exchange.remote), Buffer.from(hello.nonce, 'hex'))) throw refused('wrong');
    exchange.secure(deriveKeys('compare', secret, challenged));
    return { hello, secret, challenged, clockAheadMs: clockAhead(at) };
  }
  const secret = Buffer.from(hello.method === 'ticket' ? session.ticketSecret : session.codeSecret);
  exchange.secure(keysFor(hello.method, secret, session, host));
  const { at } = await exchange.receive(['proof'], waits);
  return { hello, secret, challenged, clockAheadMs: clockAhead(at) };
}

function keysFor(
  method: 'ticket' | 'code',
  secret: Uint8Array,
  session: Session,
  host: CeremonyDeps['host'],
): PairKeys {
  return deriveKeys(method, secret, method === 'ticket' ? session.id : fingerprintOf(host.id));
}

function recordOf({ host, self, clock }: CeremonyDeps, session: Session): PairMessageOf<'record'> {
  return {
    type: 'record',
    versions: { ...PEER_VERSIONS },
    device: { name: self().name, platform: self().platform },
    grants: sortGrants(session.offer.grants),
    mutual: session.offer.mutual,
    salt: Buffer.from(session.offer.salt).toString('hex'),
    addresses: host.multiaddrs().slice(0, MAX_TOLD_ADDRESSES),
    leftMs: Math.max(0, session.expiresAt - clock.now()),
  };
}
