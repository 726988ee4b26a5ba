// A thread of long texts through a real control socket: pages become smaller, and nothing of it is lost.
import { expect, onTestFinished, test } from 'vitest';
import { exportedThread } from '../../../src/tui/runners/export-thread.ts';
import { startEngine } from '../../helpers/engine.ts';
import { serve } from './harness.ts';
import { createMemoryApi } from './memory-api.ts';

/** Three bytes each in UTF-8: together they are more than one answer may hold. */
const LONG = '▸'.repeat(1_000_000);
const COUNT = 30;

test('an export and a first look take a thread that no one answer could hold', { timeout: 60_000 }, async () => {
  const here = await startEngine();
  onTestFinished(() => here.dispose());
  for (let index = 0; index < COUNT; index++) await here.engine.api.say({ text: `${index} ${LONG}` });
  const { connect } = await serve({ memory: { ...createMemoryApi(), api: here.engine.api } });
  const client = await connect();

  const numbers: number[] = [];
  for await (const line of exportedThread(client, 'jsonl')) {
    const { message } = JSON.parse(line) as { message: { text: string } };
    expect(message.text.endsWith(LONG)).toBe(true);
    numbers.push(Number.parseInt(message.text, 10));
  }
  expect(numbers).toEqual(Array.from({ length: COUNT }, (_, index) => index));

  const first = await client.call('snapshot', { entries: 200 });
  expect(first.more).toBe(true);
  const [oldest] = first.entries;
  const before = await client.call('thread.read', { before: oldest?.key ?? '', limit: 200 });
  const texts = [...before.entries, ...first.entries].map((entry) => entry.kind === 'message' && entry.message.text);
  expect(texts.map((text) => Number.parseInt(String(text), 10))).toEqual(numbers.slice(-texts.length));
});
