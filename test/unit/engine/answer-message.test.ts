import { describe, expect, it } from 'vitest';
import { answerCommands } from '../../../src/engine/answer-message.ts';
import { systemIds } from '../../../src/peer/system.ts';

const finder = { mask: async (text: string) => text.replaceAll('hunter2', '***') };
const told = async (answer: Parameters<typeof answerCommands>[1]) => {
  const [command] = await answerCommands({ finder, ids: systemIds }, answer);
  return command?.type === 'answer' ? command.data : undefined;
};

describe('the message of an answer', () => {
  it('is none where nothing was said', async () => {
    expect(await answerCommands({ finder, ids: systemIds }, undefined)).toEqual([]);
  });

  it('keeps what is known of the answer, and masks secrets in all of it', async () => {
    const data = await told({
      text: 'It is hunter2.',
      connector: 'gpt',
      model: 'a model',
      citations: [{ title: 'notes on hunter2', url: 'https://example.org/hunter2', line: 3 }],
      usage: { input: 1, output: 2 },
      cut: 'it said hunter2',
    });
    expect(data).toMatchObject({
      text: 'It is ***.',
      connector: 'gpt',
      model: 'a model',
      citations: [{ title: 'notes on ***', url: 'https://example.org/***', line: 3 }],
      usage: { input: 1, output: 2 },
      cut: 'it said ***',
    });
    expect(data?.message).toMatch(/^[0-9a-z]{16}$/);
  });

  it('is cut where it is too long for the log, and says so', async () => {
    const data = await told({ text: 'x'.repeat(2 ** 20 + 5), connector: 'gpt' });
    expect(data?.text).toHaveLength(2 ** 20);
    expect(data?.cut).toBe('the output of the run has the other 5 characters');
  });
});
