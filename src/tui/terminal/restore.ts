// The modes that the dashboard turns on in a terminal, and the certainty that they are turned off again: after exit,
// an error that nobody caught, and every signal that can be caught. It writes synchronously, straight to the descriptor.
import { writeSync } from 'node:fs';
import { constants } from 'node:os';

export const ENTER =
  '\x1b[22;0t' + // keep the title
  '\x1b[?1049h\x1b[?25l\x1b[?7l' + // alternate screen, no cursor, no automatic line wrap
  '\x1b[?2004h\x1b[?1004h' + // bracketed paste, focus reports
  // To be told when the colours change from dark to light: contour-terminal.org/vt-extensions/color-palette-update-notifications
  '\x1b[?2031h';
export const MOUSE_ON = '\x1b[?1002h\x1b[?1006h';
export const MOUSE_OFF = '\x1b[?1002l\x1b[?1006l';
export const LEAVE =
  '\x1b[?2026l' + // an update that was cut off
  `${MOUSE_OFF}\x1b[?2031l\x1b[?1004l\x1b[?2004l` +
  // Blank, for tmux leaves some of the alternate screen behind where its pane has grown meanwhile.
  '\x1b[m\x1b[2J\x1b[?7h\x1b[?25h\x1b[?1049l' +
  '\x1b[23;0t';

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGABRT', 'SIGTERM'] as const;

/** Runs `restore` before the process ends in any way but SIGKILL; after a signal it then exits with 128 + its number. */
export function installRestore(restore: () => void): () => void {
  const handlers = SIGNALS.map((signal) => {
    const handler = () => {
      restore();
      process.exit(128 + constants.signals[signal]);
    };
    process.on(signal, handler);
    return () => process.removeListener(signal, handler);
  });
  // An uncaught exception and an unhandled rejection come by here too, before their stack is printed.
  process.on('exit', restore);
  return () => {
    for (const remove of handlers) remove();
    process.removeListener('exit', restore);
  };
}

const MAX_WRITE_ATTEMPTS = 100;

/** Writes all of it now; a terminal that has gone away is nothing to complain about. */
export function writeNow(descriptor: number, text: string): void {
  let rest = Buffer.from(text);
  for (let attempt = 0; rest.length > 0 && attempt < MAX_WRITE_ATTEMPTS; attempt += 1) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
    }
  }
}
