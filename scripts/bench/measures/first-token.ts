// From a question to the first token of its answer, through the control socket, the peer and the connector, beside a bare fetch to the same
// server; and how far behind the last token is at 1,000 a second, and how many a second come through at most.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { fetch } from 'undici';
import { newId } from '../../../src/cli/ids.ts';
import type { ControlClient } from '../../../src/control/client/client.ts';
import { alternate } from '../harness/alternate.ts';
import { atLeast, atMost, type BenchContext, type Benchmark, type Measure } from '../harness/benchmark.ts';

const FIRST_MS = 5;
const PER_SECOND = 1000;
const PACED = 3000;
const MOST = 20_000;

/** What came of one question. */
interface Streamed {
  /** Milliseconds from the question to the first token. */
  readonly firstMs: number;
  /** How long after it was sent the last token came. */
  readonly behindMs: number;
  readonly perSecond: number;
}

type Ask = (question: string) => Promise<Streamed>;

export const firstToken: Benchmark = {
  name: 'first-token',
  async run(context) {
    const server = new Worker(new URL('../harness/token-server.ts', import.meta.url));
    const [port] = (await once(server, 'message')) as [number];
    const url = `http://127.0.0.1:${port}`;
    const home = await context.emptyHome(
      `[connectors.bench]\npreset = "openai-chat"\nurl = "${url}"\nmodel = "bench"\nkey = { env = "HOME" }\n`,
    );
    const peer = await home.startPeer();
    const client = await home.connect();
    try {
      return await measure(
        context,
        (question) => throughPeer(client, question),
        (question) => bare(url, question),
      );
    } finally {
      client.close();
      await peer.stop();
      home.remove();
      await server.terminate();
    }
  },
};

async function measure(context: BenchContext, ours: Ask, theirs: Ask): Promise<Measure[]> {
  context.say('first tokens');
  const first = await alternate(
    { ours: async () => (await ours('1 0')).firstMs, bare: async () => (await theirs('1 0')).firstMs },
    context.rounds(100),
  );
  context.say('tokens at a pace, and as many as there may be');
  const paced = `${PACED} ${PER_SECOND}`;
  const behind = await alternate(
    { ours: async () => (await ours(paced)).behindMs, bare: async () => (await theirs(paced)).behindMs },
    context.rounds(5),
  );
  const most = `${MOST} 0`;
  const rate = await alternate(
    { ours: async () => (await ours(most)).perSecond, bare: async () => (await theirs(most)).perSecond },
    context.rounds(10),
  );
  const above = first.ours.median - first.bare.median;
  const name = 'fetch and eventsource-parser';
  return [
    {
      name: 'question to first token',
      unit: 'ms',
      ours: first.ours,
      yardstick: { name, ...first.bare },
      tail: true,
      target: atMost(above, FIRST_MS, `≤ ${FIRST_MS} ms above it`),
      note: `${above.toFixed(1)} ms above the bare request`,
    },
    {
      name: `1,000 tokens a second: how far behind the last one is`,
      unit: 'ms',
      ours: behind.ours,
      yardstick: { name, ...behind.bare },
      target: atMost(behind.ours.median, 100, '< 100 ms: does not fall behind'),
    },
    {
      name: `${MOST.toLocaleString('en')} tokens as fast as they come`,
      unit: '/s',
      ours: rate.ours,
      yardstick: { name, ...rate.bare },
      target: atLeast(rate.ours.median, PER_SECOND, `≥ ${PER_SECOND} /s`),
    },
  ];
}

async function throughPeer(client: ControlClient, question: string): Promise<Streamed> {
  const id = newId();
  const clock = startClock();
  const submitted = client.call('submit', {
    id,
    task: question,
    action: { kind: 'knowledge', question },
    devices: ['local'],
  });
  const { chunks } = await client.output({ run: id, offset: 0 });
  for await (const { bytes } of chunks) clock.got(Buffer.from(bytes).toString());
  const { run } = await submitted;
  await client.call('wait', { runs: [run.id] });
  return clock.stop();
}

async function bare(url: string, question: string): Promise<Streamed> {
  const clock = startClock();
  const response = await fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'bench', stream: true, messages: [{ role: 'user', content: question }] }),
  });
  if (response.body === null) throw new Error('the server gave no body');
  const events = response.body
    .pipeThrough(new TextDecoderStream() as never)
    .pipeThrough(new EventSourceParserStream() as never);
  for await (const { data } of events as AsyncIterable<{ data: string }>) {
    if (data === '[DONE]') continue;
    clock.got((JSON.parse(data) as { choices: { delta: { content: string } }[] }).choices[0]?.delta.content ?? '');
  }
  return clock.stop();
}

function startClock(): { got(text: string): void; stop(): Streamed } {
  const startedAt = performance.now();
  let firstAt: number | undefined;
  let lastAt = startedAt;
  let text = '';
  return {
    got(piece) {
      if (piece === '') return;
      lastAt = performance.now();
      firstAt ??= lastAt;
      text += piece;
    },
    stop() {
      if (firstAt === undefined) throw new Error('no token came');
      const tokens = text.trim().split(' ');
      const sentAt = Number(tokens.at(-1)?.split('@')[1]);
      return {
        firstMs: firstAt - startedAt,
        behindMs: performance.timeOrigin + lastAt - sentAt,
        perSecond: tokens.length / Math.max(0.001, (lastAt - firstAt) / 1000),
      };
    },
  };
}
