/**
 * A link that is up: what can be asked of the other device, what it says of itself, and whether it is still there. Evidence of life
 * is whatever arrives, and whatever leaves a full socket: on a slow line a ping waits behind the bytes that it shares it with.
 */

import type { DispatchError } from '../core/errors.ts';
import type { Grant } from '../core/grants.ts';
import type { DeviceId, RunId } from '../core/ids.ts';
import type { PeerLink, PeerService } from '../engine/peer-ports.ts';
import type { Progress } from '../protocol/api.ts';
import type { GoodbyeReason, Hello, LinkNotifications } from '../protocol/peer-messages.ts';
import { openBlob, openInput, openLog, openOutput, openTransfer } from './bulk-client.ts';
import type { StreamChannel } from './channel.ts';
import type { HostConnection } from './connection.ts';
import { dialError } from './dial-errors.ts';
import { linkDown } from './link-errors.ts';
import { createLinkSession } from './link-session.ts';
import type { Timings } from './timings.ts';

/** How long last words may take. */
const GOODBYE_MS = 250;

export interface LinkOptions {
  readonly channel: StreamChannel;
  readonly connection: HostConnection;
  readonly hello: Hello;
  readonly self: DeviceId;
  /** Who opened the channel. */
  readonly opener: DeviceId;
  /** What the other device is called here. */
  readonly name: string;
  readonly service: PeerService;
  readonly timings: Timings;
  /** It said how far one of its runs is. */
  onProgress(run: RunId, progress: Progress): void;
  /** It said something new of itself, or its presence changed. */
  onChange(): void;
  onFault(error: DispatchError): void;
}

/** What the supervisor sees of a link. */
export interface Link {
  readonly peer: PeerLink;
  readonly connection: HostConnection;
  readonly opener: DeviceId;
  readonly instance: string;
  /** The newest that the other device said of itself. */
  readonly said: Pick<Hello, 'report' | 'gives' | 'addresses'>;
  readonly isSuspect: boolean;
  readonly roundTripMs: number | undefined;
  notify<N extends keyof LinkNotifications>(name: N, params: LinkNotifications[N]): void;
  /** Pings, if it is this side that does, and sees whether the other one is still there. */
  tick(): void;
  /** What was not heard while this machine slept is no evidence. */
  excuseSilence(): void;
  /** Whether the other side answers within the time. */
  probe(withinMs: number): Promise<boolean>;
  /** Says goodbye if there is a reason to tell, and ends it. Resolves within a fraction of a second. */
  end(reason?: GoodbyeReason): Promise<void>;
  /** Why it went down, once it is. */
  readonly ended: Promise<DispatchError>;
}

export function createLink(options: LinkOptions): Link {
  const { channel, connection, hello, self, name, service, timings } = options;
  const device = connection.device;
  const pings = self < device;
  const down = new AbortController();
  const ended = Promise.withResolvers<DispatchError>();
  let said: Link['said'] = { report: hello.report, gives: hello.gives, addresses: hello.addresses };
  let heardAt = performance.now();
  /** When this side last said something that the other one can hear: a ping, or the answer to one. */
  let spokeAt = heardAt;
  let isPinging = false;
  let isSuspect = false;
  let roundTripMs: number | undefined;
  let traffic = connection.traffic();

  const heard = (): void => {
    heardAt = performance.now();
    if (!isSuspect) return;
    isSuspect = false;
    options.onChange();
  };
  /** The connection goes too: whoever connects anew must not find one that leads nowhere. `isReplaced`: the other link may be on it. */
  const goDown = (why: DispatchError, isReplaced = false): void => {
    if (down.signal.aborted) return;
    down.abort();
    session.end(linkDown(name));
    channel.abort('the link is down');
    if (!isReplaced) connection.abort('the link is down');
    ended.resolve(why);
  };
  const measured = (ms: number): void => {
    const before = roundTripMs;
    roundTripMs = ms;
    // Only what a person would notice is news.
    if (before === undefined || Math.abs(ms - before) > Math.max(2, before / 3)) options.onChange();
  };
  const session = createLinkSession(channel, {
    call: (method, params) => service.call(device, method, params),
    onPing(params) {
      spokeAt = performance.now();
      if (params.roundTripMs !== undefined) measured(params.roundTripMs);
    },
    onNotification(notification, params) {
      if (notification === 'goodbye') {
        const { reason } = params as LinkNotifications['goodbye'];
        goDown(farewell(reason, name), reason === 'replaced');
        return;
      }
      if (notification === 'alive') return;
      if (notification === 'progress') {
        const { run, progress } = params as LinkNotifications['progress'];
        options.onProgress(run, progress);
        return;
      }
      said = { ...said, ...params };
      options.onChange();
    },
    onHeard: heard,
    onFault: options.onFault,
  });
  const ping = async (): Promise<void> => {
    const sentAt = performance.now();
    await session.ping(roundTripMs === undefined ? {} : { roundTripMs });
    heard();
    measured(Math.round((performance.now() - sentAt) * 100) / 100);
  };
  const pingOnce = (): void => {
    if (isPinging) return;
    isPinging = true;
    spokeAt = performance.now();
    ping()
      .catch(() => {
        // The link went: told where it ended.
      })
      .finally(() => {
        isPinging = false;
      });
  };
  const notify: Link['notify'] = (notification, params) => {
    session.notify(notification, params).catch(() => {
      // The link went: told where it ended.
    });
  };
  /** What moved since the last look. */
  const watchTraffic = (): void => {
    const before = traffic;
    traffic = connection.traffic();
    const arrives = traffic.bytesRead !== before.bytesRead;
    const leaves = before.bytesWaiting > 0 && traffic.bytesSent !== before.bytesSent;
    if (arrives || leaves) heard();
    // Its pings may be stuck behind what it sends, or ours behind what it takes its time to read: the way back is free.
    const mayPing = pings && !isPinging;
    if (!arrives || mayPing || performance.now() - spokeAt < timings.pingMs - timings.tickMs / 2) return;
    spokeAt = performance.now();
    notify('alive', {});
  };
  const bulk = { connection, down: down.signal, name };

  void session.run().then((why) => goDown(why ?? dialError('lost', `${name} closed the link`, 'it is tried again')));
  const stopProgress = service.onProgress(device, (run, progress) => notify('progress', { run, progress }));
  down.signal.addEventListener('abort', stopProgress, { once: true });
  // A killed process takes the connection with it.
  connection.gone.addEventListener('abort', () => goDown(lost(name)), { once: true });
  // Both sides, once: each knows the round trip from the beginning.
  pingOnce();

  return {
    connection,
    opener: options.opener,
    instance: hello.instance,
    get said() {
      return said;
    },
    get isSuspect() {
      return isSuspect;
    },
    get roundTripMs() {
      return roundTripMs;
    },
    peer: {
      device,
      get held(): readonly Grant[] {
        return said.gives;
      },
      down: down.signal,
      call: (method, params) => session.call(method, params),
      log: (params, signal) => openLog(bulk, params, signal),
      output: (params, signal) => openOutput(bulk, params, signal),
      blob: (params, signal) => openBlob(bulk, params, signal),
      input: (params) => openInput(bulk, params),
      transfer: (params, signal) => openTransfer(bulk, params, signal),
    },
    notify,
    tick() {
      if (down.signal.aborted) return;
      watchTraffic();
      const now = performance.now();
      const silence = now - heardAt;
      if (silence > timings.deadMs) {
        goDown(dialError('lost', `${name} has said nothing for ${Math.round(silence / 1000)} s`, 'it is tried again'));
        return;
      }
      if (silence > timings.suspectMs && !isSuspect) {
        isSuspect = true;
        options.onChange();
      }
      if (pings && now - spokeAt >= timings.pingMs - timings.tickMs / 2) pingOnce();
    },
    excuseSilence() {
      heardAt = performance.now();
    },
    async probe(withinMs) {
      if (down.signal.aborted) return false;
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const timer = setTimeout(resolve, withinMs, false);
      ping().then(
        () => resolve(true),
        () => resolve(false),
      );
      return promise.finally(() => clearTimeout(timer));
    },
    async end(reason) {
      if (!down.signal.aborted && reason !== undefined) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, GOODBYE_MS);
        session
          .notify('goodbye', { reason })
          .then(() => channel.close())
          .catch(() => {})
          .finally(resolve);
        await promise;
        clearTimeout(timer);
      }
      goDown(lost(name), reason === 'replaced');
    },
    ended: ended.promise,
  };
}

function lost(name: string): DispatchError {
  return dialError('lost', `the connection to ${name} was lost`, 'it is tried again by itself');
}

function farewell(reason: GoodbyeReason, name: string): DispatchError {
  switch (reason) {
    case 'stopping':
      return dialError('lost', `the peer of ${name} was stopped`, 'it is tried again by itself');
    case 'revoked':
      return dialError('denied', `${name} has revoked this device`, 'pair the two again');
    case 'replaced':
      return dialError('lost', `${name} took another connection`, 'it is tried again by itself');
    case 'clock':
      return dialError('clock', `the clock of ${name} and that of this device are too far apart`, 'set them right');
  }
}
