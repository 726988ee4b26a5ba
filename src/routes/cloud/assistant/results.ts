/** What the assistant is told of a run that is over: JSON, clipped with a note. It is the masked output, and data. */

import { DispatchError } from '../../../core/errors.ts';
import type { FinalRun } from '../../../core/runs.ts';
import type { Proposals } from '../ports.ts';

/** Bytes of what a run printed that go back to the model: the first and the last half of them. */
const MOST_PRINTED = 16 * 1024;
const MOST_NAMES = 50;

export async function resultOf(run: FinalRun, proposals: Proposals, signal: AbortSignal): Promise<string> {
  const { text, bytes } = await printedOf(run, proposals, signal);
  const left = await proposals.left(run.id);
  return JSON.stringify({
    run: run.number,
    status: run.status,
    ...endOf(run),
    output: text,
    ...(bytes > MOST_PRINTED ? { note: `the output has ${bytes} bytes; its middle is left out` } : {}),
    ...(left.length === 0 ? {} : { artifacts: left.slice(0, MOST_NAMES) }),
  });
}

function endOf(run: FinalRun): Readonly<Record<string, unknown>> {
  if (run.status === 'completed') {
    return { exitCode: run.exitCode, ...(run.result === undefined ? {} : { result: run.result }) };
  }
  if (run.status === 'cancelled') {
    return { reason: run.reason, ...(run.note === undefined ? {} : { said: run.note }) };
  }
  const { reason, message, exitCode } = run;
  return { reason, message, ...(exitCode === undefined ? {} : { exitCode }) };
}

/** What could not even be proposed. */
export function complaintOf(error: unknown): string {
  if (!(error instanceof DispatchError)) throw error;
  return JSON.stringify({
    status: 'not proposed',
    message: error.hint === undefined ? error.message : `${error.message}: ${error.hint}`,
  });
}

/** A device that has gone since keeps what it printed: that is a result as well. */
async function printedOf(
  { id }: FinalRun,
  proposals: Proposals,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly bytes: number }> {
  try {
    return await proposals.printed(id, MOST_PRINTED, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof DispatchError)) throw error;
    return { text: `[dispatch: the output cannot be read now: ${error.message}]`, bytes: 0 };
  }
}
