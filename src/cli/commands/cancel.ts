/** `dispatch cancel`: stops runs, with every process that belongs to them. */

import { DispatchError } from '../../core/errors.ts';
import { isFinal } from '../../core/runs.ts';
import type { Command } from '../command.ts';
import { statusText } from '../print.ts';

export const command: Command = {
  usage: 'cancel RUN…',
  summary: 'Stop runs: every process that belongs to them is asked to end, and killed after 10 s.',
  options: {},
  examples: ['dispatch cancel 12', 'dispatch cancel 12 13'],
  completes: 'runs',
  async run(context, args) {
    if (args.positionals.length === 0)
      throw new DispatchError('usage', 'RUN is missing', { hint: 'dispatch cancel --help' });
    const client = await context.connect();
    const asked = await Promise.all(args.positionals.map((ref) => client.call('cancel', { run: ref })));
    const { runs } = await client.call('wait', { runs: asked.map(({ run }) => run.id) });
    if (context.json) context.printJson(runs);
    else for (const run of runs) context.print(`run ${run.number} ${statusText(run)}`);
    return runs.every((run) => isFinal(run) && run.status === 'cancelled') ? 0 : 1;
  },
};
