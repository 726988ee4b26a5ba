/**
 * What goes out to one client. It never waits and never grows without end: whoever has much to say looks whether it is
 * `full` and waits until it is `drained`; a client that takes nothing while answers pile up is dropped.
 */

import type { Socket } from 'node:net';
import { DispatchError } from '../../core/errors.ts';
import type { Notifications } from '../../protocol/api.ts';
import { encodeCredit, encodeJson, encodeRawHeader, MAX_ANSWER_BYTES } from '../../protocol/framing.ts';
import { errorAnswer, type RpcAnswer } from '../../protocol/json-rpc.ts';

/** Above this nothing is added that can wait. */
const FULL_BYTES = 1024 * 1024;
/** Above this the client is dropped: one answer of the greatest length, and then some. */
const DROP_BYTES = MAX_ANSWER_BYTES + 16 * 1024 * 1024;

export interface Outbox {
  answer(answer: RpcAnswer): void;
  notify<N extends keyof Notifications>(method: N, params: Notifications[N]): void;
  raw(stream: number, offset: number, bytes: Uint8Array): void;
  credit(stream: number, bytes: number): void;
  readonly full: boolean;
  /** Resolves when everything has been given to the system, or the connection is closed. */
  drained(): Promise<void>;
}

export function createOutbox(socket: Socket, onUnread: (bytes: number) => void): Outbox {
  let waiting: (() => void)[] = [];
  const release = (): void => {
    const resolves = waiting;
    waiting = [];
    for (const resolve of resolves) resolve();
  };
  socket.on('drain', release);
  socket.on('close', release);

  const write = (frame: Uint8Array): void => {
    if (!socket.writable) return;
    socket.write(frame);
    if (socket.writableLength > DROP_BYTES) onUnread(socket.writableLength);
  };
  return {
    answer(answer) {
      write(encodeAnswer(answer));
    },
    notify(method, params) {
      write(encodeJson({ jsonrpc: '2.0', method, params }, MAX_ANSWER_BYTES));
    },
    raw(stream, offset, bytes) {
      if (!socket.writable) return;
      socket.cork();
      socket.write(encodeRawHeader(stream, offset, bytes.length));
      socket.write(bytes);
      socket.uncork();
    },
    credit(stream, bytes) {
      write(encodeCredit(stream, bytes));
    },
    get full() {
      return socket.writableLength > FULL_BYTES;
    },
    drained() {
      // Without a need to drain there would be no event to wait for; once it has ended there is only the close.
      if (socket.closed || (socket.writable && !socket.writableNeedDrain)) return Promise.resolve();
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}

/** An answer that is too long for the client becomes an error in its place. */
function encodeAnswer(answer: RpcAnswer): Buffer {
  try {
    return encodeJson(answer, MAX_ANSWER_BYTES);
  } catch (error) {
    if (!(error instanceof DispatchError)) throw error;
    return encodeJson(errorAnswer(answer.id, error), MAX_ANSWER_BYTES);
  }
}
