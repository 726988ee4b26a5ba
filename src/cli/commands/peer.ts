/** `dispatch peer`: the engine of this machine, in the foreground; and what can be asked of the one that runs. */

import { writeSync } from 'node:fs';
import { asDispatchError, DispatchError } from '../../core/errors.ts';
import type { Arguments, Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { duration, safe } from '../print.ts';

export const command: Command = {
  usage: 'peer [--name N] | peer status | peer stop',
  summary: 'Run the engine of this machine in the foreground, or ask or stop the one that runs.',
  details: 'Other commands start a peer in the background when they need one; it goes on until "dispatch peer stop".',
  options: {
    name: { type: 'string', value: 'N', help: 'what this device is called (default: its host name)' },
    background: {
      type: 'boolean',
      help: 'say on standard output when it serves, and log to standard error (used by other commands)',
    },
  },
  examples: ['dispatch peer', 'dispatch peer status --json', 'dispatch peer stop'],
  completes: ['status', 'stop'],
  maxArguments: 1,
  async run(context, args) {
    const [what] = args.positionals;
    if (what === undefined) return serve(context, args);
    if (what === 'status') return printStatus(context);
    if (what === 'stop') return stop(context);
    throw new DispatchError('usage', `peer ${what}: expected status or stop`, { hint: 'dispatch peer --help' });
  },
};

async function serve(context: CliContext, args: Arguments): Promise<number> {
  const background = args.flag('background');
  const tell = (answer: unknown): void => void (background && tellStarter(answer));
  // A full disk under the log file is no reason to end.
  context.stderr.on('error', () => {});
  const stopping = new AbortController();
  const stopOn = (): void => stopping.abort();
  context.interrupted.addEventListener('abort', stopOn, { once: true });
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, stopOn);
  try {
    const { startPeer } = await import('../../peer/start.ts');
    const name = args.text('name');
    const peer = await startPeer({
      paths: context.paths,
      env: context.env,
      version: context.version,
      ...(name === undefined ? {} : { name }),
      writeLog: (line) => void context.stderr.write(line),
    });
    tell({ serving: true });
    if (!background) context.note(`peer "${peer.status.name}" serves at ${context.paths.socket}; Ctrl-C stops it`);
    stopping.signal.addEventListener('abort', () => void peer.close('a signal'), { once: true });
    if (stopping.signal.aborted) void peer.close('a signal');
    await peer.closed;
    return 0;
  } catch (error) {
    tell({ error: asDispatchError(error).toWire() });
    throw error;
  } finally {
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.off(signal, stopOn);
  }
}

/** Whoever started us in the background waits for exactly one line (see start-peer.ts), or is gone: others may be served. */
function tellStarter(answer: unknown): void {
  try {
    writeSync(1, `${JSON.stringify(answer)}\n`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}

async function printStatus(context: CliContext): Promise<number> {
  const client = await context.connect({ start: false });
  const status = await client.call('status', {});
  if (context.json) {
    context.printJson(status);
    return 0;
  }
  context.print(
    `peer "${safe(status.name)}" ${status.version}, process ${status.pid}, up ${duration(Date.now() - status.startedAt)}`,
  );
  context.print(`home ${safe(status.home)}`);
  context.print(`${status.load.running} running, ${status.load.queued} waiting for a free slot`);
  return 0;
}

async function stop(context: CliContext): Promise<number> {
  let client: Awaited<ReturnType<CliContext['connect']>>;
  try {
    client = await context.connect({ start: false });
  } catch (error) {
    if (!(error instanceof DispatchError && error.code === 'unavailable')) throw error;
    context.note('no peer runs on this machine');
    return 0;
  }
  await client.call('stop', {});
  await client.closed; // the last thing that the peer closes, after everything that it runs and its database
  if (context.json) context.printJson({ stopped: true });
  else context.print('stopped');
  return 0;
}
