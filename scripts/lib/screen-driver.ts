// Drives a program in a real terminal for a picture: a pty, an emulator, and the steps of a key script. Every wait is
// bounded, and the program is ended when the picture is taken.
import { setTimeout as delay } from 'node:timers/promises';
import xterm from '@xterm/headless';
import { spawn } from 'node-pty';
import { createUnicodeProvider, UNICODE_VERSION } from '../../src/tui/terminal/embedded-unicode.ts';
import type { KeyStep } from './key-script.ts';

const LONGEST_WAIT_MS = 30_000;
/** How long after its end a program's last words may still be on their way. */
const LAST_WORDS_MS = 200;

export interface DriveOptions {
  readonly command: readonly string[];
  readonly cols: number;
  readonly rows: number;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly steps: readonly KeyStep[];
  /** Is given everything that the program writes. */
  readonly onOutput?: (data: string) => void;
  /** Milliseconds between the characters of a text that is typed; without, all at once. */
  readonly typingMs?: number;
}

/** Runs the command and the steps, gives the emulator to `take`, then ends the program. */
export async function driveScreen<T>(options: DriveOptions, take: (terminal: xterm.Terminal) => T): Promise<T> {
  const { cols, rows, cwd, steps } = options;
  const [file = '', ...args] = options.command;
  const terminal = new xterm.Terminal({ cols, rows, allowProposedApi: true, scrollback: 1000 });
  terminal.unicode.register(createUnicodeProvider());
  terminal.unicode.activeVersion = UNICODE_VERSION;
  const env = { ...options.env, TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'C.UTF-8' };
  const pty = spawn(file, args, { cols, rows, cwd, env });
  let endedAt = Number.POSITIVE_INFINITY;
  const exited = new Promise<void>((resolve) => {
    pty.onExit(() => {
      endedAt = performance.now();
      resolve();
    });
  });
  let changedAt = performance.now();
  pty.onData((data) => {
    options.onOutput?.(data);
    terminal.write(data, () => (changedAt = performance.now()));
  });
  terminal.onData((reply) => pty.write(reply));
  try {
    for (const step of steps) await play(step);
    return take(terminal);
  } finally {
    pty.kill('SIGTERM');
    await Promise.race([exited, delay(2000, undefined, { ref: false })]);
    terminal.dispose();
  }

  async function play(step: KeyStep): Promise<void> {
    if (step.do === 'send') await type(step.bytes);
    else if (step.do === 'pause') await delay(step.ms);
    else if (step.do === 'still') await until(() => saidAllItWill() || unchangedFor() >= step.ms, 'a still screen');
    else await until(() => screenText(terminal).includes(step.text) === step.shown, JSON.stringify(step.text));
  }

  async function type(bytes: string): Promise<void> {
    const { typingMs } = options;
    // What begins with Esc is one key.
    const pieces = typingMs === undefined || bytes.startsWith('\x1b') ? [bytes] : [...bytes];
    for (const piece of pieces) {
      pty.write(piece);
      if (typingMs !== undefined) await delay(typingMs);
    }
  }

  function unchangedFor(): number {
    return performance.now() - changedAt;
  }

  function saidAllItWill(): boolean {
    return performance.now() > endedAt + LAST_WORDS_MS;
  }

  async function until(reached: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + LONGEST_WAIT_MS;
    while (!reached()) {
      if (performance.now() > deadline) throw new Error(`waited in vain for ${what}:\n${screenText(terminal)}`);
      if (saidAllItWill()) throw new Error(`the program ended before ${what}:\n${screenText(terminal)}`);
      await delay(10);
    }
  }
}

function screenText(terminal: xterm.Terminal): string {
  const buffer = terminal.buffer.active;
  const rows = Array.from({ length: terminal.rows }, (_, row) => buffer.getLine(buffer.viewportY + row));
  return rows.map((line) => line?.translateToString(true) ?? '').join('\n');
}
