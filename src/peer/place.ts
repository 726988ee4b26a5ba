/**
 * One peer a machine: whoever holds the database is the one. This gets it for a peer that starts, waits for one that is about to
 * end, and says which process serves if another does. It ends nobody.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { connectControl } from '../control/client/client.ts';
import { asDispatchError, DispatchError } from '../core/errors.ts';

/** A peer that ends gives its runs 10 s to end in. */
const PATIENCE_MS = 15_000;
const LOOK_AGAIN_MS = 50;

export interface Place {
  /** The control socket, where another peer would answer. */
  readonly socket: string;
  readonly version: string;
}

/** What `open` gives once nobody else holds it. Rejects with `locked` if another peer serves; `details.pid` is that process. */
export async function takePlace<T>(place: Place, open: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof DispatchError && error.code === 'locked')) throw error;
      const pid = await servingPid(place);
      if (pid !== undefined) throw alreadyServed(pid);
      if (performance.now() > deadline) throw error;
      await delay(LOOK_AGAIN_MS);
    }
  }
}

/** The process that serves; undefined if none does, or if it has only begun to start or is about to end. */
async function servingPid({ socket, version }: Place): Promise<number | undefined> {
  try {
    const client = await connectControl({ path: socket, client: 'peer', version });
    try {
      return (await client.peer).pid;
    } finally {
      client.close();
    }
  } catch (thrown) {
    if (asDispatchError(thrown).code === 'version') throw thrown;
    return undefined;
  }
}

function alreadyServed(pid: number): DispatchError {
  return new DispatchError('locked', `a peer already runs here: process ${pid}`, {
    hint: 'use it, or stop it with "dispatch peer stop"',
    details: { pid },
  });
}
