/** `dispatch cancel`: stops runs, with every process that belongs to them. */

import type { ControlClient } from '../../control/client/client.ts';
import { DispatchError } from '../../core/errors.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import type { Command } from '../command.ts';
import { statusText } from '../print.ts';

export const command: Command = {
  usage: 'cancel RUN…',
  summary: 'Stop runs: every process that belongs to them is asked to end, and killed after 10 s.',
  details:
    'A run on a device that is not there is cancelled as soon as it is back: then the exit code is 125, as it may still be running.',
  options: {},
  examples: ['dispatch cancel 12', 'dispatch cancel 12 13'],
  completes: 'runs',
  async run(context, args) {
    if (args.positionals.length === 0)
      throw new DispatchError('usage', 'RUN is missing', { hint: 'dispatch cancel --help' });
    const client = await context.connect();
    const asked = (await Promise.all(args.positionals.map((ref) => client.call('cancel', { run: ref })))).map(
      ({ run }) => run,
    );
    const later = await outOfReach(client, asked);
    const near = asked.filter((run) => !later.has(run.id));
    const { runs } = near.length === 0 ? { runs: [] } : await client.call('wait', { runs: near.map(({ id }) => id) });
    if (context.json) context.printJson([...runs, ...[...later.values()].map(({ run }) => run)]);
    else for (const run of runs) context.print(`run ${run.number} ${statusText(run)}`);
    for (const { why } of later.values()) context.note(why);
    if (later.size > 0) return 125;
    return runs.every((run) => isFinal(run) && run.status === 'cancelled') ? 0 : 1;
  },
};

/** Those whose device is not there: they end when it is back, and nothing is gained by waiting here. */
async function outOfReach(
  client: ControlClient,
  runs: readonly Run[],
): Promise<ReadonlyMap<string, { readonly run: Run; readonly why: string }>> {
  const found = new Map<string, { run: Run; why: string }>();
  for (const run of runs) {
    if (isFinal(run) || run.device === run.origin) continue;
    const { cancelledLater } = await import('../far-runs.ts');
    const later = await cancelledLater(client, run);
    if (later !== undefined) found.set(run.id, { run, why: later.message });
  }
  return found;
}
