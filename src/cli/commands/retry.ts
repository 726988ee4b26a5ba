/** `dispatch retry`: the same again, as a new run. */

import { isAgent } from '../agent.ts';
import type { Command } from '../command.ts';
import { onlyArgument } from '../command.ts';
import { newId } from '../ids.ts';

export const command: Command = {
  usage: 'retry RUN [--connector NAME]',
  summary: 'Do a run again, as a new one. It passes policy again, and asks again if it must.',
  options: {
    connector: { type: 'string', value: 'NAME', help: 'of a question or a program: ask another connector' },
  },
  examples: ['dispatch retry 12', 'dispatch retry 14 --connector embedded', 'dispatch logs -f $(dispatch retry 12)'],
  completes: 'runs',
  async run(context, args) {
    const ref = onlyArgument(args, 'retry', 'RUN');
    const client = await context.connect();
    const as = isAgent(context.env) ? { as: 'agent' as const } : {};
    const connector = args.text('connector');
    const to = connector === undefined ? {} : { connector };
    const { run } = await client.call('retry', { run: ref, ...to, id: newId(), ...as });
    if (context.json) context.printJson(run);
    else context.print(run.id);
    return 0;
  },
};
