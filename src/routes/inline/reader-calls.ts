/** Answers what inline code asks of the thread. What comes in is checked here; what goes out is JSON of bounded length. */

import { DispatchError } from '../../core/errors.ts';
import { RUN_STATUSES, type RunStatus } from '../../core/runs.ts';
import type { Answer } from './messages.ts';
import { READ_LIMITS, type ThreadReader } from './thread-reader.ts';

const LONGEST_ANSWER = 4 * 1024 * 1024;
const LONGEST_REF = 200;

/** Never rejects: what is wrong is an answer, which the code sees as an error. */
export async function answerCall(reader: ThreadReader, method: string, argsJson: string): Promise<Answer> {
  try {
    const args: unknown = JSON.parse(argsJson);
    if (!Array.isArray(args)) throw invalid(method, 'a list of arguments');
    const json = JSON.stringify(await read(reader, method, args));
    if (json.length <= LONGEST_ANSWER) return { ok: true, json };
    return {
      ok: false,
      message: `${method}: the answer has ${json.length} characters, and ${LONGEST_ANSWER} is most; ask for fewer`,
    };
  } catch (error) {
    return { ok: false, message: `${method}: ${explain(error)}` };
  }
}

async function read(reader: ThreadReader, method: string, args: readonly unknown[]): Promise<unknown> {
  switch (method) {
    case 'runs':
      return reader.runs(runsQuery(args[0]));
    case 'artifacts': {
      const limit = limitOf('artifacts', args[1]);
      return reader.artifacts(isAbsent(args[0]) ? { limit } : { run: refOf('artifacts', args[0]), limit });
    }
    case 'text': {
      const { text, sizeBytes } = await reader.text(refOf('text', args[0]), READ_LIMITS.textBytes);
      return sizeBytes <= READ_LIMITS.textBytes
        ? text
        : `${text}\n[dispatch: the first ${READ_LIMITS.textBytes} of ${sizeBytes} bytes]\n`;
    }
    case 'devices':
      return reader.devices();
    case 'messages':
      return reader.messages(limitOf('messages', args[0]));
    case 'thread':
      return reader.thread(limitOf('thread', args[0]));
    default:
      throw new DispatchError('invalid', 'there is no such question');
  }
}

function runsQuery(query: unknown): Parameters<ThreadReader['runs']>[0] {
  if (isAbsent(query)) return { limit: READ_LIMITS.items };
  if (typeof query !== 'object' || query === null) throw invalid('runs', 'a number, a status, or { status, limit }');
  const { status, limit } = query as { status?: unknown; limit?: unknown };
  const bounded = { limit: limitOf('runs', limit) };
  return isAbsent(status) ? bounded : { ...bounded, status: statusesOf(status) };
}

function statusesOf(status: unknown): readonly RunStatus[] {
  const known: readonly unknown[] = RUN_STATUSES;
  const statuses: readonly unknown[] = Array.isArray(status) ? status : [status];
  for (const one of statuses) {
    if (!known.includes(one))
      throw new DispatchError('invalid', `${JSON.stringify(one)} is no status; there are ${RUN_STATUSES.join(', ')}`);
  }
  return statuses as readonly RunStatus[];
}

function limitOf(method: string, limit: unknown): number {
  if (isAbsent(limit)) return READ_LIMITS.items;
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1)
    throw invalid(method, 'a whole number from 1');
  return Math.min(limit, READ_LIMITS.maxItems);
}

function refOf(method: string, ref: unknown): string {
  if (typeof ref === 'string' && ref !== '' && ref.length <= LONGEST_REF) return ref;
  throw invalid(method, 'a run or an artifact, its id or its number');
}

/** JSON has no undefined: an argument that was left out arrives as null. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function invalid(method: string, wanted: string): DispatchError {
  return new DispatchError('invalid', `${method} takes ${wanted}`);
}

/** Code in the sandbox learns what a person may read, and nothing of how the peer is made. */
function explain(error: unknown): string {
  if (!(error instanceof DispatchError)) return 'the thread could not be read';
  return error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
}
