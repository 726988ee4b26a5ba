/**
 * Tells one client every change from where it stands, in order. A client that does not read costs one cursor: telling stops
 * when its outbox is full, and goes on from there when it has drained. Also what comes of some of its calls, meanwhile.
 */

import type { Cursor } from '../../core/thread.ts';
import type { EngineApi, Method, Notifications } from '../../protocol/api.ts';
import type { Outbox } from './outbox.ts';

/** Resolves when the signal aborts; rejects if the engine cannot tell the changes. */
export async function followChanges(options: {
  api: Pick<EngineApi, 'follow' | 'onDevices'>;
  outbox: Outbox;
  cursor: Cursor;
  signal: AbortSignal;
}): Promise<void> {
  const { api, outbox, signal } = options;
  const reached: Record<string, number> = { ...options.cursor };
  let fault: unknown;
  const stopDevices = tellDevices(api, outbox);
  try {
    while (!signal.aborted) {
      const turn = new AbortController();
      const endTurn = (): void => turn.abort();
      signal.addEventListener('abort', endTurn, { once: true });
      const ended = new Promise<void>((resolve) =>
        turn.signal.addEventListener('abort', () => resolve(), { once: true }),
      );
      try {
        await api.follow(
          { ...reached },
          (change) => {
            if (turn.signal.aborted) return; // the rest of a page; it is told again in the next turn
            try {
              outbox.notify('change', change);
            } catch (error) {
              fault = error; // the engine that tells us is not to blame
            }
            reached[change.event.device] = change.event.seq;
            if (outbox.full || fault !== undefined) turn.abort();
          },
          turn.signal,
        );
        await ended;
        if (fault !== undefined) throw fault;
      } finally {
        turn.abort();
        signal.removeEventListener('abort', endTurn);
      }
      if (!signal.aborted) await outbox.drained();
    }
  } finally {
    stopDevices();
  }
}

/** Only the newest devices matter: while the outbox is full, they wait and replace each other. */
function tellDevices(api: Pick<EngineApi, 'onDevices'>, outbox: Outbox): () => void {
  let newest: Notifications['devices'] | undefined;
  let waiting = false;
  const tell = (): void => {
    if (newest === undefined) return;
    outbox.notify('devices', newest);
    newest = undefined;
  };
  return api.onDevices((known) => {
    newest = known;
    if (waiting) return;
    if (!outbox.full) {
      tell();
      return;
    }
    waiting = true;
    void outbox.drained().then(() => {
      waiting = false;
      tell();
    });
  });
}

type Topic = 'pair' | 'fetch' | 'progress';

/** Who looks at runs as they go. */
const WATCHING: ReadonlySet<Method> = new Set<Method>([
  'follow',
  'submit',
  'transfer',
  'retry',
  'reroute',
  'wait',
  'output.open',
]);

/** Pairing is told to those that have to do with it, from their first such call on; progress to those that fetch, or watch runs. */
export function tellOfCalls(options: {
  api: Pick<EngineApi, 'onPair' | 'onFetch' | 'onProgress'>;
  outbox: Outbox;
  signal: AbortSignal;
}): (method: Method) => void {
  const { api, outbox, signal } = options;
  const told = new Set<Topic>();
  const begin = (topic: Topic, listen: () => () => void): void => {
    if (told.has(topic) || signal.aborted) return;
    told.add(topic);
    signal.addEventListener('abort', listen(), { once: true });
  };
  return (method) => {
    if (WATCHING.has(method)) {
      begin('progress', () =>
        api.onProgress((progress) => {
          if (!outbox.full) outbox.notify('progress', progress); // the next one tells as much
        }),
      );
    }
    if (method.startsWith('pair.')) begin('pair', () => api.onPair((event) => outbox.notify('pair', event)));
    else if (method === 'artifact.fetch') {
      begin('fetch', () =>
        api.onFetch((progress) => {
          if (!outbox.full) outbox.notify('fetch', progress); // the next one tells as much
        }),
      );
    }
  };
}
