/**
 * Writes what a connector says into the output of its run, no faster than the disk takes it, and what Dispatch itself says beside it. Lines
 * of its own begin with a mark that no line of an answer begins with, so that the two can be told apart later.
 */

import { harmlessText } from '../../core/harmless-text.ts';
import type { ExecutionContext } from '../../engine/executor-ports.ts';

export interface Printer {
  print(text: string): void | Promise<void>;
  bytes(bytes: Uint8Array): void | Promise<void>;
}

export function createPrinter({ output }: Pick<ExecutionContext, 'output'>): Printer {
  let waiting: PromiseWithResolvers<void> | undefined;
  output.onDrain(() => {
    waiting?.resolve();
    waiting = undefined;
  });
  const bytes = (piece: Uint8Array): void | Promise<void> => {
    output.write(piece);
    if (!output.pressure) return;
    waiting ??= Promise.withResolvers();
    return waiting.promise;
  };
  return { bytes, print: (text) => (text === '' ? undefined : bytes(Buffer.from(text))) };
}

/** As it may stand in an output. */
export const harmless = harmlessText;

const MARK = '\u25b8';
const SPELT_MARK = '\\u25b8';

/** Every line of it marked; empty ones are nobody's. */
export function ownLines(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' || line.startsWith(MARK) ? line : `${MARK} ${line}`))
    .join('\n');
}

/** What an answer says, in pieces from the beginning of a line on, with every mark of its own spelt out. */
export function createUnmarked(): (piece: string) => string {
  let begins = true;
  return (piece) => {
    if (piece === '') return '';
    const out = piece.replace(begins ? FIRST_OR_LATER : LATER, SPELT_MARK);
    begins = piece.endsWith('\n');
    return out;
  };
}

const LATER = /(?<=\n)\u25b8/g;
const FIRST_OR_LATER = /^\u25b8|(?<=\n)\u25b8/g;

/** Of what was printed, the words of the answer alone, as they were said. */
export function saidIn(printed: string): string {
  return printed
    .split('\n')
    .filter((line) => !line.startsWith(MARK))
    .map((line) => (line.startsWith(SPELT_MARK) ? `${MARK}${line.slice(SPELT_MARK.length)}` : line))
    .join('\n');
}
