/** Asks the person at this terminal about a run that waits. What was typed before the question was read never answers it. */

import type { ControlClient } from '../control/client/client.ts';
import type { Run } from '../core/runs.ts';
import type { CliContext } from './context.ts';
import { approvalLines } from './print.ts';
import { oneKey } from './terminal.ts';

/** True if it was answered here. `where`: the device that will execute, if that is another one. */
export async function askForApproval(
  context: CliContext,
  client: ControlClient,
  run: Run,
  where?: string,
): Promise<boolean> {
  const { approvals } = await client.call('run.get', { run: run.id });
  const approval = approvals.at(-1);
  if (approval?.status !== 'pending') return false;
  for (const line of approvalLines(approval, String(run.number), Date.now(), where)) context.stderr.write(`${line}\n`);
  context.stderr.write('y approve, n reject, any other key leaves it pending: ');
  const key = await oneKey(context.stdin, context.interrupted);
  context.stderr.write(`${key === 'y' ? 'approved' : key === 'n' ? 'rejected' : 'left pending'}\n`);
  if (key !== 'y' && key !== 'n') return false;
  await client.call('decide', {
    approval: approval.id,
    decision: key === 'y' ? 'approve' : 'reject',
    digest: approval.digest,
  });
  return true;
}
