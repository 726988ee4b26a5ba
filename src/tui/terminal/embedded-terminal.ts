// A terminal inside the dashboard: it parses what a hosted program writes and draws the screen that results. Nothing of
// the program's output goes anywhere but into cells, and its questions are answered only through `reply`.
import type { Terminal } from '@xterm/headless';
import type { CellGrid, Rect } from './cells.ts';
import { drawTerminal, type TerminalDrawOptions } from './embedded-draw.ts';
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
  /** Rows in the buffer, scrollback included. */
  readonly rows: number;
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
    get rows() {
      return emulator.terminal.buffer.active.length;
    },
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

const modesOf = ({ modes, buffer }: Terminal): TerminalModes => ({
  applicationCursor: modes.applicationCursorKeysMode,
  bracketedPaste: modes.bracketedPasteMode,
  mouse: modes.mouseTrackingMode !== 'none',
  alternate: buffer.active.type === 'alternate',
});

const clampSize = (value: number, least: number): number =>
  Math.max(least, Math.min(MAX_SIZE, Number.isFinite(value) ? Math.trunc(value) : least));
