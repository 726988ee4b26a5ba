// Makes one emulator of a terminal, set up so that hostile output can neither stall nor crash what is around it.
// It keeps no queue and draws nothing.
import xterm, { type Terminal } from '@xterm/headless';
import { guardHandlers, type InputHandler } from './embedded-guard.ts';
import { createUnicodeProvider, UNICODE_VERSION } from './embedded-unicode.ts';

export interface Emulator {
  readonly terminal: Terminal;
  /** Whether the program shows its cursor. */
  cursorShown(): boolean;
  /** How many rows were let go above those of the buffer. */
  trimmed(): number;
  /** Parses at once; may throw, and is then of no use any more. Pauses, for others to have their turn, if it takes long. */
  parse(text: string): Promise<void>;
  close(): void;
}

/** The parts of @xterm/headless 6.0.0 that are not in its types. */
interface Core {
  readonly _inputHandler: InputHandler;
  readonly buffers: {
    readonly normal: { readonly lines: { onTrim(listener: (rows: number) => void): { dispose(): void } } };
  };
}

/** Without any scrollback the emulator loses rows when it is resized. */
const LEAST_SCROLLBACK = 1;

export function createEmulator(
  cols: number,
  rows: number,
  scrollback: number,
  reply: (data: string) => void,
): Emulator {
  const terminal = new xterm.Terminal({
    cols,
    rows,
    scrollback: Math.max(LEAST_SCROLLBACK, scrollback),
    allowProposedApi: true,
    logLevel: 'off',
  });
  // Its write() parses in a timer, where an exception could be caught by nobody and would end the process.
  const { _core: core } = terminal as unknown as { _core: Core };
  const handler = core._inputHandler;
  terminal.unicode.register(createUnicodeProvider());
  terminal.unicode.activeVersion = UNICODE_VERSION;
  const cursor = watchCursor(terminal);
  const trimmed = watchTrimmed(terminal, core);
  const beginTurn = guardHandlers(terminal, handler);
  terminal.onData(reply);
  let closed = false;
  return {
    terminal,
    cursorShown: () => cursor.shown,
    trimmed,
    async parse(text) {
      beginTurn();
      let paused = handler.parse(text);
      while (paused !== undefined) {
        const result = await paused;
        if (closed) return;
        paused = handler.parse(text, result);
      }
    },
    close() {
      closed = true;
      terminal.dispose();
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

/** The emulator tells where a row is, and not where it was; and a reset gives it new buffers. */
function watchTrimmed(terminal: Terminal, core: Core): () => number {
  let rows = 0;
  const follow = () =>
    core.buffers.normal.lines.onTrim((more) => {
      rows += more;
    });
  let following = follow();
  terminal.buffer.onBufferChange(() => {
    following.dispose();
    following = follow();
  });
  return () => rows;
}
