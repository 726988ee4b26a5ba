// Submits runs over one open connection, as a dashboard does, and takes the time of what comes back.
import { newId } from '../../../src/cli/ids.ts';
import type { ControlClient } from '../../../src/control/client/client.ts';
import type { ShellAction } from '../../../src/core/actions.ts';
import { isFinal, type Run } from '../../../src/core/runs.ts';
import type { Change } from '../../../src/protocol/api.ts';

/** Milliseconds since the submission left. */
export interface RunTimes {
  /** To the first byte of output; undefined if there was none. */
  readonly firstByte: number | undefined;
  /** To the last byte of output. */
  readonly lastByte: number | undefined;
  /** To the event that ended the run. */
  readonly final: number;
  readonly run: Run;
  readonly bytes: number;
  /** Bytes that were passed over: left out by the cap. */
  readonly skipped: number;
}

export interface RunOptions {
  readonly command: string;
  readonly tty?: ShellAction['tty'];
  /** The device that is to execute it; this one if absent. */
  readonly on?: string;
}

export interface Runner {
  run(options: RunOptions): Promise<RunTimes>;
  close(): void;
}

export async function openRunner(client: ControlClient): Promise<Runner> {
  const { cursor } = await client.call('snapshot', { entries: 1 });
  await client.call('follow', { cursor });
  return { run: (options) => run(client, options), close: () => client.close() };
}

async function run(client: ControlClient, { command, tty, on }: RunOptions): Promise<RunTimes> {
  const id = newId();
  const { promise: ended, resolve } = Promise.withResolvers<{ at: number; run: Run }>();
  const stop = client.on('change', ({ entry }: Change) => {
    if (entry.kind !== 'run' || entry.run.id !== id || !isFinal(entry.run)) return;
    resolve({ at: performance.now(), run: entry.run });
  });
  const startedAt = performance.now();
  const action: ShellAction = {
    kind: 'shell',
    command,
    access: 'workspace-write',
    cwd: process.cwd(),
    ...(tty === undefined ? {} : { tty }),
  };
  const devices = on === undefined ? {} : { devices: [on] };
  const submitted = client.call('submit', { id, task: `!${command}`, action, approve: true, ...devices });
  const output = readOutput(client, id, startedAt);
  await submitted;
  const { at, run: ran } = await ended;
  stop();
  if (ran.status !== 'completed') throw new Error(`the run of "${command}" ${JSON.stringify(ran)}`);
  return { ...(await output), final: at - startedAt, run: ran };
}

async function readOutput(
  client: ControlClient,
  id: string,
  startedAt: number,
): Promise<Pick<RunTimes, 'firstByte' | 'lastByte' | 'bytes' | 'skipped'>> {
  let firstByte: number | undefined;
  let lastByte: number | undefined;
  let [bytes, expected, skipped] = [0, 0, 0];
  const { chunks } = await client.output({ run: id, offset: 0 });
  for await (const chunk of chunks) {
    lastByte = performance.now() - startedAt;
    firstByte ??= lastByte;
    skipped += chunk.offset - expected;
    expected = chunk.offset + chunk.bytes.length;
    bytes += chunk.bytes.length;
  }
  return { firstByte, lastByte, bytes, skipped };
}
