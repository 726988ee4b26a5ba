/** `dispatch logs`: what a run printed, byte for byte. */

import { isFinal } from '../../core/runs.ts';
import type { OutputChunk } from '../../protocol/api.ts';
import type { Command } from '../command.ts';
import { onlyArgument } from '../command.ts';
import type { CliContext } from '../context.ts';
import { openFollower } from '../follow.ts';

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
    if (live && args.flag('follow')) return follow(context, run.id);
    const { size, chunks } = await client.output({ run: run.id, offset: 0 });
    await print(context, chunks, live ? size : undefined);
    return context.interrupted.aborted ? 130 : 0;
  },
};

/** To the end of the run, over restarts of the peer. */
async function follow(context: CliContext, run: string): Promise<number> {
  const stopping = new AbortController();
  context.interrupted.addEventListener('abort', () => stopping.abort(), { once: true });
  const follower = openFollower(context);
  try {
    await print(context, follower.output({ run, offset: 0 }, stopping.signal), undefined);
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
  } finally {
    follower.close();
  }
  return stopping.signal.aborted ? 130 : 0;
}

/** Until the chunks end, or what there was when it began has been printed. */
async function print(
  context: CliContext,
  chunks: AsyncIterable<OutputChunk>,
  until: number | undefined,
): Promise<void> {
  let position = 0;
  for await (const { offset, bytes } of chunks) {
    if (context.interrupted.aborted) return;
    if (offset > position) context.note(`${offset - position} bytes were dropped here`);
    position = offset + bytes.length;
    if (!context.stdout.write(bytes)) {
      await new Promise<void>((resume) => context.stdout.once('drain', () => resume()));
    }
    if (until !== undefined && position >= until) return;
  }
}
