// Who wants something run, and where, in words: what a person who is asked has to know first. Pure.

import type { Approval } from '../../core/approvals.ts';
import { type Device, deviceName, type RevokedDevice } from '../../core/devices.ts';
import type { Run } from '../../core/runs.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';

/** What the words are found in. */
interface Known {
  readonly devices: readonly Device[];
  readonly revoked: readonly RevokedDevice[];
}

interface Asked {
  /** `you`, `laptop`, `an assistant on laptop`. */
  readonly who: string;
  readonly verb: 'ask' | 'asks';
  /** ` here`, ` on gpu-box`. */
  readonly where: string;
}

function asked(model: Known, { device }: Pick<Approval, 'device'>, run: Run | undefined): Asked {
  const where = isLocal(model, device) ? ' here' : ` on ${sanitizeLine(deviceName(model, device))}`;
  const who = run === undefined ? 'somebody' : askerOf(model, run);
  return { who, verb: who === 'you' ? 'ask' : 'asks', where };
}

const isLocal = ({ devices }: Known, id: string): boolean => devices.some((other) => other.id === id && other.local);

/** `you`, the name of the device whose owner it was, or what acted there. A device that is called `you` is not taken for this one. */
export function askerOf(model: Known, { by: { kind, device } }: Run): string {
  const local = isLocal(model, device);
  const there = local ? 'this device' : sanitizeLine(deviceName(model, device));
  if (kind === 'assistant' || kind === 'agent') return `an ${kind} on ${there}`;
  if (kind === 'human' && local) return 'you';
  return there === 'you' ? `the device "${there}"` : there;
}

/** `laptop asks to run this here`, `you ask to run this on gpu-box`. */
export function whoAsks(model: Known, approval: Pick<Approval, 'device'>, run: Run | undefined): string {
  const { who, verb, where } = asked(model, approval, run);
  return `${who} ${verb} to run this${where}`;
}

/** `laptop asks`, `you ask on gpu-box`: here goes without saying on the only device. */
export function whoAsksInShort(model: Known, approval: Pick<Approval, 'device'>, run: Run | undefined): string {
  const { who, verb, where } = asked(model, approval, run);
  return `${who} ${verb}${where === ' here' && model.devices.length < 2 ? '' : where}`;
}
