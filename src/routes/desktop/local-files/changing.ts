/** Operations that change something: what was planned is done, and how far it is told. */

import { describeFiles } from '../../../core/files.ts';
import type { ExecutionContext, Outcome } from '../../../engine/executor-ports.ts';
import { applySteps } from './apply-steps.ts';
import { createBackups } from './backups.ts';
import type { Changing } from './plan-steps.ts';
import { createPrinter } from './printing.ts';
import type { Reach } from './reach.ts';
import { shown } from './shown.ts';
import { pathsOfStep, type Step } from './steps.ts';

const DONE = { kind: 'exit', exitCode: 0 } as const;

export async function change(
  operation: Changing,
  steps: readonly Step[],
  { reach, context, backupMaxBytes }: { reach: Reach; context: ExecutionContext; backupMaxBytes: number },
): Promise<Outcome> {
  const { print } = createPrinter(context);
  if (steps.length === 0) {
    await print('it is so already\n');
    return DONE;
  }
  const done = await applySteps(steps, {
    run: context.run,
    reach,
    backups: createBackups(context, backupMaxBytes),
    signal: context.signal,
    onStep: (step, index) =>
      context.progress({ text: pathsOfStep(step).map(shown).join(' → '), step: index + 1, steps: steps.length }),
  });
  if (done < steps.length) {
    await print(`stopped after ${done} of ${steps.length} changes; they can be undone\n`);
    return { kind: 'stopped', receipt: { stopped: [], left: [] } };
  }
  const many = steps.length > 1 ? ` (${steps.length} changes)` : '';
  await print(`done: ${shown(describeFiles(operation))}${many}\n`);
  return DONE;
}
