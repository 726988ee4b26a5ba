// The connection to the peer: it connects, reads the snapshot, follows from there, and does so again for as long as the
// dashboard is open. It tells what happens and decides nothing about it.

import type { ControlClient } from '../control/client/client.ts';
import { asDispatchError } from '../core/errors.ts';
import type { MessageBody } from './messages.ts';
import { THREAD_PAGE } from './model.ts';

/** `start`: begin a peer if none runs. */
export type Connect = (options: { start: boolean }) => Promise<ControlClient>;

export interface Link {
  /** Undefined while there is no connection. */
  readonly client: ControlClient | undefined;
  /** Tries again now, and starts a peer if none runs. */
  startPeer(): void;
  close(): void;
}

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 2_000;

export function openLink(connect: Connect, tell: (message: MessageBody) => void): Link {
  let client: ControlClient | undefined;
  let closed = false;
  let start = true;
  let wake: () => void = () => {};

  const session = async (): Promise<string> => {
    const opened = await connect({ start });
    start = false;
    if (closed) {
      opened.close();
      return 'closed here';
    }
    client = opened;
    opened.on('change', (change) => tell({ type: 'change', change }));
    opened.on('devices', ({ devices }) => tell({ type: 'devices', devices }));
    let stopping: string | undefined;
    opened.on('stopping', ({ reason }) => {
      stopping = reason;
    });
    try {
      const snapshot = await opened.call('snapshot', { entries: THREAD_PAGE });
      tell({ type: 'snapshot', snapshot });
      await opened.call('follow', { cursor: snapshot.cursor });
    } catch (error) {
      opened.close();
      throw error;
    }
    const reason = await opened.closed;
    return stopping ?? reason;
  };

  const run = async (): Promise<void> => {
    for (let wait = FIRST_RETRY_MS; !closed; wait = Math.min(LAST_RETRY_MS, wait * 2)) {
      let reason: string;
      try {
        reason = await session();
        wait = FIRST_RETRY_MS;
      } catch (error) {
        const { message, hint } = asDispatchError(error);
        reason = hint === undefined ? message : `${message}: ${hint}`;
      }
      client = undefined;
      if (closed) return;
      tell({ type: 'lost', reason });
      await pause(wait);
    }
  };

  const pause = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  void run();
  return {
    get client() {
      return client;
    },
    startPeer() {
      start = true;
      wake();
    },
    close() {
      closed = true;
      client?.close();
      wake();
    },
  };
}
