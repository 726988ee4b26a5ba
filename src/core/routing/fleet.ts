/** The devices that a task may go to, by the names that people give them. Made once for each list of devices. */

import type { Device } from '../devices.ts';
import { type Refusal, refuse } from '../errors.ts';

export interface Fleet {
  readonly devices: readonly Device[];
  readonly byId: ReadonlyMap<string, Device>;
  readonly byName: ReadonlyMap<string, readonly Device[]>;
  readonly local: Device | undefined;
}

const FLEETS = new WeakMap<readonly Device[], Fleet>();
/** Of the beginning of an id: all ids begin alike. */
const SHORTEST_PREFIX = 6;
const MOST_NAMED = 10;

export function createFleet(devices: readonly Device[]): Fleet {
  const known = FLEETS.get(devices);
  if (known !== undefined) return known;
  const byId = new Map<string, Device>();
  const byName = new Map<string, Device[]>();
  for (const device of devices) {
    byId.set(device.id, device);
    const same = byName.get(device.name);
    if (same === undefined) byName.set(device.name, [device]);
    else same.push(device);
  }
  const fleet = { devices, byId, byName, local: devices.find(({ local }) => local) };
  FLEETS.set(devices, fleet);
  return fleet;
}

/** Those that are named, each once, in their order; all of them for `all`. */
export function namedDevices(
  fleet: Fleet,
  targets: readonly string[],
): { ok: true; devices: readonly Device[] } | Refusal {
  const found = new Set<Device>();
  for (const target of targets) {
    const one = target === 'all' ? fleet.devices : namedBy(fleet, target);
    if (one.length === 0) {
      return refuse(
        'not-found',
        `there is no device "${target}"`,
        `known: ${names(fleet.devices)}; quote it ('@${target}') if it belongs to the task`,
      );
    }
    if (target !== 'all' && one.length > 1) {
      const choices = one.map(({ name, id }) => `@${name === target ? id : name}`);
      return refuse(
        'ambiguous',
        `"${target}" fits several devices: ${names(one)}`,
        'write more of its id, or its name',
        choices,
      );
    }
    for (const device of one) found.add(device);
  }
  return { ok: true, devices: [...found] };
}

/** Whether `@target` names a device, or several. */
export function isTarget(fleet: Fleet, target: string): boolean {
  return target === 'all' || namedBy(fleet, target).length > 0;
}

/** By id or by name; the beginning of an id only where nothing has that name. */
function namedBy({ devices, byId, byName, local }: Fleet, target: string): readonly Device[] {
  const exact = byId.get(target) ?? (target === 'local' ? local : undefined);
  if (exact !== undefined) return [exact];
  const named = byName.get(target) ?? [];
  return named.length > 0 || target.length < SHORTEST_PREFIX
    ? named
    : devices.filter(({ id }) => id.startsWith(target));
}

function names(devices: readonly Device[]): string {
  const shown = devices.slice(0, MOST_NAMED).map(({ name }) => `@${name}`);
  return devices.length > MOST_NAMED ? `${shown.join(', ')} and ${devices.length - MOST_NAMED} more` : shown.join(', ');
}
