/**
 * Bytes on their way into a terminal. The program at the other end may not be reading: what it does not take waits here, in
 * order and up to a limit. It never blocks, and asks again at growing intervals only while something waits.
 */

import { writeSync } from 'node:fs';
import { ENOUGH_WAITING_INPUT, MOST_WAITING_INPUT } from './session.ts';

const FIRST_RETRY_MS = 1;
const LONGEST_RETRY_MS = 64;

export interface TerminalInput {
  /** False if too much waits already: nothing of `bytes` was taken. */
  push(bytes: Uint8Array): boolean;
  /** Resolves when little enough waits, or nothing is taken any more. Undefined: now. */
  room(): Promise<void> | undefined;
  close(): void;
}

/** `fd` is a non-blocking descriptor of the controlling side, open until `close` is called. */
export function createTerminalInput(fd: number): TerminalInput {
  const waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let retryMs = FIRST_RETRY_MS;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const tellRoom: (() => void)[] = [];
  const tell = (): void => {
    for (const resolve of tellRoom.splice(0)) resolve();
  };

  const flush = (): void => {
    timer = undefined;
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const taken = writeSome(fd, first);
      if (taken === 'gone') {
        close();
        return;
      }
      if (taken === 0) break;
      retryMs = FIRST_RETRY_MS;
      waitingBytes -= taken;
      if (taken === first.length) waiting.shift();
      else waiting[0] = first.subarray(taken);
    }
    if (waitingBytes <= ENOUGH_WAITING_INPUT) tell();
    if (waiting.length === 0) return;
    timer = setTimeout(flush, retryMs);
    retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
  };

  const close = (): void => {
    closed = true;
    clearTimeout(timer);
    waiting.length = 0;
    waitingBytes = 0;
    tell();
  };

  return {
    push(bytes) {
      if (closed || bytes.length === 0) return true;
      if (waitingBytes + bytes.length > MOST_WAITING_INPUT) return false;
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (timer === undefined) flush();
      return true;
    },
    room: () =>
      waitingBytes <= ENOUGH_WAITING_INPUT ? undefined : new Promise((resolve) => void tellRoom.push(resolve)),
    close,
  };
}

/** How many bytes the terminal took; 'gone' if nobody is at the other end. */
function writeSome(fd: number, bytes: Uint8Array): number | 'gone' {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 0 : 'gone';
  }
}
