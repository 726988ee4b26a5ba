// A model server on loopback that streams tokens in OpenAI's chat protocol: one at once, then more at the pace or in the number that the
// request asks for by its last message, `TOKENS PER_SECOND` (0: as fast as they are taken). Runs in a thread of its own.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';

const EVERY_MS = 10;

const server = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { messages } = JSON.parse(Buffer.concat(parts).toString()) as { messages: { content: string }[] };
  const [tokens = 1, perSecond = 0] = String(messages.at(-1)?.content).split(' ').map(Number);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  await send(response, tokens, perSecond);
  response.end('data: [DONE]\n\n');
});

async function send(response: ServerResponse, tokens: number, perSecond: number): Promise<void> {
  const startedAt = performance.now();
  for (let sent = 0; sent < tokens; ) {
    const due =
      perSecond === 0 ? tokens : Math.min(tokens, Math.ceil(((performance.now() - startedAt) * perSecond) / 1000));
    while (sent < Math.max(due, 1)) {
      sent += 1;
      if (!response.write(event(sent))) await new Promise<void>((resolve) => response.once('drain', () => resolve()));
    }
    if (sent < tokens) await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

/** Each says when it was sent, so that whoever gets the last one knows how far behind it is. */
function event(number: number): string {
  const content = `${number}@${(performance.timeOrigin + performance.now()).toFixed(3)} `;
  return `data: ${JSON.stringify({ model: 'bench', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
}

server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
