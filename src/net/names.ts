/** What paired devices are called here: their alias or what they call themselves, and never two of them the same. */

import type { DeviceId } from '../core/ids.ts';
import type { Pairing } from '../engine/peer-ports.ts';

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
