// A device with all of net that is real: an identity, a host on loopback, pairings on disk, a network.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asDispatchError } from '../../src/core/errors.ts';
import { GRANTS, type Grant } from '../../src/core/grants.ts';
import type { DeviceId } from '../../src/core/ids.ts';
import type { Grants, Pairing, PairingStore } from '../../src/engine/peer-ports.ts';
import type { Clock } from '../../src/engine/ports.ts';
import { createHost, type NetHost } from '../../src/net/host.ts';
import { createNetwork, type PeerNetwork } from '../../src/net/network.ts';
import type { Timings } from '../../src/net/timings.ts';
import { loadIdentity } from '../../src/peer/identity.ts';
import { systemClock } from '../../src/peer/system.ts';
import { openPairingStore } from '../../src/store/pairings.ts';
import { createNetService, type NetService } from './net-service.ts';

export interface NetDevice {
  readonly id: DeviceId;
  readonly name: string;
  readonly host: NetHost;
  readonly pairings: PairingStore;
  readonly grants: Grants;
  readonly service: NetService;
  readonly network: PeerNetwork;
  /** Bugs that were told of. */
  readonly faults: unknown[];
  /** Whether a pairing session is open. */
  openForPairing(open: boolean): void;
  pair(
    device: DeviceId,
    options?: { given?: readonly Grant[]; name?: string; addresses?: readonly string[] },
  ): Promise<void>;
  dispose(): Promise<void>;
}

export interface NetDeviceOptions {
  readonly name: string;
  readonly listen?: readonly string[];
  readonly clock?: Clock;
  readonly version?: string;
  readonly instance?: string;
  readonly timings?: Partial<Timings>;
  /** Multiaddrs that it says of itself, in the place of its own: none, where all is to go through a proxy. */
  readonly told?: readonly string[];
  /** An identity file to take, of a device that was there before. */
  readonly folder?: string;
}

/** Quicker than people, slower than a busy machine. */
const QUICK: Partial<Timings> = {
  tickMs: 100,
  pingMs: 300,
  suspectMs: 900,
  deadMs: 2500,
  probeMs: 500,
  firstPauseMs: 100,
  soonPauseMs: 300,
};

export async function createNetDevice(options: NetDeviceOptions): Promise<NetDevice> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'dispatch-net-')));
  const keyFile = join(folder, 'identity.key');
  const { device: id } = loadIdentity(keyFile);
  const clock = options.clock ?? systemClock;
  const pairings = await openPairingStore(join(folder, 'pairings.json'), () => Date.now());
  const grants: Grants = {
    of: (device) => pairings.get(device)?.given ?? [],
    onChange: (listener) => pairings.onChange(listener),
  };
  const faults: unknown[] = [];
  let isOpen = false;
  const host = await createHost({
    key: await readFile(keyFile),
    listen: options.listen ?? ['127.0.0.1:0'],
    admits: (device) => (pairings.get(device) !== undefined ? 'paired' : isOpen ? 'pairing' : 'no'),
    onFault: (error) => faults.push(error),
  });
  const service = createNetService(options.name);
  const { told } = options;
  const network = createNetwork({
    host: told === undefined ? host : { ...host, multiaddrs: () => told },
    pairings,
    grants,
    clock,
    version: options.version ?? '1.2.3',
    instance: options.instance ?? `${options.name}-${Math.random()}`,
    onFault: (error) => faults.push(asDispatchError(error)),
    log: { info: () => {} },
    timings: { ...QUICK, ...options.timings },
  });
  network.start(service);
  return {
    id,
    name: options.name,
    host,
    pairings,
    grants,
    service,
    network,
    faults,
    openForPairing(open) {
      isOpen = open;
    },
    async pair(device, { given = GRANTS, name = device.slice(-8), addresses = [] } = {}) {
      const pairing: Pairing = { device, name, given, held: [], addresses, pairedAt: Date.now() };
      await pairings.put(pairing);
    },
    async dispose() {
      await network.close();
      await host.close();
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Each lets the other do everything; `a` knows where `b` is, through `via` if there is one. */
export async function pairDevices(
  a: NetDevice,
  b: NetDevice,
  options: { via?: string; given?: readonly Grant[]; back?: boolean } = {},
): Promise<void> {
  const given = options.given === undefined ? {} : { given: options.given };
  await b.pair(a.id, { ...given, name: a.name, addresses: options.back === true ? a.host.multiaddrs() : [] });
  await a.pair(b.id, { name: b.name, addresses: options.via === undefined ? b.host.multiaddrs() : [options.via] });
}
