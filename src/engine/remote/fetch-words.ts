/** What can go wrong with the bytes of an artifact that lies on another device, in words that name the device. */

import type { Artifact } from '../../core/artifacts.ts';
import { knownDeviceName } from '../../core/devices.ts';
import { asDispatchError, DispatchError } from '../../core/errors.ts';
import type { DeviceId } from '../../core/ids.ts';
import type { Network, PairedDevice, PairingStore } from '../peer-ports.ts';

/** Where the names of devices are found. */
interface Names {
  readonly network: Pick<Network, 'devices'>;
  readonly pairings: Pick<PairingStore, 'revoked'>;
}

function find({ network }: Names, id: DeviceId): PairedDevice | undefined {
  return network.devices().find((device) => device.id === id);
}

function nameOf({ network, pairings }: Names, id: DeviceId): string {
  return knownDeviceName({ devices: network.devices(), revoked: pairings.revoked() }, id) ?? `the device ${id}`;
}

/** The device that holds it is not there, with what is known of that. */
export function notThere(names: Names, { name, device: id }: Artifact): DispatchError {
  const device = find(names, id);
  if (device === undefined) {
    return new DispatchError('unavailable', `"${name}" is on ${nameOf(names, id)}, which this one is not paired with`, {
      hint: 'pair with it, or ask for it on a machine that has it',
      details: { device: id },
    });
  }
  const { presence } = device;
  const why =
    presence.state === 'offline' && presence.detail !== undefined ? `offline: ${presence.detail}` : presence.state;
  const state = presence.state === 'offline' ? `is ${why}` : 'is there, but not connected yet';
  return new DispatchError('unavailable', `"${name}" is on ${device.name}, which ${state}`, {
    retryable: true,
    hint: `try again when ${device.name} is back: "dispatch devices" shows it`,
    details: { device: id, name: device.name, presence },
  });
}

/** It is there and gives nothing. */
export function givesNothing(names: Names, artifact: Artifact, trouble: unknown): DispatchError {
  const why = trouble === undefined ? 'it ends before the last byte' : asDispatchError(trouble).message;
  return new DispatchError(
    'unavailable',
    `${nameOf(names, artifact.device)} is there, but "${artifact.name}" does not come from it: ${why}`,
    { retryable: true, hint: 'try again', cause: trouble },
  );
}

/** What it sends cannot be the artifact. */
export function wrongBytes(names: Names, artifact: Artifact, what: string): DispatchError {
  const device = nameOf(names, artifact.device);
  return new DispatchError('storage', `${device} sends something else than "${artifact.name}": ${what}`, {
    hint: `run "dispatch doctor" on ${device}`,
    details: { device: artifact.device },
  });
}

/** It said no, in its own words. */
export function saidNo(names: Names, artifact: Artifact, thrown: unknown): DispatchError {
  const { code, message, retryable, hint, details } = asDispatchError(thrown);
  const device = nameOf(names, artifact.device);
  return new DispatchError(code, `${device} does not give "${artifact.name}": ${message}`, {
    retryable,
    cause: thrown,
    ...(hint === undefined ? {} : { hint }),
    ...(details === undefined ? {} : { details }),
  });
}
