// What really limits a run, in words: the level that its device enforces, and what was asked for where that is another.

import type { AccessLevel } from '../../core/access.ts';
import type { Approval } from '../../core/approvals.ts';
import type { Run } from '../../core/runs.ts';
import type { Model } from '../model/model.ts';

/** `approvals`: those of the run, the newest last. Undefined for a run that no device limits, such as an expression. */
export function accessOf(
  model: Pick<Model, 'devices' | 'approvals'>,
  run: Run,
  approvals: readonly Approval[] = [],
): string | undefined {
  if (run.action.kind !== 'shell') return undefined;
  const { access } = run.action;
  const enforced = enforcedFor(model, run, approvals) ?? access;
  return enforced === access ? access : `${enforced} (asked for ${access})`;
}

/** As its device says; else as the plan said that a person was shown; else by what the device says that it can. */
function enforcedFor(
  { devices, approvals }: Pick<Model, 'devices' | 'approvals'>,
  run: Run,
  known: readonly Approval[],
): AccessLevel | undefined {
  if (run.enforced !== undefined) return run.enforced;
  const asked = known.at(-1) ?? approvals.find(({ runId }) => runId === run.id);
  if (asked !== undefined) return asked.payload.enforced;
  const device = devices.find(({ id }) => id === run.device);
  if (run.action.kind !== 'shell' || device === undefined) return undefined;
  if (!device.local && device.version === undefined) return undefined;
  return device.enforces.includes(run.action.access) ? run.action.access : 'full-access';
}
