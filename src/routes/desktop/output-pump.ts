/**
 * Carries what a command prints to the run's output, as fast as that takes it and no faster, and knows when everything has
 * been read. It stops reading while the output is under pressure, so a slow disk slows the command and loses nothing.
 */

import type { Socket } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { ExecutionContext } from '../../engine/executor-ports.ts';

const QUIET_MS = 200;
/** Of reading, not of waiting for the disk. A pipe or a terminal holds far less than what is read in that time. */
const MOST_ROUNDS = 10;

export interface OutputPump {
  /**
   * To be called when the main process has ended. Resolves to 'ended' when everything has been read and nobody can print
   * any more; to 'held' when processes that it left behind keep the output open, and it has been quiet for 200 ms or they
   * have gone on printing for 2 s.
   */
  drained(): Promise<'ended' | 'held'>;
  /** Why reading failed, if it did. */
  readonly fault: Error | undefined;
}

export function pumpOutput(source: Socket, output: ExecutionContext['output']): OutputPump {
  let received = 0;
  let fault: Error | undefined;
  const closed = new Promise<'ended'>((resolve) => {
    source.once('close', () => resolve('ended'));
  });
  source.on('error', (error: NodeJS.ErrnoException) => {
    // So says Linux when the last process has left a terminal.
    if (error.code !== 'EIO') fault = error;
  });
  source.on('data', (bytes: Buffer) => {
    received += bytes.length;
    output.write(bytes);
    if (output.pressure) source.pause();
  });
  output.onDrain(() => source.resume());

  return {
    get fault() {
      return fault;
    },
    async drained() {
      let rounds = 0;
      while (rounds < MOST_ROUNDS) {
        const before = received;
        if ((await Promise.race([closed, quietTime()])) === 'ended') return 'ended';
        if (source.isPaused()) continue;
        if (received === before) return 'held';
        rounds += 1;
      }
      return 'held';
    },
  };
}

/** After a busy event loop a timer may be called before what has long arrived was read; the next two turns read it. */
async function quietTime(): Promise<void> {
  await setTimeout(QUIET_MS);
  await setImmediate();
  await setImmediate();
}
