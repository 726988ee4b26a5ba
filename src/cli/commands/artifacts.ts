/** `dispatch artifacts`: what runs made. */

import type { Command } from '../command.ts';
import { artifactRow, table } from '../print.ts';

export const command: Command = {
  usage: 'artifacts [RUN]',
  summary: 'List the artifacts of a run, or the newest of all.',
  options: { limit: { type: 'string', short: 'n', value: 'N', help: 'at most N (default 50)' } },
  examples: ['dispatch artifacts 12', 'dispatch artifacts --json'],
  completes: 'runs',
  maxArguments: 1,
  async run(context, args) {
    const limit = args.number('limit', { min: 1, max: 1000 }) ?? 50;
    const [run] = args.positionals;
    const client = await context.connect();
    const { artifacts } = await client.call('artifacts.list', { limit, ...(run === undefined ? {} : { run }) });
    if (context.json) context.printJson(artifacts);
    else for (const line of table(artifacts.map(artifactRow))) context.print(line);
    if (artifacts.length === 0 && !context.json)
      context.note('there are none; files that a run leaves in $DISPATCH_ARTIFACTS become artifacts');
    return 0;
  },
};
