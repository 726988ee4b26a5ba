// The process of the simulated devices: connects as many as it is told, and says when all of them are.
import { createSimulatedDevice, pairingOf } from '../../lib/simulated-device.ts';
import type { SimulatedRequest } from './simulated-peers.ts';

process.once('message', (request: SimulatedRequest) => void connectAll(request));
process.on('disconnect', () => process.exit(0));

async function connectAll({ device, addresses, keyFiles }: SimulatedRequest): Promise<void> {
  for (const file of keyFiles) {
    const simulated = await createSimulatedDevice(file);
    await simulated.pairings.put(pairingOf(device, [], addresses));
    await simulated.link(device);
  }
  process.send?.('connected');
}
