// What every protocol of models must be able to do, against a server that speaks them all: text in pieces, calls of tools and their
// results, attachments, and failures in the words of the service. Each protocol's own test gives the preset and looks at what was sent.

import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ModelMessage, ModelRequest, ToolDefinition } from '../../../src/routes/cloud/connector/conversation.ts';
import { ask, clientOf, collect, failureOf, KEY, question, textOf } from '../../helpers/connectors.ts';
import { json, serve } from '../../helpers/http-service.ts';

export interface Protocol {
  readonly preset: string;
  /** After the URL of the server. */
  readonly base: string;
  /** The body of the last request, of which a test of its own looks at the parts that differ. */
  readonly sentAttachments: (body: Sent) => unknown;
  readonly expectedAttachments: unknown;
  /** Whether the service gives calls names of its own. */
  readonly namesCalls: boolean;
  /** An answer of "as far as" that its service cut off, as documented. */
  readonly cutAnswer: { readonly contentType: string; readonly body: string; readonly why: string };
}

// biome-ignore lint/suspicious/noExplicitAny: a body of any protocol.
export type Sent = any;

export const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const TOOLS: readonly ToolDefinition[] = [
  {
    name: 'run_command',
    description: 'Runs a "command" on a device',
    schema: { type: 'object', properties: { command: { type: 'string' } }, required: ['command'] },
  },
];

const LONG =
  'Here is a long answer with "quotes", a \\ and a line\nbreak, and ünïcödé 🎉, so that it comes in many pieces.';

export function testProtocol(protocol: Protocol): void {
  const { preset, base, namesCalls } = protocol;
  const mock = new LLMock({ port: 0, chunkSize: 7, auth: { apiKeys: [KEY] } });
  beforeAll(async () => {
    await mock.start();
  });
  afterAll(() => mock.stop());
  beforeEach(() => {
    mock.clearRequests();
    mock.clearFixtures();
  });

  const client = (more = '', key = KEY) =>
    clientOf(
      `preset = "${preset}"
model = "gpt-4o"
url = "${mock.url}${base}"
${more}`,
      { env: { KEY: key } },
    );
  const body = (): Sent => mock.getLastRequest()?.body;

  describe(preset, () => {
    it('streams text, in the pieces in which it comes', async () => {
      mock.onMessage('tell me', { content: LONG });
      const events = await ask(await client(), question('tell me "all" {{ of }} it'));
      expect(textOf(events)).toBe(LONG);
      expect(events.filter(({ type }) => type === 'text').length).toBeGreaterThan(5);
      expect(events[0]).toEqual({ type: 'model', model: expect.any(String) });
      expect(events.at(-1)).toEqual({ type: 'end' });
      expect(JSON.stringify(body())).toContain(JSON.stringify('tell me "all" {{ of }} it').slice(1, -1));
    });

    it('sends its key, which the server checks, and the instructions of the system', async () => {
      mock.onMessage('hello', { content: 'hi' });
      const messages: ModelMessage[] = [{ role: 'system', text: 'be brief' }, ...question('hello').messages];
      expect(textOf(await ask(await client(), { messages, tools: [] }))).toBe('hi');
      expect(JSON.stringify(body())).toContain('be brief');
      const failure = await failureOf(ask(await client('', 'another-key'), { messages, tools: [] }));
      expect(failure).toMatchObject({ code: 'refused', hint: expect.stringContaining('environment variable KEY') });
    });

    it('proposes calls of tools, and is told what came of them', async () => {
      const wanted = { name: 'run_command', arguments: '{"command":"ls \\"a b\\""}' };
      mock.on(
        { userMessage: 'list', hasToolResult: false },
        { toolCalls: [wanted, { name: 'run_command', arguments: '{}' }] },
      );
      mock.on({ userMessage: 'list', hasToolResult: true }, { content: 'two files' });
      const asking = await client();
      const first: ModelRequest = { messages: [{ role: 'user', text: 'list the files' }], tools: TOOLS };
      const proposed = (await ask(asking, first)).flatMap((event) => (event.type === 'tool-call' ? [event.call] : []));
      expect(proposed.map(({ name }) => name)).toEqual(['run_command', 'run_command']);
      expect(JSON.parse(proposed[0]?.arguments ?? '')).toEqual(JSON.parse(wanted.arguments));
      expect(new Set(proposed.map(({ id }) => id)).size).toBe(2);
      expect(JSON.stringify(body())).toContain('Runs a \\"command\\" on a device');

      const results: ModelMessage[] = proposed.map(({ id, name }, index) => ({
        role: 'tool',
        call: id,
        name,
        text: `result "${index}"`,
      }));
      const second: ModelRequest = {
        messages: [...first.messages, { role: 'assistant', text: '', calls: proposed }, ...results],
        tools: TOOLS,
      };
      expect(textOf(await ask(asking, second))).toBe('two files');
      const sent = JSON.stringify(body());
      for (const text of ['result \\"0\\"', 'result \\"1\\"', ...(namesCalls ? proposed.map(({ id }) => id) : [])])
        expect(sent).toContain(text);
    });

    it('sends what goes along: texts as text, images as images', async () => {
      const service = await serve((_asked, response) => json(response, { error: { message: 'enough' } }, 400));
      const asking = await clientOf(`preset = "${preset}"\nmodel = "m"\nurl = "${service.url}"`);
      const attachments = [
        { name: 'notes.md', mimeType: 'text/markdown', text: 'some "notes"' },
        { name: 'dot.png', mimeType: 'image/png', base64: PIXEL },
      ];
      await failureOf(ask(asking, { messages: [{ role: 'user', text: 'look at these', attachments }], tools: [] }));
      expect(protocol.sentAttachments(JSON.parse(service.asked[0]?.body ?? ''))).toEqual(protocol.expectedAttachments);
    });

    it('says so where it cannot take what goes along', async () => {
      const attachments = [{ name: 'music.mp3', mimeType: 'audio/mpeg', base64: 'AAAA' }];
      const failure = await failureOf(
        ask(await client(), { messages: [{ role: 'user', text: 'x', attachments }], tools: [] }),
      );
      expect(failure).toMatchObject({
        code: 'invalid',
        message: expect.stringContaining('music.mp3 is neither text nor an image'),
      });
      expect(mock.getRequests()).toEqual([]);
    });

    it('says when an answer was cut off', async () => {
      const { contentType, body: text, why } = protocol.cutAnswer;
      const service = await serve((_asked, response) =>
        response.writeHead(200, { 'content-type': contentType }).end(text),
      );
      const events = await ask(
        await clientOf(`preset = "${preset}"\nmodel = "m"\nurl = "${service.url}"`),
        question('long'),
      );
      expect(textOf(events)).toBe('as far as');
      expect(events.at(-1)).toEqual({ type: 'end', cut: `the service stopped it: ${why}` });
    });

    it('fails in the words of the service', async () => {
      mock.on({ userMessage: 'boom' }, { error: { message: 'the model is on fire', type: 'overloaded' }, status: 400 });
      const failure = await failureOf(ask(await client(), question('boom')));
      expect(failure).toMatchObject({ code: 'invalid', message: expect.stringContaining('the model is on fire') });
    });

    it('does not take a stream that is cut for an answer', async () => {
      mock.onMessage('cut', { content: LONG }, { truncateAfterChunks: 3 });
      const failure = await failureOf(ask(await client('limits.retries = 0'), question('cut')));
      expect(failure.code).toBe('unavailable');
    });

    it('is tried out with one short question', async () => {
      mock.onMessage('OK', { content: 'OK' });
      const stages = await collect((await client()).test(new AbortController().signal));
      expect(stages.map(({ name, ok }) => `${name} ${ok}`).join(', ')).toBe(
        'configuration true, key true, connect true, request true, answer true',
      );
      expect(stages.at(-1)?.detail).toBe('it said "OK"');
    });
  });
}
