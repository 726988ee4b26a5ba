/** `dispatch doctor`: everything a run could need, with the way to mend what is wrong. */

import type { ControlClient } from '../../control/client/client.ts';
import { asDispatchError, DispatchError } from '../../core/errors.ts';
import type { DoctorCheck } from '../../protocol/api.ts';
import { checkTerminal } from '../check-terminal.ts';
import type { Arguments, Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { safe } from '../print.ts';

export const command: Command = {
  usage: 'doctor [--verify] [--rebuild]',
  summary: 'Check everything a run could need, and say how to mend what is wrong.',
  details: [
    'The thread is only looked at: that takes no longer after years of use. --verify compares the whole log with everything',
    'that was made from it, which takes about a minute for 100,000 entries. --rebuild makes all of that anew; where the',
    'database is so damaged that no peer starts, it saves what can be read first.',
  ].join('\n'),
  options: {
    verify: { type: 'boolean', help: 'compare the whole log with the indexes, lists and search made from it' },
    rebuild: { type: 'boolean', help: 'first make everything anew that follows from the log: indexes, lists, search' },
  },
  examples: ['dispatch doctor', 'dispatch doctor --verify --json', 'dispatch peer stop; dispatch doctor --rebuild'],
  maxArguments: 0,
  async run(context, args) {
    const { loadConfig } = await import('../../config/load.ts');
    loadConfig(context.paths.configFile); // a broken one keeps the peer from starting: say so first
    const checks = [...(await examine(context, args)), ...checkTerminal(context)];
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

async function examine(context: CliContext, args: Arguments): Promise<DoctorCheck[]> {
  const rebuild = args.flag('rebuild');
  const running = rebuild ? await runningPeer(context) : undefined;
  const rebuilt = rebuild && running === undefined ? [await rebuildAlone(context)] : [];
  try {
    const client = running ?? (await context.connect());
    const params = { verify: args.flag('verify'), rebuild: rebuild && running !== undefined };
    return [...rebuilt, ...(await client.call('doctor', params)).checks];
  } catch (thrown) {
    const { message, hint } = asDispatchError(thrown);
    return [...rebuilt, { name: 'peer', ok: false, detail: message, ...(hint === undefined ? {} : { fix: hint }) }];
  }
}

async function runningPeer(context: CliContext): Promise<ControlClient | undefined> {
  try {
    return await context.connect({ start: false });
  } catch (error) {
    if (error instanceof DispatchError && error.code === 'unavailable') return undefined;
    throw error;
  }
}

async function rebuildAlone(context: CliContext): Promise<DoctorCheck> {
  const { rebuildWithoutPeer } = await import('../../peer/rebuild.ts');
  return rebuildWithoutPeer(context.paths);
}
