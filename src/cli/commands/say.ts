/** `dispatch say`: a message in the thread. */

import { DispatchError } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import { entryLine } from '../print.ts';

export const command: Command = {
  usage: 'say TEXT…',
  summary: 'Leave a message in the thread.',
  options: {},
  examples: ['dispatch say the deploy is done'],
  async run(context, args) {
    const text = [...args.positionals, ...(args.rest ?? [])].join(' ');
    if (text.trim() === '') throw new DispatchError('usage', 'there is nothing to say', { hint: 'dispatch say TEXT' });
    const client = await context.connect();
    const { entry } = await client.call('say', { text });
    if (context.json) context.printJson(entry);
    else context.print(entryLine(entry));
    return 0;
  },
};
