// A fresh link to a real peer (dial, Noise, multiplexer, and the greeting of both sides), beside a fresh ssh connection that
// authenticates with a key, runs `true` and ends; and beside its authentication alone.

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DeviceId } from '../../../src/core/ids.ts';
import { loadIdentity } from '../../../src/peer/identity.ts';
import { openPairingStore } from '../../../src/store/pairings.ts';
import { createSimulatedDevice, pairingOf, type SimulatedDevice } from '../../lib/simulated-device.ts';
import { alternate } from '../harness/alternate.ts';
import { atMost, type BenchContext, type Benchmark, type Measure } from '../harness/benchmark.ts';
import { hasOpenSsh, type OpenSsh, startOpenSsh } from '../harness/openssh.ts';
import { timeToEnd } from '../harness/processes.ts';
import { multiaddrsOf } from '../harness/simulated-peers.ts';

const LIMIT_RATIO = 0.4;
/** Until the other side has noticed as well that the link before is gone. */
const REST_MS = 50;

export const remoteConnect: Benchmark = {
  name: 'remote-connect',
  async run(context) {
    if (!hasOpenSsh()) {
      context.say('remote-connect: there is no OpenSSH server to compare with (openssh-server): left out');
      return [];
    }
    const ending: (() => Promise<void> | void)[] = [];
    try {
      const ssh = await startOpenSsh();
      ending.push(ssh.close);
      const far = await context.emptyHome();
      ending.push(far.remove);
      const { device } = loadIdentity(far.paths.identityFile);
      const near = await createSimulatedDevice(join(far.paths.home, 'near.key'));
      ending.push(near.close);
      const pairings = await openPairingStore(far.paths.pairingsFile, Date.now);
      await pairings.put(pairingOf(near.device, ['run']));
      const peer = await far.startPeer();
      ending.push(peer.stop);
      return await measure(context, { ssh, near, device, addresses: await multiaddrsOf(far) });
    } finally {
      for (const end of ending.toReversed()) await end();
    }
  },
};

interface Setting {
  readonly ssh: OpenSsh;
  readonly near: SimulatedDevice;
  /** Of the far peer. */
  readonly device: DeviceId;
  readonly addresses: readonly string[];
}

async function measure(context: BenchContext, { ssh, near, device, addresses }: Setting): Promise<Measure[]> {
  const link = async (): Promise<number> => {
    const startedAt = performance.now();
    await near.pairings.put(pairingOf(device, [], addresses));
    const { down } = await near.link(device);
    const took = performance.now() - startedAt;
    await near.pairings.revoke(device, 'far');
    if (!down.aborted) await new Promise<void>((resolve) => down.addEventListener('abort', () => resolve()));
    await delay(REST_MS);
    return took;
  };
  const times = await alternate(
    {
      link,
      ssh: () => timeToEnd('ssh', [...ssh.fresh, 'true'], ssh.env),
      authenticated: ssh.authenticate,
    },
    context.rounds(50),
  );
  const row = (name: string, yardstick: typeof times.ssh): Measure => ({
    name: 'a fresh link to a peer: dial, Noise, multiplexer, greeting',
    unit: 'ms',
    ours: times.link,
    yardstick: { name, ...yardstick },
    tail: true,
    target: atMost(times.link.median / yardstick.median, LIMIT_RATIO, `≤ ${LIMIT_RATIO} × ssh`),
  });
  return [row('ssh far true', times.ssh), row('ssh, until authenticated', times.authenticated)];
}
