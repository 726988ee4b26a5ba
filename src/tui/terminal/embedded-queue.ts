// Feeds a hosted program's output to an emulator in order and in small turns, and goes on with a new emulator where one
// failed. It never drops output silently.
import type { Emulator } from './embedded-emulator.ts';

export interface OutputQueue {
  /** Resolves when everything is parsed, or given up because of `close`. */
  write(bytes: Uint8Array): Promise<void>;
  /** Runs the task now, or as soon as no sequence is half parsed. */
  between(task: () => void): void;
  close(): void;
}

export interface EmulatorHolder {
  current(): Emulator;
  /** Replaces an emulator that has failed. */
  renew(): Emulator;
  /** Something was parsed. */
  parsed(): void;
}

/** What is parsed in one turn: about 2 ms of it, so that keys never wait for long. */
const SLICE_BYTES = 32 * 1024;
const LOST = '\x1b[2m[this output could not be shown; the screen was cleared]\x1b[0m\r\n';

export function createOutputQueue(holder: EmulatorHolder): OutputQueue {
  // The emulator's own decoder loses characters that are split between two writes at a byte 0x80 (all of “ ” – — …).
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let queue: Promise<void> = Promise.resolve();
  let closed = false;
  let parsing = false;
  const waiting: (() => void)[] = [];

  const parseSlice = async (text: string): Promise<void> => {
    parsing = true;
    try {
      await holder.current().parse(text);
    } catch {
      await holder.renew().parse(LOST);
    } finally {
      parsing = false;
      for (const task of waiting.splice(0)) task();
    }
  };

  const parse = async (bytes: Uint8Array): Promise<void> => {
    for (let at = 0; at < bytes.length && !closed; at += SLICE_BYTES) {
      await nextTurn();
      if (closed) return;
      await parseSlice(decoder.decode(bytes.subarray(at, at + SLICE_BYTES), { stream: true }));
      if (!closed) holder.parsed();
    }
  };

  return {
    write(bytes) {
      queue = queue.then(() => parse(bytes));
      return queue;
    },
    between(task) {
      if (parsing) waiting.push(task);
      else task();
    },
    close() {
      closed = true;
      waiting.length = 0;
    },
  };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
