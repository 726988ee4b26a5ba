// Two peers on a LAN of the test's own, and what the tests there say of how long things took: shown, not judged, because the machine
// may have other things to do. The bounds in the tests are wider than the promises for the same reason.
import { onTestFinished } from 'vitest';
import { createLan, type LanMachine } from '../../helpers/namespaces.ts';
import { createPeerHome, type PeerHome } from '../../helpers/two-peers.ts';

export interface OnLan {
  readonly home: PeerHome;
  readonly machine: LanMachine;
}

export interface LanOptions {
  /** False: neither announced nor looked for. */
  readonly lan?: boolean;
  /** Those that can reach others and cannot be reached: their peers listen on their own loopback. */
  readonly hidden?: readonly string[];
}

/** Peers that serve, each on a machine of its own; they go with the test. */
export async function peersOnLan(
  names: readonly string[],
  { lan = true, hidden = [] }: LanOptions = {},
): Promise<OnLan[]> {
  const network = createLan();
  const homes: PeerHome[] = [];
  onTestFinished(async () => {
    // A machine that stands still cannot be asked to end anything.
    await Promise.all(homes.map((home) => home.dispose()));
    network.dispose();
  });
  const made: OnLan[] = [];
  for (const name of names) {
    const machine = network.machine();
    const home = await createPeerHome(name, {
      host: hidden.includes(name) ? '127.0.0.1' : '0.0.0.0',
      lan,
      through: machine.through,
    });
    homes.push(home);
    made.push({ home, machine });
  }
  await Promise.all(homes.map((home) => home.begin()));
  return made;
}

/** Says how long it took since then. */
export function took(what: string, since: number): void {
  process.stdout.write(`network: ${what}: ${((performance.now() - since) / 1000).toFixed(2)} s\n`);
}
