/** `dispatch approve`: yes, to exactly what is pending now. */

import type { Command } from '../command.ts';
import { onlyArgument } from '../command.ts';

export const command: Command = {
  usage: 'approve ID',
  summary: 'Say yes. ID is that of an approval, or the number of its run.',
  options: { note: { type: 'string', value: 'TEXT', help: 'a note that is kept with the answer' } },
  examples: ['dispatch approve 12', 'dispatch approve k3fz'],
  completes: 'approvals',
  async run(context, args) {
    const ref = onlyArgument(args, 'approve', 'ID');
    const note = args.text('note');
    const client = await context.connect();
    const { approval, run } = await client.call('decide', {
      approval: ref,
      decision: 'approve',
      ...(note === undefined ? {} : { note }),
    });
    if (context.json) context.printJson(approval);
    else context.print(`approved: run ${run.number}`);
    return 0;
  },
};
