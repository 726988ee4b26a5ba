/** Commands that go on until Ctrl-C outlive the peer: they say that it is gone, wait, and go on where they were. */

import {
  createReconnectingClient,
  type ReconnectingClient,
  type Subscription,
} from '../control/client/reconnecting.ts';
import type { CliContext } from './context.ts';

/** The first connection starts a peer if none runs; later ones wait for somebody to start it. */
export function openFollower(context: CliContext, subscription?: Subscription): ReconnectingClient {
  let first = true;
  let lost = false;
  return createReconnectingClient({
    async connect() {
      const client = await context.connect({ start: first });
      first = false;
      return client;
    },
    onState(state) {
      if (state.state === 'lost' && !lost) context.note('the peer is gone; waiting for it to come back');
      else if (state.state === 'connected' && lost) context.note('the peer is back');
      lost = state.state === 'lost' || (lost && state.state !== 'connected');
    },
    ...(subscription === undefined ? {} : { subscription }),
  });
}
