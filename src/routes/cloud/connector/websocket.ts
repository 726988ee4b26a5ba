/** One websocket: sends a message and gives what comes, as JSON values, until it is closed. Frames that are not text are not for us. */

import { type MessageEvent, WebSocket } from 'undici';
import type { ConnectorLimits } from '../../../core/connectors.ts';
import type { Dialler } from './dispatcher.ts';
import type { Failures } from './failures.ts';
import type { Frames } from './frames.ts';
import type { PreparedRequest } from './request.ts';

interface SocketContext {
  readonly dialler: Dialler;
  readonly failures: Failures;
  readonly limits: ConnectorLimits;
  readonly signal: AbortSignal;
}

type Received = { readonly value: unknown } | { readonly failure: unknown } | 'closed';

/** Of a header that a websocket makes itself. */
const OWN = new Set(['accept', 'content-type']);

export async function* readSocket(request: PreparedRequest, context: SocketContext): AsyncGenerator<Frames, void> {
  const { dialler, failures, limits, signal } = context;
  signal.throwIfAborted();
  dialler.check(new URL(request.url));
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !OWN.has(name)));
  const way = dialler.websocket();
  const socket = new WebSocket(request.url.replace(/^http/, 'ws'), { headers, dispatcher: way.dispatcher });
  const inbox = createInbox();
  const fail = (failure: unknown): void => inbox.put({ failure });

  let opened = false;
  let characters = 0;
  const stopped = (): void => fail(signal.reason);
  let timer = setTimeout(
    () => fail(failures.timeout('it did not open the websocket', limits.firstByteMs, 'first_byte')),
    limits.firstByteMs,
  );
  signal.addEventListener('abort', stopped, { once: true });

  socket.addEventListener('open', () => {
    opened = true;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (inbox.waiting) fail(failures.timeout('nothing more came', limits.idleMs, 'idle'));
    }, limits.idleMs);
    socket.send(request.body ?? '');
  });
  socket.addEventListener('message', ({ data }: MessageEvent) => {
    if (typeof data !== 'string') return;
    characters += data.length;
    if (characters > limits.responseBytes)
      return fail(failures.tooLarge('its answer', `${limits.responseBytes} characters`));
    inbox.put(parsed(data, failures));
  });
  socket.addEventListener('error', (event) => {
    const error = (event as { error?: unknown }).error;
    const cause = error instanceof Error ? (error.cause ?? error) : new Error('the websocket was refused');
    const proxy = dialler.proxyOf(new URL(request.url));
    fail(opened ? failures.ofNetwork(cause, request.url) : ofRefusal(cause, request.url, failures, proxy));
  });
  socket.addEventListener('close', () => inbox.put('closed'));

  try {
    for (;;) {
      timer.refresh();
      const values: unknown[] = [];
      for (const received of await inbox.take()) {
        if (received === 'closed') {
          if (values.length > 0) yield { values, ended: false };
          return;
        }
        if ('failure' in received) throw received.failure;
        values.push(received.value);
      }
      if (values.length > 0) yield { values, ended: false };
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stopped);
    socket.close();
    way.release();
  }
}

function parsed(text: string, failures: Failures): Received {
  try {
    return { value: JSON.parse(text) };
  } catch {
    const excerpt = { text: text.slice(0, 8192), cut: text.length > 8192 };
    return { failure: failures.ofShape('a message on its websocket is not JSON', excerpt) };
  }
}

/** Why it did not open: the library tells no status. */
function ofRefusal(cause: unknown, url: string, failures: Failures, proxy: string | undefined): unknown {
  const { code } = cause as { code?: string };
  if (code !== undefined) return failures.ofNetwork(cause, url, proxy);
  return failures.make('unavailable', 'it does not open a websocket', 'check its url and its key', true);
}

interface Inbox {
  readonly waiting: boolean;
  put(received: Received): void;
  /** All that came since, at least one. */
  take(): Promise<Received[]>;
}

function createInbox(): Inbox {
  let queue: Received[] = [];
  let wake: (() => void) | undefined;
  return {
    get waiting() {
      return wake !== undefined;
    },
    put(received) {
      queue.push(received);
      wake?.();
      wake = undefined;
    },
    async take() {
      if (queue.length === 0) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
      }
      const taken = queue;
      queue = [];
      return taken;
    },
  };
}
