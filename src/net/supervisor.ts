/**
 * Keeps one paired device connected: dials it for as long as it is paired, takes the calls that it makes, and when both call at once
 * keeps the one call that both agree on. It says what is known of the device's presence, and why.
 */

import type { DialStage, Presence } from '../core/devices.ts';
import { asDispatchError, DispatchError } from '../core/errors.ts';
import type { DeviceId } from '../core/ids.ts';
import type { Clock } from '../engine/ports.ts';
import { PAIR_PROTOCOL } from '../protocol/pairing/transcript.ts';
import { type GoodbyeReason, type Hello, LINK_PROTOCOL, MAX_LINK_MESSAGE_BYTES } from '../protocol/peer-messages.ts';
import { createHeardAddresses } from './address-book.ts';
import type { StreamChannel } from './channel.ts';
import type { HostConnection } from './connection.ts';
import { stageOf } from './dial-errors.ts';
import { GREETING_MS, type Greeted, greetFirst, greetSecond } from './greeting.ts';
import type { NetHost } from './host.ts';
import type { Link } from './link.ts';
import type { Timings } from './timings.ts';

/** How long a call of the other side waits for ours, which has reached it already. */
const SETTLE_MS = 2000;
/** What the LAN says makes this device dial at most so often. */
const HEARD_PAUSE_MS = 1000;
/** No device is missed so little that it is worth being asked for again at once. */
const NO_HURRY: ReadonlySet<DialStage> = new Set(['denied', 'version', 'clock', 'identity', 'no-address']);

export interface SupervisorOptions {
  readonly device: DeviceId;
  readonly host: NetHost;
  readonly clock: Clock;
  readonly timings: Timings;
  readonly random: () => number;
  /** Where it may be, as its pairing says. */
  addresses(): readonly string[];
  /** What it is called here. */
  name(): string;
  hello(): Hello;
  /** Makes a link of a channel whose greeting went well. */
  link(made: Established): Link;
  /** A link came up. */
  onUp(link: Link, made: Established): void;
  /** The link went down. */
  onDown(): void;
  /** The device has said that it let this one go. */
  onRevoked(): void;
  /** The presence is another. */
  onChange(): void;
  /** When it was there last; undefined if never. */
  readonly lastSeenAt: number | undefined;
}

export interface Established extends Greeted {
  readonly channel: StreamChannel;
  readonly connection: HostConnection;
  readonly opener: DeviceId;
}

export interface Supervisor {
  readonly presence: Presence;
  readonly link: Link | undefined;
  readonly clockAheadMs: number | undefined;
  /** Tries now, if it is not there. */
  nudge(): void;
  /** The LAN says that it is there. */
  hear(addresses: readonly string[]): void;
  /** It has opened a link channel. Resolves when that is decided. */
  accept(channel: StreamChannel, connection: HostConnection): Promise<void>;
  tick(): void;
  /** Time has passed that nobody lived through. */
  wake(): void;
  /** Resolves with what aborts when the link is down; rejects if none comes up within moments. */
  whileUp(): Promise<AbortSignal>;
  /** Ends everything with the device, within half a second. */
  stop(reason: GoodbyeReason): Promise<void>;
}

interface Attempt {
  readonly abort: AbortController;
  readonly settled: Promise<void>;
  /** It has reached the device and is being greeted. */
  greeting: boolean;
}

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { device, host, clock, timings } = options;
  const self = host.id;
  const heard = createHeardAddresses();
  const ups = new Set<() => void>();
  let stopped = false;
  let link: Link | undefined;
  let upSince = 0;
  let clockAheadMs: number | undefined;
  let offline: Extract<Presence, { state: 'offline' }> = {
    state: 'offline',
    since: options.lastSeenAt ?? clock.now(),
  };
  let suspectSince: number | undefined;
  let lostAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let attempt: Attempt | undefined;
  /** The call of the other side that is being greeted. */
  let incoming: AbortController | undefined;
  let cancelRetry: (() => void) | undefined;

  const goOffline = (why: DispatchError): void => {
    const stage = stageOf(why);
    offline = { ...offline, ...(stage === undefined ? {} : { stage }), detail: sentence(why) };
    options.onChange();
  };
  const pause = (stage: DialStage | undefined): number => {
    const isSoon = clock.now() - lostAt < timings.soonMs && (stage === undefined || !NO_HURRY.has(stage));
    const longest = isSoon ? timings.soonPauseMs : timings.longestPauseMs;
    const grown = Math.min(longest, timings.firstPauseMs * 2 ** Math.min(failures, 16));
    return grown * (0.75 + options.random() / 2);
  };
  const retryIn = (ms: number): void => {
    cancelRetry?.();
    cancelRetry = undefined;
    if (stopped || link !== undefined) return;
    cancelRetry = clock.at(clock.now() + ms, () => {
      cancelRetry = undefined;
      call();
    });
  };
  const retryLater = (stage: DialStage | undefined): void => {
    // Where nobody knows an address, there is nothing to try until somebody tells one.
    if (stage !== 'no-address') retryIn(pause(stage));
  };

  const establish = (made: Established): void => {
    const before = link;
    const isNew = before === undefined;
    const up = options.link(made);
    link = up;
    clockAheadMs = made.clockAheadMs;
    failures = 0;
    suspectSince = undefined;
    if (isNew) upSince = clock.now();
    cancelRetry?.();
    cancelRetry = undefined;
    void before?.end('replaced');
    void up.ended.then((why) => {
      if (link !== up) return;
      link = undefined;
      lostAt = clock.now();
      offline = { state: 'offline', since: clock.now() };
      options.onDown();
      goOffline(why);
      // Said over the link, which proved who says it; that a dial is refused proves nothing.
      if (stageOf(why) === 'denied') options.onRevoked();
      if (!stopped) retryLater(stageOf(why));
    });
    for (const other of host.connections(device)) {
      if (other !== made.connection && !other.speaks(PAIR_PROTOCOL)) void other.close();
    }
    options.onUp(up, made);
    options.onChange();
    for (const wake of ups) wake();
    ups.clear();
  };

  /** Opens a link channel, on a connection that is there already or on a new one. */
  const reach = async (signal: AbortSignal): Promise<{ channel: StreamChannel; connection: HostConnection }> => {
    const channelOptions = { maxMessageBytes: MAX_LINK_MESSAGE_BYTES, signal };
    const there = host.connections(device).at(-1);
    if (there !== undefined) {
      try {
        return { channel: await there.open(LINK_PROTOCOL, channelOptions), connection: there };
      } catch {
        if (!there.speaks(PAIR_PROTOCOL)) there.abort('it does not answer');
      }
    }
    const addresses = [...new Set([...options.addresses(), ...heard.all()])];
    const connection = await host.dial({ device, addresses }, signal);
    try {
      return { channel: await connection.open(LINK_PROTOCOL, channelOptions), connection };
    } catch (error) {
      connection.abort('no link could be opened');
      throw error;
    }
  };
  const tryOnce = async (mine: Attempt): Promise<void> => {
    const timeout = AbortSignal.timeout(timings.attemptMs);
    const signal = AbortSignal.any([mine.abort.signal, timeout]);
    let channel: StreamChannel | undefined;
    try {
      const reached = await reach(signal);
      channel = reached.channel;
      mine.greeting = true;
      const { hello, name } = options;
      const greeted = await greetFirst({ channel, hello, now: clock.now, name: name(), signal });
      if (mine.abort.signal.aborted || stopped) throw new DispatchError('cancelled', 'the attempt was given up');
      attempt = undefined;
      establish({ ...reached, ...greeted, opener: self });
    } catch (error) {
      channel?.abort('there will be no link');
      if (attempt === mine) attempt = undefined;
      if (stopped || link !== undefined || mine.abort.signal.aborted) return;
      failures++;
      const failure = asDispatchError(error);
      // The other side kept its own call, which is being greeted.
      if (failure.code !== 'conflict') goOffline(failure);
      retryLater(stageOf(failure));
    }
  };
  const call = (): void => {
    if (stopped || link !== undefined || attempt !== undefined || incoming !== undefined) return;
    cancelRetry?.();
    cancelRetry = undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    const mine: Attempt = { abort: new AbortController(), settled: promise, greeting: false };
    attempt = mine;
    triedAt = clock.now();
    void tryOnce(mine).then(resolve);
  };

  /** Which of two calls stands; both sides come to the same answer. Gives why not, if not. */
  const admit = async (hello: Hello): Promise<DispatchError | undefined> => {
    if (attempt?.greeting === true && self < device) {
      await Promise.race([attempt.settled, after(SETTLE_MS)]);
    }
    if (link !== undefined) {
      // Started anew, or it has lost the link that it opened: then this one is of no use to it either.
      const isAnew = hello.instance !== link.instance || link.opener === device;
      if (!isAnew && self < device && (await link.probe(timings.probeMs))) {
        return new DispatchError('conflict', 'the two called each other at once, and the other call stands', {
          retryable: true,
        });
      }
      return undefined;
    }
    attempt?.abort.abort();
    attempt = undefined;
    return undefined;
  };
  const greet = async (
    channel: StreamChannel,
    connection: HostConnection,
    mine: AbortController,
  ): Promise<DispatchError | undefined> => {
    try {
      const { hello, name } = options;
      const signal = AbortSignal.any([mine.signal, channel.gone]);
      const greeted = await greetSecond({ channel, hello, now: clock.now, name: name(), signal, admit });
      if (mine.signal.aborted || stopped) return new DispatchError('cancelled', 'another call came after it');
      establish({ ...greeted, channel, connection, opener: device });
      return undefined;
    } catch (error) {
      return asDispatchError(error);
    }
  };

  return {
    get presence(): Presence {
      if (link === undefined) return offline;
      suspectSince = link.isSuspect ? (suspectSince ?? clock.now()) : undefined;
      const { roundTripMs } = link;
      return {
        state: link.isSuspect ? 'suspect' : 'online',
        since: suspectSince ?? upSince,
        ...(roundTripMs === undefined ? {} : { roundTripMs }),
      };
    },
    get link() {
      return link;
    },
    get clockAheadMs() {
      return clockAheadMs;
    },
    nudge() {
      if (attempt === undefined) failures = 0;
      call();
    },
    hear(addresses) {
      // Whoever floods the LAN with news makes this device dial no more often than that.
      const early = triedAt + HEARD_PAUSE_MS - clock.now();
      const isNews = heard.add(addresses);
      if (early <= 0) call();
      else if (isNews) retryIn(early);
    },
    async accept(channel, connection) {
      if (stopped) {
        channel.abort('not paired any more');
        return;
      }
      incoming?.abort();
      const mine = new AbortController();
      incoming = mine;
      const failure = await greet(channel, connection, mine);
      if (incoming === mine) incoming = undefined;
      if (failure !== undefined) {
        channel.abort('there will be no link');
        const stage = stageOf(failure);
        if (link === undefined && (stage === 'version' || stage === 'clock')) goOffline(failure);
        if (link === undefined && attempt === undefined && cancelRetry === undefined) retryLater(stage);
        return;
      }
      // The channel lives as long as the link does; whoever serves it closes it when this resolves.
      await link?.ended;
    },
    tick() {
      link?.tick();
    },
    wake() {
      const asleep = link;
      if (asleep === undefined) {
        // What was being dialled may have been so in another network.
        attempt?.abort.abort();
        attempt = undefined;
        failures = 0;
        call();
        return;
      }
      asleep.excuseSilence();
      void asleep.probe(timings.probeMs).then((alive) => {
        if (!alive) void asleep.end();
      });
    },
    async whileUp() {
      if (link === undefined) {
        const { promise, resolve } = Promise.withResolvers<void>();
        ups.add(resolve);
        await Promise.race([promise, after(GREETING_MS)]);
        ups.delete(resolve);
      }
      if (link !== undefined) return link.peer.down;
      throw new DispatchError('unavailable', 'there is no link between the two devices', {
        retryable: true,
        hint: 'say hello first',
      });
    },
    async stop(reason) {
      stopped = true;
      cancelRetry?.();
      attempt?.abort.abort();
      incoming?.abort();
      await link?.end(reason);
      if (reason === 'revoked') await host.hangUp(device);
    },
  };
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

function sentence({ message, hint }: DispatchError): string {
  return hint === undefined ? message : `${message}: ${hint}`;
}
