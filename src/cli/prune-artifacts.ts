/** `dispatch artifacts prune`: old bytes go now and not tonight. What would go is shown, and asked about, first. */

import { DispatchError } from '../core/errors.ts';
import type { Pruned } from '../protocol/api.ts';
import { refuseAgent } from './agent.ts';
import type { Arguments } from './command.ts';
import type { CliContext } from './context.ts';
import { artifactRow, bytes, safe, table } from './print.ts';
import { findTerminal } from './terminal.ts';

const WHY = { age: 'older than they are kept', room: 'no room for it' } as const;

export async function pruneArtifacts(context: CliContext, args: Arguments): Promise<number> {
  if (args.flag('dry-run')) return tell(context, await prune(context, true), 'would go');
  refuseAgent(context.env, 'remove artifacts');
  const yes = args.flag('yes');
  const terminal = yes ? undefined : findTerminal(context);
  if (terminal === undefined && !yes)
    throw new DispatchError('usage', 'there is nobody to ask whether artifacts are to be removed', {
      hint: '--dry-run shows which, --yes removes them without asking',
    });
  try {
    if (terminal !== undefined) {
      const planned = await prune(context, true);
      if (isNothing(planned)) return tell(context, planned, 'went');
      for (const line of linesOf(planned, 'would go')) context.stderr.write(`${line}\n`);
      if (!(await terminal.yes('Remove these bytes for good? [y/N]')))
        throw new DispatchError('cancelled', 'nothing was removed');
    }
    return tell(context, await prune(context, false), 'went');
  } finally {
    terminal?.close();
  }
}

async function prune(context: CliContext, dry: boolean): Promise<Pruned> {
  return (await context.connect()).call('artifacts.prune', { dry });
}

function tell(context: CliContext, pruned: Pruned, verb: string): number {
  if (context.json) context.printJson(pruned);
  else for (const line of linesOf(pruned, verb)) context.print(line);
  return 0;
}

const isNothing = ({ count, copies, leftovers }: Pruned): boolean => count + copies + leftovers === 0;

export function linesOf(pruned: Pruned, verb: string): readonly string[] {
  const { artifacts, count, copies, leftovers, bytes: freed, keptBytes } = pruned;
  const stays = `${bytes(keptBytes)} ${verb === 'went' ? 'stay' : 'would stay'}`;
  if (isNothing(pruned)) return [`nothing is older than it is kept, and all fits in its room: ${stays}`];
  const more = count - artifacts.length;
  const parts = [
    counted(count, 'artifact', 'artifacts'),
    ...(copies === 0
      ? []
      : [counted(copies, 'copy of what another device keeps', 'copies of what other devices keep')]),
    ...(leftovers === 0 ? [] : [counted(leftovers, 'leftover that nothing names', 'leftovers that nothing names')]),
  ];
  return [
    ...table(
      artifacts.map((artifact) => [...artifactRow(artifact).slice(0, 3), WHY[artifact.reason], safe(artifact.name)]),
    ),
    ...(more > 0 ? [`and ${more} more`] : []),
    `${parts.join(', ')} ${verb}: ${bytes(freed)}; ${stays}`,
  ];
}

function counted(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`;
}
