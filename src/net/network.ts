/**
 * The network of the paired devices: one supervisor for each pairing, the greeting of whoever calls, and what is told to all of them.
 * It decides nothing about what a device may do: it tells the service who asks.
 */

import { isDeepStrictEqual } from 'node:util';
import { shortDeviceId } from '../core/devices.ts';
import { asDispatchError, DispatchError } from '../core/errors.ts';
import { type Grant, sortGrants } from '../core/grants.ts';
import type { DeviceId } from '../core/ids.ts';
import type {
  Grants,
  Network,
  PairedDevice,
  Pairing,
  PairingStore,
  PeerLink,
  PeerService,
} from '../engine/peer-ports.ts';
import type { Clock } from '../engine/ports.ts';
import { PEER_VERSIONS } from '../protocol/peer-api.ts';
import { type Hello, LINK_PROTOCOL, MAX_LINK_MESSAGE_BYTES } from '../protocol/peer-messages.ts';
import { rememberAddresses } from './address-book.ts';
import { formatMultiaddr, parseEndpoint } from './addresses.ts';
import { serveBulk } from './bulk-server.ts';
import type { NetHost } from './host.ts';
import { createKeeper } from './keeper.ts';
import { createLink, type Link } from './link.ts';
import { nameDevices, nextName } from './names.ts';
import { createSupervisor, type Established, type Supervisor } from './supervisor.ts';
import { createTicker } from './ticker.ts';
import { TIMINGS, type Timings } from './timings.ts';

export interface NetworkOptions {
  readonly host: NetHost;
  readonly pairings: PairingStore;
  readonly grants: Grants;
  readonly clock: Clock;
  /** Of Dispatch. */
  readonly version: string;
  /** Changes with every start of the peer. */
  readonly instance: string;
  /** Something of ours is broken: not what a device did. */
  onFault(error: DispatchError): void;
  readonly log: { info(message: string): void };
  readonly timings?: Partial<Timings>;
}

export interface PeerNetwork extends Network {
  /** Begins to dial and to answer. The engine is made with the network, and the service with the engine: it comes last. */
  start(service: PeerService): void;
  /** Somebody on the LAN says that the device is at these multiaddrs. Feeds dialling, and nothing else. */
  hear(device: DeviceId, addresses: readonly string[]): void;
  /** Tries all that are not there, now. */
  nudge(): void;
  /** Says goodbye to all and ends. */
  close(): Promise<void>;
}

export function createNetwork(options: NetworkOptions): PeerNetwork {
  const { host, pairings, grants, clock, log } = options;
  const timings = { ...TIMINGS, ...options.timings };
  const supervisors = new Map<DeviceId, Supervisor>();
  /** The addresses that each supervisor knew of last. */
  const dialled = new Map<DeviceId, readonly string[]>();
  /** What each has said of itself since the start: it is known before it is on disk. */
  const saidLast = new Map<DeviceId, Link['said']>();
  /** What each device was told last that it may do here. */
  const told = new Map<DeviceId, readonly Grant[]>();
  /** Those that are being said goodbye to. */
  const leaving = new Map<DeviceId, Promise<void>>();
  const onDevices = new Set<() => void>();
  const onLink = new Set<(link: PeerLink) => void>();
  const onRevoked = new Set<(device: DeviceId) => void>();
  const onProgress = new Set<Parameters<Network['onProgress']>[0]>();
  const unsubscribe: (() => void)[] = [];
  let service: PeerService | undefined;
  let closed = false;
  let telling = false;

  /** Once for all that changes in one turn. */
  const changed = (): void => {
    if (telling || closed) return;
    telling = true;
    queueMicrotask(() => {
      telling = false;
      for (const listener of [...onDevices]) listener();
    });
  };
  const names = (): ReadonlyMap<DeviceId, string> => nameDevices(pairings.all(), service?.report().name ?? '');
  const hello = (device: DeviceId): Hello => ({
    kind: 'hello',
    protocol: PEER_VERSIONS,
    version: options.version,
    instance: options.instance,
    now: clock.now(),
    report: started().report(),
    gives: sortGrants(grants.of(device)),
    addresses: host.multiaddrs(),
  });
  const started = (): PeerService => {
    if (service === undefined) throw new Error('the network has not been started');
    return service;
  };

  const keeper = createKeeper(pairings, options.onFault);
  const { keep } = keeper;
  const keepSaid = ({ said, connection }: Link, device: DeviceId): void => {
    saidLast.set(device, said);
    keep(device, (pairing) => ({
      name: nextName(said.report.name, pairing, pairings.all(), service?.report().name ?? ''),
      held: sortGrants(said.gives),
      // The load changes with every run and is not worth a write.
      report: pairing.report === undefined ? said.report : { ...said.report, load: pairing.report.load },
      addresses: rememberAddresses({
        kept: pairing.addresses,
        said: said.addresses,
        remoteHost: parseEndpoint(connection.remoteAddress, 0).host,
        ...(connection.outbound ? { worked: connection.multiaddr } : {}),
      }),
    }));
  };

  const supervise = (pairing: Pairing): Supervisor => {
    const { device } = pairing;
    const name = (): string => names().get(device) ?? shortDeviceId(device);
    return createSupervisor({
      device,
      host,
      clock,
      timings,
      random: Math.random,
      lastSeenAt: pairing.lastSeenAt,
      addresses: () => pairings.get(device)?.addresses ?? [],
      name,
      hello: () => hello(device),
      link(made: Established) {
        const link = createLink({
          ...made,
          self: host.id,
          name: name(),
          service: started(),
          timings,
          onFault: options.onFault,
          onProgress(run, progress) {
            for (const listener of [...onProgress]) listener(device, run, progress);
          },
          onChange() {
            if (supervisors.get(device)?.link === link) keepSaid(link, device);
            changed();
          },
        });
        return link;
      },
      onUp(link, { connection, clockAheadMs }) {
        log.info(`${name()} is here, at ${connection.remoteAddress}, its clock ${clockAheadMs} ms ahead`);
        // They may have changed while the two greeted.
        told.delete(device);
        tellGrants();
        keepSaid(link, device);
        keep(device, () => ({ lastSeenAt: clock.now() }));
        for (const listener of [...onLink]) listener(link.peer);
      },
      onRevoked() {
        log.info(`${name()} has revoked this device`);
        for (const listener of [...onRevoked]) listener(device);
      },
      onDown() {
        log.info(`${name()} is gone`);
        keep(device, () => ({ lastSeenAt: clock.now() }));
      },
      onChange: changed,
    });
  };
  const dismiss = (device: DeviceId): Promise<void> => {
    const supervisor = supervisors.get(device);
    supervisors.delete(device);
    dialled.delete(device);
    told.delete(device);
    saidLast.delete(device);
    if (supervisor === undefined) return leaving.get(device) ?? Promise.resolve();
    const left = supervisor.stop('revoked').finally(() => leaving.delete(device));
    leaving.set(device, left);
    changed();
    return left;
  };
  /** One supervisor for each pairing, and none besides. */
  const sync = (): void => {
    if (service === undefined || closed) return;
    const paired = new Set<DeviceId>();
    for (const pairing of pairings.all()) {
      const { device, addresses } = pairing;
      paired.add(device);
      const known = supervisors.get(device);
      const supervisor = known ?? supervise(pairing);
      supervisors.set(device, supervisor);
      // Paired, or paired anew: it is probably there.
      if (known === undefined || addresses.some((address) => !dialled.get(device)?.includes(address)))
        supervisor.nudge();
      dialled.set(device, addresses);
    }
    for (const device of [...supervisors.keys()]) {
      if (!paired.has(device)) dismiss(device).catch((error: unknown) => options.onFault(asDispatchError(error)));
    }
    if (supervisors.size > 0) ticker.start();
    else ticker.stop();
    changed();
  };

  let announced = host.multiaddrs();
  /** The machine is in another network now: those who are there are told, those who are not may be there. */
  const watchAddresses = (): void => {
    const now = host.multiaddrs();
    if (isDeepStrictEqual(now, announced)) return;
    announced = now;
    for (const supervisor of supervisors.values()) {
      supervisor.link?.notify('addresses', { addresses: now });
      supervisor.wake();
    }
  };
  const ticker = createTicker({
    everyMs: timings.tickMs,
    onTick() {
      watchAddresses();
      for (const supervisor of supervisors.values()) supervisor.tick();
    },
    onWake() {
      log.info('this machine slept: the links are looked at anew');
      for (const supervisor of supervisors.values()) supervisor.wake();
    },
  });
  const tellGrants = (): void => {
    for (const [device, { link }] of supervisors) {
      const gives = sortGrants(grants.of(device));
      if (link === undefined || isDeepStrictEqual(gives, told.get(device))) continue;
      told.set(device, gives);
      link.notify('grants', { gives });
    }
    changed();
  };
  const tellReport = (): void => {
    const report = started().report();
    for (const { link } of supervisors.values()) link?.notify('report', { report });
    changed();
  };
  const describe = (pairing: Pairing, name: string): PairedDevice => {
    const supervisor = supervisors.get(pairing.device);
    const said = saidLast.get(pairing.device);
    const report = said?.report ?? pairing.report;
    const clockAheadMs = supervisor?.clockAheadMs;
    return {
      id: pairing.device,
      name,
      ...(report === undefined ? {} : { report }),
      presence: supervisor?.presence ?? { state: 'offline', since: pairing.lastSeenAt ?? pairing.pairedAt },
      given: sortGrants(grants.of(pairing.device)),
      held: sortGrants(said?.gives ?? pairing.held),
      addresses: pairing.addresses.map(formatMultiaddr),
      ...(clockAheadMs === undefined ? {} : { clockAheadMs }),
    };
  };

  return {
    start(given) {
      service = given;
      const onFault = options.onFault;
      host.serve(
        LINK_PROTOCOL,
        async (channel, connection) => supervisors.get(channel.remote)?.accept(channel, connection),
        { maxMessageBytes: MAX_LINK_MESSAGE_BYTES },
      );
      const whileUp = (device: DeviceId): Promise<AbortSignal> => {
        const supervisor = supervisors.get(device);
        if (supervisor === undefined) return Promise.reject(new DispatchError('refused', 'the device is not paired'));
        return supervisor.whileUp();
      };
      serveBulk({ host, service: given, whileUp, onFault });
      unsubscribe.push(pairings.onChange(sync), grants.onChange(tellGrants), given.onReport(tellReport));
      sync();
    },
    devices() {
      const called = names();
      return pairings.all().map((pairing) => describe(pairing, called.get(pairing.device) ?? pairing.name));
    },
    onDevices: (listener) => subscribe(onDevices, listener),
    link: (device) => supervisors.get(device)?.link?.peer,
    onRevoked: (listener) => subscribe(onRevoked, listener),
    onProgress: (listener) => subscribe(onProgress, listener),
    onLink(listener) {
      for (const { link } of supervisors.values()) if (link !== undefined) listener(link.peer);
      return subscribe(onLink, listener);
    },
    async expel(device) {
      await dismiss(device);
      await host.hangUp(device);
    },
    hear: (device, addresses) => supervisors.get(device)?.hear(addresses),
    nudge() {
      for (const supervisor of supervisors.values()) supervisor.nudge();
    },
    async close() {
      closed = true;
      ticker.stop();
      for (const stop of unsubscribe) stop();
      await Promise.all([...supervisors.values()].map((supervisor) => supervisor.stop('stopping')));
      await Promise.all(leaving.values());
      await keeper.settled();
    },
  };
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
