/** Names and numbers of signals on this machine. Sending them is for those who know to whom. */

import { constants } from 'node:os';

// Some numbers have two names (SIGABRT and SIGIOT): the first is the one that shells print.
const NAMES = new Map<number, string>();
for (const [name, number] of Object.entries(constants.signals)) if (!NAMES.has(number)) NAMES.set(number, name);

/** `SIGSEGV` for 11; `SIG40` for numbers without a name. */
export function signalName(number: number): string {
  return NAMES.get(number) ?? `SIG${number}`;
}

/** Undefined if there is no such signal here. */
export function signalNumber(name: string): number | undefined {
  return Object.hasOwn(constants.signals, name) ? constants.signals[name as NodeJS.Signals] : undefined;
}

/** Sends to a process, or with a negative number to a process group. False if it is gone or not ours to signal. */
export function sendSignal(target: number, signal: number): boolean {
  try {
    return process.kill(target, signal);
  } catch {
    return false;
  }
}
