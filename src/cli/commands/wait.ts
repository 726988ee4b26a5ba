/** `dispatch wait`: comes back when all of the runs are over. */

import type { ControlClient } from '../../control/client/client.ts';
import { DispatchError } from '../../core/errors.ts';
import { isFinal } from '../../core/runs.ts';
import type { Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { complaintOf, exitStatusOf } from '../exit-status.ts';

export const command: Command = {
  usage: 'wait RUN…',
  summary: 'Wait until the runs are over. The exit code is that of the first that did not complete.',
  options: {},
  examples: ['dispatch wait 12', 'dispatch wait 12 13 14 && echo all done'],
  completes: 'runs',
  async run(context, args) {
    if (args.positionals.length === 0)
      throw new DispatchError('usage', 'RUN is missing', { hint: 'dispatch wait --help' });
    const client = await context.connect();
    const waiting = client.call('wait', { runs: [...args.positionals] });
    const interrupted = new Promise<undefined>((resolve) =>
      context.interrupted.addEventListener('abort', () => resolve(undefined), { once: true }),
    );
    const over = new AbortController();
    void tellOfFarOnes(context, client, args.positionals, over.signal).catch(() => {}); // told by whoever waits
    const answer = await Promise.race([waiting, interrupted]);
    over.abort();
    if (answer === undefined) return 130;
    if (context.json) context.printJson(answer.runs);
    const isFar = answer.runs.some((run) => run.status === 'cancelled' && run.device !== run.origin);
    const devices = isFar ? (await client.call('devices', {})).devices : [];
    for (const run of answer.runs) {
      const complaint = complaintOf(run, devices);
      if (complaint !== undefined) context.note(complaint);
    }
    return answer.runs.map(exitStatusOf).find((code) => code !== 0) ?? 0;
  },
};

/** Says it where a run waits for a device that is not there. */
async function tellOfFarOnes(
  context: CliContext,
  client: ControlClient,
  refs: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const details = await Promise.all(refs.map((run) => client.call('run.get', { run })));
  const far = details.map(({ run }) => run).filter((run) => run.device !== run.origin && !isFinal(run));
  if (far.length === 0 || signal.aborted) return;
  const { watchFarRuns } = await import('../far-runs.ts');
  await watchFarRuns(context, client, far, { leaving: 'Ctrl-C waits no longer', signal });
}
