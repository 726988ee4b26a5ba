// A device with a real identity, a real host and a real network, and no engine behind them: it comes online at the devices that it
// is paired with, answers their pings, and does nothing for anybody. For measuring many devices, and for asking what a person's own
// Dispatch would never ask.
import { setTimeout as delay } from 'node:timers/promises';
import { DispatchError } from '../../src/core/errors.ts';
import type { Grant } from '../../src/core/grants.ts';
import type { DeviceId } from '../../src/core/ids.ts';
import type { Grants, Network, Pairing, PairingStore, PeerLink, PeerService } from '../../src/engine/peer-ports.ts';
import { createHost } from '../../src/net/host.ts';
import { createNetwork } from '../../src/net/network.ts';
import { loadIdentity } from '../../src/peer/identity.ts';
import { systemClock } from '../../src/peer/system.ts';
import { freePort } from './free-port.ts';

/** Of the first link to a device that is there. */
const LINK_MS = 20_000;

export interface SimulatedDevice {
  readonly device: DeviceId;
  readonly pairings: PairingStore;
  readonly network: Network;
  /** The link to the device, once it is up. */
  link(device: DeviceId): Promise<PeerLink>;
  close(): Promise<void>;
}

/** `keyFile` holds its identity, and is made if it is not there. */
export async function createSimulatedDevice(keyFile: string): Promise<SimulatedDevice> {
  const { device, key } = loadIdentity(keyFile);
  const pairings = createMemoryPairings();
  const onFault = (error: DispatchError): void => console.error(`simulated device: ${error.stack}`);
  const host = await createHost({
    key,
    listen: [`127.0.0.1:${await freePort()}`],
    admits: (id) => (pairings.get(id) === undefined ? 'no' : 'paired'),
    onFault,
  });
  const grants: Grants = {
    of: (id) => pairings.get(id)?.given ?? [],
    onChange: (listener) => pairings.onChange(listener),
  };
  const network = createNetwork({
    host,
    pairings,
    grants,
    clock: systemClock,
    version: '0',
    instance: device,
    onFault,
    log: { info: () => {} },
  });
  network.start(createIdleService());
  return {
    device,
    pairings,
    network,
    async link(id) {
      const { promise, resolve } = Promise.withResolvers<PeerLink>();
      const stop = network.onLink((link) => {
        if (link.device === id) resolve(link);
      });
      const giveUp = new AbortController();
      const late = delay(LINK_MS, undefined, { signal: giveUp.signal }).then(() => {
        throw new Error(`no link to ${id} within ${LINK_MS} ms: ${JSON.stringify(network.devices())}`);
      });
      late.catch(() => {}); // it was given up
      return Promise.race([promise, late]).finally(() => {
        stop();
        giveUp.abort();
      });
    },
    async close() {
      await network.close();
      await host.close();
    },
  };
}

/** What each side keeps of the other. */
export function pairingOf(device: DeviceId, given: readonly Grant[], addresses: readonly string[] = []): Pairing {
  return { device, name: device.slice(-8), given, held: [], addresses, pairedAt: Date.now() };
}

/** As the real store, without its file: what is measured here is not a disk. */
function createMemoryPairings(): PairingStore {
  const kept = new Map<DeviceId, Pairing>();
  const revoked = new Map<DeviceId, string>();
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  return {
    all: () => [...kept.values()],
    get: (device) => kept.get(device),
    async put(pairing) {
      kept.set(pairing.device, pairing);
      revoked.delete(pairing.device);
      tell();
    },
    async update(device, change) {
      const pairing = kept.get(device);
      if (pairing === undefined) return;
      kept.set(device, change(pairing));
      tell();
    },
    async revoke(device, name) {
      revoked.set(device, name);
      kept.delete(device);
      tell();
    },
    revoked: () => [...revoked].map(([id, name]) => ({ id, name })),
    isRevoked: (device) => revoked.has(device),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function createIdleService(): PeerService {
  const refuse = async (): Promise<never> => {
    throw new DispatchError('refused', 'a simulated device does nothing for others', { hint: 'ask a real one' });
  };
  return {
    call: refuse,
    async *log(_caller, _params, signal) {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    },
    output: refuse,
    blob: refuse,
    input: refuse,
    report: () => ({
      name: 'simulated',
      platform: process.platform,
      version: '0',
      capabilities: {
        shell: false,
        browserAutomation: false,
        desktopAutomation: false,
        local_files: false,
        reachableFolders: [],
      },
      permissions: { local_files: false, shell: false, browser_automation: false, desktop_automation: false },
      enforces: [],
      load: { running: 0, slots: 0 },
    }),
    onReport: () => () => {},
    transfer: refuse,
    onProgress: () => () => {},
  };
}
