// Whatever a connector says, what is written down of it is what other devices take: an event that they refuse would stop the log.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Connector, ConnectorResponse } from '../../src/core/connectors.ts';
import type { DeviceId, RunId } from '../../src/core/ids.ts';
import { answerCommands } from '../../src/engine/answer-message.ts';
import type { ExecutionContext, Outcome } from '../../src/engine/executor-ports.ts';
import { maskOutcome } from '../../src/engine/masking.ts';
import { commandOf } from '../../src/engine/outcome.ts';
import { systemIds } from '../../src/peer/system.ts';
import { logBatchOf } from '../../src/protocol/peer-schemas.ts';
import { createCodeExecutor } from '../../src/routes/cloud/code-executor.ts';
import { answerOf, collectAnswer, newAnswer } from '../../src/routes/cloud/collect-answer.ts';
import type { CodeEvent } from '../../src/routes/cloud/connector/conversation.ts';
import { createFailures } from '../../src/routes/cloud/connector/failures.ts';
import type { Frames } from '../../src/routes/cloud/connector/frames.ts';
import { loadSearch } from '../../src/routes/cloud/connector/mapping.ts';
import { readAnswer } from '../../src/routes/cloud/connector/read-answer.ts';
import { readCode } from '../../src/routes/cloud/connector/read-code.ts';
import { createScrubber } from '../../src/routes/cloud/connector/scrub.ts';

const DEVICE = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN' as DeviceId;
const finder = { mask: async (text: string) => text.replaceAll('e', '•••') };
const search = await loadSearch();
const connector = {
  name: 'odd',
  url: 'https://example.org/',
  route: 'cloud-knowledge',
} as unknown as Connector;
const failures = createFailures(connector, createScrubber([]));
const summary = { bytes: 0, droppedBytes: 0 };

/** Takes the events as another device does, after JSON, and expects them whole. */
function expectTaken(commands: readonly { type: string; data?: unknown }[]): void {
  const types: Record<string, string> = { answer: 'run.answered', complete: 'run.completed', fail: 'run.failed' };
  const events = commands.map(({ type, data }, index) => ({
    v: 1,
    device: DEVICE,
    seq: index + 1,
    at: '0190a0000000-0000',
    stream: '0123456789abcdef',
    by: { kind: 'human', device: DEVICE },
    type: types[type],
    data,
  }));
  const batch = JSON.parse(JSON.stringify({ events, upTo: events.length, scope: 'all' }));
  expect(logBatchOf(DEVICE).parse(batch)).toEqual(batch);
}

async function* framesOf(values: readonly unknown[]): AsyncGenerator<Frames> {
  for (const value of values) yield { values: [value], ended: false };
  yield { values: [], ended: true };
}

const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(12.5, -3, 1.5, -0, 2 ** 33, -(2 ** 40), 2 ** 60, 1e308, Number.POSITIVE_INFINITY),
);
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.integer({ min: 0, max: 30_000 }).map((length) => 'e'.repeat(length)),
);
const odd = fc.oneof(number, text, fc.constantFrom(null, true, [], {}));

const answerResponse: ConnectorResponse = {
  format: 'json',
  text: 'text',
  model: 'model',
  citations: 'citations',
  usage: 'usage',
  stop: 'stop',
} as unknown as ConnectorResponse;
const answerValue = fc.record(
  {
    text: fc.oneof(text, odd),
    model: odd,
    stop: odd,
    usage: fc.oneof(odd, fc.record({ input: odd, output: odd }, { requiredKeys: [] })),
    citations: fc.array(
      fc.record({ title: odd, url: odd, line: fc.oneof(number, odd), endLine: odd }, { requiredKeys: [] }),
      { maxLength: 5 },
    ),
  },
  { requiredKeys: [] },
);

const codeResponse = {
  format: 'json',
  stdout: 'stdout',
  exitCode: 'exitCode',
  signal: 'signal',
  message: 'message',
  timedOut: 'timedOut',
} as unknown as ConnectorResponse;
const codeValue = fc.record(
  { stdout: odd, exitCode: fc.oneof(number, odd), signal: odd, message: odd, timedOut: odd },
  { requiredKeys: [] },
);

async function outcomeOf(events: () => AsyncIterable<CodeEvent>): Promise<Outcome> {
  const executor = createCodeExecutor({
    device: DEVICE,
    sha256: systemIds.sha256,
    slots: 1,
    book: {
      find: () => connector,
      client: async () => ({ run: events }) as never,
    },
  });
  const context = {
    run: '0123456789abcdef' as RunId,
    signal: new AbortController().signal,
    output: { write() {}, pressure: false, onDrain() {} },
    attach() {},
  } as unknown as ExecutionContext;
  return executor.execute({ kind: 'code', language: 'x', source: 'x' } as never, {} as never, context);
}

describe('what is written down of what a connector says', () => {
  test('of an answer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(answerValue, { minLength: 1, maxLength: 4 }), async (values) => {
        const answer = newAnswer();
        let cut: string | undefined;
        try {
          const events = readAnswer(framesOf(values), { response: answerResponse, search, failures });
          await collectAnswer(events, answer, () => {});
        } catch (error) {
          cut = (error as Error).message;
        }
        const commands = await answerCommands({ finder, ids: systemIds }, answerOf(answer, 'odd', cut));
        expectTaken(commands as never);
      }),
      { numRuns: 300 },
    );
  });

  test('of an answer that nobody has looked at before', async () => {
    const word = text;
    const answer = fc.record({
      text: word,
      connector: word,
      model: word,
      cut: word,
      citations: fc.array(fc.record({ title: word, url: word, line: number, endLine: number }), { maxLength: 3 }),
      usage: fc.record({ input: number, output: number }),
    });
    await fc.assert(
      fc.asyncProperty(answer, async (said) => {
        expectTaken((await answerCommands({ finder, ids: systemIds }, said)) as never);
      }),
      { numRuns: 200 },
    );
  });

  test('of a program', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(codeValue, { minLength: 1, maxLength: 3 }), async (values) => {
        const reading = { response: codeResponse, search, failures, files: async function* () {} };
        const outcome = await outcomeOf(async function* () {
          yield yield* readCode(framesOf(values), reading);
        });
        expectTaken([commandOf(await maskOutcome(finder, outcome), summary, undefined)] as never);
      }),
      { numRuns: 300 },
    );
  });

  test('of any outcome of any executor', async () => {
    const long = fc.integer({ min: 0, max: 3 }).map((times) => 'e'.repeat(times * 2 ** 20));
    const outcome = fc.oneof(
      fc.record({ kind: fc.constant('exit' as const), exitCode: fc.oneof(number, fc.constant(0)), result: long }),
      fc.record({ kind: fc.constant('exit' as const), exitCode: number, message: long }),
      fc.record({ kind: fc.constant('signal' as const), signal: text }),
      fc.record({ kind: fc.constant('failed' as const), reason: fc.constant('connector' as const), message: long }),
    );
    await fc.assert(
      fc.asyncProperty(outcome, async (ended) => {
        expectTaken([commandOf(await maskOutcome(finder, ended), summary, undefined)] as never);
      }),
      { numRuns: 40 },
    );
  });
});
