// Runs named steps one after the other and shows how long each took; a step that fails shows all that it said.
import type { Outcome } from './run.ts';

export interface Step {
  readonly name: string;
  readonly run: () => Promise<Outcome>;
}

/** Returns the names of the steps that failed; with `stopAtFirst`, at most one. */
export async function runSteps(steps: readonly Step[], options: { stopAtFirst: boolean }): Promise<string[]> {
  const failed: string[] = [];
  for (const step of steps) {
    const started = performance.now();
    const outcome = await step.run();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${outcome.ok ? '✓' : '✗'} ${step.name.padEnd(18)} ${seconds.padStart(6)} s`);
    if (outcome.ok) continue;
    console.log(outcome.output.trimEnd());
    failed.push(step.name);
    if (options.stopAtFirst) break;
  }
  return failed;
}
