/**
 * A connection to an X server that asks and never draws: enough of the protocol to see which windows there are. Input and pictures
 * are made by programs; what they would touch is looked up here, as the server itself knows it. Has one owner, who closes it.
 */

import { createConnection, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { DispatchError } from '../../../../core/errors.ts';
import { authorityFile, cookieFor } from './authority.ts';
import { parseDisplay } from './display-address.ts';
import { readSetup, type ServerFacts, setupLength, setupRequest } from './setup.ts';

const CONNECT_MS = 5000;
/** A server whose grab is held by a program answers nobody else. */
const ANSWER_MS = 5000;
/** A reply, an error and an event have at least so many bytes. */
const UNIT = 32;
const ERROR = 0;
const REPLY = 1;
const GENERIC_EVENT = 35;

export interface XConnection {
  readonly display: string;
  readonly facts: ServerFacts;
  /** Sends a request that has a reply. Rejects with an `XError` where the server says no, and with `unavailable` when it is gone. */
  ask(request: Buffer): Promise<Buffer>;
  /** Sends a request that has no reply. Whether it worked shows in what is asked next. */
  tell(request: Buffer): void;
  /** Aborts with what happened when the server goes away. */
  readonly gone: AbortSignal;
  close(): void;
}

/** The server knows no such window, atom or value: what was asked about has gone. */
export class XError extends Error {
  override readonly name = 'XError';
}

/** Throws `unavailable` with what stands in the way. */
export async function connectDisplay(display: string, env: NodeJS.ProcessEnv): Promise<XConnection> {
  const address = parseDisplay(display);
  if (address === undefined) {
    throw new DispatchError('unavailable', `${JSON.stringify(display)} is no name of an X display`, {
      hint: 'name it as DISPLAY does, for example ":0"',
    });
  }
  const cookie = cookieFor(authorityFile(env), address.number, hostname());
  const socket = createConnection(address.socket);
  socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error(`no answer within ${CONNECT_MS / 1000} s`)));
  try {
    const { setup, rest } = await greet(socket, cookie);
    const facts = readSetup(setup, address.screen);
    socket.setTimeout(0);
    return converse(socket, display, facts, rest);
  } catch (error) {
    socket.destroy();
    throw new DispatchError('unavailable', `the X display ${display} cannot be used: ${whyNot(error)}`, {
      cause: error,
      hint: 'check that the X server runs, and that this account may use it ("xauth list")',
    });
  }
}

function whyNot(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ECONNREFUSED' ? 'no X server listens there' : message;
}

/** Says who asks, and waits for all of the answer. */
function greet(socket: Socket, cookie: Buffer | undefined): Promise<{ setup: Buffer; rest: Buffer }> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const onEnd = (): void => reject(new Error('it hung up'));
    const onData = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      const length = setupLength(bytes);
      if (length === undefined || bytes.length < length) return;
      socket.off('data', onData);
      socket.off('error', reject);
      socket.off('close', onEnd);
      resolve({ setup: bytes.subarray(0, length), rest: bytes.subarray(length) });
    };
    socket.on('error', reject);
    socket.on('close', onEnd);
    socket.on('data', onData);
    socket.on('connect', () => socket.write(setupRequest(cookie)));
  });
}

interface Waiting {
  readonly sequence: number;
  readonly resolve: (reply: Buffer) => void;
  readonly reject: (error: unknown) => void;
}

function converse(socket: Socket, display: string, facts: ServerFacts, rest: Buffer): XConnection {
  const waiting: Waiting[] = [];
  let sequence = 0;
  let pending = rest;
  const gone = new AbortController();

  const end = (): void => {
    if (gone.signal.aborted) return;
    const hint = 'start it again, then retry';
    gone.abort(new DispatchError('unavailable', `the X display ${display} went away`, { hint }));
    for (const { reject } of waiting.splice(0)) reject(gone.signal.reason);
  };

  const take = (message: Buffer): void => {
    const kind = message[0];
    if (kind !== ERROR && kind !== REPLY) return; // an event: nobody asked for any
    const at = waiting.findIndex((one) => one.sequence === message.readUInt16LE(2));
    const [answered] = at === -1 ? [] : waiting.splice(at, 1);
    if (kind === REPLY) answered?.resolve(message);
    else answered?.reject(new XError(`the X server answered with error ${message.readUInt8(1)}`));
  };

  const read = (chunk: Buffer): void => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= UNIT) {
      const kind = pending.readUInt8(0) & 0x7f;
      const more = kind === REPLY || kind === GENERIC_EVENT ? 4 * pending.readUInt32LE(4) : 0;
      if (pending.length < UNIT + more) return;
      take(pending.subarray(0, UNIT + more));
      pending = pending.subarray(UNIT + more);
    }
  };

  socket.on('data', read);
  socket.on('error', () => {}); // `close` follows, and what waits is told then
  socket.on('close', end);

  return {
    display,
    facts,
    ask: (request) =>
      new Promise((resolve, reject) => {
        gone.signal.throwIfAborted();
        sequence = (sequence + 1) & 0xffff;
        const timer = setTimeout(() => {
          socket.destroy();
          reject(new DispatchError('unavailable', `the X display ${display} does not answer`, { hint: 'retry it' }));
        }, ANSWER_MS);
        waiting.push({
          sequence,
          resolve: (reply) => {
            clearTimeout(timer);
            resolve(reply);
          },
          reject: (error) => {
            clearTimeout(timer);
            reject(error);
          },
        });
        socket.write(request);
      }),
    tell(request) {
      sequence = (sequence + 1) & 0xffff;
      socket.write(request);
    },
    gone: gone.signal,
    close: () => {
      socket.destroy();
      end();
    },
  };
}
