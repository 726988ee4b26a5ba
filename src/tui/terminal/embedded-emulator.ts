// Makes one emulator of a terminal, set up so that hostile output can neither stall nor crash what is around it.
// It keeps no queue and draws nothing.
import xterm, { type Terminal } from '@xterm/headless';
import { guardHandlers, type InputHandler } from './embedded-guard.ts';
import { createUnicodeProvider, UNICODE_VERSION } from './embedded-unicode.ts';

export interface Emulator {
  readonly terminal: Terminal;
  /** Whether the program shows its cursor. */
  cursorShown(): boolean;
  /** Parses at once; may throw, and is then of no use any more. Pauses, for others to have their turn, if it takes long. */
  parse(text: string): Promise<void>;
  close(): void;
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
  const { _core: core } = terminal as unknown as { _core: { _inputHandler: InputHandler } };
  const handler = core._inputHandler;
  terminal.unicode.register(createUnicodeProvider());
  terminal.unicode.activeVersion = UNICODE_VERSION;
  const cursor = watchCursor(terminal);
  const beginTurn = guardHandlers(terminal, handler);
  terminal.onData(reply);
  let closed = false;
  return {
    terminal,
    cursorShown: () => cursor.shown,
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
