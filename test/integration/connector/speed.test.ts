// A stream is handed on as fast as it comes. The limits leave room for a machine that does other things too; the medians are far below.

import { createParser } from 'eventsource-parser';
import { fetch } from 'undici';
import { expect, it } from 'vitest';
import { clientOf, question } from '../../helpers/connectors.ts';
import { beginEvents, serve, sse } from '../../helpers/http-service.ts';

const TOKENS = 5000;
const ROUNDS = 15;
const piece = (text: string) => ({
  id: 'c',
  model: 'm',
  choices: [{ index: 0, delta: { content: text }, finish_reason: null }],
});
const END = sse({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }, '[DONE]');

const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

it('keeps up with thousands of tokens a second, each in a packet of its own', async () => {
  const service = await serve((_asked, response) => {
    beginEvents(response);
    let sent = 0;
    const next = (): void => {
      if (sent++ < TOKENS) response.write(sse(piece(`t${sent} `)), () => setImmediate(next));
      else response.end(END);
    };
    next();
  });
  const client = await clientOf(`preset = "openai-chat"\nmodel = "m"\nurl = "${service.url}"`);
  const started = performance.now();
  let seen = 0;
  for await (const event of client.ask(question('x'), new AbortController().signal)) if (event.type === 'text') seen++;
  expect(seen).toBe(TOKENS);
  expect((TOKENS / (performance.now() - started)) * 1000).toBeGreaterThan(1000);
});

it('adds little to the time until the first token', async () => {
  const service = await serve((_asked, response) => {
    beginEvents(response);
    response.end(sse(piece('first')) + END);
  });
  const client = await clientOf(`preset = "openai-chat"\nmodel = "m"\nurl = "${service.url}"`);

  const ours = async (): Promise<number> => {
    const started = performance.now();
    let first = 0;
    for await (const event of client.ask(question('x'), new AbortController().signal))
      if (event.type === 'text') first = performance.now() - started;
    return first;
  };
  const bare = async (): Promise<number> => {
    const started = performance.now();
    let first = 0;
    const parser = createParser({ onEvent: () => (first ||= performance.now() - started) });
    const response = await fetch(`${service.url}/x`, { method: 'POST', body: '{}' });
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
    return first;
  };
  await ours();
  await bare();
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    times.bare.push(await bare());
    times.ours.push(await ours());
  }
  expect(median(times.ours) - median(times.bare)).toBeLessThan(5);
  expect(service.connections).toBeLessThan(6);
});
