/**
 * The side that takes up a ticket, a code or a comparison, from what it shows its person to the pairing on its disk: it keeps nothing
 * before the person has said yes and the other side has it.
 */

import { type Grant, sortGrants } from '../../core/grants.ts';
import type { DeviceId } from '../../core/ids.ts';
import type { Pairing } from '../../engine/peer-ports.ts';
import { MAX_TOLD_ADDRESSES, type PairMessageOf } from '../../protocol/pairing/messages.ts';
import type { PairConfirmParams, PairProposal } from '../../protocol/pairing-api.ts';
import { parseEndpoint, toMultiaddr } from '../addresses.ts';
import { wordsDiffer } from './comparison.ts';
import { ANSWER_MS, type CeremonyDeps, WRITE_MS } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { leave, type Met, meet } from './meet.ts';
import { chooseAlias } from './names.ts';
import type { Pending, Proposals } from './proposals.ts';
import { nothingAsked } from './question.ts';
import { refusalFor, refused } from './refusals.ts';
import { isLost, resume } from './resume.ts';
import type { Target } from './target.ts';

export interface JoinerDeps extends CeremonyDeps {
  readonly proposals: Proposals;
}

type Kept = PairMessageOf<'kept'>;

/** How much longer than the session an answer is waited for, so that people hear why it came to nothing. */
const LINGER_MS = 60_000;

export async function join(deps: JoinerDeps, target: Target): Promise<PairProposal> {
  const met = await meet(deps, target);
  const { record, comparison } = met;
  const id = deps.ids.next();
  deps.proposals.add(id, waitForAnswer(deps, met));
  deps.clock.at(deps.clock.now() + record.leftMs + LINGER_MS, () => deps.proposals.remove(id));
  return {
    proposal: id,
    device: { id: target.device, ...record.device },
    words: met.words,
    offered: sortGrants(record.grants),
    asksMutual: record.mutual,
    ...(comparison === undefined ? {} : { askedWord: comparison.askedWord }),
    clockAheadMs: met.clockAheadMs,
  };
}

function waitForAnswer(deps: JoinerDeps, met: Met): Pending {
  const { target, exchange, record, comparison } = met;
  const kept = exchange.receive(['kept'], { ms: record.leftMs + WRITE_MS });
  /** Why the other side went no further while the person was thinking. */
  let dead: unknown;
  kept.catch((error: unknown) => {
    dead = error;
  });
  const giveUp = async (error: unknown): Promise<void> => {
    await exchange.refuse(refusalFor(error));
    await leave(deps, target);
  };
  return {
    check({ give = [], name, word }) {
      if (!record.mutual && give.length > 0) throw nothingAsked();
      chooseAlias(deps, target.device, record.device.name, name);
      comparison?.judge(word);
    },
    async answer(params) {
      if (!params.accept) {
        await giveUp(refused('declined'));
        return undefined;
      }
      try {
        if (comparison?.judge(params.word) === 'different') throw wordsDiffer();
        if (dead !== undefined) throw isLost(dead) ? refused('closed', dead) : dead;
        return await settle(deps, met, params, kept);
      } catch (error) {
        await giveUp(error);
        throw error;
      }
    },
    drop() {
      giveUp(refused('declined')).catch((error: unknown) => deps.onFault('a pairing that was left', error));
    },
  };
}

/** From the yes of the person to the pairing on both disks. */
async function settle(deps: JoinerDeps, met: Met, params: PairConfirmParams, answer: Promise<Kept>): Promise<DeviceId> {
  const { host, store } = deps;
  const { target, record } = met;
  // Where nothing is asked in return, what was given before is neither widened nor taken away.
  const given = sortGrants(record.mutual ? (params.give ?? []) : (store.get(target.device)?.given ?? []));
  const held = sortGrants(record.grants);
  let exchange = met.exchange;
  let kept: Kept;
  try {
    const addresses = host.multiaddrs().slice(0, MAX_TOLD_ADDRESSES);
    await exchange.send({ type: 'confirm', give: given, addresses }, { ms: ANSWER_MS });
    kept = await answer;
  } catch (error) {
    if (!isLost(error)) throw error;
    exchange.abort('lost');
    ({ exchange, kept } = await resume(deps, target));
  }
  if (!sameGrants(kept.given, held) || !sameGrants(kept.held, given)) throw refused('invalid');
  await store.put(pairingOf(deps, met, params, { given, held }));
  await tellDone(deps, target, exchange);
  return target.device;
}

function sameGrants(one: readonly Grant[], other: readonly Grant[]): boolean {
  return sortGrants(one).join() === sortGrants(other).join();
}

function pairingOf(
  deps: JoinerDeps,
  { target, exchange, record }: Met,
  { name }: PairConfirmParams,
  grants: Pick<Pairing, 'given' | 'held'>,
): Pairing {
  const { device } = target;
  const alias = chooseAlias(deps, device, record.device.name, name);
  const report = deps.store.get(device)?.report;
  const addresses = [...reachedAt(exchange), ...record.addresses, ...target.addresses];
  return {
    device,
    name: record.device.name,
    ...(alias === undefined ? {} : { alias }),
    ...grants,
    addresses: [...new Set(addresses)].slice(0, MAX_TOLD_ADDRESSES),
    pairedAt: deps.clock.now(),
    ...(report === undefined ? {} : { report }),
  };
}

function reachedAt({ remoteAddress }: Exchange): string[] {
  try {
    return [toMultiaddr(parseEndpoint(remoteAddress))];
  } catch {
    return []; // not over TCP
  }
}

/**
 * The pairing stands here. If the other side does not hear of it now it hears of it when the two connect, within the time of the
 * session.
 */
async function tellDone(deps: JoinerDeps, target: Target, exchange: Exchange): Promise<void> {
  try {
    await sayDone(exchange);
  } catch {
    exchange.abort('lost');
    await resume(deps, target)
      .then((again) => sayDone(again.exchange))
      .catch(() => {}); // as above
  }
}

async function sayDone(exchange: Exchange): Promise<void> {
  await exchange.send({ type: 'done' }, { ms: ANSWER_MS });
  await exchange.receive(['done'], { ms: WRITE_MS });
  await exchange.close();
}
