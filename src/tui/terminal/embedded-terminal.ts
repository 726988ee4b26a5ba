// A terminal inside the dashboard: it parses what a hosted program writes and draws the screen that results. Nothing of
// the program's output goes anywhere but into cells, and its questions are answered only through `reply`.
import xterm, { type Terminal } from '@xterm/headless';
import type { CellGrid, Rect } from './cells.ts';
import { drawTerminal, type TerminalDrawOptions } from './embedded-draw.ts';
import { guardHandlers } from './embedded-guard.ts';
import { createUnicodeProvider, UNICODE_VERSION } from './embedded-unicode.ts';
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
/** What is parsed in one go: about 2 ms of it, so that keys never wait for long. */
const SLICE_BYTES = 32 * 1024;

export function createEmbeddedTerminal(
  size: { cols: number; rows: number },
  options: { scrollback: number; reply?: (data: string) => void },
): EmbeddedTerminal {
  const terminal = new xterm.Terminal({
    cols: clampSize(size.cols, 2),
    rows: clampSize(size.rows, 1),
    scrollback: options.scrollback,
    allowProposedApi: true,
    logLevel: 'off',
  });
  terminal.unicode.register(createUnicodeProvider());
  terminal.unicode.activeVersion = UNICODE_VERSION;
  const cursor = watchCursor(terminal);
  const pacer = guardHandlers(terminal);
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of [...listeners]) listener();
  };
  terminal.onData((data) => options.reply?.(data));
  const writer = createWriter(terminal, pacer.begin, changed);

  return {
    write: writer.write,
    resize(cols, rows) {
      terminal.resize(clampSize(cols, 2), clampSize(rows, 1));
      changed();
    },
    draw: (grid, rect, drawing) => drawTerminal(terminal, cursor.shown, grid, rect, drawing),
    get rows() {
      return terminal.buffer.active.length;
    },
    text: (from = 0) => textOf(terminal, Math.max(0, from)),
    modes: () => modesOf(terminal),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      listeners.clear();
      writer.close();
      terminal.dispose();
    },
  };
}

/** Feeds the emulator one slice at a time, in order; after `close` everything that waits is released. */
function createWriter(terminal: Terminal, begin: () => void, parsed: () => void) {
  let queue: Promise<void> = Promise.resolve();
  let release = () => {};
  let closed = false;
  // The emulator's own decoder loses characters that are split between two writes at a byte 0x80 (all of “ ” – — …).
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  const parse = async (bytes: Uint8Array): Promise<void> => {
    for (let at = 0; at < bytes.length && !closed; at += SLICE_BYTES) {
      const text = decoder.decode(bytes.subarray(at, at + SLICE_BYTES), { stream: true });
      if (text === '') continue;
      begin();
      await new Promise<void>((resolve) => {
        release = resolve;
        terminal.write(text, resolve);
      });
      if (!closed) parsed();
    }
  };

  return {
    write(bytes: Uint8Array): Promise<void> {
      queue = queue.then(() => parse(bytes));
      return queue;
    },
    close() {
      closed = true;
      release();
    },
  };
}

/** The emulator does not tell whether the cursor is shown: DECTCEM hides it, and both resets bring it back. */
function watchCursor(terminal: Terminal): { readonly shown: boolean } {
  const state = { shown: true };
  const set = (shown: boolean) => (params: (number | number[])[]) => {
    if (params.includes(25)) state.shown = shown;
    return false;
  };
  const reset = () => {
    state.shown = true;
    return false;
  };
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'h' }, set(true));
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'l' }, set(false));
  terminal.parser.registerCsiHandler({ intermediates: '!', final: 'p' }, reset);
  terminal.parser.registerEscHandler({ final: 'c' }, reset);
  return state;
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
