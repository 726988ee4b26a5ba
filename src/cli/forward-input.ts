/** Sends this terminal, or whatever standard input is, to a run: bytes as they are, sizes as they change. */

import type { ControlClient } from '../control/client/client.ts';

/** C-], as telnet has it. */
const ESCAPE_BYTE = 0x1d;

export interface ForwardOptions {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly client: ControlClient;
  readonly run: string;
  /** The run has a terminal: keys go raw, sizes are sent. */
  readonly tty: boolean;
  /** C-] leaves, and this is called. */
  readonly onEscape: false | (() => void);
}

/** Begins to forward; gives the way to stop, which restores the terminal. */
export async function forwardInput({ stdin, stdout, client, run, tty, onEscape }: ForwardOptions): Promise<() => void> {
  const raw = tty && stdin.isTTY;
  if (raw) stdin.setRawMode(true);
  const opened = client.input(run);
  opened.catch(() => {}); // the run may be over before it takes input; its own status tells
  const onData = async (bytes: Buffer): Promise<void> => {
    stdin.pause();
    const leave = onEscape === false ? -1 : bytes.indexOf(ESCAPE_BYTE);
    const input = await opened;
    const part = leave === -1 ? bytes : bytes.subarray(0, leave);
    if (part.length > 0) await input.write(part);
    if (leave !== -1 && onEscape !== false) onEscape();
    else stdin.resume();
  };
  const swallow = (work: Promise<void>): void => void work.catch(() => stdin.pause());
  const onEnd = (): void => swallow(opened.then((input) => input.end()));
  const listener = (bytes: Buffer): void => swallow(onData(bytes));
  const onResize = (): void =>
    void client.call('resize', { run, cols: stdout.columns, rows: stdout.rows }).catch(() => {});
  stdin.on('data', listener);
  stdin.on('end', onEnd);
  if (tty) stdout.on('resize', onResize);
  return () => {
    stdin.off('data', listener);
    stdin.off('end', onEnd);
    stdout.off('resize', onResize);
    if (raw) stdin.setRawMode(false);
    stdin.pause();
  };
}
