// The parts of an execution's context that most executors never use: nobody hears of progress, and nothing comes from elsewhere.
import { DispatchError } from '../../src/core/errors.ts';
import type { ExecutionContext } from '../../src/engine/executor-ports.ts';

export const QUIET: Pick<ExecutionContext, 'progress' | 'describe' | 'answer' | 'pull' | 'tellEnd'> = {
  progress: () => {},
  describe: () => {},
  answer: () => {},
  // biome-ignore lint/correctness/useYield: it fails before there is anything to give
  async *pull() {
    throw new DispatchError('unavailable', 'there is no other device here');
  },
  async tellEnd() {
    throw new DispatchError('unavailable', 'there is no other device here');
  },
};
