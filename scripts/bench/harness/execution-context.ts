// What an executor is given that is measured by itself: what it prints and tells goes nowhere.
import type { RunId } from '../../../src/core/ids.ts';
import type { ExecutionContext } from '../../../src/engine/executor-ports.ts';

export function executionContext(run: RunId, artifactsDir: string): ExecutionContext {
  return {
    progress: () => {},
    describe: () => {},
    answer: () => {},
    pull: () => nothingElsewhere(),
    tellEnd: () => nothingElsewhere(),
    run,
    artifactsDir,
    signal: new AbortController().signal,
    output: { write: () => {}, pressure: false, onDrain: () => {} },
    attach: () => {},
  };
}

function nothingElsewhere(): never {
  throw new Error('what is measured by itself asks nothing of other devices');
}
