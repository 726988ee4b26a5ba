/** What a device that pairs is called here: its own name where that is free, and never the name of another. */

import { DEVICE_NAME } from '../../core/devices.ts';
import { DispatchError } from '../../core/errors.ts';
import type { DeviceId } from '../../core/ids.ts';
import type { CeremonyDeps } from './deps.ts';

/** Names that mean something else where a device is named. */
const RESERVED: readonly string[] = ['local', 'all'];
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
    if (!DEVICE_NAME.test(name)) {
      throw new DispatchError('invalid', 'that is no name for a device', {
        hint: 'letters, digits, ".", "_" and "-", at most 63, beginning with a letter or a digit',
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

/** Names that differ in case only are the same to people. */
function takenNames({ store, self }: Known, device: DeviceId): (name: string) => boolean {
  const others = store.all().filter((pairing) => pairing.device !== device);
  const taken = [...RESERVED, self().name, ...others.map(({ alias, name }) => alias ?? name)];
  const folded = new Set(taken.map((name) => name.toLowerCase()));
  return (name) => folded.has(name.toLowerCase());
}

function freeName(own: string, isTaken: (name: string) => boolean): string {
  for (let number = 2; ; number += 1) {
    const suffix = `-${number}`;
    const name = own.slice(0, MAX_NAME - suffix.length) + suffix;
    if (!isTaken(name)) return name;
  }
}
