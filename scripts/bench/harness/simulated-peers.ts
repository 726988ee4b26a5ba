// Many simulated devices in one process of their own, so that a real peer has somebody to be connected to and is measured alone. They
// are written into its file of pairings before it starts, and dial it.
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DeviceId } from '../../../src/core/ids.ts';
import { loadIdentity } from '../../../src/peer/identity.ts';
import { openPairingStore } from '../../../src/store/pairings.ts';
import { pairingOf } from '../../lib/simulated-device.ts';
import type { Home } from './home.ts';
import { environment, start, stop } from './processes.ts';

const PROGRAM = fileURLToPath(new URL('./simulated-peers-program.ts', import.meta.url));

/** What the program is told: the device to be connected to, and the files with the identities. */
export interface SimulatedRequest {
  readonly device: DeviceId;
  /** Multiaddrs. */
  readonly addresses: readonly string[];
  readonly keyFiles: readonly string[];
}

export interface SimulatedPeers {
  /** Connects all of them; resolves when each has its link. The peer of the home serves already. */
  connect(): Promise<void>;
  stop(): Promise<void>;
}

/** Has the home, whose peer is not started yet, paired with so many devices. */
export async function simulatePeers(home: Home, count: number): Promise<SimulatedPeers> {
  const keyFiles = Array.from({ length: count }, (_, index) => join(home.paths.home, `simulated-${index}.key`));
  const pairings = await openPairingStore(home.paths.pairingsFile, Date.now);
  for (const file of keyFiles) await pairings.put(pairingOf(loadIdentity(file).device, ['run']));
  const child = start(process.execPath, [PROGRAM], {
    env: environment(),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return {
    async connect() {
      const request: SimulatedRequest = {
        device: loadIdentity(home.paths.identityFile).device,
        addresses: await multiaddrsOf(home),
        keyFiles,
      };
      const ended = once(child, 'exit').then(([code]) => {
        throw new Error(`the simulated peers ended with ${code}`);
      });
      ended.catch(() => {}); // they are ended when all is measured
      child.send(request);
      await Promise.race([once(child, 'message'), ended]);
    },
    stop: () => stop(child),
  };
}

/** A peer tells them as host:port. */
export async function multiaddrsOf(home: Home): Promise<readonly string[]> {
  const client = await home.connect();
  try {
    for (;;) {
      // It serves people before its network is up.
      const { addresses } = await client.call('status', {});
      if (addresses.length > 0) return addresses.map((address) => address.replace(/^(.*):(\d+)$/, '/ip4/$1/tcp/$2'));
    }
  } finally {
    client.close();
  }
}
