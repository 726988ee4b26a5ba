/** What paired devices are called here: their alias or what they call themselves, and never two of them the same. */

import { DEVICE_NAME } from '../core/devices.ts';
import type { DeviceId } from '../core/ids.ts';
import type { Pairing } from '../engine/peer-ports.ts';

/** Words that mean something else where a device is named. */
const RESERVED: readonly string[] = ['local', 'all'];
/** How the ids of devices begin (Ed25519 peer ids of libp2p): one device must not be called by the id of another. */
const ID = /^12D3KooW/;

/** Whether a device may be called so: what `@name` can hold, and what nobody else here is called. Case tells nobody apart. */
export function isNameFree(name: string, device: DeviceId, pairings: readonly Pairing[], own: string): boolean {
  const others = pairings.filter((pairing) => pairing.device !== device);
  const taken = [...RESERVED, own, ...others.map(({ alias, name: theirs }) => alias ?? theirs)];
  return !taken.some((other) => other.toLowerCase() === name.toLowerCase());
}

/** What a device is called from now on that says this of itself: what it was called before, where it says what it may not. */
export function nextName(said: string, before: Pairing, pairings: readonly Pairing[], own: string): string {
  const fits = DEVICE_NAME.test(said) && !ID.test(said) && isNameFree(said, before.device, pairings, own);
  return fits ? said : before.name;
}

/** How much of an id tells two devices of one name apart. */
const TAIL = 4;

/** The first that was paired keeps the name; this device keeps its own. */
export function nameDevices(pairings: readonly Pairing[], own: string): ReadonlyMap<DeviceId, string> {
  const taken = new Set([own]);
  const names = new Map<DeviceId, string>();
  for (const { device, alias, name } of pairings.toSorted((a, b) => a.pairedAt - b.pairedAt)) {
    const wanted = alias ?? name;
    let given = wanted;
    for (let tail = TAIL; taken.has(given); tail++) given = `${wanted}-${device.slice(-tail)}`;
    taken.add(given);
    names.set(device, given);
  }
  return names;
}
