/** `dispatch thread`: the thread as lines, oldest first. */

import type { ThreadEntry } from '../../core/thread.ts';
import type { Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { openFollower } from '../follow.ts';
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
  maxArguments: 0,
  async run(context, args) {
    const limit = args.number('limit', { min: 1, max: 1000 }) ?? 20;
    if (args.flag('follow')) return follow(context, limit);
    const client = await context.connect();
    printEntries(context, (await client.call('snapshot', { entries: limit })).entries);
    return 0;
  },
};

function printEntries(context: CliContext, entries: readonly ThreadEntry[]): void {
  for (const entry of entries) {
    if (context.json) context.printJson(entry);
    else context.print(entryLine(entry));
  }
  if (entries.length === 0 && !context.json) {
    context.note('the thread is empty: "dispatch run -- date" would be a beginning');
  }
}

/** Until Ctrl-C. If the first connection fails, that is the answer; later ones are waited for. */
async function follow(context: CliContext, entries: number): Promise<number> {
  await context.connect();
  const follower = openFollower(context, {
    entries,
    onSnapshot: (snapshot) => printEntries(context, snapshot.entries),
    onChange(change) {
      if (context.json) context.printJson(change);
      else context.print(entryLine(change.entry));
    },
  });
  await new Promise<void>((resolve) => {
    if (context.interrupted.aborted) resolve();
    context.interrupted.addEventListener('abort', () => resolve(), { once: true });
  });
  follower.close();
  return 0;
}
