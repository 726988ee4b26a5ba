/** The devices as people and scripts see them: this one and those that it is paired with, and how they are named. */

import { ACCESS_LEVELS, type AccessLevel } from '../core/access.ts';
import { type Device, type DeviceReport, knownDeviceName, shortDeviceId } from '../core/devices.ts';
import { DispatchError } from '../core/errors.ts';
import type { DeviceId } from '../core/ids.ts';
import { type EngineDeps, executorFor } from './context.ts';
import type { PairedDevice } from './peer-ports.ts';

const NO_REPORT: Omit<DeviceReport, 'name' | 'version'> = {
  platform: 'unknown',
  capabilities: {
    shell: false,
    browserAutomation: false,
    desktopAutomation: false,
    local_files: false,
    reachableFolders: [],
  },
  permissions: { local_files: false, shell: false, browser_automation: false, desktop_automation: false },
  enforces: [],
  load: { running: 0, slots: 0 },
};

/** What this device tells those that it is paired with. */
export function reportOf(
  deps: Pick<EngineDeps, 'identity' | 'owner' | 'executors' | 'prober'>,
  running: number,
): DeviceReport {
  const { platform, version } = deps.identity;
  const shell = executorFor(deps, 'shell');
  const sandbox = shell.sandbox?.();
  return {
    name: deps.owner.name(),
    platform,
    version,
    capabilities: { ...deps.prober.capabilities(), reachableFolders: deps.owner.reachableFolders() },
    permissions: deps.owner.permissions(),
    enforces: levelsOf(deps),
    maxAccess: deps.owner.maxAccess(),
    ...(sandbox === undefined ? {} : { sandbox }),
    probes: deps.prober.probes(),
    load: { running, slots: shell.slots },
  };
}

/** The levels that this device can enforce for shell commands, from least to most. */
export function levelsOf(deps: Pick<EngineDeps, 'executors'>): AccessLevel[] {
  const shell = executorFor(deps, 'shell');
  return ACCESS_LEVELS.filter((level) => shell.enforces(level) === level);
}

/** This device first, then the others by name. */
export function listDevices(deps: EngineDeps, running: number, startedAt: number): Device[] {
  const self: Device = {
    id: deps.identity.device,
    local: true,
    ...reportOf(deps, running),
    presence: { state: 'online', since: startedAt },
  };
  const others = deps.network.devices().map(describePaired);
  return [self, ...others.sort((a, b) => (a.name < b.name ? -1 : 1))];
}

function describePaired(paired: PairedDevice): Device {
  const { id, name, report, presence, given, held, addresses, clockAheadMs } = paired;
  return {
    ...NO_REPORT,
    ...(report ?? {}),
    id,
    name,
    local: false,
    presence,
    grants: { held, given },
    addresses,
    ...(clockAheadMs === undefined ? {} : { clockAheadMs }),
  };
}

/** Of the id of a device that is meant. */
const SHORTEST_PREFIX = 6;

/** A device as people name it: its name, the beginning of its id, or `local`. Throws `not-found` or `ambiguous`. */
export function findDevice(devices: readonly Device[], ref: string): Device {
  // An id before any name: nobody is found by calling itself what another one is.
  const named =
    devices.find((device) => device.id === ref || (ref === 'local' && device.local)) ??
    devices.find((device) => device.name === ref);
  if (named !== undefined) return named;
  const found = ref === '' ? [] : devices.filter((device) => device.id.startsWith(ref));
  // Too little to go by where it fits one only by chance: all ids begin alike.
  const only = ref.length >= SHORTEST_PREFIX ? found[0] : undefined;
  if (found.length > 1) {
    throw new DispatchError('ambiguous', `"${ref}" fits several devices: ${found.map(({ name }) => name).join(', ')}`, {
      hint: 'write the name, or more of the id',
    });
  }
  if (only === undefined) {
    throw new DispatchError('not-found', `there is no device "${ref}"`, {
      hint: `known: ${devices.map(({ name }) => name).join(', ')}`,
    });
  }
  return only;
}

/** Several devices as people name them, each once; `@all` is all that may be asked to run something. */
export function findDevices(devices: readonly Device[], refs: readonly string[]): Device[] {
  const found = refs.flatMap((ref) =>
    ref === '@all' || ref === 'all' ? devices.filter(mayRunThere) : [findDevice(devices, ref)],
  );
  return [...new Map(found.map((device) => [device.id, device])).values()];
}

/** As far as this device knows; the other one decides. */
export function mayRunThere(device: Device): boolean {
  return device.local || device.grants?.held.includes('run') === true;
}

export function nameOf(
  { identity, owner, network, pairings }: Pick<EngineDeps, 'network' | 'identity' | 'owner' | 'pairings'>,
  id: DeviceId,
): string {
  const self = { id: identity.device, name: owner.name() };
  const known = { devices: [self, ...network.devices()], revoked: pairings.revoked() };
  return knownDeviceName(known, id) ?? `device ${shortDeviceId(id)}`;
}
