/** `dispatch` alone: the dashboard on a terminal; elsewhere a plain thread and a hint. */

import { DispatchError } from '../core/errors.ts';
import { isThemeChoice, THEME_CHOICES, type ThemeChoice } from '../core/theme-names.ts';
import { type Option, parseCommandLine } from './command.ts';
import type { CliContext } from './context.ts';
import { entryLine } from './print.ts';

const SHOWN = 20;

const OPTIONS: Readonly<Record<string, Option>> = {
  plain: { type: 'boolean', help: 'without full screen' },
  theme: { type: 'string', value: 'NAME', help: 'the colours of the dashboard', words: THEME_CHOICES },
  ascii: { type: 'boolean', help: 'no characters beyond ASCII for borders and symbols' },
  'no-color': { type: 'boolean', help: 'no colours, as with NO_COLOR=1' },
};

export async function runDefault(context: CliContext, argv: readonly string[]): Promise<number> {
  const args = parseCommandLine('', { options: OPTIONS, maxArguments: 0 }, argv);
  const looks = { ascii: args.flag('ascii'), colour: !args.flag('no-color'), theme: themeOf(args.text('theme')) };
  if (!context.stdin.isTTY || !context.stdout.isTTY) return printThread(context);
  const dumb = context.env.TERM === 'dumb' || context.env.TERM === undefined;
  const { openDashboard } = await import('./dashboard.ts');
  return openDashboard(context, { ...looks, plain: args.flag('plain') || dumb });
}

function themeOf(name: string | undefined): ThemeChoice | undefined {
  if (name === undefined || isThemeChoice(name)) return name;
  throw new DispatchError('usage', `--theme ${name}: there is no such theme`, {
    hint: `there are ${THEME_CHOICES.join(', ')}`,
  });
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
