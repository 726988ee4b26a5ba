// Answers that are not what they should be: cut, odd, too large, too slow. Each ends with an error that says so, and nothing hangs.

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ask, clientOf, failureOf, question, textOf } from '../../helpers/connectors.ts';
import { beginEvents, type Handler, json, serve, sse } from '../../helpers/http-service.ts';

const piece = (text: string) => ({ choices: [{ delta: { content: text } }] });

async function chat(handler: Handler, more = '') {
  const service = await serve(handler);
  const client = await clientOf(
    `preset = "openai-chat"\nmodel = "m"\nurl = "${service.url}"\nlimits.retries = 0\n${more}`,
  );
  return { service, client };
}

/** What came before it failed, and how it failed. */
async function partly(handler: Handler, more = '') {
  const { client } = await chat(handler, more);
  const texts: string[] = [];
  const failure = await failureOf(
    (async () => {
      for await (const event of client.ask(question('x'), new AbortController().signal))
        if (event.type === 'text') texts.push(event.text);
    })(),
  );
  return { texts, failure };
}

describe('a stream that breaks', () => {
  it('by a reset: what came is given, and then the failure', async () => {
    const { texts, failure } = await partly((_asked, response) => {
      beginEvents(response);
      response.write(sse(piece('one ')), () => response.socket?.resetAndDestroy());
    });
    expect(texts).toEqual(['one ']);
    expect(failure).toMatchObject({ code: 'unavailable', retryable: true });
    expect(failure.message).toMatch(/^connector "it": http:\/\/127\.0\.0\.1:\d+: the connection was (reset|closed)/);
  });

  it('by half a JSON', async () => {
    const { texts, failure } = await partly((_asked, response) => {
      beginEvents(response);
      response.end(`${sse(piece('one '))}data: {"choices":[{"delta`);
    });
    expect(texts).toEqual(['one ']);
    expect(failure).toMatchObject({ code: 'unavailable', message: expect.stringContaining('ended in the middle') });
  });

  it('by an end without the mark of one', async () => {
    const { failure } = await partly((_asked, response) => {
      beginEvents(response);
      response.end(sse(piece('one ')));
    });
    expect(failure.message).toContain('ended before it was whole');
  });

  it('by a length that is not kept', async () => {
    const { failure } = await partly((_asked, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"choices":', () => response.socket?.end());
    });
    expect(failure.code).toBe('unavailable');
  });
});

describe('what comes in odd pieces', () => {
  it('is put together, down to the bytes of a letter', async () => {
    const bytes = Buffer.from(
      `\uFEFF: comment\r\n\r\n${sse(piece('a 🎉'), piece(' b')).replaceAll('\n', '\r\n')}data: [DONE]\n\n`,
    );
    const { client } = await chat((_asked, response) => {
      beginEvents(response);
      const next = (at: number): void => {
        if (at >= bytes.length) response.end();
        else response.write(bytes.subarray(at, at + 3), () => setImmediate(next, at + 3));
      };
      next(0);
    });
    expect(textOf(await ask(client, question('x')))).toBe('a 🎉 b');
  });

  it('counts if the server does not stream', async () => {
    const whole = { model: 'm', choices: [{ message: { content: 'all at once' }, finish_reason: 'stop' }] };
    const { client } = await chat((_asked, response) => json(response, whole));
    expect(textOf(await ask(client, question('x')))).toBe('all at once');
  });

  it.each([
    ['nothing', ''],
    ['null', 'null'],
    ['a number', '7'],
    ['a list', '[1]'],
    ['nulls in the place of things', '{"choices":[{"delta":null},null],"usage":null,"error":null}'],
    ['kinds that do not fit', '{"choices":{"0":1},"model":{},"usage":"x"}'],
  ])('is an error if it holds nothing of what is looked for: %s', async (_name, text) => {
    const { failure } = await partly((_asked, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(text),
    );
    expect(failure.code).toBe('invalid');
    expect(failure.hint).toContain('preset');
  });

  it('does no harm beside what is looked for', async () => {
    const odd = [
      { choices: [] },
      { choices: [{ delta: { content: null, tool_calls: null } }] },
      5,
      null,
      { usage: { prompt_tokens: 'x' } },
    ];
    const last = { choices: [{ delta: {}, finish_reason: 'stop' }] };
    const { client } = await chat((_asked, response) => {
      beginEvents(response);
      response.end(sse(...odd, piece('still here'), last, '[DONE]'));
    });
    const events = await ask(client, question('x'));
    expect(textOf(events)).toBe('still here');
    expect(events.at(-1)).toEqual({ type: 'end' });
  });
});

describe('a web page', () => {
  it('is named as what it is', async () => {
    const { failure } = await partly((_asked, response) =>
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<h1>Sign in</h1>'),
    );
    expect(failure).toMatchObject({ code: 'invalid', message: expect.stringContaining('text/html') });
  });
});

describe('what is too large', () => {
  it('is not read on, however it is packed', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 2 ** 20, 0x20));
    expect(bomb.length).toBeLessThan(2 ** 20);
    const { failure } = await partly(
      (_asked, response) =>
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb),
      'limits.response = "1MiB"',
    );
    expect(failure).toMatchObject({ code: 'too-large', hint: expect.stringContaining('limits.response') });
  });

  it('is not read on if it never ends', async () => {
    const { texts, failure } = await partly((_asked, response) => {
      beginEvents(response);
      const more = (): void => {
        while (!response.destroyed && response.write(sse(piece('x'.repeat(1000)))));
      };
      response.on('drain', more);
      more();
    }, 'limits.response = "64KiB"');
    expect(failure.code).toBe('too-large');
    expect(texts.length).toBeGreaterThan(10);
  });

  it.each([
    ['an event', 'openai-chat', 'data: '],
    ['a line', 'ollama', ''],
  ])('%s is not collected without end', async (what, preset, start) => {
    const service = await serve((_asked, response) => {
      beginEvents(response);
      response.write(start);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const client = await clientOf(
      `preset = "${preset}"\nmodel = "m"\nurl = "${service.url}"\nlimits.response = "256MiB"`,
    );
    const failure = await failureOf(ask(client, question('x')));
    expect(failure).toMatchObject({ code: 'too-large', message: expect.stringContaining(`${what} of its answer`) });
  });
});

describe('what is too slow', () => {
  it('to begin', async () => {
    const { failure } = await partly(() => {}, 'limits.first_byte = "60ms"');
    expect(failure).toMatchObject({ code: 'timeout', hint: expect.stringContaining('limits.first_byte') });
  });

  it('to go on', async () => {
    const { texts, failure } = await partly((_asked, response) => {
      beginEvents(response);
      response.write(sse(piece('one')));
    }, 'limits.idle = "60ms"');
    expect(texts).toEqual(['one']);
    expect(failure).toMatchObject({ code: 'timeout', hint: expect.stringContaining('limits.idle') });
  });

  it('to end, although it always goes on', async () => {
    const { texts, failure } = await partly((_asked, response) => {
      beginEvents(response);
      const timer = setInterval(() => response.write(sse(piece('.'))), 5);
      response.on('close', () => clearInterval(timer));
    }, 'limits.idle = "5s"\nlimits.total = "200ms"');
    expect(texts.length).toBeGreaterThan(1);
    expect(failure).toMatchObject({ code: 'timeout', hint: expect.stringContaining('limits.total') });
  });

  it('is not said of a reader that takes its time', async () => {
    const { promise: awake, resolve: wake } = Promise.withResolvers<void>();
    const { client } = await chat(async (_asked, response) => {
      beginEvents(response);
      response.write(sse(piece('a')));
      await awake;
      response.end(sse(piece('b'), '[DONE]'));
    }, 'limits.idle = "100ms"');
    let text = '';
    for await (const event of client.ask(question('x'), new AbortController().signal)) {
      if (event.type !== 'text') continue;
      text += event.text;
      if (text === 'a') await new Promise((resolve) => setTimeout(resolve, 200)); // longer than the limit: that is the test
      wake();
    }
    expect(text).toBe('ab');
  });
});
