/** `dispatch attach`: this terminal becomes that of a run, until C-]. */

import { DispatchError } from '../../core/errors.ts';
import { isFinal } from '../../core/runs.ts';
import type { Command } from '../command.ts';
import { onlyArgument } from '../command.ts';
import { exitStatusOf } from '../exit-status.ts';
import { terminalSize } from '../terminal-size.ts';

/** How much of what was printed before is shown again. */
const REPLAY_BYTES = 64 * 1024;

export const command: Command = {
  usage: 'attach RUN',
  summary: "Use a run's terminal. C-] leaves it running and comes back.",
  options: {},
  examples: ['dispatch attach 12'],
  completes: 'runs',
  async run(context, args) {
    const ref = onlyArgument(args, 'attach', 'RUN');
    if (!context.stdin.isTTY)
      throw new DispatchError('usage', 'attach needs a terminal', {
        hint: `read the output with "dispatch logs -f ${ref}"`,
      });
    const client = await context.connect();
    const { run } = await client.call('run.get', { run: ref });
    if (isFinal(run))
      throw new DispatchError('conflict', `run ${run.number} is over`, {
        hint: `read its output with "dispatch logs ${run.number}"`,
      });
    if (run.action.kind !== 'shell' || run.action.tty === undefined) {
      throw new DispatchError('conflict', `run ${run.number} has no terminal`, {
        hint: `read its output with "dispatch logs -f ${run.number}"`,
      });
    }
    context.note(`attached to run ${run.number}; C-] leaves`);
    const left = new AbortController();
    const { forwardInput } = await import('../forward-input.ts');
    const restore = await forwardInput({
      stdin: context.stdin,
      stdout: context.stdout,
      client,
      run: run.id,
      tty: true,
      onEscape: () => left.abort(),
    });
    try {
      await client.call('resize', { run: run.id, ...terminalSize(context.stdout) }).catch(() => {});
      const { chunks } = await client.output({ run: run.id, offset: 0, maxLag: REPLAY_BYTES });
      const reading = chunks[Symbol.asyncIterator]();
      const stopped = new Promise<undefined>((resolve) =>
        left.signal.addEventListener('abort', () => resolve(undefined), { once: true }),
      );
      for (;;) {
        const next = await Promise.race([reading.next(), stopped]);
        if (next === undefined || next.done === true) break;
        context.stdout.write(next.value.bytes);
      }
    } finally {
      restore();
    }
    // The program may have left modes behind: alternate screen, mouse, paste, hidden cursor.
    context.stdout.write('\u001b[?1049l\u001b[?1000;1002;1003;1006;2004l\u001b[?25h\u001b[0m\r\n');
    if (left.signal.aborted) {
      context.note(`left run ${run.number}, which goes on; "dispatch attach ${run.number}" comes back`);
      return 0;
    }
    const [ended] = (await client.call('wait', { runs: [run.id] })).runs;
    return ended === undefined ? 0 : exitStatusOf(ended);
  },
};
