// A terminal inside the dashboard: it parses what a hosted program writes and draws the screen that results. Nothing of
// the program's output goes anywhere but into cells, and its questions are answered only through `reply`.
import type { Terminal } from '@xterm/headless';
import type { CellGrid, Rect } from './cells.ts';
import { drawTerminal, rowsFor, type TerminalDrawOptions } from './embedded-draw.ts';
import { createEmulator, type Emulator } from './embedded-emulator.ts';
import { createOutputQueue } from './embedded-queue.ts';
import { sanitizeLine } from './sanitize.ts';

export interface TerminalModes {
  readonly applicationCursor: boolean;
  readonly bracketedPaste: boolean;
  readonly mouse: boolean;
  readonly alternate: boolean;
}

export interface EmbeddedTerminal {
  /** Resolves when the bytes are parsed: wait for it before writing more, and memory and latency stay bounded. */
  write(bytes: Uint8Array): Promise<void>;
  resize(cols: number, rows: number): void;
  draw(grid: CellGrid, rect: Rect, options: TerminalDrawOptions): void;
  /** Rows of the buffer, scrollback included, down to the last that a box of this height shows. */
  rows(height: number): number;
  /** Rows that were let go above those of the buffer. */
  readonly trimmed: number;
  /** The rows of the buffer in which the text begins, upper and lower case alike; it may go on in the next. */
  find(text: string): readonly number[];
  /** The buffer's rows from `from` on as text that is safe to show, without blank rows at the end. */
  text(from?: number): string[];
  modes(): TerminalModes;
  /** Called after something was parsed or the size changed; drawing less often than that is for the listener. */
  onChange(listener: () => void): () => void;
  close(): void;
}

const MAX_SIZE = 1_000;

export function createEmbeddedTerminal(
  size: { cols: number; rows: number },
  options: { scrollback: number; reply?: (data: string) => void },
): EmbeddedTerminal {
  const open = (cols: number, rows: number): Emulator =>
    createEmulator(cols, rows, options.scrollback, (data) => options.reply?.(data));
  let emulator = open(clampSize(size.cols, 2), clampSize(size.rows, 1));
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of [...listeners]) listener();
  };
  const output = createOutputQueue({
    current: () => emulator,
    renew() {
      const { cols, rows } = emulator.terminal;
      emulator.close();
      emulator = open(cols, rows);
      return emulator;
    },
    parsed: changed,
  });

  return {
    write: output.write,
    resize(cols, rows) {
      output.between(() => {
        emulator.terminal.resize(clampSize(cols, 2), clampSize(rows, 1));
        changed();
      });
    },
    draw: (grid, rect, drawing) => drawTerminal(emulator.terminal, emulator.cursorShown(), grid, rect, drawing),
    rows: (height) => rowsFor(emulator.terminal, height),
    get trimmed() {
      return emulator.trimmed();
    },
    find: (text) => (text === '' ? [] : findRows(emulator.terminal, text.toLowerCase())),
    text: (from = 0) => textOf(emulator.terminal, Math.max(0, from)),
    modes: () => modesOf(emulator.terminal),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      listeners.clear();
      output.close();
      emulator.close();
    },
  };
}

function textOf(terminal: Terminal, from: number): string[] {
  const buffer = terminal.buffer.active;
  const lines: string[] = [];
  for (let y = from; y < buffer.length; y += 1) {
    lines.push(sanitizeLine(buffer.getLine(y)?.translateToString(true) ?? ''));
  }
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

/** A line that goes on in further rows is looked through as one. */
function findRows(terminal: Terminal, text: string): number[] {
  const buffer = terminal.buffer.active;
  const found: number[] = [];
  let line = '';
  let begins: number[] = [];
  for (let y = 0; y < buffer.length; y += 1) {
    const goesOn = buffer.getLine(y + 1)?.isWrapped === true;
    begins.push(line.length);
    line += buffer.getLine(y)?.translateToString(!goesOn) ?? '';
    if (goesOn) continue;
    found.push(...rowsWith(line.toLowerCase(), text, begins).map((row) => y - begins.length + 1 + row));
    line = '';
    begins = [];
  }
  return found;
}

/** Which of the rows that begin there have the beginning of the text. */
function rowsWith(line: string, text: string, begins: readonly number[]): number[] {
  const found = new Set<number>();
  for (let at = line.indexOf(text); at !== -1; at = line.indexOf(text, at + text.length))
    found.add(begins.findLastIndex((begin) => begin <= at));
  return [...found];
}

const modesOf = ({ modes, buffer }: Terminal): TerminalModes => ({
  applicationCursor: modes.applicationCursorKeysMode,
  bracketedPaste: modes.bracketedPasteMode,
  mouse: modes.mouseTrackingMode !== 'none',
  alternate: buffer.active.type === 'alternate',
});

const clampSize = (value: number, least: number): number =>
  Math.max(least, Math.min(MAX_SIZE, Number.isFinite(value) ? Math.trunc(value) : least));
