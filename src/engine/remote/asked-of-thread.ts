/**
 * What a question of another device may draw on here: what that device submitted, and nothing else of the thread of this one. Nor may it
 * have the assistant of this device act: that would speak for whoever sits here.
 */

import type { Action } from '../../core/actions.ts';
import { DispatchError } from '../../core/errors.ts';
import type { DeviceId, RunId } from '../../core/ids.ts';
import type { ThreadStore } from '../ports.ts';

/** Throws `refused`. */
export async function requireOwnThread(
  { store }: { readonly store: Pick<ThreadStore, 'run' | 'artifact'> },
  caller: DeviceId,
  action: Action,
): Promise<void> {
  if (action.kind !== 'knowledge') return;
  const { assistant, thread, after, attach = [] } = action;
  if (assistant === true) throw refused('the assistant of a device proposes runs for its own people alone');
  if (thread !== undefined) throw refused('the thread of a device goes along with its own questions alone');
  if (after !== undefined && !(await isOf(store, after, caller))) {
    throw refused('that conversation is not one of yours on this device');
  }
  for (const each of attach) {
    if (!('artifact' in each)) continue;
    const artifact = await store.artifact(each.artifact);
    if (artifact === undefined || !(await isOf(store, artifact.runId, caller))) {
      throw refused(`the artifact "${each.name}" is not one of yours on this device`);
    }
  }
}

async function isOf(store: Pick<ThreadStore, 'run'>, run: RunId, caller: DeviceId): Promise<boolean> {
  return (await store.run(run))?.run.origin === caller;
}

function refused(message: string): DispatchError {
  return new DispatchError('refused', message, { hint: 'ask a connector of your own device' });
}
