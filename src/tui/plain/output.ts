// The output of a run as sanitised lines, for printing as they come. It gives up after so many that nobody would listen on.

import type { ControlClient } from '../../control/client/client.ts';
import { asDispatchError } from '../../core/errors.ts';
import { closeOnAbort } from '../app/stream-close.ts';
import { createTextLog } from '../app/text-log.ts';

const MAX_LINES = 500;

/** Resolves at the end of the output, or when there is no more to print. Never rejects. */
export async function followLines(
  client: ControlClient,
  run: string,
  signal: AbortSignal,
  print: (line: string) => void,
): Promise<void> {
  const log = createTextLog();
  let printed = 0;
  const show = (whole: boolean): boolean => {
    // The last line may not be complete yet.
    const lines = whole ? log.lines : log.complete;
    for (const line of lines.slice(printed, MAX_LINES)) if (!signal.aborted) print(line);
    printed = Math.min(lines.length, MAX_LINES);
    return printed < MAX_LINES;
  };
  try {
    const { chunks } = await client.output({ run, offset: 0 });
    closeOnAbort(chunks, signal);
    for await (const { bytes } of chunks) {
      log.write(bytes);
      if (show(false)) continue;
      print(`There is more than ${MAX_LINES} lines: "dispatch logs" shows all of it.`);
      return;
    }
    log.end();
    show(true);
  } catch (error) {
    if (!signal.aborted) print(`The output breaks off: ${asDispatchError(error).message}`);
  }
}
