/**
 * A client that outlives the peer: it keeps a snapshot and what follows it alive over restarts, so that whoever listens sees
 * every change once. Calls are not repeated: while there is no peer they reject, and the caller knows.
 */

import { asDispatchError, DispatchError } from '../../core/errors.ts';
import type { Cursor } from '../../core/thread.ts';
import type {
  Change,
  Method,
  Notifications,
  OutputChunk,
  OutputParams,
  Params,
  PeerStatus,
  Result,
  Snapshot,
} from '../../protocol/api.ts';
import type { CallOptions } from './calls.ts';
import type { ControlClient } from './client.ts';

export type LinkState =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected'; readonly peer: PeerStatus }
  /** `since` in Unix milliseconds; `attempt` counts the attempts that have failed since. */
  | { readonly state: 'lost'; readonly since: number; readonly attempt: number; readonly reason: DispatchError };

export interface Subscription {
  /** How many of the newest entries the snapshot holds. */
  readonly entries: number;
  /** The first time, and again if the peer turns out to have another thread than the one that was followed. */
  onSnapshot(snapshot: Snapshot): void;
  /** Each change after the snapshot, once, in order. */
  onChange(change: Change): void;
  onDevices?(known: Notifications['devices']): void;
}

export interface ReconnectingClient {
  readonly state: LinkState;
  /** Rejects with `unavailable` at once while there is no connection. */
  call<M extends Method>(method: M, params: Params<M>, options?: CallOptions): Promise<Result<M>>;
  /** A run's output from its offset to its end, byte-exact over lost connections. */
  output(params: OutputParams, signal: AbortSignal): AsyncIterable<OutputChunk>;
  /** Tries at once instead of when the time comes. */
  retryNow(): void;
  close(): void;
}

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2000;

export function createReconnectingClient(options: {
  connect: () => Promise<ControlClient>;
  onState?: (state: LinkState) => void;
  subscription?: Subscription;
  /** Unix milliseconds. */
  now?: () => number;
}): ReconnectingClient {
  const { connect, onState = () => {}, subscription, now = Date.now } = options;
  let state: LinkState = { state: 'connecting' };
  let client: ControlClient | undefined;
  let followed: { device: string; cursor: Record<string, number> } | undefined;
  let closed = false;
  let wake = (): void => {};
  let waiting: (() => void)[] = [];

  const become = (next: LinkState): void => {
    state = next;
    if (!closed) onState(next);
  };
  const lose = (reason: DispatchError): void => {
    client = undefined;
    if (closed) return;
    const before = state.state === 'lost' ? state : undefined;
    const failed = state.state === 'connected' ? 0 : (before?.attempt ?? 0) + 1;
    become({ state: 'lost', since: before?.since ?? now(), attempt: failed, reason });
  };
  const arrive = (fresh: ControlClient, peer: PeerStatus): void => {
    client = fresh;
    become({ state: 'connected', peer });
    const resolves = waiting;
    waiting = [];
    for (const resolve of resolves) resolve();
  };

  /** Resolves with why it ended; rejects if it did not come about. */
  const session = async (): Promise<DispatchError> => {
    const fresh = await connect();
    try {
      if (subscription !== undefined && !closed) await subscribe(fresh, subscription);
      const peer = await fresh.peer;
      if (closed) throw new DispatchError('cancelled', 'closed here');
      arrive(fresh, peer);
    } catch (error) {
      fresh.close();
      throw error;
    }
    const reason = await fresh.closed;
    return new DispatchError('unavailable', reason, { retryable: true, hint: 'it is tried again' });
  };

  const subscribe = async (fresh: ControlClient, to: Subscription): Promise<void> => {
    fresh.on('devices', (known) => to.onDevices?.(known));
    fresh.on('change', (change) => {
      const { device, seq } = change.event;
      if (closed || followed === undefined || seq <= (followed.cursor[device] ?? 0)) return;
      followed.cursor[device] = seq;
      to.onChange(change);
    });
    // Going on needs the peer's cursor too: one that is behind ours is that of another thread.
    const snapshot = await fresh.call('snapshot', { entries: followed === undefined ? to.entries : 1 });
    if (closed) return;
    if (followed === undefined || !goesOn(followed, snapshot)) {
      const whole = followed === undefined ? snapshot : await fresh.call('snapshot', { entries: to.entries });
      followed = { device: whole.device.id, cursor: { ...whole.cursor } };
      to.onSnapshot(whole);
    } else {
      const { devices, revoked, routing } = snapshot;
      to.onDevices?.({ devices, revoked, routing });
    }
    await fresh.call('follow', { cursor: { ...followed.cursor } });
  };

  const run = async (): Promise<void> => {
    let wait = FIRST_RETRY_MS;
    while (!closed) {
      try {
        const reason = await session();
        wait = FIRST_RETRY_MS;
        lose(reason);
      } catch (error) {
        lose(asDispatchError(error));
      }
      if (closed) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wait = Math.min(LAST_RETRY_MS, wait * 2);
    }
  };

  const connected = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (client !== undefined || closed || signal.aborted) {
        resolve();
        return;
      }
      waiting.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });

  async function* output(params: OutputParams, signal: AbortSignal): AsyncIterable<OutputChunk> {
    let { offset } = params;
    while (!signal.aborted && !closed) {
      const now = client;
      if (now === undefined) {
        await connected(signal);
        continue;
      }
      try {
        const { stream, chunks } = await now.output({ ...params, offset });
        const leave = (): void => void now.call('stream.close', { stream }).catch(() => {});
        if (signal.aborted) return leave();
        signal.addEventListener('abort', leave, { once: true });
        try {
          for await (const chunk of chunks) {
            offset = chunk.offset + chunk.bytes.length;
            yield chunk;
          }
          return;
        } finally {
          signal.removeEventListener('abort', leave);
        }
      } catch (error) {
        if (!(error instanceof DispatchError) || error.code !== 'unavailable') throw error;
        await now.closed;
      }
    }
  }

  void run();
  return {
    get state() {
      return state;
    },
    call(method, params, callOptions) {
      if (client !== undefined) return client.call(method, params, callOptions);
      const why = state.state === 'lost' ? `: ${state.reason.message}` : '';
      return Promise.reject(
        new DispatchError('unavailable', `there is no connection to the peer${why}`, {
          retryable: true,
          hint: 'wait until it is back',
        }),
      );
    },
    output,
    retryNow: () => wake(),
    close() {
      closed = true;
      client?.close();
      client = undefined;
      wake();
      for (const resolve of waiting) resolve();
      waiting = [];
    },
  };
}

/** True if the peer has everything that was followed, so that what follows from there is the same thread. */
function goesOn(followed: { device: string; cursor: Cursor }, snapshot: Snapshot): boolean {
  return (
    followed.device === snapshot.device.id &&
    Object.entries(followed.cursor).every(([device, seq]) => (snapshot.cursor[device] ?? 0) >= seq)
  );
}
