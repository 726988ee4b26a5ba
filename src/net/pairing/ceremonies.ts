/**
 * The pairing ceremonies of this device: one session at a time that others may use, any number of tickets of others that are taken
 * up here. Binds them to the pairing protocol of the host. Secrets are in memory only.
 */

import { DispatchError } from '../../core/errors.ts';
import { sortGrants } from '../../core/grants.ts';
import type { DeviceId } from '../../core/ids.ts';
import type { Ceremonies } from '../../engine/peer-ports.ts';
import { formatCode } from '../../protocol/pairing/code.ts';
import { MAX_PAIR_MESSAGE_BYTES, type PairMessageOf, type PairRefusal } from '../../protocol/pairing/messages.ts';
import { formatTicket } from '../../protocol/pairing/ticket.ts';
import { PAIR_PROTOCOL } from '../../protocol/pairing/transcript.ts';
import type { PairEvent, PairingSession, PairOpenParams } from '../../protocol/pairing-api.ts';
import type { Channel } from '../host-api.ts';
import { ANSWER_MS, type CeremonyDeps, MOST_CHANNELS } from './deps.ts';
import { createExchange, type Exchange } from './exchange.ts';
import { serveAttempt, serveResume } from './issuer.ts';
import { join } from './joiner.ts';
import { createProposals } from './proposals.ts';
import type { IssuerDeps } from './question.ts';
import { refusalFor, refused } from './refusals.ts';
import { createSession, type EndReason, type Session } from './session.ts';
import { findTarget } from './target.ts';
import { versionGap } from './versions.ts';

export interface PairingCeremonies extends Ceremonies {
  /** Whether devices that are not paired may speak the pairing protocol now: only while a session is open. */
  admitsStrangers(): boolean;
}

/** How many sessions that are over are remembered, so that their tickets can be told why they are of no use. */
const REMEMBERED = 16;

export function createCeremonies(given: CeremonyDeps): PairingCeremonies {
  const listeners = new Set<(event: PairEvent) => void>();
  const emit = (event: PairEvent): void => {
    for (const listener of [...listeners]) listener(event);
  };
  const deps: IssuerDeps = { ...given, proposals: createProposals(), emit };
  const { host, store, clock, lan, proposals, onFault } = deps;
  const over = new Map<string, PairRefusal>();
  let session: Session | undefined;
  /** Of each device that is talked to. */
  const channels = new Map<DeviceId, number>();
  let open = 0;

  const end = (reason: EndReason): boolean => {
    const wasOpen = session?.isOpen() === true;
    session?.end(reason);
    session = undefined;
    return wasOpen;
  };
  const remember = (ended: Session, reason: EndReason): void => {
    over.set(ended.id.toString('hex'), reason);
    for (const oldest of over.keys()) {
      if (over.size <= REMEMBERED) break;
      over.delete(oldest);
    }
  };

  const serveHello = async (exchange: Exchange, hello: PairMessageOf<'hello'>): Promise<void> => {
    const current = session;
    if (current?.isLive() !== true) throw refused(reasonOfOver(over, hello) ?? 'closed');
    const turnedAway = current.turnsAway(exchange.remote, hello);
    if (turnedAway !== undefined) {
      throw refused(turnedAway === 'unknown' ? (reasonOfOver(over, hello) ?? 'unknown') : turnedAway);
    }
    const gap = versionGap(hello.versions);
    if (gap !== undefined) throw refused(gap);
    const attempt = current.reserve(exchange.remote, exchange.remoteAddress);
    if (typeof attempt === 'string') throw refused(attempt);
    exchange.begin(hello.method, host.id, exchange.remote);
    await serveAttempt(deps, current, attempt, exchange, hello);
  };
  const serve = async (exchange: Exchange): Promise<void> => {
    const first = await exchange.receive(['hello', 'resume'], { ms: ANSWER_MS });
    if (first.type === 'hello') return serveHello(exchange, first);
    const pairing = await serveResume(deps, exchange);
    if (session?.isUnsettledBy(exchange.remote) !== true) return;
    const { alias, name, given: granted, held } = pairing;
    const device = { id: exchange.remote, name: alias ?? name, platform: pairing.report?.platform ?? '' };
    emit({ type: 'paired', device, given: [...granted], held: [...held] });
    session.settle(exchange.remote);
  };
  const count = (device: DeviceId, by: 1 | -1): void => {
    open += by;
    channels.set(device, (channels.get(device) ?? 0) + by);
    if (channels.get(device) === 0) channels.delete(device);
  };
  const take = async (channel: Channel): Promise<void> => {
    if (open >= MOST_CHANNELS) return channel.abort('too many at once');
    const { remote } = channel;
    const exchange = createExchange(channel, 'issuer', clock);
    count(remote, 1);
    try {
      await serve(exchange);
      await exchange.close();
    } catch (error) {
      if (!(error instanceof DispatchError)) onFault('a pairing attempt', error);
      await exchange.refuse(refusalFor(error));
    } finally {
      count(remote, -1);
    }
    // A stranger has no other business here.
    if (!channels.has(remote) && store.get(remote) === undefined) await host.hangUp(remote);
  };
  host.handle(PAIR_PROTOCOL, take, { maxMessageBytes: MAX_PAIR_MESSAGE_BYTES });

  return {
    async open(params) {
      refusePointless(params);
      end('replaced');
      const opened: Session = createSession(
        {
          clock,
          isRevoked: store.isRevoked,
          emit(event) {
            if (event.type === 'closed') remember(opened, event.reason);
            emit(event);
          },
        },
        { ...params, allow: sortGrants(params.allow) },
      );
      session = opened;
      const shown = show(deps, opened);
      emit({ type: 'opened', session: shown });
      return shown;
    },
    async close(reason) {
      return end(reason);
    },
    join: async (params) => join(deps, await findTarget(deps, params)),
    confirm: proposals.confirm,
    lan: lan.devices,
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    admitsStrangers: () => session?.isOpen() === true,
  };
}

function reasonOfOver(over: ReadonlyMap<string, PairRefusal>, hello: PairMessageOf<'hello'>): PairRefusal | undefined {
  return hello.session === undefined ? undefined : over.get(hello.session);
}

function refusePointless({ allow, mutual, compare }: PairOpenParams): void {
  if (allow.length > 0 || mutual === true || compare === true) return;
  throw new DispatchError('usage', 'a ticket that allows nothing is of no use', {
    hint: 'allow run, approve or observe, or ask for something in return with --mutual',
  });
}

function show({ host }: CeremonyDeps, session: Session): PairingSession {
  const { id, compare, expiresAt, offer } = session;
  const ticket = {
    issuer: host.id,
    session: id,
    secret: session.ticketSecret,
    expiresAt,
    addresses: host.multiaddrs(),
  };
  return {
    ticket: compare ? '' : formatTicket(ticket),
    code: compare ? '' : formatCode(host.id, session.codeSecret),
    addresses: [...host.addresses()],
    allow: [...offer.grants],
    mutual: offer.mutual,
    compare,
    expiresAt,
  };
}
