// What is kept of an answer as it comes: not more than anybody reads, in time, and apart from what Dispatch says beside it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerOf, collectAnswer, newAnswer } from '../../../../src/routes/cloud/collect-answer.ts';
import type { AnswerEvent } from '../../../../src/routes/cloud/connector/conversation.ts';
import { createToolCalls } from '../../../../src/routes/cloud/connector/tool-calls.ts';
import { ownLines, saidIn } from '../../../../src/routes/cloud/printer.ts';

async function* eventsOf(...events: readonly AnswerEvent[]): AsyncGenerator<AnswerEvent> {
  yield* events;
}
const say = (text: string): AnswerEvent => ({ type: 'text', text });

async function collected(...pieces: readonly string[]): Promise<{ said: string; printed: string }> {
  const answer = newAnswer();
  const printed: string[] = [];
  await collectAnswer(eventsOf(...pieces.map(say), { type: 'end' }), answer, (text) => void printed.push(text));
  return { said: answer.text, printed: printed.join('') };
}

describe('an answer as it comes', () => {
  it('keeps each source once, and no more than anybody reads, in time', async () => {
    const events = Array.from({ length: 50_000 }, (_, index): AnswerEvent => {
      return { type: 'citation', citation: { title: `page ${index >> 1}`, url: 'https://example.org', line: 1 } };
    });
    const answer = newAnswer();
    const start = performance.now();
    await collectAnswer(eventsOf(...events), answer, () => {});
    expect(performance.now() - start).toBeLessThan(1000);
    expect(answer.citations).toHaveLength(200);
    expect(answer.citations.slice(0, 2).map(({ title }) => title)).toEqual(['page 0', 'page 1']);
    await collectAnswer(eventsOf(...events), answer, () => {});
    expect(answer.citations).toHaveLength(200);
  });

  it('takes a line break in two pieces for one', async () => {
    expect(await collected('one\r', '\ntwo\r')).toEqual({ said: 'one\ntwo\\x0d', printed: 'one\ntwo\\x0d' });
  });

  it('says what was held back even where the answer breaks off', async () => {
    const answer = newAnswer();
    const printed: string[] = [];
    const broken = (async function* (): AsyncGenerator<AnswerEvent> {
      yield say('half\r');
      throw new Error('gone');
    })();
    await expect(collectAnswer(broken, answer, (text) => void printed.push(text))).rejects.toThrow('gone');
    expect([answer.text, printed.join('')]).toEqual(['half\\x0d', 'half\\x0d']);
  });
});

describe('what Dispatch says beside an answer', () => {
  it('is told from it, whatever a model says', async () => {
    const piece = fc
      .array(fc.constantFrom('▸', '▸ run 1', '\n', '\r', ' ', 'x', '\\u25b', '[dispatch: no]'))
      .map((all) => all.join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(piece), async (pieces) => {
        const { said, printed } = await collected(...pieces);
        const own = ownLines('▸ run 1: echo hello\n\n[dispatch: it ended]\nSources\n[1] a.md');
        const line = printed.endsWith('\n') || printed === '' ? '' : '\n';
        expect(saidIn(`${own}\n${printed}${line}${own}`).trim()).toBe(said.trim());
      }),
      { numRuns: 2000 },
    );
  });

  it('alone is no answer', () => {
    const printed = ownLines('▸ run 12: echo hello\n▸ run 12 completed\n\n[dispatch: a note\nof two lines]\n');
    expect(answerOf({ ...newAnswer(), text: saidIn(printed) }, 'gpt', 'the peer ended')).toBeUndefined();
  });
});

describe('the calls of an answer', () => {
  it('are bounded in number, in what they are named, and in what they say', () => {
    const calls = createToolCalls();
    for (let index = 0; index < 1000; index++) {
      expect(calls.add({ index, id: 'i'.repeat(5000), name: 'n'.repeat(5000), arguments: '{}' })).toBe(true);
    }
    const whole = calls.whole();
    expect(whole).toHaveLength(128);
    expect([whole[0]?.id.length, whole[0]?.name.length]).toEqual([1000, 1000]);
    const more = 'x'.repeat(2 ** 20);
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9].map(() => calls.add({ index: 0, arguments: more })).at(-1)).toBe(false);
  });
});
