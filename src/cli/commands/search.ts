/** `dispatch search`: the entries that a query finds. */

import { findEntries } from '../../control/client/find-entries.ts';
import { DispatchError } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import { entryLine } from '../print.ts';

const SEARCH_HELP = [
  'Words: every one must be there; the last may be the beginning of one. Found are messages, tasks, results, answers, names of',
  'files, and ids. Besides words a query takes:',
  '  is:failed (done, cancelled, running, waiting, queued; run, message, artifact)   by:me (agent, assistant, a device)',
  '  since:7d, before:2026-11-20 (m h d w y, today, yesterday, a day)   @DEVICE   "#ROUTE", in quotes because of the shell',
  'The same twice means either; different ones, all of them. It exits with 1 if nothing is found.',
].join('\n');

export const command: Command = {
  usage: 'search QUERY…',
  summary: 'Print the entries of the thread that a query finds, newest first.',
  details: SEARCH_HELP,
  options: { limit: { type: 'string', short: 'n', value: 'N', help: 'at most N (default 20)' } },
  examples: ['dispatch search npm test', 'dispatch search is:failed since:7d @nas', 'dispatch search report --json'],
  async run(context, args) {
    const query = [...args.positionals, ...(args.rest ?? [])].join(' ');
    if (query.trim() === '')
      throw new DispatchError('usage', 'there is nothing to look for', { hint: 'dispatch search QUERY' });
    const limit = args.number('limit', { min: 1, max: 1000 }) ?? 20;
    const client = await context.connect();
    const { entries, more } = await findEntries(client, query, limit);
    for (const entry of entries) {
      if (context.json) context.printJson(entry);
      else context.print(entryLine(entry));
    }
    if (entries.length === 0) context.note('nothing was found');
    if (more) context.note(`there is more: -n ${limit * 2}`);
    return entries.length === 0 ? 1 : 0;
  },
};
