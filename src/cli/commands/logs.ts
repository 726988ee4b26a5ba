/** `dispatch logs`: what a run printed, byte for byte. */

import type { ControlClient } from '../../control/client/client.ts';
import { isFinal, type Run } from '../../core/runs.ts';
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
    if (live && args.flag('follow')) return follow(context, client, run);
    const printed = async (): Promise<void> => {
      const { size, chunks } = await client.output({ run: run.id, offset: 0 });
      await print(context, chunks, live ? size : undefined);
    };
    if (live && (await isElsewhere(client, run))) {
      const { unlessAway } = await import('../far-runs.ts');
      await unlessAway(client, run, printed);
    } else {
      await printed();
    }
    return context.interrupted.aborted ? 130 : 0;
  },
};

async function isElsewhere(client: ControlClient, { device }: Run): Promise<boolean> {
  return device !== (await client.peer).id;
}

/** To the end of the run, over restarts of the peer. */
async function follow(context: CliContext, client: ControlClient, run: Run): Promise<number> {
  const stopping = new AbortController();
  context.interrupted.addEventListener('abort', () => stopping.abort(), { once: true });
  const over = new AbortController();
  if (await isElsewhere(client, run)) tellIfAway(context, client, run, over.signal);
  const follower = openFollower(context);
  try {
    await print(context, follower.output({ run: run.id, offset: 0 }, stopping.signal), undefined);
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
  } finally {
    over.abort();
    follower.close();
  }
  return stopping.signal.aborted ? 130 : 0;
}

/** Says what it waits for where the device of the run is not there. */
function tellIfAway(context: CliContext, client: ControlClient, run: Run, signal: AbortSignal): void {
  const watch = async (): Promise<void> => {
    const { watchFarRuns } = await import('../far-runs.ts');
    await watchFarRuns(context, client, [run], { leaving: 'Ctrl-C waits no longer', signal });
  };
  void watch().catch(() => {}); // that the peer is gone is told by whoever follows the output
}

/** Until the chunks end, or what there was when it began has been printed. */
async function print(
  context: CliContext,
  chunks: AsyncIterable<OutputChunk>,
  until: number | undefined,
): Promise<void> {
  if (until === 0) return;
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
