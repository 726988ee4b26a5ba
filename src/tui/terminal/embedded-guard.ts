// Keeps a hosted program from holding up the dashboard with a few bytes that cost much: absurd repetitions are ignored,
// and a run of costly sequences is parsed in turns with everything else. It changes nothing that a real program does.
import type { Terminal } from '@xterm/headless';

/** The part of @xterm/headless 6.0.0 that is not in its types: answers a promise where a handler wants it to pause. */
export interface InputHandler {
  parse(data: string, handlerResult?: boolean): Promise<boolean> | undefined;
  eraseInDisplay(params: { params: number[] }, protect: boolean): boolean;
}

type Handler = (params: (number | number[])[]) => boolean;

/** How long costly sequences may follow each other before the rest of the dashboard has its turn. */
const TURN_MS = 6;

/** Answers the function to call when a new turn of parsing begins. */
export function guardHandlers(terminal: Terminal, handler: InputHandler): () => void {
  let turnBegan = 0;
  // The emulator stops in the middle of its input for a handler's promise, although its types do not say so.
  const takeTurns = (): boolean => {
    if (performance.now() - turnBegan < TURN_MS) return false;
    const next = new Promise<boolean>((resolve) => {
      setImmediate(() => {
        turnBegan = performance.now();
        resolve(false);
      });
    });
    return next as unknown as boolean;
  };
  const { parser } = terminal;
  limitRepetition(terminal, takeTurns);
  parser.registerCsiHandler({ final: 'J' }, eraseGuard(terminal, handler, false, takeTurns));
  parser.registerCsiHandler({ prefix: '?', final: 'J' }, eraseGuard(terminal, handler, true, takeTurns));
  for (const final of ['X', '@', 'P']) parser.registerCsiHandler({ final }, takeTurns);
  for (const final of ['h', 'l']) parser.registerCsiHandler({ prefix: '?', final }, takeTurns);
  for (const final of ['@', 'A']) parser.registerCsiHandler({ intermediates: ' ', final }, takeTurns);
  for (const final of ['}', '~']) parser.registerCsiHandler({ intermediates: "'", final }, takeTurns);
  for (const final of ['c', 'M', 'D', 'E']) parser.registerEscHandler({ final }, takeTurns);
  parser.registerEscHandler({ intermediates: '#', final: '8' }, takeTurns);
  // Hyperlinks are not shown, so they need not be kept.
  parser.registerOscHandler(8, () => true);
  return () => {
    turnBegan = performance.now();
  };
}

/** Some sequences repeat their work as often as their parameter says, up to 2^31 times: past the screen it is ignored. */
function limitRepetition(terminal: Terminal, takeTurns: () => boolean): void {
  const limits: Record<string, () => number> = {
    L: () => terminal.rows,
    M: () => terminal.rows,
    S: () => terminal.rows,
    T: () => terminal.rows,
    I: () => terminal.cols,
    Z: () => terminal.cols,
    b: () => terminal.rows * terminal.cols,
  };
  for (const [final, limit] of Object.entries(limits)) {
    terminal.parser.registerCsiHandler({ final }, ([count]) => {
      return typeof count === 'number' && count > limit() ? true : takeTurns();
    });
  }
}

/** The emulator throws on erasing from the start to the last cell of a screen without scrollback: erase it all instead. */
function eraseGuard(terminal: Terminal, handler: InputHandler, protect: boolean, takeTurns: () => boolean): Handler {
  return ([what]) => {
    const { cursorX, cursorY, length } = terminal.buffer.active;
    const last = cursorX + 1 >= terminal.cols && cursorY + 1 >= length;
    return what === 1 && last ? handler.eraseInDisplay({ params: [2] }, protect) : takeTurns();
  };
}
