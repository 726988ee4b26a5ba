/** Checks of the paired devices: whether each can be reached, and where that takes a person, what to do. */

import type { Device, DialStage } from '../core/devices.ts';
import type { DoctorCheck } from '../protocol/api.ts';

/** What no waiting mends. A device that is merely away is no trouble: what is meant for it waits. */
const FIXES: Partial<Readonly<Record<DialStage, (name: string) => string>>> = {
  denied: (name) => `pair again ("dispatch pair"), or let it go: dispatch revoke ${name}`,
  identity: (name) => `another device answers at its address: if that is where ${name} was set up anew, pair again`,
  version: () => 'install the same version of Dispatch on both',
  clock: () => 'set the clock of one of the two right',
};

/** What else may be looked at, where a device that should be there is not. */
const LOOK: Partial<Readonly<Record<DialStage, string>>> = {
  'no-address': 'pair again to tell where it is',
  unreachable: 'is it on, and in the same network?',
  refused: 'nobody listens there: start Dispatch on it, or "dispatch peer install" so that it starts with the machine',
  timeout: 'is it on, and does a firewall let its port through?',
};

export function checkDevices(devices: readonly Device[]): DoctorCheck[] {
  return devices.filter(({ local }) => !local).map(checkDevice);
}

function checkDevice({ name: device, presence, addresses = [] }: Device): DoctorCheck {
  const name = `device ${device}`;
  const at = addresses.length === 0 ? '' : `, last at ${addresses[0]}`;
  if (presence.state !== 'offline') {
    const trip =
      presence.roundTripMs === undefined ? '' : `, ${Math.max(1, Math.round(presence.roundTripMs))} ms there and back`;
    return { name, ok: true, detail: `${presence.state}${trip}${at}` };
  }
  const { stage, detail } = presence;
  const away = `offline${at}${detail === undefined ? '' : `: ${detail}`}`;
  const fix = stage === undefined ? undefined : FIXES[stage]?.(device);
  if (fix !== undefined) return { name, ok: false, detail: away, fix };
  const look = stage === undefined ? undefined : LOOK[stage];
  return { name, ok: true, detail: `${away}; what is meant for it waits${look === undefined ? '' : ` (${look})`}` };
}
