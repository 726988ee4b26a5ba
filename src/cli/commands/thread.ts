/** `dispatch thread`: the thread as lines, oldest first. */

import { findEntries } from '../../control/client/find-entries.ts';
import { DispatchError } from '../../core/errors.ts';
import type { ThreadEntry } from '../../core/thread.ts';
import type { Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { openFollower } from '../follow.ts';
import { entryLine, safe } from '../print.ts';

export const command: Command = {
  usage: 'thread [QUERY…] [-n N] [-f]',
  summary: 'Print the newest entries of the thread, or of what a query finds in it; with -f also what comes.',
  details: [
    'QUERY is as for "dispatch search", and not for -f.',
    'With -f --json each line is { event, entry, run? }: what happened, and what it concerns as it is then.',
  ].join('\n'),
  options: {
    limit: { type: 'string', short: 'n', value: 'N', help: 'at most N entries (default 20)' },
    follow: { type: 'boolean', short: 'f', help: 'go on until Ctrl-C' },
  },
  examples: [
    'dispatch thread',
    'dispatch thread is:failed since:1d',
    'dispatch thread -n 100 --json',
    'dispatch thread -f',
  ],
  async run(context, args) {
    const limit = args.number('limit', { min: 1, max: 1000 }) ?? 20;
    const query = [...args.positionals, ...(args.rest ?? [])].join(' ').trim();
    if (args.flag('follow')) {
      if (query === '') return follow(context, limit);
      throw new DispatchError('usage', '-f shows all that comes', { hint: `leave out -f, or "${safe(query)}"` });
    }
    const client = await context.connect();
    if (query !== '') {
      const { entries } = await findEntries(client, query, limit);
      printEntries(context, entries.reverse(), 'nothing was found');
      return 0;
    }
    printEntries(context, (await client.call('snapshot', { entries: limit })).entries);
    return 0;
  },
};

const NOTHING_YET = 'the thread is empty: "dispatch run -- date" would be a beginning';

function printEntries(context: CliContext, entries: readonly ThreadEntry[], nothing = NOTHING_YET): void {
  for (const entry of entries) {
    if (context.json) context.printJson(entry);
    else context.print(entryLine(entry));
  }
  if (entries.length === 0 && !context.json) {
    context.note(nothing);
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
