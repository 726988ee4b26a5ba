// Keeps a hosted program from holding up the dashboard with a few bytes that cost much: absurd repetitions are ignored,
// and a run of costly sequences is parsed in turns with everything else. It changes nothing that a real program does.
import type { Terminal } from '@xterm/headless';

/** How long costly sequences may follow each other before the rest of the dashboard has its turn. */
const TURN_MS = 6;

export interface Pacer {
  /** A new slice of output is about to be parsed. */
  begin(): void;
}

export function guardHandlers(terminal: Terminal): Pacer {
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
  limitRepetition(terminal, takeTurns);
  for (const final of ['J', 'X', '@', 'P']) terminal.parser.registerCsiHandler({ final }, takeTurns);
  for (const final of ['h', 'l', 'J']) terminal.parser.registerCsiHandler({ prefix: '?', final }, takeTurns);
  for (const final of ['@', 'A']) terminal.parser.registerCsiHandler({ intermediates: ' ', final }, takeTurns);
  for (const final of ['}', '~']) terminal.parser.registerCsiHandler({ intermediates: "'", final }, takeTurns);
  for (const final of ['c', 'M', 'D', 'E']) terminal.parser.registerEscHandler({ final }, takeTurns);
  terminal.parser.registerEscHandler({ intermediates: '#', final: '8' }, takeTurns);
  // Hyperlinks are not shown, so they need not be kept.
  terminal.parser.registerOscHandler(8, () => true);
  return {
    begin() {
      turnBegan = performance.now();
    },
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
