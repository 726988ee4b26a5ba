/**
 * One name on the LAN's multicast DNS: asks who answers to it, and answers to it itself if it is to. Everybody there can say
 * anything: what comes out of here is where to dial, and proves nothing.
 */

import type { DeviceId } from '../core/ids.ts';
import { fromMultiaddr, isLoopback } from './addresses.ts';
import { SILENT_LOGGER } from './silent-logger.ts';

/** One packet holds no more. */
const MAX_TOLD = 8;
/** Only those that a neighbour can be at; one that says more says nothing. */
const MAX_HEARD = 16;

export interface LanServiceOptions {
  /** Such as `_dispatch._udp.local`. */
  readonly name: string;
  readonly device: DeviceId;
  /** Answer for this device. */
  readonly answers: boolean;
  readonly askEveryMs: number;
  /** Multiaddrs of this device without `/p2p/`. */
  addresses(): readonly string[];
  onFound(device: DeviceId, addresses: readonly string[]): void;
  onTrouble(error: unknown): void;
}

export interface LanService {
  stop(): Promise<void>;
}

export async function startLanService(options: LanServiceOptions): Promise<LanService> {
  const [{ mdns }, { multiaddr }] = await Promise.all([import('@libp2p/mdns'), import('@multiformats/multiaddr')]);
  const told = (): ReturnType<typeof multiaddr>[] =>
    options
      .addresses()
      .filter((address) => !isLoopback(fromMultiaddr(address)?.host ?? ''))
      .slice(0, MAX_TOLD)
      .map((address) => multiaddr(`${address}/p2p/${options.device}`));
  const components = { addressManager: { getAddresses: told }, logger: SILENT_LOGGER };
  const service = mdns({ serviceTag: options.name, broadcast: options.answers, interval: options.askEveryMs })(
    components as unknown as Parameters<ReturnType<typeof mdns>>[0],
  ) as ReturnType<ReturnType<typeof mdns>> & Startable;
  service.addEventListener('peer', ({ detail }) => {
    const device = detail.id.toString() as DeviceId;
    if (device === options.device) return;
    const addresses = detail.multiaddrs
      .slice(0, MAX_HEARD)
      .map((address) => address.toString())
      .filter((address) => fromMultiaddr(address) !== undefined);
    if (addresses.length > 0) options.onFound(device, addresses);
  });
  await service.start();
  // The port may be another program's alone; then nobody on the LAN is found, and everything else goes on.
  service.mdns?.on('error', options.onTrouble);
  return { stop: async () => service.stop() };
}

interface Startable {
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly mdns?: { on(event: 'error', listener: (error: unknown) => void): void };
}
