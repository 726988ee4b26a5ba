// A model server on loopback that says what a test wants, in OpenAI's chat protocol: real HTTP, real streams.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ModelCall {
  readonly id?: string;
  readonly name: string;
  /** JSON text as it is, or a value. */
  readonly arguments: unknown;
}

export interface ModelReply {
  readonly text?: string;
  readonly calls?: readonly ModelCall[];
  /** What is done to the connection after the text. */
  readonly afterwards?: 'reset' | 'hang';
  readonly finish?: string;
}

/** What a request held, as far as tests look at it. */
export interface ModelRequestBody {
  readonly messages: readonly {
    readonly role: string;
    readonly content: unknown;
    readonly tool_call_id?: string;
    readonly tool_calls?: readonly { readonly id: string; readonly function: { name: string; arguments: string } }[];
  }[];
  readonly tools?: readonly { readonly function: { readonly name: string; readonly parameters: unknown } }[];
}

export interface ModelServer {
  readonly url: string;
  readonly requests: ModelRequestBody[];
  /** The text of the newest tool results, parsed. */
  results(): Record<string, unknown>[];
  close(): Promise<void>;
}

/** `reply` is asked with each request and how many there were before it. */
export async function startModelServer(
  reply: (request: ModelRequestBody, index: number) => ModelReply | Promise<ModelReply>,
): Promise<ModelServer> {
  const requests: ModelRequestBody[] = [];
  const server = createServer((request, response) => {
    answer(request, response, requests, reply).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    results: () => {
      const messages = requests.at(-1)?.messages ?? [];
      const since = messages.findLastIndex(({ role }) => role === 'assistant');
      return messages
        .slice(since + 1)
        .flatMap(({ role, content }) => (role === 'tool' ? [JSON.parse(String(content))] : []));
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  requests: ModelRequestBody[],
  reply: (request: ModelRequestBody, index: number) => ModelReply | Promise<ModelReply>,
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = JSON.parse(Buffer.concat(parts).toString()) as ModelRequestBody;
  requests.push(body);
  const { text = '', calls = [], afterwards, finish } = await reply(body, requests.length - 1);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const say = (delta: object, reason: string | null = null): void => {
    const choice = { index: 0, delta, finish_reason: reason };
    response.write(
      `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', model: 'test-model', choices: [choice] })}\n\n`,
    );
  };
  for (const word of text.match(/\S+\s*|\s+/g) ?? []) say({ content: word });
  if (afterwards === 'hang') return;
  if (afterwards === 'reset') {
    // What was written has to be on its way before the connection breaks.
    await new Promise<void>((resolve) => response.write(': \n\n', () => resolve()));
    request.socket.resetAndDestroy();
    return;
  }
  calls.forEach(({ id, name, arguments: args }, index) => {
    const json = typeof args === 'string' ? args : JSON.stringify(args);
    say({
      tool_calls: [
        { index, id: id ?? `call-${requests.length}-${index}`, type: 'function', function: { name, arguments: '' } },
      ],
    });
    const half = Math.floor(json.length / 2);
    for (const piece of [json.slice(0, half), json.slice(half)]) {
      say({ tool_calls: [{ index, function: { arguments: piece } }] });
    }
  });
  say({}, finish ?? (calls.length > 0 ? 'tool_calls' : 'stop'));
  response.end('data: [DONE]\n\n');
}
