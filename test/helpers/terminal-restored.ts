// What a terminal must be like when a program of the full screen has left it: for every way of leaving.
import { expect } from 'vitest';
import type { TerminalDriver, TerminalModes } from './terminal-driver.ts';

const PLAIN: TerminalModes = {
  alternate: false,
  cursorVisible: true,
  mouse: 'none',
  bracketedPaste: false,
  focusReports: false,
  autowrap: true,
  applicationCursor: false,
  synchronized: false,
};

/** `except`: what whoever has the terminal now has turned on itself, as a shell does with bracketed paste. */
export function expectRestored(terminal: Pick<TerminalDriver, 'modes'>, except: Partial<TerminalModes> = {}): void {
  expect(terminal.modes()).toEqual({ ...PLAIN, ...except });
}

/** The screen shows what `stty -a` prints. */
export function expectCooked(terminal: Pick<TerminalDriver, 'screen'>): void {
  for (const mode of ['icanon', 'echo', 'isig', 'icrnl', 'opost']) {
    expect(terminal.screen()).toMatch(new RegExp(`[ \\n]${mode}\\b`));
  }
}
