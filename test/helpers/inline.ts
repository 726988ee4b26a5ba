// The inline executor with its real worker, over a thread in memory, for its tests.
import { createHash } from 'node:crypto';
import type { InlineAction } from '../../src/core/actions.ts';
import type { DeviceId, Sha256 } from '../../src/core/ids.ts';
import type { Outcome } from '../../src/engine/executor-ports.ts';
import { createInlineExecutor, type InlineExecutor } from '../../src/routes/inline/executor.ts';
import type { ThreadReader } from '../../src/routes/inline/thread-reader.ts';
import { carryOut } from '../contract/executor.ts';
import { recordExecution } from './execution.ts';

export const INLINE_WORKER = new URL('../../src/routes/inline/worker.ts', import.meta.url);

const sha256 = (text: string): Sha256 => createHash('sha256').update(text).digest('hex') as Sha256;

export function createInline(reader: ThreadReader, workerUrl: URL = INLINE_WORKER): InlineExecutor {
  return createInlineExecutor({ device: 'device' as DeviceId, slots: 4, reader, workerUrl, sha256 });
}

export function script(source: string, timeoutMs?: number): InlineAction {
  const action: InlineAction = { kind: 'inline', language: 'script', source };
  return timeoutMs === undefined ? action : { ...action, timeoutMs };
}

export function expression(source: string): InlineAction {
  return { kind: 'inline', language: 'expression', source };
}

/** Runs it to its end; text alone is an expression. */
export async function evaluateOn(
  executor: InlineExecutor,
  action: InlineAction | string,
): Promise<{ outcome: Outcome; text: string }> {
  const recording = recordExecution();
  try {
    const outcome = await carryOut(executor, typeof action === 'string' ? expression(action) : action, recording);
    return { outcome, text: recording.text() };
  } finally {
    recording.cleanUp();
  }
}
