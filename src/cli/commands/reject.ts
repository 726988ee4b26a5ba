/** `dispatch reject`: no; the run is cancelled. */

import type { Command } from '../command.ts';
import { onlyArgument } from '../command.ts';

export const command: Command = {
  usage: 'reject ID [--reason TEXT]',
  summary: 'Say no; the run is cancelled. ID is that of an approval, or the number of its run.',
  options: { reason: { type: 'string', value: 'TEXT', help: 'why; whoever asked can read it' } },
  examples: ['dispatch reject 12', 'dispatch reject 12 --reason "use the staging database"'],
  completes: 'approvals',
  async run(context, args) {
    const ref = onlyArgument(args, 'reject', 'ID');
    const note = args.text('reason');
    const client = await context.connect();
    const { approval, run } = await client.call('decide', {
      approval: ref,
      decision: 'reject',
      ...(note === undefined ? {} : { note }),
    });
    if (context.json) context.printJson(approval);
    else context.print(`rejected: run ${run.number}`);
    return 0;
  },
};
