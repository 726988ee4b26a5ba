/** `dispatch search`: entries that hold every word. */

import { DispatchError } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import { entryLine } from '../print.ts';

export const command: Command = {
  usage: 'search TEXT…',
  summary: 'Print the entries of the thread that hold every word, newest first. The last word may be a beginning.',
  details: 'It exits with 1 if nothing is found.',
  options: { limit: { type: 'string', short: 'n', value: 'N', help: 'at most N (default 20)' } },
  examples: ['dispatch search npm test', 'dispatch search report --json'],
  async run(context, args) {
    const query = [...args.positionals, ...(args.rest ?? [])].join(' ');
    if (query.trim() === '')
      throw new DispatchError('usage', 'there is nothing to look for', { hint: 'dispatch search TEXT' });
    const limit = args.number('limit', { min: 1, max: 1000 }) ?? 20;
    const client = await context.connect();
    const { entries, more } = await client.call('search', { query, limit });
    for (const entry of entries) {
      if (context.json) context.printJson(entry);
      else context.print(entryLine(entry));
    }
    if (entries.length === 0) context.note('nothing was found');
    if (more) context.note(`there is more: -n ${limit * 2}`);
    return entries.length === 0 ? 1 : 0;
  },
};
