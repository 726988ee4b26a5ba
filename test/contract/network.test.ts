// The network of two devices in one process, and over real TCP on loopback through a proxy that can be cut.
import { GRANTS, type Grant } from '../../src/core/grants.ts';
import type { DeviceId } from '../../src/core/ids.ts';
import type { Grants } from '../../src/engine/peer-ports.ts';
import { createMemoryNetworks } from '../helpers/memory-network.ts';
import { createNetDevice, type NetDevice } from '../helpers/net-device.ts';
import { createNetService } from '../helpers/net-service.ts';
import { createTcpProxy } from '../helpers/tcp-proxy.ts';
import { describeNetwork, type NetworkSide } from './network.ts';

const A = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN' as DeviceId;
const B = '12D3KooWHcPu5xSpzWwHHzKLrY2BRQSnE3gHyXnXX3V6BV8f8s12' as DeviceId;

describeNetwork('a network in memory', () => {
  const grants = (): Grants & { set(next: readonly Grant[]): Promise<void> } => {
    let given: readonly Grant[] = GRANTS;
    const listeners = new Set<() => void>();
    return {
      of: () => given,
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      set(next) {
        given = next;
        for (const listener of [...listeners]) listener();
        return Promise.resolve();
      },
    };
  };
  const a = { device: A, service: createNetService('laptop'), grants: grants() };
  const b = { device: B, service: createNetService('gpu-box'), grants: grants() };
  const { cut, join, ...networks } = createMemoryNetworks(a, b);
  const side = (own: typeof a, network: NetworkSide['network']): NetworkSide => ({
    device: own.device,
    network,
    service: own.service,
    give: own.grants.set,
    unpair: () => own.grants.set([]),
  });
  return Promise.resolve({
    a: side(a, networks.a),
    b: side(b, networks.b),
    cut,
    join,
    dispose: () => Promise.resolve(),
  });
});

describeNetwork('a network over TCP', async () => {
  const [a, b] = await Promise.all([createNetDevice({ name: 'laptop' }), createNetDevice({ name: 'gpu-box' })]);
  const proxy = await createTcpProxy({ host: '127.0.0.1', port: b.host.listening[0]?.port ?? 0 });
  proxy.cut();
  await b.pair(a.id, { name: a.name });
  await a.pair(b.id, { name: b.name, addresses: [proxy.multiaddr] });
  const side = (own: NetDevice, other: NetDevice): NetworkSide => ({
    device: own.id,
    network: own.network,
    service: own.service,
    give: (given) => own.pairings.update(other.id, (pairing) => ({ ...pairing, given })),
    unpair: () => own.pairings.revoke(other.id, 'other'),
  });
  return {
    a: side(a, b),
    b: side(b, a),
    cut: proxy.cut,
    join() {
      proxy.mend();
      a.network.nudge();
    },
    async dispose() {
      await Promise.all([a.dispose(), b.dispose()]);
      await proxy.close();
      const faults = [...a.faults, ...b.faults];
      if (faults.length > 0) throw faults[0];
    },
  };
});
