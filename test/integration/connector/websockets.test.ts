// A websocket that is refused, breaks, says nonsense or nothing. That it works is shown with a real Jupyter server.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, it } from 'vitest';
import { clientOf, closeLater, failureOf, KEY, outputOf, program, run } from '../../helpers/connectors.ts';

interface Peer {
  /** One text frame (RFC 6455, 5.2), as a server sends it: without a mask. */
  say(text: string): void;
  readonly socket: Socket;
}

async function socketService(act: (peer: Peer) => void) {
  const headers: Record<string, unknown>[] = [];
  const sockets: Socket[] = [];
  const server = createServer((_request, response) => response.writeHead(404).end());
  server.on('upgrade', (request, socket: Socket) => {
    headers.push(request.headers);
    sockets.push(socket);
    socket.on('error', () => {});
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    const say = (text: string): void => {
      const bytes = Buffer.from(text);
      const head = Buffer.alloc(bytes.length < 126 ? 2 : 10);
      head[0] = 0x81;
      head[1] = bytes.length < 126 ? bytes.length : 127;
      if (bytes.length >= 126) head.writeBigUInt64BE(BigInt(bytes.length), 2);
      socket.write(Buffer.concat([head, bytes]));
    };
    socket.once('data', () => act({ say, socket }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeLater({
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, headers };
}

const client = (url: string, more = '') =>
  clientOf(`routes = ["cloud-code"]
url = "${url}"
${more}
[connectors.it.call]
body = '{ "source": {{ source }} }'
[connectors.it.response]
format = "websocket"
stdout = "out"
done = "over"
`);

it('has its key in the header, and ends with the message that says so', async () => {
  const service = await socketService(({ say }) => {
    say('{"out":"a"}');
    say('{"out":"b","over":true}');
    say('{"out":"never"}');
  });
  expect(outputOf(await run(await client(service.url), program('x')))).toBe('ab');
  expect(service.headers[0]).toMatchObject({ authorization: `Bearer ${KEY}` });
});

it('that says no JSON is an error', async () => {
  const service = await socketService(({ say }) => say('hello'));
  expect((await failureOf(run(await client(service.url), program('x')))).message).toContain('not JSON');
});

it('that closes before the end is an error', async () => {
  const service = await socketService(({ say, socket }) => {
    say('{"out":"a"}');
    socket.end();
  });
  expect((await failureOf(run(await client(service.url), program('x')))).code).toBe('unavailable');
});

it('that says too much is closed', async () => {
  const service = await socketService(({ say }) => say(JSON.stringify({ out: 'x'.repeat(200_000) })));
  const failure = await failureOf(run(await client(service.url, 'limits.response = "64KiB"'), program('x')));
  expect(['too-large', 'unavailable']).toContain(failure.code);
});

it('that says nothing is given up when the code has had its time', async () => {
  const service = await socketService(() => {});
  expect((await run(await client(service.url), program('x', { timeoutMs: 1 }))).at(-1)).toEqual({
    type: 'end',
    timedOut: true,
  });
});

it('that is refused says so, without the key', async () => {
  const service = await socketService(() => {});
  const failure = await failureOf(run(await client(`${service.url}`.replace(/\d+$/, '1')), program('x')));
  expect(failure.code).toBe('unavailable');
  expect(JSON.stringify(failure.toWire())).not.toContain(KEY);
});

it('can be stopped', async () => {
  const stop = new AbortController();
  const service = await socketService(({ say }) => say('{"out":"a"}'));
  const failure = await failureOf(
    (async () => {
      for await (const event of (await client(service.url)).run(program('x'), stop.signal))
        if (event.type === 'output') stop.abort();
    })(),
  );
  expect(failure.code).toBe('cancelled');
});

it('is gone a moment after it is over, also where the service does not answer Close', async () => {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const { url } = await socketService(({ say, socket }) => {
    for (const gone of ['end', 'close']) socket.on(gone, () => resolve());
    socket.resume();
    say('{"out": "x", "over": true}');
  });
  const it = await client(url);
  expect(outputOf(await run(it, program('x')))).toBe('x');
  await closed;
});

it('is gone with its connector', async () => {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const { url } = await socketService(({ socket }) => {
    for (const gone of ['end', 'close']) socket.on(gone, () => resolve());
    socket.resume();
    open();
  });
  const it = await client(url);
  const running = failureOf(run(it, program('x')));
  await opened;
  await it.close();
  await closed;
  expect((await running).message).toContain('connector "it"');
});
