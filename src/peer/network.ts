/**
 * Brings the network of this device up: its host, the links to paired devices, the pairing ceremonies. Loaded late: nothing
 * else of a peer takes as long.
 */

import type { DeviceId } from '../core/ids.ts';
import type { OwnerSettings } from '../engine/owner-ports.ts';
import type { PairingStore, PeerService } from '../engine/peer-ports.ts';
import { isHostOf } from '../net/address-book.ts';
import { createDiscovery, driveDiscovery } from '../net/discovery.ts';
import { createHost } from '../net/host.ts';
import { createNetwork } from '../net/network.ts';
import { createCeremonies, type PairingCeremonies } from '../net/pairing/ceremonies.ts';
import { grantsOf } from './grants.ts';
import type { NetworkParts } from './late-network.ts';
import type { PeerLog } from './log.ts';
import { systemClock, systemIds } from './system.ts';

const LAST_WORDS_MS = 5_000;

export interface NetworkSettings {
  /** The identity file: libp2p's protobuf of the private key. */
  readonly key: Uint8Array;
  readonly pairings: PairingStore;
  readonly owner: OwnerSettings;
  readonly service: PeerService;
  readonly version: string;
  readonly instance: string;
  /** HOST:PORT each; the default port on all addresses if absent. */
  readonly listen?: readonly string[];
  /** HOST:PORT each: what others are told besides what this machine sees of itself. */
  readonly announce: readonly string[];
  /** Whether the LAN is asked and told. */
  readonly lan: boolean;
  readonly log: PeerLog;
}

export interface RunningNetwork extends NetworkParts {
  /** Where this device listens, as HOST:PORT. */
  addresses(): readonly string[];
  close(): Promise<void>;
}

export async function startNetwork(options: NetworkSettings): Promise<RunningNetwork> {
  const { pairings, owner, log } = options;
  const onFault = (error: unknown): void => log.error('the network', error);
  let ceremonies: PairingCeremonies | undefined;
  const host = await createHost({
    key: options.key,
    ...(options.listen === undefined ? {} : { listen: options.listen }),
    announce: options.announce,
    admits(device: DeviceId) {
      if (pairings.get(device) !== undefined) return 'paired';
      return ceremonies?.admitsStrangers() === true ? 'pairing' : 'no';
    },
    knows: (host) => isHostOf(pairings.all(), host),
    onFault,
  });
  const network = createNetwork({
    host,
    pairings,
    grants: grantsOf(pairings),
    clock: systemClock,
    version: options.version,
    instance: options.instance,
    onFault,
    log,
  });
  const discovery = createDiscovery({
    device: host.id,
    lan: options.lan,
    addresses: host.multiaddrs,
    onFound: network.hear,
    onTrouble: (error) => log.warn(`the LAN cannot be asked: ${error.message}`),
  });
  ceremonies = createCeremonies({
    host,
    store: pairings,
    clock: systemClock,
    ids: systemIds,
    self: () => ({ name: owner.name(), platform: process.platform }),
    lan: discovery,
    onFault: (what, error) => log.error(what, error),
  });
  ceremonies.onEvent(({ type }) => {
    if (type === 'opened' || type === 'closed') discovery.announce(ceremonies?.admitsStrangers() === true);
    // Whoever was let in for the session is given time to read why it is over.
    if (type === 'closed') systemClock.at(systemClock.now() + LAST_WORDS_MS, () => host.sweep());
  });
  network.start(options.service);
  driveDiscovery(discovery, network);
  return {
    network,
    ceremonies,
    addresses: () => host.addresses(),
    async close() {
      await ceremonies?.close('stopping');
      await discovery.close();
      await network.close();
      await host.close();
    },
  };
}
