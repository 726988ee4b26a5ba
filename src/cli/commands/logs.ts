/** `dispatch logs`: what a run printed, byte for byte. */

import { isFinal } from '../../core/runs.ts';
import type { Command } from '../command.ts';
import { onlyArgument } from '../command.ts';

export const command: Command = {
  usage: 'logs [-f] RUN',
  summary: 'Print the output of a run; with -f until it ends.',
  options: { follow: { type: 'boolean', short: 'f', help: 'go on until the run ends' } },
  examples: ['dispatch logs 12', 'dispatch logs -f 12', 'dispatch logs 12 | less -R'],
  completes: 'runs',
  async run(context, args) {
    const ref = onlyArgument(args, 'logs', 'RUN');
    const client = await context.connect();
    const { run } = await client.call('run.get', { run: ref });
    const live = !isFinal(run);
    if (live && run.startedAt === undefined && !args.flag('follow')) {
      context.note(`run ${run.number} has not started: it is ${run.status}`);
      return 0;
    }
    const { size, chunks } = await client.output({ run: run.id, offset: 0 });
    let position = 0;
    for await (const { offset, bytes } of chunks) {
      if (context.interrupted.aborted) return 130;
      if (offset > position) context.note(`${offset - position} bytes were dropped here`);
      position = offset + bytes.length;
      if (!context.stdout.write(bytes))
        await new Promise<void>((resume) => context.stdout.once('drain', () => resume()));
      if (live && !args.flag('follow') && position >= size) break;
    }
    return 0;
  },
};
