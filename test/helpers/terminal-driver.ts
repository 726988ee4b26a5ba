// A terminal for tests: runs a program in a real pty behind a real emulator, presses its keys and reads its screen.
// It never sleeps: what a test waits for is looked at after every piece of output, and a time-out shows the screen.
import type { Terminal as HeadlessTerminal, IBufferCell } from '@xterm/headless';
import headless from '@xterm/headless';
import { type IPty, spawn } from 'node-pty';
import { keyBytes } from './terminal-keys.ts';
import { modernWidths } from './terminal-width.ts';

export interface TerminalOptions {
  command: string;
  args?: string[];
  cols?: number;
  rows?: number;
  cwd?: string;
  /** Added to a small environment that knows nothing of the terminal the tests run in; undefined takes one away. */
  env?: Record<string, string | undefined>;
}

export interface ScreenCell {
  char: string;
  width: number;
  /** Colour number, or -1 for the terminal's own. */
  fg: number;
  bg: number;
  bold: boolean;
  underline: boolean;
  inverse: boolean;
}

export interface TerminalModes {
  alternate: boolean;
  cursorVisible: boolean;
  mouse: 'none' | 'x10' | 'vt200' | 'drag' | 'any';
  bracketedPaste: boolean;
  focusReports: boolean;
  autowrap: boolean;
  applicationCursor: boolean;
  synchronized: boolean;
}

export interface MouseOptions {
  button?: 'left' | 'middle' | 'right';
  shift?: boolean;
  alt?: boolean;
  ctrl?: boolean;
}

export interface TerminalDriver {
  readonly pid: number;
  readonly cols: number;
  readonly rows: number;
  press(...keys: string[]): void;
  type(text: string): void;
  /** As a terminal pastes: bracketed if the program asked for that. */
  paste(text: string): void;
  /** Answers false, and sends nothing, if the program has not turned the mouse on. */
  mouse(
    action: 'down' | 'up' | 'move' | 'wheelup' | 'wheeldown',
    x: number,
    y: number,
    options?: MouseOptions,
  ): boolean;
  click(x: number, y: number, options?: MouseOptions): boolean;
  focus(focused: boolean): void;
  /** Bytes to the program, as they are. */
  send(data: string | Uint8Array): void;
  resize(cols: number, rows: number): void;
  kill(signal: NodeJS.Signals): void;
  /** The visible rows, joined by newlines, blanks at their ends trimmed. */
  screen(): string;
  line(y: number): string;
  /** Where the text stands on the screen: the cell of its first character. */
  find(text: string): { x: number; y: number } | undefined;
  cell(x: number, y: number): ScreenCell;
  cursor(): { x: number; y: number };
  modes(): TerminalModes;
  title(): string;
  /** Everything that the program has written. */
  output(): Buffer;
  /** How many bytes that is. */
  written(): number;
  bells(): number;
  waitFor<T>(what: string | RegExp | (() => T), timeoutMs?: number): Promise<T>;
  waitGone(text: string, timeoutMs?: number): Promise<void>;
  exited(timeoutMs?: number): Promise<{ code: number; signal: number }>;
  dispose(): Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 15_000;

function environment(extra: TerminalOptions['env'] = {}): Record<string, string> {
  const base = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    USER: process.env.USER,
    TMPDIR: process.env.TMPDIR,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    ...extra,
  };
  return Object.fromEntries(Object.entries(base).filter(([, value]) => value !== undefined)) as Record<string, string>;
}

export function startTerminal(options: TerminalOptions): TerminalDriver {
  const cols = options.cols ?? 100;
  const rows = options.rows ?? 30;
  const term = new headless.Terminal({ cols, rows, allowProposedApi: true, scrollback: 1000 });
  term.unicode.register(modernWidths);
  term.unicode.activeVersion = modernWidths.version;
  const env = environment(options.env);
  const pty = spawn(options.command, options.args ?? [], {
    // The name wins over TERM.
    name: env.TERM ?? 'xterm-256color',
    cols,
    rows,
    cwd: options.cwd ?? process.cwd(),
    env,
    encoding: null,
  });
  return drive(term, pty);
}

function drive(term: HeadlessTerminal, pty: IPty): TerminalDriver {
  const watchers = new Set<() => void>();
  const look = () => {
    for (const watcher of [...watchers]) watcher();
  };
  const log = keepLog(term, pty, look);
  const buffer = () => term.buffer.active;
  const lineText = (y: number) =>
    buffer()
      .getLine(buffer().viewportY + y)
      ?.translateToString(true) ?? '';
  const screen = () => Array.from({ length: term.rows }, (_, y) => lineText(y).trimEnd()).join('\n');
  const send = (data: string | Uint8Array) => {
    if (!log.exit) pty.write(typeof data === 'string' ? data : Buffer.from(data));
  };

  /** `orEnd`: the end of the program is no reason to give up. */
  function waitUntil<T>(check: () => T, what: string, timeoutMs = DEFAULT_TIMEOUT_MS, orEnd = false): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        watchers.delete(attempt);
      };
      const fail = (why: string) => {
        stop();
        const exit = log.exit ? `exited with ${log.exit.code}, signal ${log.exit.signal}` : 'running';
        reject(new Error(`${why}: ${what}\nprogram: ${exit}; screen:\n${frame(screen(), term.cols)}`));
      };
      const attempt = () => {
        // Half a frame is on no screen: a terminal shows an update when it is complete.
        if (term.modes.synchronizedOutputMode && !log.drained) return;
        try {
          const found = check();
          if (!found) {
            if (log.drained && !orEnd) fail('The program ended before this was seen');
            return;
          }
          stop();
          resolve(found);
        } catch (error) {
          stop();
          reject(error as Error);
        }
      };
      const timer = setTimeout(() => fail(`Not seen in ${timeoutMs} ms`), timeoutMs);
      watchers.add(attempt);
      attempt();
    });
  }

  function mouse(
    action: 'down' | 'up' | 'move' | 'wheelup' | 'wheeldown',
    x: number,
    y: number,
    how: MouseOptions = {},
  ) {
    if (term.modes.mouseTrackingMode === 'none') return false;
    const button = { left: 0, middle: 1, right: 2 }[how.button ?? 'left'];
    const code = action === 'wheelup' ? 64 : action === 'wheeldown' ? 65 : action === 'move' ? button + 32 : button;
    const flags = (how.shift ? 4 : 0) + (how.alt ? 8 : 0) + (how.ctrl ? 16 : 0);
    send(`\x1b[<${code + flags};${x + 1};${y + 1}${action === 'up' ? 'm' : 'M'}`);
    return true;
  }

  return {
    pid: pty.pid,
    get cols() {
      return term.cols;
    },
    get rows() {
      return term.rows;
    },
    press: (...keys) => send(keys.map((key) => keyBytes(key, term.modes.applicationCursorKeysMode)).join('')),
    type: send,
    paste(text) {
      const lines = text.replace(/\r?\n/g, '\r');
      send(term.modes.bracketedPasteMode ? `\x1b[200~${lines}\x1b[201~` : lines);
    },
    mouse,
    click: (x, y, how) => mouse('down', x, y, how) && mouse('up', x, y, how),
    focus: (focused) => {
      if (term.modes.sendFocusMode) send(focused ? '\x1b[I' : '\x1b[O');
    },
    send,
    resize(cols, rows) {
      term.resize(cols, rows);
      if (!log.exit) pty.resize(cols, rows);
    },
    kill: (signal) => process.kill(pty.pid, signal),
    screen,
    line: (y) => lineText(y).trimEnd(),
    find: (text) => findText(term, text),
    cell: (x, y) =>
      describeCell(
        buffer()
          .getLine(buffer().viewportY + y)
          ?.getCell(x),
      ),
    cursor: () => ({ x: buffer().cursorX, y: buffer().cursorY }),
    modes: () => ({
      alternate: buffer().type === 'alternate',
      cursorVisible: log.cursorVisible,
      mouse: term.modes.mouseTrackingMode,
      bracketedPaste: term.modes.bracketedPasteMode,
      focusReports: term.modes.sendFocusMode,
      autowrap: term.modes.wraparoundMode,
      applicationCursor: term.modes.applicationCursorKeysMode,
      synchronized: term.modes.synchronizedOutputMode,
    }),
    title: () => log.title,
    output: () => Buffer.concat(log.chunks),
    written: () => log.written,
    bells: () => log.bells,
    waitFor<T>(what: string | RegExp | (() => T), timeoutMs?: number): Promise<T> {
      if (typeof what === 'function') return waitUntil(what, String(what), timeoutMs);
      const seen = () => (typeof what === 'string' ? screen().includes(what) : what.test(screen()));
      return waitUntil(seen, String(what), timeoutMs) as Promise<T>;
    },
    async waitGone(text, timeoutMs) {
      await waitUntil(() => !screen().includes(text), `"${text}" gone`, timeoutMs);
    },
    async exited(timeoutMs) {
      const exit = await waitUntil(() => log.drained && log.exit, 'the end of the program', timeoutMs, true);
      return exit as { code: number; signal: number };
    },
    async dispose() {
      if (!log.exit) {
        killGroup(pty.pid);
        await waitUntil(() => log.exit !== undefined, 'the end of the program', DEFAULT_TIMEOUT_MS, true);
      }
      term.dispose();
    },
  };
}

interface Log {
  chunks: Buffer[];
  written: number;
  cursorVisible: boolean;
  title: string;
  bells: number;
  exit: { code: number; signal: number } | undefined;
  /** The program has ended and all that it wrote is on the screen. */
  drained: boolean;
}

function keepLog(term: HeadlessTerminal, pty: IPty, look: () => void): Log {
  const log: Log = {
    chunks: [],
    written: 0,
    cursorVisible: true,
    title: '',
    bells: 0,
    exit: undefined,
    drained: false,
  };
  const cursorMode = (visible: boolean) => (params: (number | number[])[]) => {
    if (params.includes(25)) log.cursorVisible = visible;
    return false;
  };
  term.parser.registerCsiHandler({ prefix: '?', final: 'h' }, cursorMode(true));
  term.parser.registerCsiHandler({ prefix: '?', final: 'l' }, cursorMode(false));
  term.onTitleChange((title) => {
    log.title = title;
  });
  term.onBell(() => {
    log.bells += 1;
  });
  term.onData((reply) => {
    if (!log.exit) pty.write(reply);
  });
  pty.onData((data) => {
    const chunk = Buffer.from(data);
    log.chunks.push(chunk);
    log.written += chunk.length;
    term.write(chunk, look);
  });
  pty.onExit(({ exitCode, signal }) => {
    log.exit = { code: exitCode, signal: signal ?? 0 };
    term.write('', () => {
      log.drained = true;
      look();
    });
    look();
  });
  return log;
}

/** The pty's child leads its own session and group. */
function killGroup(pid: number): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // Gone already, which is what is wanted.
    }
  }
}

function findText(term: HeadlessTerminal, text: string): { x: number; y: number } | undefined {
  const buffer = term.buffer.active;
  for (let y = 0; y < term.rows; y += 1) {
    const line = buffer.getLine(buffer.viewportY + y);
    const at = line?.translateToString(true).indexOf(text) ?? -1;
    if (!line || at < 0) continue;
    let passed = 0;
    for (let x = 0; x < term.cols; x += 1) {
      if (passed >= at) return { x, y };
      const cell = line.getCell(x);
      if (cell && cell.getWidth() > 0) passed += cell.getChars().length || 1;
    }
  }
  return undefined;
}

function describeCell(cell: IBufferCell | undefined): ScreenCell {
  if (!cell) throw new Error('There is no such cell on the screen.');
  return {
    char: cell.getChars(),
    width: cell.getWidth(),
    fg: cell.isFgDefault() ? -1 : cell.getFgColor(),
    bg: cell.isBgDefault() ? -1 : cell.getBgColor(),
    bold: cell.isBold() !== 0,
    underline: cell.isUnderline() !== 0,
    inverse: cell.isInverse() !== 0,
  };
}

function frame(text: string, cols: number): string {
  const edge = `+${'-'.repeat(cols)}+`;
  return [edge, ...text.split('\n').map((line) => `|${line}`), edge].join('\n');
}
