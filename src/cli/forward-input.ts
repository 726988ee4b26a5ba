/**
 * Sends this terminal, or whatever standard input is, to a run: bytes as they are, sizes as they change. Where the link to a run on
 * another device breaks, a terminal goes on when it is back; the rest of a file would not fit what came before, and is not sent.
 */

import type { ControlClient } from '../control/client/client.ts';
import type { ControlInput } from '../control/client/inputs.ts';
import { DispatchError } from '../core/errors.ts';
import { terminalSize } from './terminal-size.ts';

/** C-], as telnet has it. */
const ESCAPE_BYTE = 0x1d;
/** How often it is tried whether the device is back. */
const REOPEN_MS = 500;
/** How long the keys before C-] may take. */
const LAST_KEYS_MS = 200;

export interface ForwardOptions {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly client: ControlClient;
  readonly run: string;
  /** The run has a terminal: keys go raw, sizes are sent. */
  readonly tty: boolean;
  /** C-] leaves, and this is called. */
  readonly onEscape: false | (() => void);
  /** The link broke, and the run will never read the rest. Never called with `tty`. */
  readonly onBroken?: (error: DispatchError) => void;
}

/** Begins to forward; gives the way to stop, which restores the terminal. */
export async function forwardInput(options: ForwardOptions): Promise<() => void> {
  const { stdin, stdout, client, run, tty, onEscape, onBroken } = options;
  const raw = tty && stdin.isTTY;
  if (raw) stdin.setRawMode(true);
  let stopped = false;
  const open = async (): Promise<ControlInput> => {
    for (;;) {
      try {
        return await client.input(run);
      } catch (error) {
        if (stopped || !isLost(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, REOPEN_MS));
      }
    }
  };
  let opened = open();
  opened.catch(() => {}); // the run may be over before it takes input; its own status tells
  const write = async (bytes: Uint8Array): Promise<void> => {
    try {
      await (await opened).write(bytes);
    } catch (error) {
      if (!tty || stopped || !isLost(error)) throw error;
      opened = open();
      await write(bytes);
    }
  };
  const onData = async (bytes: Buffer): Promise<void> => {
    stdin.pause();
    const leave = onEscape === false ? -1 : bytes.indexOf(ESCAPE_BYTE);
    const part = leave === -1 ? bytes : bytes.subarray(0, leave);
    const written = part.length > 0 ? write(part) : Promise.resolve();
    if (leave !== -1 && onEscape !== false) {
      // Whoever leaves does not wait for a device that is gone.
      await Promise.race([written, new Promise((resolve) => setTimeout(resolve, LAST_KEYS_MS))]).catch(() => {});
      onEscape();
      return;
    }
    await written;
    stdin.resume();
  };
  const swallow = (work: Promise<void>): void =>
    void work.catch((error: unknown) => {
      stdin.pause();
      if (!stopped && isLost(error)) onBroken?.(error);
    });
  const onEnd = (): void => swallow(opened.then((input) => input.end()));
  const listener = (bytes: Buffer): void => swallow(onData(bytes));
  const onResize = (): void => void client.call('resize', { run, ...terminalSize(stdout) }).catch(() => {});
  stdin.on('data', listener);
  stdin.on('end', onEnd);
  if (tty) stdout.on('resize', onResize);
  return () => {
    stopped = true;
    stdin.off('data', listener);
    stdin.off('end', onEnd);
    stdout.off('resize', onResize);
    if (raw) stdin.setRawMode(false);
    stdin.pause();
  };
}

function isLost(error: unknown): error is DispatchError {
  return error instanceof DispatchError && error.code === 'unavailable';
}
