/**
 * The signal that ended a command, where a program in between tells it as shells do: 128 and its number. Whoever ends by
 * `exit 143` looks the same, and is taken for ended by SIGTERM.
 */

import { signalName, signalNumber } from '../signals.ts';

/** Those by which programs end. The higher numbers are real-time signals, which nobody uses to end anything. */
const ENDING = [
  'HUP',
  'INT',
  'QUIT',
  'ILL',
  'TRAP',
  'ABRT',
  'BUS',
  'FPE',
  'KILL',
  'USR1',
  'SEGV',
  'USR2',
  'PIPE',
  'ALRM',
  'TERM',
  'XCPU',
  'XFSZ',
  'SYS',
];

/** Undefined if it ended by itself. */
export function endingSignal(exitCode: number): string | undefined {
  const number = exitCode - 128;
  const ended = ENDING.some((name) => signalNumber(`SIG${name}`) === number);
  return ended ? signalName(number) : undefined;
}
