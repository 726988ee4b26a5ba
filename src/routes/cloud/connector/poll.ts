/** Asks after what was submitted until it is no longer pending, and gives the last answer. */

import type { ConnectorCall, ConnectorPoll } from '../../../core/connectors.ts';
import type { Failures } from './failures.ts';
import { excerptOf } from './json.ts';
import { asText, type Search } from './mapping.ts';
import { waitFor } from './retry.ts';

/** The first time soon: short programs are done at once. */
const FIRST_MS = 100;

export interface Asking {
  readonly failures: Failures;
  readonly search: Search;
  readonly signal: AbortSignal;
  callJson(call: ConnectorCall, name: string): Promise<unknown>;
}

export async function pollUntilDone(asking: Asking, poll: ConnectorPoll): Promise<unknown> {
  const { failures, signal } = asking;
  for (let times = 0; ; times++) {
    await waitFor(times === 0 ? Math.min(FIRST_MS, poll.everyMs) : poll.everyMs, signal);
    const answer = await asking.callJson(poll.call, 'poll.call');
    const state = stateOf(asking, answer, poll.state);
    if (poll.failed.includes(state as string)) throw failures.told(`its state is ${asText(state) ?? String(state)}`);
    if (state === null || state === undefined) {
      throw failures.ofShape('poll.state finds nothing in what it answered', excerptOf(answer));
    }
    if (!poll.pending.includes(state as string)) return answer;
  }
}

function stateOf({ search, failures }: Asking, answer: unknown, expression: string): unknown {
  try {
    return search(answer, expression);
  } catch (error) {
    throw failures.ofExpression('poll.state', error);
  }
}
