/** What a device that pairs is called here: its own name where that is free, and never the name of another. */

import { DEVICE_NAME_RULE, isDeviceName } from '../../core/devices.ts';
import { DispatchError } from '../../core/errors.ts';
import type { DeviceId } from '../../core/ids.ts';
import { isNameFree } from '../names.ts';
import type { CeremonyDeps } from './deps.ts';

const MAX_NAME = 63;

type Known = Pick<CeremonyDeps, 'store' | 'self'>;

/**
 * The alias that the device needs here; undefined if its own name does. A name that the person `asked` for is taken as it is: throws
 * `invalid` or `conflict` where it cannot be.
 */
export function chooseAlias(deps: Known, device: DeviceId, own: string, asked?: string): string | undefined {
  const holderOf = takenNames(deps, device);
  if (asked !== undefined) {
    const name = asked.trim();
    if (!isDeviceName(name)) {
      throw new DispatchError('invalid', 'that is no name for a device', {
        hint: DEVICE_NAME_RULE,
      });
    }
    if (holderOf(name)) {
      throw new DispatchError('conflict', `the name "${name}" is taken here`, { hint: 'choose another one' });
    }
    return name === own ? undefined : name;
  }
  const before = deps.store.get(device)?.alias;
  if (before !== undefined && !holderOf(before)) return before;
  return holderOf(own) ? freeName(own, holderOf) : undefined;
}

function takenNames({ store, self }: Known, device: DeviceId): (name: string) => boolean {
  return (name) => !isNameFree(name, device, store.all(), self().name);
}

function freeName(own: string, isTaken: (name: string) => boolean): string {
  for (let number = 2; ; number += 1) {
    const suffix = `-${number}`;
    const name = own.slice(0, MAX_NAME - suffix.length) + suffix;
    if (!isTaken(name)) return name;
  }
}
