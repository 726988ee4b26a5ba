/**
 * A client of the peer on this machine. What is called before `hello` has been answered travels with it, in one write. Loads
 * nothing but sockets and frames, because every command starts with it.
 */

import type { PublishedArtifact } from '../../core/artifacts.ts';
import { DispatchError } from '../../core/errors.ts';
import type { Run } from '../../core/runs.ts';
import {
  type Method,
  type Notifications,
  type OutputChunk,
  type OutputParams,
  type Params,
  type PeerStatus,
  PROTOCOL_VERSION,
  type Ref,
  type Result,
} from '../../protocol/api.ts';
import { createFrameReader, encodeCredit, encodeJson, type Frame, MAX_ANSWER_BYTES } from '../../protocol/framing.ts';
import type { RpcAnswer, RpcNotification } from '../../protocol/json-rpc.ts';
import { type CallOptions, createCalls, failureOf } from './calls.ts';
import { openSocket } from './connect.ts';
import { createIncomingStreams } from './incoming-streams.ts';
import { type ControlInput, createInputs } from './inputs.ts';

export interface ConnectOptions {
  /** Of the Unix socket or, on Windows, the named pipe. */
  readonly path: string;
  /** What kind of client this is, for the peer's log. */
  readonly client: string;
  /** Of this Dispatch. */
  readonly version: string;
  /** Ends the connection, or the attempt. */
  readonly signal?: AbortSignal;
}

/** Bytes that come as fast as they are taken, and no faster. Leaving the loop closes the stream. */
interface OpenedStream {
  readonly stream: number;
  readonly chunks: AsyncIterable<OutputChunk>;
}

export interface ControlClient {
  /** The answer to `hello`. Rejects with `version` if the peer speaks another protocol, as then every call does. */
  readonly peer: Promise<PeerStatus>;
  call<M extends Method>(method: M, params: Params<M>, options?: CallOptions): Promise<Result<M>>;
  /** Gives the way to stop listening. */
  on<N extends keyof Notifications>(notification: N, listener: (params: Notifications[N]) => void): () => void;
  output(params: OutputParams): Promise<OpenedStream & { run: Run; size: number }>;
  blob(params: Params<'blob.open'>): Promise<OpenedStream & { artifact: PublishedArtifact }>;
  /** Resolves when the run takes input. */
  input(run: Ref): Promise<ControlInput>;
  /** Resolves with the reason when the connection is gone. Calls that wait then reject with `unavailable`. */
  readonly closed: Promise<string>;
  /** What was written before is still sent. */
  close(): void;
}

/** A peer that has just been started may open a large thread first. */
const HELLO_MS = 20_000;

/** Resolves when somebody listens there; rejects with `unavailable` if nobody does. */
export async function connectControl(options: ConnectOptions): Promise<ControlClient> {
  const socket = await openSocket(options.path, options.signal);
  const listeners = new Map<string, Set<(params: never) => void>>();
  let fault: DispatchError | undefined;
  let stopping: string | undefined;
  let over = false;
  let resolveClosed: (reason: string) => void;
  const closed = new Promise<string>((resolve) => {
    resolveClosed = resolve;
  });
  const write = (frame: Uint8Array): boolean => socket.writable && socket.write(frame);
  const calls = createCalls((request) => void write(encodeJson(request)));
  const inputs = createInputs(socket, (stream, how) => calls.call(how, { stream }));
  const streams = createIncomingStreams({
    credit: (stream, bytes) => void write(encodeCredit(stream, bytes)),
    close: (stream) => void calls.call('stream.close', { stream }).catch(() => {}),
  });

  const end = (reason: string): void => {
    if (over) return;
    over = true;
    const error = fault ?? lost(reason);
    calls.fail(error);
    streams.fail(error);
    inputs.fail(error);
    resolveClosed(fault?.message ?? reason);
  };
  const onNotification = ({ method, params }: RpcNotification): void => {
    if (method === 'stream.end') {
      streams.end(params as Notifications['stream.end']);
      inputs.end(params as Notifications['stream.end']);
    } else if (method === 'stopping') {
      stopping = `the peer stopped: ${(params as Notifications['stopping']).reason}`;
    }
    for (const listener of [...(listeners.get(method) ?? [])]) listener(params as never);
  };
  const onFrame = (frame: Frame): void => {
    if (frame.kind === 'raw') streams.push(frame.stream, frame.offset, frame.bytes);
    else if (frame.kind === 'credit') inputs.credit(frame.stream, frame.bytes);
    else {
      const message = JSON.parse(frame.text) as RpcAnswer | RpcNotification;
      if ('method' in message) onNotification(message);
      else if (message.id === null) fault = 'error' in message ? failureOf(message.error) : fault;
      else calls.settle(message);
    }
  };
  const read = createFrameReader(onFrame, MAX_ANSWER_BYTES);
  socket.on('data', (chunk: Buffer) => {
    try {
      read(chunk);
    } catch (error) {
      if (!(error instanceof DispatchError) && !(error instanceof SyntaxError)) throw error; // a listener's, not the peer's
      fault = new DispatchError('invalid', `the peer sent what is no answer: ${error.message}`, {
        hint: 'restart it with "dispatch peer stop"',
      });
      socket.destroy();
    }
  });
  socket.on('close', () => end(stopping ?? 'the peer closed the connection'));

  // Whatever is called before the loop turns goes out with the hello.
  socket.cork();
  const peer = calls.call(
    'hello',
    { protocol: PROTOCOL_VERSION, version: options.version, client: options.client },
    { timeoutMs: HELLO_MS },
  );
  setImmediate(() => socket.uncork());
  peer.catch((error: DispatchError) => {
    fault ??= error;
    socket.destroy();
  });
  const close = (): void => {
    end('closed here');
    socket.uncork();
    socket.unref(); // a peer that does not read must not hold us up
    socket.destroySoon();
  };
  options.signal?.addEventListener('abort', close, { once: true });

  return {
    peer,
    call(method, params, callOptions) {
      // Who closes a stream by its number no longer waits for its bytes.
      if (method === 'stream.close') streams.leave((params as Params<'stream.close'>).stream);
      return calls.call(method, params, callOptions);
    },
    on(notification, listener) {
      const set = listeners.get(notification) ?? new Set();
      listeners.set(notification, set);
      set.add(listener);
      return () => void set.delete(listener);
    },
    // The stream is opened as the answer is read: its first bytes may come with it.
    output: (params) =>
      calls.call('output.open', params, { take: (answer) => ({ ...answer, chunks: streams.open(answer.stream) }) }),
    blob: (params) =>
      calls.call('blob.open', params, { take: (answer) => ({ ...answer, chunks: streams.open(answer.stream) }) }),
    input: (run) => calls.call('input.open', { run }, { take: ({ stream }) => inputs.open(stream) }),
    closed,
    close,
  };
}

function lost(reason: string): DispatchError {
  return new DispatchError('unavailable', `the connection to the peer is gone: ${reason}`, {
    hint: 'try again; "dispatch peer status" tells whether it runs',
    retryable: true,
  });
}
