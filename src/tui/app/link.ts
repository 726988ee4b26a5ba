// The connection to the peer, as messages: the snapshot, what follows it, and that it is gone or back. Connecting again is
// the reconnecting client's; here is only what a start of the peer and the raw streams need besides.

import type { ControlClient } from '../../control/client/client.ts';
import { createReconnectingClient } from '../../control/client/reconnecting.ts';
import { asDispatchError, type DispatchError } from '../../core/errors.ts';
import type { MessageBody } from '../model/messages.ts';
import { THREAD_PAGE } from '../model/model.ts';

/** `start`: begin a peer if none runs. */
export type Connect = (options: { start: boolean }) => Promise<ControlClient>;

export interface Link {
  /** Undefined while there is no connection. */
  readonly client: ControlClient | undefined;
  /** Tries again now, and starts a peer if none runs. */
  startPeer(): void;
  close(): void;
}

export function openLink(connect: Connect, tell: (message: MessageBody) => void): Link {
  let newest: ControlClient | undefined;
  // Only the first time and when asked for: whoever stopped the peer wants it stopped.
  let start = true;
  /** Why no peer could be started: told until there is one, for "no peer is running" is only what follows from it. */
  let startFailure: DispatchError | undefined;

  const reconnecting = createReconnectingClient({
    connect: async () => {
      const starting = start;
      start = false;
      try {
        newest = await connect({ start: starting });
        newest.on('pair', (event) => tell({ type: 'pair', event }));
        newest.on('fetch', (progress) => tell({ type: 'fetch', progress }));
        newest.on('progress', (told) => tell({ type: 'progress', ...told }));
        startFailure = undefined;
        return newest;
      } catch (error) {
        const failure = asDispatchError(error);
        if (starting) startFailure = failure;
        throw failure.code === 'unavailable' ? (startFailure ?? failure) : failure;
      }
    },
    onState(state) {
      if (state.state === 'connected') return tell({ type: 'connected' });
      if (state.state !== 'lost') return;
      const { message, hint } = state.reason;
      tell({ type: 'lost', reason: hint === undefined ? message : `${message}: ${hint}` });
    },
    subscription: {
      entries: THREAD_PAGE,
      onSnapshot: (snapshot) => tell({ type: 'snapshot', snapshot }),
      onChange: (change) => tell({ type: 'change', change }),
      onDevices: ({ devices, revoked, routing }) => tell({ type: 'devices', devices, revoked, routing }),
    },
  });

  return {
    get client() {
      return reconnecting.state.state === 'lost' ? undefined : newest;
    },
    startPeer() {
      start = true;
      reconnecting.retryNow();
    },
    close: () => reconnecting.close(),
  };
}
