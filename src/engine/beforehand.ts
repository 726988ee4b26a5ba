/**
 * A yes that comes with the task (`--yes`). There is no plan yet that it could name, so it is signed over the action, and it counts only
 * as far as whoever says it may answer here at that moment.
 */

import type { Action } from '../core/actions.ts';
import { type Beforehand, beforehandText } from '../core/approvals.ts';
import { canonicalJson } from '../core/canonical.ts';
import type { DeviceId, RunId } from '../core/ids.ts';
import type { Run } from '../core/runs.ts';
import { type EngineDeps, rawAction } from './context.ts';

/** Says yes in the name of this device. */
export function sayBeforehand(
  { ids, signer, identity }: Pick<EngineDeps, 'ids' | 'signer' | 'identity'>,
  run: RunId,
  executor: DeviceId,
  action: Action,
): Beforehand {
  const digest = ids.sha256(canonicalJson(action));
  const text = beforehandText({ run, executor, action: digest, device: identity.device });
  return { action: digest, signature: signer.sign(text) };
}

/** Whether the run came with a yes that is genuine, about this very action, and from somebody who may answer. */
export async function isSaidBeforehand(deps: EngineDeps, run: Run): Promise<boolean> {
  const { beforehand, approvedBefore, origin, by } = run;
  if (approvedBefore !== true || beforehand === undefined || by.kind !== 'human') return false;
  if (origin !== deps.identity.device && !deps.grants.of(origin).includes('approve')) return false;
  const action = await rawAction(deps, run);
  if (action === undefined || deps.ids.sha256(canonicalJson(action)) !== beforehand.action) return false;
  const statement = { run: run.id, executor: deps.identity.device, action: beforehand.action, device: origin };
  return deps.signer.verify(origin, beforehandText(statement), beforehand.signature);
}
