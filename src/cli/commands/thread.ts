/** `dispatch thread`: the thread as lines, oldest first. */

import type { ControlClient } from '../../control/client/client.ts';
import type { Cursor } from '../../core/thread.ts';
import type { Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { entryLine } from '../print.ts';

export const command: Command = {
  usage: 'thread [-n N] [-f]',
  summary: 'Print the newest entries of the thread; with -f also what comes.',
  details: 'With -f --json each line is { event, entry, run? }: what happened, and what it concerns as it is then.',
  options: {
    limit: { type: 'string', short: 'n', value: 'N', help: 'at most N entries (default 20)' },
    follow: { type: 'boolean', short: 'f', help: 'go on until Ctrl-C' },
  },
  examples: ['dispatch thread', 'dispatch thread -n 100 --json', 'dispatch thread -f'],
  async run(context, args) {
    const limit = args.number('limit', { min: 1, max: 1000 }) ?? 20;
    const client = await context.connect();
    const { entries, cursor } = await client.call('snapshot', { entries: limit });
    for (const entry of entries) {
      if (context.json) context.printJson(entry);
      else context.print(entryLine(entry));
    }
    if (entries.length === 0 && !context.json)
      context.note('the thread is empty: "dispatch run -- date" would be a beginning');
    return args.flag('follow') ? follow(context, client, cursor) : 0;
  },
};

async function follow(context: CliContext, client: ControlClient, cursor: Cursor): Promise<number> {
  client.on('change', (change) => {
    if (context.json) context.printJson(change);
    else context.print(entryLine(change.entry));
  });
  await client.call('follow', { cursor });
  const interrupted = new Promise<void>((resolve) =>
    context.interrupted.addEventListener('abort', () => resolve(), { once: true }),
  );
  const lost = await Promise.race([client.closed.then(() => true), interrupted.then(() => false)]);
  if (!lost) return 0;
  context.note('the peer has ended; start again to follow the next');
  return 125;
}
