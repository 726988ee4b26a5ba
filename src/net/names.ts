/** What paired devices are called here: their alias or what they call themselves, and never two of them the same. */

import { isDeviceName, isSameName } from '../core/devices.ts';
import type { DeviceId } from '../core/ids.ts';
import type { Pairing } from '../engine/peer-ports.ts';

/** Whether a device may be called so, and nobody else here is. */
export function isNameFree(name: string, device: DeviceId, pairings: readonly Pairing[], own: string): boolean {
  const others = pairings.filter((pairing) => pairing.device !== device);
  const taken = [own, ...others.map(({ alias, name: theirs }) => alias ?? theirs)];
  return isDeviceName(name) && !taken.some((other) => isSameName(other, name));
}

/** What a device is called from now on that says this of itself: what it was called before, where it says what it may not. */
export function nextName(said: string, before: Pairing, pairings: readonly Pairing[], own: string): string {
  return isNameFree(said, before.device, pairings, own) ? said : before.name;
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
