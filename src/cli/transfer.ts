/** Copies between two devices: two runs, of which one sends and one receives, followed to the end of both. */

import type { ControlClient } from '../control/client/client.ts';
import { DispatchError } from '../core/errors.ts';
import { isFinal, type Run } from '../core/runs.ts';
import type { FilePlace } from '../protocol/api.ts';
import type { Arguments } from './command.ts';
import type { CliContext } from './context.ts';
import { complaintOf, exitStatusOf } from './exit-status.ts';
import { followRun, watchLater } from './follow-run.ts';
import { newId } from './ids.ts';
import { showProgress } from './show-progress.ts';
import { submitFlags } from './submit-action.ts';

export async function transfer(context: CliContext, args: Arguments, from: FilePlace, to: FilePlace): Promise<number> {
  if (args.text('timeout') !== undefined)
    throw new DispatchError('usage', '--timeout does not go with a copy between devices', {
      hint: 'it goes on after every lost link; Ctrl-C ends it',
    });
  const flags = submitFlags(context, args);
  const client = await context.connect();
  const { runs } = await client.call('transfer', {
    id: newId(),
    task: `copy ${from.device}:${from.path} to ${to.device}:${to.path}`,
    from,
    to,
    cwd: process.cwd(),
    ...(args.flag('overwrite') ? { overwrite: true } : {}),
    ...flags,
  });
  if (args.flag('detach')) {
    if (context.json) context.printJson(runs);
    else for (const { id } of runs) context.print(id);
    return 0;
  }
  const [receive, send] = runs as [Run, Run];
  const progress = showProgress(context, client, receive.id);
  const stopWatching = watchLater(context, client, runs);
  const follow = (own: ControlClient, { id }: Run): Promise<Run> =>
    followRun(context, own, id, {
      takesInput: false,
      tty: false,
      yes: args.flag('yes'),
      agent: flags.as !== undefined,
      print: () => {},
      inTurn: async (work) => {
        progress.clear();
        await work();
      },
    });
  const [received, sent] = await Promise.all([follow(client, receive), follow(client, send)]).finally(() => {
    progress.stop();
    stopWatching();
  });
  if (context.json) context.printJson([received, sent]);
  else if (received.status === 'completed')
    context.print(`${to.device === 'local' ? '' : `${to.device}:`}${to.path}  ${received.result ?? ''}`.trimEnd());
  // Where one end was ended because of the other, the other has the reason.
  const told = [sent, received].find((run) => isFinal(run) && run.status === 'failed') ?? received;
  const complaint = complaintOf(told);
  if (complaint !== undefined) context.note(complaint);
  return exitStatusOf(told);
}
