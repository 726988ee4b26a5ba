/** `dispatch doctor`: everything a run could need, with the way to mend what is wrong. */

import type { Command } from '../command.ts';
import { safe } from '../print.ts';

export const command: Command = {
  usage: 'doctor [--rebuild]',
  summary: 'Check everything a run could need, and say how to mend what is wrong.',
  options: {
    rebuild: { type: 'boolean', help: 'first make everything anew that follows from the log: indexes, lists, search' },
  },
  examples: ['dispatch doctor', 'dispatch doctor --json'],
  async run(context, args) {
    const { loadConfig } = await import('../../config/load.ts');
    loadConfig(context.paths.configFile); // a broken one keeps the peer from starting: say so first
    const client = await context.connect();
    const { checks } = await client.call('doctor', { rebuild: args.flag('rebuild') });
    if (context.json) context.printJson({ checks });
    else {
      for (const { name, ok, detail, fix } of checks) {
        context.print(`${ok ? '✓' : '✗'} ${name}: ${safe(detail)}`);
        if (fix !== undefined) context.print(`    ${safe(fix)}`);
      }
    }
    return checks.every(({ ok }) => ok) ? 0 : 1;
  },
};
