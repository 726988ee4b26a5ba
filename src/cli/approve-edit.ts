/**
 * Changes the command of a request before it is approved. The one that was shown is withdrawn, and the new one is a request like
 * any other: it is shown, and has to be answered.
 */

import { DispatchError } from '../core/errors.ts';
import { MASK } from '../core/secrets.ts';
import { askAbout } from './ask-approval.ts';
import type { CliContext } from './context.ts';
import { findApproval } from './find-approval.ts';
import { openEditor } from './open-editor.ts';
import { findTerminal } from './terminal.ts';

export async function approveEdited(context: CliContext, ref: string): Promise<number> {
  if (!context.stdin.isTTY || !context.stderr.isTTY || !context.stdout.isTTY)
    throw new DispatchError('usage', '--edit needs a terminal', {
      hint: `"dispatch reject ${ref}" it, and submit what you want instead`,
    });
  const client = await context.connect();
  const { approval, run } = await findApproval(client, ref);
  const { command } = approval.payload;
  if (command.includes(MASK)) throw masked(`the command of run ${run.number} holds secrets, which are not shown`);
  const edited = await openEditor(context, `run-${run.number}.sh`, command);
  if (edited === command)
    throw new DispatchError('cancelled', 'the command was left as it was, and the request still waits', {
      hint: `"dispatch approve ${ref}" says yes to it`,
    });
  if (edited.trim() === '')
    throw new DispatchError('cancelled', 'the command was left empty, and the request still waits', {
      hint: `"dispatch reject ${ref}" says no to it`,
    });
  if (edited.includes(MASK)) throw masked('the new command holds the signs that stand for a secret');
  const next = await client.call('approval.edit', { approval: approval.id, digest: approval.digest, command: edited });
  if (next.approval.status !== 'pending') {
    if (context.json) context.printJson(next.approval);
    else context.print(`run ${next.run.number} does not ask any more: it is ${next.run.status}`);
    return next.approval.status === 'approved' ? 0 : 126;
  }
  const terminal = findTerminal(context);
  if (terminal === undefined) throw new Error('the terminal is gone');
  const answered = await askAbout(context, client, next.approval, next.run, terminal).finally(terminal.close);
  if (context.json) {
    const { approvals } = await client.call('run.get', { run: next.run.id });
    context.printJson(approvals.find(({ id }) => id === next.approval.id) ?? next.approval);
  }
  if (!answered)
    context.note(`answer with "dispatch approve ${next.approval.id}" or "dispatch reject ${next.approval.id}"`);
  return 0;
}

/** A mask is for eyes only: it never becomes part of a command. */
function masked(message: string): DispatchError {
  return new DispatchError('refused', message, {
    hint: 'reject the request, and submit the run again with its secrets',
  });
}
