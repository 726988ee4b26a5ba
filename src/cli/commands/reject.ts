/** `dispatch reject`: no; the run is cancelled. */

import { DispatchError } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import { decideAll } from '../decide.ts';

export const command: Command = {
  usage: 'reject ID… [--reason TEXT]',
  summary: 'Say no; the run is cancelled. ID is that of an approval, or the number of its run.',
  details: 'With several ids each is answered, whatever comes of the others, and --json is an array.',
  options: { reason: { type: 'string', value: 'TEXT', help: 'why; whoever asked can read it' } },
  examples: ['dispatch reject 12', 'dispatch reject 12 13 --reason "use the staging database"'],
  completes: 'approvals',
  async run(context, args) {
    const refs = [...new Set([...args.positionals, ...(args.rest ?? [])])];
    if (refs.length === 0) throw new DispatchError('usage', 'ID is missing', { hint: 'dispatch reject --help' });
    const note = args.text('reason');
    const client = await context.connect();
    const answers = refs.map((approval) => ({
      approval,
      decision: 'reject' as const,
      ...(note === undefined ? {} : { note }),
    }));
    return decideAll(context, client, answers, { several: answers.length > 1 });
  },
};
