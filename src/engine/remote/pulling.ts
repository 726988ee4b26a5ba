/** How an execution that receives reads from the run that sends, on another device: as soon as that device is there. */

import { DispatchError } from '../../core/errors.ts';
import type { DeviceId } from '../../core/ids.ts';
import type { EngineDeps } from '../context.ts';
import { nameOf } from '../devices.ts';
import type { ExecutionContext } from '../executor-ports.ts';
import type { PeerLink } from '../peer-ports.ts';

/** What an execution that receives is given. */
export type Pulling = Pick<ExecutionContext, 'pull' | 'tellEnd'>;

export function createPulling(deps: Pick<EngineDeps, 'network' | 'owner' | 'identity' | 'pairings'>): Pulling {
  const { network } = deps;
  return {
    async *pull({ device, run }, position, signal) {
      const link = await linkTo(deps, device, signal);
      const { chunks } = await link.transfer({ run, ...position }, signal);
      yield* chunks;
    },
    async tellEnd({ device, run }, end, signal) {
      // One that has hung up for good will never hear it: whoever is told of the end does not wait for that.
      const link = network.link(device) ?? (await linkTo(deps, device, signal));
      await link.call('transfer-end', { run, end });
    },
  };
}

/** The link to the device, as soon as there is one. Rejects with `cancelled` when the signal aborts first. */
function linkTo(
  deps: Pick<EngineDeps, 'network' | 'owner' | 'identity' | 'pairings'>,
  device: DeviceId,
  signal: AbortSignal,
): Promise<PeerLink> {
  const { network } = deps;
  if (!network.devices().some(({ id }) => id === device)) {
    return Promise.reject(
      new DispatchError('not-found', `this device is not paired with the one that sends (${nameOf(deps, device)})`, {
        hint: 'pair the two, or bring the files through a device that both are paired with',
      }),
    );
  }
  const { promise, resolve, reject } = Promise.withResolvers<PeerLink>();
  const stop = network.onLink((link) => {
    if (link.device === device) resolve(link);
  });
  const give = (): void =>
    reject(new DispatchError('cancelled', 'the transfer is not wanted any more', { hint: 'start it again' }));
  if (signal.aborted) give();
  signal.addEventListener('abort', give, { once: true });
  return promise.finally(() => {
    stop();
    signal.removeEventListener('abort', give);
  });
}
