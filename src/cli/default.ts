/** `dispatch` alone: the dashboard on a terminal; elsewhere a plain thread and a hint. */

import { parseCommandLine } from './command.ts';
import type { CliContext } from './context.ts';
import { entryLine } from './print.ts';

const SHOWN = 20;

export async function runDefault(context: CliContext, argv: readonly string[]): Promise<number> {
  const options = { plain: { type: 'boolean', help: 'without full screen' } } as const;
  const args = parseCommandLine('', { options, maxArguments: 0 }, argv);
  if (!context.stdin.isTTY || !context.stdout.isTTY) return printThread(context);
  const dumb = context.env.TERM === 'dumb' || context.env.TERM === undefined;
  const { openDashboard } = await import('./dashboard.ts');
  return openDashboard(context, { plain: args.flag('plain') || dumb });
}

async function printThread(context: CliContext): Promise<number> {
  const client = await context.connect();
  const { entries } = await client.call('snapshot', { entries: SHOWN });
  for (const entry of entries) {
    if (context.json) context.printJson(entry);
    else context.print(entryLine(entry));
  }
  context.note('this is not a terminal, so here is the thread; "dispatch --help" lists what scripts can use');
  return 0;
}
