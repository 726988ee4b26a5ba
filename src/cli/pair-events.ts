/** What happens in the pairing session that this command opened, in order and to its end; nothing of one before it or after it. */

import type { ControlClient } from '../control/client/client.ts';
import { DispatchError } from '../core/errors.ts';
import type { PairEvent, PairingSession } from '../protocol/pairing-api.ts';

/** A session ends by being used, and who used it may be told a moment later. */
const PAIRED_MS = 2000;

export interface SessionEvents {
  /** The session has been opened: from here on its events are given. */
  begin(session: PairingSession): void;
  /** The next one; that it is over comes last. Rejects with `unavailable` when the peer is gone. */
  next(): Promise<PairEvent>;
}

/** To be called before the session is opened. */
export function listenToSession(client: ControlClient): SessionEvents {
  let queue: PairEvent[] = [];
  let mine: PairingSession | undefined;
  let opened = false;
  let paired = false;
  let gone: string | undefined;
  let wake = (): void => {};
  let release = (): void => {};

  const give = (event: PairEvent): void => {
    queue.push(event);
    wake();
  };
  const take = (event: PairEvent): void => {
    if (mine === undefined) queue.push(event);
    else if (!opened) opened = event.type === 'opened' && isSame(event.session, mine);
    else if (event.type === 'closed' && event.reason === 'used' && !paired) holdBack(event);
    else give(event);
    if (opened && event.type === 'paired') {
      paired = true;
      release();
    }
  };
  const holdBack = (event: PairEvent): void => {
    const timer = setTimeout(() => release(), PAIRED_MS);
    release = () => {
      clearTimeout(timer);
      release = () => {};
      give(event);
    };
  };
  client.on('pair', take);
  void client.closed.then((reason) => {
    gone = reason;
    wake();
  });

  return {
    begin(session) {
      const early = queue;
      queue = [];
      mine = session;
      for (const event of early) take(event);
    },
    async next() {
      for (;;) {
        const event = queue.shift();
        if (event !== undefined) return event;
        if (gone !== undefined)
          throw new DispatchError('unavailable', `the pairing session is over: ${gone}`, {
            hint: 'open another one with "dispatch pair"',
          });
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

function isSame(one: PairingSession, other: PairingSession): boolean {
  return one.ticket === other.ticket && one.expiresAt === other.expiresAt;
}
