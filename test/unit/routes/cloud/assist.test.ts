// Rounds of the assistant in which something goes wrong that is not the model's doing: what it proposed is never left alone.
import { describe, expect, it } from 'vitest';
import { DispatchError } from '../../../../src/core/errors.ts';
import type { RunId } from '../../../../src/core/ids.ts';
import type { FinalRun, Run } from '../../../../src/core/runs.ts';
import { assist } from '../../../../src/routes/cloud/assistant/assist.ts';
import { newAnswer } from '../../../../src/routes/cloud/collect-answer.ts';
import type {
  AnswerEvent,
  ConnectorClient,
  ModelRequest,
} from '../../../../src/routes/cloud/connector/conversation.ts';
import type { Proposals } from '../../../../src/routes/cloud/ports.ts';

const CALLS = ['first', 'second'].map(
  (command): AnswerEvent => ({
    type: 'tool-call',
    call: {
      id: command,
      name: 'run_shell',
      arguments: JSON.stringify({ device: 'nas', command, access: 'workspace-write' }),
    },
  }),
);

/** A model that proposes both at once, and then answers. */
function scriptedClient(): { client: ConnectorClient; requests: ModelRequest[] } {
  const requests: ModelRequest[] = [];
  const client: ConnectorClient = {
    async *ask(request) {
      requests.push(request);
      if (requests.length === 1) yield* CALLS;
      else yield { type: 'text', text: 'done' };
      yield { type: 'end' };
    },
    async *run() {},
    async *test() {},
    close: async () => {},
  };
  return { client, requests };
}

const final = (id: string): FinalRun =>
  ({ id, number: id === 'first' ? 1 : 2, status: 'completed', exitCode: 0 }) as unknown as FinalRun;

/** The first is over at once; of the second it depends. */
function proposalsWith(more: Partial<Proposals>): { proposals: Proposals; cancelled: string[] } {
  const cancelled: string[] = [];
  const proposals: Proposals = {
    devices: async () => [],
    propose: async ({ task }) => ({ id: task, number: task === 'first' ? 1 : 2 }) as unknown as Run,
    ended: async (run) => final(run),
    printed: async (run) => ({ text: `printed by ${run}`, bytes: 10 }),
    left: async () => [],
    cancel: async (run) => void cancelled.push(run),
    ...more,
  };
  return { proposals, cancelled };
}

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

function begin(proposals: Proposals, signal: AbortSignal) {
  const { client, requests } = scriptedClient();
  const answer = newAnswer();
  const turn = { run: 'assistant' as RunId, client, messages: [], answer, signal, print: () => {} };
  return { requests, answer, over: assist({ proposals, maxSteps: 3 }, turn) };
}

describe('a round', () => {
  it('goes on where the output of a run cannot be read, and says so to the model', async () => {
    const { proposals } = proposalsWith({
      printed: async (run) => {
        if (run === 'first') throw new DispatchError('unavailable', 'nas is away');
        return { text: 'fine', bytes: 4 };
      },
    });
    const { over, requests } = begin(proposals, new AbortController().signal);
    await over;
    const results = requests[1]?.messages.flatMap((message) =>
      message.role === 'tool' ? [JSON.parse(message.text)] : [],
    );
    expect(results).toEqual([
      expect.objectContaining({
        status: 'completed',
        output: '[dispatch: the output cannot be read now: nas is away]',
      }),
      expect.objectContaining({ status: 'completed', output: 'fine' }),
    ]);
  });

  it('stops the others where one of them breaks, before it ends itself', async () => {
    const { proposals, cancelled } = proposalsWith({
      ended: async (run, signal) => {
        if (run === 'first') throw new Error('a bug');
        return untilAborted(signal);
      },
    });
    const { over } = begin(proposals, new AbortController().signal);
    await expect(over).rejects.toThrow();
    expect(cancelled).toContain('second');
  });

  it('is stopped while it reads what a run printed', async () => {
    const stopping = new AbortController();
    const reading = Promise.withResolvers<void>();
    const { proposals } = proposalsWith({
      printed: (_run, _maxBytes, signal) => {
        reading.resolve();
        return untilAborted(signal);
      },
    });
    const { over } = begin(proposals, stopping.signal);
    await reading.promise;
    stopping.abort(new DispatchError('cancelled', 'stopped'));
    await expect(over).rejects.toMatchObject({ code: 'cancelled' });
  });
});
