/** Asks the person at this terminal about a run that waits. What was typed before the question was read never answers it. */

import type { ControlClient } from '../control/client/client.ts';
import type { Run } from '../core/runs.ts';
import { ALONE_MS, createKeyGuard } from '../tui/plain-guard.ts';
import type { CliContext } from './context.ts';
import { approvalLines } from './print.ts';

/** True if it was answered here. */
export async function askForApproval(context: CliContext, client: ControlClient, run: Run): Promise<boolean> {
  const { approvals } = await client.call('run.get', { run: run.id });
  const approval = approvals.at(-1);
  if (approval?.status !== 'pending') return false;
  for (const line of approvalLines(approval, String(run.number), Date.now())) context.stderr.write(`${line}\n`);
  context.stderr.write('y approve, n reject, any other key leaves it pending: ');
  const key = await oneKey(context);
  context.stderr.write(`${key === 'y' ? 'approved' : key === 'n' ? 'rejected' : 'left pending'}\n`);
  if (key !== 'y' && key !== 'n') return false;
  await client.call('decide', {
    approval: approval.id,
    decision: key === 'y' ? 'approve' : 'reject',
    digest: approval.digest,
  });
  return true;
}

function oneKey({ stdin, interrupted }: CliContext): Promise<string> {
  return new Promise((resolve) => {
    const guard = createKeyGuard(() => performance.now());
    let pressed: NodeJS.Timeout | undefined;
    const finish = (key: string): void => {
      clearTimeout(pressed);
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
      resolve(key);
    };
    const onData = (bytes: Buffer): void => {
      const text = bytes.toString('utf8');
      if (text === '\u0003') {
        process.kill(process.pid, 'SIGINT');
        finish('');
        return;
      }
      // A key that another one follows at once was part of a paste.
      clearTimeout(pressed);
      if (guard.take(text)) pressed = setTimeout(() => finish(text), ALONE_MS);
    };
    interrupted.addEventListener('abort', () => finish(''), { once: true });
    stdin.setRawMode(true);
    stdin.on('data', onData);
    stdin.resume();
  });
}
