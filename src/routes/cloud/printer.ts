/**
 * Writes what a connector says into the output of its run, no faster than the disk takes it. The text comes from elsewhere: what could
 * steer a terminal is written out as it is spelt.
 */

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

/** Controls, and what turns the direction of text: none of it belongs into an answer. */
const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export function harmless(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(STEERING, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}
