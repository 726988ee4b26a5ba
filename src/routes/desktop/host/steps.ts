/** What executors of steps have in common: what the process that does them tells goes to the run, and how it went is the outcome of it. */

import type { ExecutionContext, Outcome } from '../../../engine/executor-ports.ts';
import type { Telling } from './messages.ts';

export type PerformedSteps =
  | { readonly kind: 'done'; readonly files: readonly string[] }
  /** A sentence. `refused`: what a step touches was not what was approved. */
  | { readonly kind: 'problem'; readonly refused: boolean; readonly message: string };

export function tellingOf(context: ExecutionContext, steps: number): Telling {
  return {
    print: (text) => context.output.write(Buffer.from(text)),
    step: (step, text) => context.progress({ text, step, steps }),
    file: (name, about) => context.describe(name, about),
  };
}

export function stepsOutcome(performed: PerformedSteps, steps: number): Outcome {
  switch (performed.kind) {
    case 'done': {
      const made = performed.files.length === 0 ? '' : `, ${performed.files.join(', ')}`;
      return { kind: 'exit', exitCode: 0, result: `${steps === 1 ? '1 step' : `${steps} steps`}${made}` };
    }
    case 'problem': {
      const { refused, message } = performed;
      return refused ? { kind: 'failed', reason: 'refused', message } : { kind: 'exit', exitCode: 1, message };
    }
  }
}
