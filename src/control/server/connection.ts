/**
 * One client's connection, from its first byte to its last. Whatever the client does, it harms only itself: a message that
 * cannot be understood gets an error, and bytes in which no frame can be found any more end the connection.
 */

import type { Socket } from 'node:net';
import { asDispatchError, DispatchError } from '../../core/errors.ts';
import type { EngineApi, PeerStatus } from '../../protocol/api.ts';
import { createFrameReader, type Frame } from '../../protocol/framing.ts';
import { errorAnswer, RPC_CODES, RpcFault, type RpcId, type RpcRequest } from '../../protocol/json-rpc.ts';
import { followChanges, tellOfCalls } from './follower.ts';
import { type Call, checkHello, createCalls, methodNamed } from './methods.ts';
import { createOutbox } from './outbox.ts';
import { createStreams } from './streams.ts';

/** More than any client has questions at once. */
const MAX_PENDING = 256;
/** Who connects and says nothing takes a place from others. */
const HELLO_MS = 10_000;
/** How long a connection that we end may take to read what was said last. */
const LAST_WORDS_MS = 1000;

export interface ControlLog {
  info(message: string): void;
  error(message: string, cause?: unknown): void;
}

export interface ConnectionContext {
  readonly api: EngineApi;
  readonly status: () => PeerStatus;
  readonly onStop: () => void;
  readonly log: ControlLog;
  /** Set while the peer is about to end: no new work is taken. */
  readonly stopping: () => string | undefined;
}

export interface Connection {
  /** Tells the client that the peer is about to end. */
  announceStop(reason: string): void;
  /** Says what is left to say, then closes. Resolves when closed. */
  end(): Promise<void>;
  /** Says this alone, and closes. */
  turnAway(error: DispatchError): void;
}

export function createConnection(socket: Socket, context: ConnectionContext): Connection {
  const { api, status, log } = context;
  let client = 'a client that has not said hello';
  let greeted = false;
  let over = false;
  const ended = new AbortController();
  const pending = new Set<RpcId>();

  const outbox = createOutbox(socket, (bytes) => {
    log.info(`${client} is dropped: it left ${bytes} bytes unread`);
    cleanUp();
    socket.destroy();
  });
  const streams = createStreams(outbox);
  let following = false;
  const calls: Call = createCalls({
    api,
    streams,
    status,
    onStop: context.onStop,
    startFollowing(cursor) {
      if (following)
        throw new DispatchError('conflict', 'this connection follows already', { hint: 'open another one' });
      following = true;
      followChanges({ api, outbox, cursor, signal: ended.signal }).catch((error: unknown) => {
        log.error(`${client} is dropped: it cannot be told what happens`, error);
        hangUp();
      });
    },
    onCall: tellOfCalls({ api, outbox, signal: ended.signal }),
    signal: ended.signal,
  });
  const helloTimer = setTimeout(() => {
    fail(null, new DispatchError('timeout', `no hello came within ${HELLO_MS / 1000} s`, { hint: 'say hello first' }));
    hangUp();
  }, HELLO_MS);
  helloTimer.unref();

  /** Once, when nothing more will be taken from the client. */
  const cleanUp = (): void => {
    if (over) return;
    over = true;
    clearTimeout(helloTimer);
    ended.abort();
    streams.closeAll();
  };
  const hangUp = (): void => {
    if (over) return;
    cleanUp();
    endSoon(socket);
  };
  const fail = (id: RpcId | null, thrown: unknown): void => {
    const error = asDispatchError(thrown);
    if (error.code === 'internal') log.error(`answering ${client}`, error.cause ?? error);
    outbox.answer(errorAnswer(id, error));
  };

  const answer = async ({ id, method, params }: RpcRequest): Promise<void> => {
    pending.add(id);
    try {
      const { result, after } = await calls(methodNamed(method), params);
      pending.delete(id);
      if (over) return;
      outbox.answer({ jsonrpc: '2.0', id, result });
      after?.();
    } catch (error) {
      pending.delete(id);
      if (!over) fail(id, error);
    }
  };
  const greet = ({ id, method, params }: RpcRequest): void => {
    try {
      const stopping = context.stopping();
      if (stopping !== undefined) throw stoppingError(stopping);
      if (method !== 'hello')
        throw new RpcFault(RPC_CODES.request, `"${method.slice(0, 64)}" came before "hello"`, 'say hello first');
      client = `${checkHello(params, status()).client} client`;
      greeted = true;
      clearTimeout(helloTimer);
      outbox.answer({ jsonrpc: '2.0', id, result: status() });
    } catch (error) {
      fail(id, error);
      hangUp();
    }
  };
  const onMessage = (text: string): void => {
    let id: RpcId | null = null;
    try {
      const message: unknown = parseJson(text);
      id = idOf(message, pending);
      const request = checkRequest(message);
      if (!greeted) {
        greet(request);
        return;
      }
      const stopping = context.stopping();
      if (stopping !== undefined) throw stoppingError(stopping);
      if (pending.size >= MAX_PENDING) {
        throw new DispatchError('too-large', `this client waits for ${MAX_PENDING} answers, which is the limit`, {
          retryable: true,
          hint: 'wait for some',
        });
      }
      void answer(request);
    } catch (error) {
      fail(id, error);
      if (!greeted) hangUp();
    }
  };
  const onFrame = (frame: Frame): void => {
    if (over) return;
    if (frame.kind === 'json') {
      onMessage(frame.text);
      return;
    }
    try {
      if (frame.kind === 'raw') streams.take(frame.stream, frame.bytes);
      else streams.credit(frame.stream, frame.bytes);
    } catch (error) {
      fail(null, error);
      hangUp();
    }
  };

  const read = createFrameReader(onFrame);
  socket.on('data', (chunk: Buffer) => {
    if (over) return;
    try {
      read(chunk);
    } catch (error) {
      fail(null, error);
      log.info(`${client} is disconnected: ${asDispatchError(error).message}`);
      hangUp();
      return;
    }
    if (!outbox.full || over) return;
    // It asks faster than it reads the answers.
    socket.pause();
    void outbox.drained().then(() => socket.resume());
  });
  socket.on('error', () => {}); // 'close' follows, and there is nobody left to tell
  socket.on('end', hangUp);
  socket.on('close', cleanUp);

  return {
    announceStop(reason) {
      if (greeted && !over) outbox.notify('stopping', { reason });
    },
    end() {
      const closed = new Promise<void>((resolve) =>
        socket.closed ? resolve() : socket.once('close', () => resolve()),
      );
      hangUp();
      return closed;
    },
    turnAway(error) {
      fail(null, error);
      hangUp();
    },
  };
}

/**
 * Ends our half, and goes on reading into nowhere until the client ends its own or its time is over: closed at once, it would
 * find its last write refused and never read why.
 */
function endSoon(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), LAST_WORDS_MS);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
  socket.resume();
  socket.end();
}

function stoppingError(reason: string): DispatchError {
  return new DispatchError('unavailable', `the peer is stopping: ${reason}`, {
    retryable: true,
    hint: 'try again in a moment',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RpcFault(
      RPC_CODES.parse,
      `a message is not JSON: ${(error as Error).message.slice(0, 200)}`,
      'send one JSON-RPC 2.0 request a frame',
    );
  }
}

/** The id to answer to. Null where there is none that would tell the client which request is meant. */
function idOf(message: unknown, pending: ReadonlySet<RpcId>): RpcId | null {
  if (message === null || typeof message !== 'object' || Array.isArray(message)) return null;
  const { id } = message as { id?: unknown };
  if ((typeof id !== 'string' || id.length > 64) && !Number.isFinite(id)) return null;
  if (!pending.has(id as RpcId)) return id as RpcId;
  throw new RpcFault(
    RPC_CODES.request,
    `the id ${JSON.stringify(id)} is that of a request which waits for its answer`,
    'give each request an id of its own',
  );
}

function checkRequest(message: unknown): RpcRequest {
  const wrong = (what: string, hint: string): RpcFault => new RpcFault(RPC_CODES.request, what, hint);
  if (Array.isArray(message)) throw wrong('batches are not taken', 'send one request a frame');
  if (message === null || typeof message !== 'object')
    throw wrong('a message is not an object', 'send one JSON-RPC 2.0 request a frame');
  const { jsonrpc, id, method } = message as Record<string, unknown>;
  if (jsonrpc !== '2.0') throw wrong('a message is not JSON-RPC 2.0', 'set "jsonrpc" to "2.0"');
  if (typeof method !== 'string') throw wrong('a message names no method', 'set "method"');
  if (id === undefined)
    throw wrong(`"${method.slice(0, 64)}" came as a notification, and a peer takes requests only`, 'set "id"');
  if ((typeof id !== 'string' || id.length > 64) && !Number.isFinite(id))
    throw wrong('an id is neither a number nor a text of at most 64 characters', 'count from 1');
  return message as RpcRequest;
}
