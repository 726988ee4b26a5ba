// A dashboard in a real terminal, with the time at which each thing that it wrote arrived. Every frame of the dashboard
// ends with the end of a synchronized update, which is how frames are told apart without drawing them.
import headless from '@xterm/headless';
import { type IPty, spawn } from 'node-pty';
import { end, LAUNCHER, watchOver } from './processes.ts';

const { Terminal } = headless;
const ENTER_ALTERNATE = '\x1b[?1049h';
const FRAME_END = '\x1b[?2026l';
const LONGEST_MS = 30_000;

export interface DashboardTerminal {
  readonly pid: number;
  /** Milliseconds from just before the process was started to the end of the first frame that shows anything. */
  firstFrame(): Promise<number>;
  /** The same, to the frame that shows the text. */
  firstShowing(text: string): Promise<number>;
  /** Milliseconds from writing the bytes to the end of the next frame; undefined if none comes within a second. */
  press(bytes: string): Promise<number | undefined>;
  /** Milliseconds from writing the bytes to what moved the cursor; undefined if nothing does within a second. */
  pressMoving(bytes: string): Promise<number | undefined>;
  /** How many bytes the program has written. */
  written(): number;
  /** Writes the bytes, and waits until nothing has come for so many milliseconds. */
  settle(bytes: string, quietMs?: number): Promise<void>;
  screen(): string;
  close(): Promise<void>;
}

export function openDashboard(env: NodeJS.ProcessEnv, { cols = 120, rows = 40 } = {}): DashboardTerminal {
  return watch({ command: [process.execPath, LAUNCHER], env, cols, rows });
}

interface WatchOptions {
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cols: number;
  readonly rows: number;
}

/** The same terminal around any program that ends its frames as the dashboard does. */
export function watch({ command: [file = '', ...args], env, cols, rows }: WatchOptions): DashboardTerminal {
  const terminal = new Terminal({ cols, rows, allowProposedApi: true, scrollback: 0, logLevel: 'off' });
  const startedAt = performance.now();
  const pty = spawn(file, args, {
    name: 'xterm-256color',
    cols,
    rows,
    env: env as Record<string, string>,
    encoding: null,
  });
  const forget = watchOver(pty.pid);
  const looks = new Set<(at: number) => void>();
  let onFrame: ((at: number) => void) | undefined;
  let onChunk: () => void = () => {};
  let tail = '';
  let ended = false;
  let written = 0;
  terminal.onData((reply) => !ended && pty.write(reply));
  pty.onData((data) => {
    const at = performance.now();
    written += data.length;
    const text = tail + (data as unknown as Buffer).toString('latin1');
    tail = text.slice(-FRAME_END.length + 1);
    if (text.includes(FRAME_END)) onFrame?.(at);
    onChunk();
    terminal.write(data as unknown as Buffer, () => {
      for (const look of [...looks]) look(at);
    });
  });
  const exited = new Promise<void>((resolve) =>
    pty.onExit(() => {
      ended = true;
      forget();
      resolve();
    }),
  );

  const screen = (): string => {
    const { active } = terminal.buffer;
    return Array.from({ length: rows }, (_, y) => active.getLine(y)?.translateToString(true) ?? '').join('\n');
  };
  const seen = (check: () => boolean, what: string): Promise<number> => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const timer = setTimeout(() => reject(new Error(`not seen in the dashboard: ${what}\n${screen()}`)), LONGEST_MS);
    const look = (at: number): void => {
      if (!check()) return;
      clearTimeout(timer);
      looks.delete(look);
      resolve(at - startedAt);
    };
    looks.add(look);
    return promise;
  };
  const pressMoving = (bytes: string): Promise<number | undefined> => {
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    const { cursorX } = terminal.buffer.active;
    const finish = (took: number | undefined): void => {
      clearTimeout(timer);
      looks.delete(look);
      resolve(took);
    };
    const look = (at: number): void => {
      if (terminal.buffer.active.cursorX !== cursorX && !terminal.modes.synchronizedOutputMode) finish(at - writtenAt);
    };
    const timer = setTimeout(() => finish(undefined), 1000);
    looks.add(look);
    const writtenAt = performance.now();
    pty.write(bytes);
    return promise;
  };
  const first = seen(
    () => terminal.buffer.active.type === 'alternate' && screen().trim() !== '',
    `after ${ENTER_ALTERNATE}`,
  );
  first.catch(() => {});

  return {
    pid: pty.pid,
    firstFrame: () => first,
    firstShowing: (text) => seen(() => screen().includes(text), text),
    press: (bytes) => pressKey(pty, bytes, (listener) => (onFrame = listener)),
    pressMoving,
    written: () => written,
    settle: (bytes, quietMs = 300) => settle(pty, bytes, quietMs, (listener) => (onChunk = listener)),
    screen,
    async close() {
      end(pty.pid, 'SIGTERM');
      const timer = setTimeout(() => end(pty.pid, 'SIGKILL'), 5000);
      await exited;
      clearTimeout(timer);
      terminal.dispose();
    },
  };
}

function pressKey(
  pty: IPty,
  bytes: string,
  onFrame: (listener: ((at: number) => void) | undefined) => void,
): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const timer = setTimeout(() => finish(undefined), 1000);
  const finish = (took: number | undefined): void => {
    clearTimeout(timer);
    onFrame(undefined);
    resolve(took);
  };
  const writtenAt = performance.now();
  onFrame((at) => finish(at - writtenAt));
  pty.write(bytes);
  return promise;
}

function settle(pty: IPty, bytes: string, quietMs: number, onChunk: (listener: () => void) => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let timer = setTimeout(resolve, quietMs);
  onChunk(() => {
    clearTimeout(timer);
    timer = setTimeout(resolve, quietMs);
  });
  pty.write(bytes);
  return promise.finally(() => onChunk(() => {}));
}
