/** Which device a person means: by its name, as `local`, or by the beginning of its id. */

import type { ControlClient } from '../control/client/client.ts';
import type { Device } from '../core/devices.ts';
import { DispatchError } from '../core/errors.ts';

/** Throws `not-found` or `ambiguous`. */
export async function findDevice(client: ControlClient, wanted: string): Promise<Device> {
  return chooseDevice((await client.call('devices', {})).devices, wanted);
}

/** The same among those that are known already. */
export function chooseDevice(devices: readonly Device[], wanted: string): Device {
  // An id before any name: nobody is found by calling itself what another one is.
  const named =
    devices.find(({ id, local }) => id === wanted || (wanted === 'local' && local)) ??
    devices.find(({ name }) => name === wanted);
  if (named !== undefined) return named;
  const found = wanted === '' ? [] : devices.filter(({ id }) => id.startsWith(wanted));
  const [only, second] = found;
  if (only === undefined) {
    const known = devices.map(({ name }) => name).join(', ');
    throw new DispatchError('not-found', `there is no device "${wanted}"`, { hint: `known: ${known}` });
  }
  if (second !== undefined) {
    throw new DispatchError(
      'ambiguous',
      `"${wanted}" fits several devices: ${found.map(({ name }) => name).join(', ')}`,
      { hint: 'write the name, or more of the id' },
    );
  }
  return only;
}
