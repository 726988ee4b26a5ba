/** `dispatch policy check`: what the rules make of a command; nothing runs. */

import { DispatchError } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import { shellText } from '../shell-words.ts';

export const command: Command = {
  usage: 'policy check -- COMMAND…',
  summary: 'Say which rule decides about a command on this device, and why. Nothing runs.',
  options: {},
  examples: ['dispatch policy check -- ls -l', "dispatch policy check --json -- 'ls; rm -rf build'"],
  completes: ['check'],
  async run(context, args) {
    const text = shellText(args.rest ?? []);
    if (args.positionals[0] !== 'check' || args.positionals.length > 1 || text === '') {
      throw new DispatchError('usage', 'expected: policy check -- COMMAND…', {
        hint: 'dispatch policy check -- ls -l',
      });
    }
    const client = await context.connect();
    const { verdict, rule, because } = await client.call('policy.check', { command: text });
    const answer = { decision: verdict, ...(rule === undefined ? {} : { rule }), because };
    if (context.json) context.printJson(answer);
    else context.print(`${verdict}${rule === undefined ? '' : ` (${rule})`}: ${because.join('; ')}`);
    return 0;
  },
};
