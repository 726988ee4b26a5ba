/** Writes to the output of a run at the pace that it can be kept at. */

import type { ExecutionContext } from '../../../engine/executor-ports.ts';

export interface Printer {
  print(text: string): Promise<void>;
  write(bytes: Uint8Array): Promise<void>;
}

export function createPrinter({ output, signal }: Pick<ExecutionContext, 'output' | 'signal'>): Printer {
  let waiting: PromiseWithResolvers<void> | undefined;
  const go = (): void => {
    waiting?.resolve();
    waiting = undefined;
  };
  output.onDrain(go);
  signal.addEventListener('abort', go, { once: true });
  const write = async (bytes: Uint8Array): Promise<void> => {
    output.write(bytes);
    if (!output.pressure || signal.aborted) return;
    waiting ??= Promise.withResolvers();
    await waiting.promise;
  };
  return { write, print: (text) => write(Buffer.from(text)) };
}
