/**
 * The assistant: asks a model that can call tools, proposes what it calls as runs, waits for their ends, and tells it what came of them,
 * until it answers or its steps are used up. It holds no power of its own: each run passes the gate as anybody else's does. When it is
 * stopped, what it proposed and is not over is stopped as well.
 */

import { titleOf } from '../../../core/actions.ts';
import { DispatchError } from '../../../core/errors.ts';
import type { RunId } from '../../../core/ids.ts';
import type { FinalRun, Run } from '../../../core/runs.ts';
import { collectAnswer, type GrowingAnswer } from '../collect-answer.ts';
import type { ConnectorClient, ModelMessage, ToolCall } from '../connector/conversation.ts';
import type { Proposals } from '../ports.ts';
import { harmless } from '../printer.ts';
import { instructions } from './instructions.ts';
import { complaintOf, resultOf } from './results.ts';
import { readCall, toolDefinitions } from './tools.ts';

/** Calls of one round; a model that wants more is told to wait. */
const MOST_AT_ONCE = 16;

export interface Assistant {
  readonly proposals: Proposals;
  /** Rounds of calls before it has to answer. */
  readonly maxSteps: number;
  /** The connector that it uses where none is named. */
  readonly connector?: string;
}

export interface Assisting {
  readonly run: RunId;
  readonly client: ConnectorClient;
  readonly messages: readonly ModelMessage[];
  /** What it has said so far, over all rounds. */
  readonly answer: GrowingAnswer;
  readonly signal: AbortSignal;
  readonly print: (text: string) => void | Promise<void>;
}

export async function assist({ proposals, maxSteps }: Assistant, turn: Assisting): Promise<void> {
  const { client, answer, signal, print } = turn;
  const messages: ModelMessage[] = [
    { role: 'system', text: instructions(await proposals.devices(), maxSteps) },
    ...turn.messages,
  ];
  const tools = toolDefinitions();
  for (let step = 0; step <= maxSteps; step++) {
    const before = answer.text.length;
    if (before > 0 && !answer.text.endsWith('\n')) await say(turn, '\n\n');
    const said = answer.text.length;
    const calls = await collectAnswer(client.ask({ messages, tools }, signal), answer, print);
    if (calls.length === 0) return;
    if (step === maxSteps) break;
    messages.push({ role: 'assistant', text: answer.text.slice(said), calls });
    if (answer.text.length > said && !answer.text.endsWith('\n')) await print('\n');
    const results = await together(turn, calls, (each, call, index) => carryOut(each, proposals, call, index));
    calls.forEach(({ id, name }, index) => {
      messages.push({ role: 'tool', call: id, name, text: results[index] ?? '' });
    });
  }
  answer.cut = `it reached its limit of ${maxSteps} rounds of runs`;
  await print(`\n[dispatch: ${answer.cut}]\n`);
}

async function say({ answer, print }: Assisting, text: string): Promise<void> {
  answer.text += text;
  await print(text);
}

/** One call from the proposal to its result for the model. Rejects only where the assistant itself ends. */
async function carryOut(turn: Assisting, proposals: Proposals, call: ToolCall, index: number): Promise<string> {
  const { signal, print } = turn;
  if (index >= MOST_AT_ONCE) {
    return JSON.stringify({ status: 'not proposed', message: `at most ${MOST_AT_ONCE} calls at once: call it again` });
  }
  const read = readCall(call);
  if (!read.ok) {
    await print(
      `[dispatch: a proposal that makes no sense (${harmless(call.name).slice(0, 100)}): ${harmless(read.why)}]\n`,
    );
    return JSON.stringify({ status: 'not proposed', message: read.why });
  }
  const { action, device } = read.proposal;
  signal.throwIfAborted();
  let run: Run;
  try {
    run = await proposals.propose({ by: turn.run, task: titleOf(action), action, device });
  } catch (error) {
    const complaint = complaintOf(error);
    await print(
      `[dispatch: could not propose "${harmless(titleOf(action))}": ${harmless((error as DispatchError).message)}]\n`,
    );
    return complaint;
  }
  await print(`▸ run ${run.number}: ${harmless(titleOf(action))}\n`);
  const ended = await end(run, proposals, signal);
  await print(`▸ run ${run.number} ${ended.status}\n`);
  return resultOf(ended, proposals, signal);
}

/** All of a round. Where one of them cannot go on at all, the others are stopped, and have ended before that is told. */
async function together(
  turn: Assisting,
  calls: readonly ToolCall[],
  carry: (turn: Assisting, call: ToolCall, index: number) => Promise<string>,
): Promise<readonly string[]> {
  const round = new AbortController();
  const each = { ...turn, signal: AbortSignal.any([turn.signal, round.signal]) };
  const ended = await Promise.allSettled(
    calls.map((call, index) =>
      carry(each, call, index).catch((error: unknown) => {
        round.abort();
        throw error;
      }),
    ),
  );
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

/** Nothing that the assistant proposed outlives it. */
async function end(run: Run, proposals: Proposals, signal: AbortSignal): Promise<FinalRun> {
  try {
    return await proposals.ended(run.id, signal);
  } catch (error) {
    if (signal.aborted) await proposals.cancel(run.id).catch(() => undefined);
    throw error instanceof DispatchError
      ? error
      : new DispatchError('cancelled', 'the assistant was stopped', { cause: error });
  }
}
