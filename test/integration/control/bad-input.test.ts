// What a client does wrong harms that client only: each test ends by asking the peer for something.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROTOCOL_VERSION } from '../../../src/protocol/api.ts';
import { encodeJson, encodeRawHeader, MAX_ANSWER_BYTES } from '../../../src/protocol/framing.ts';
import { connectRaw, greeted, HELLO, type Serving, serve, until } from './harness.ts';

let peer: Serving;
beforeEach(async () => {
  peer = await serve();
});
afterEach(async () => {
  const client = await peer.connect();
  expect((await client.call('status', {})).pid).toBe(process.pid);
  client.close();
});

const request = (id: unknown, method: unknown, params?: unknown): object => ({ jsonrpc: '2.0', id, method, params });

describe('before hello', () => {
  it('nothing else is answered, and the connection ends', async () => {
    const connection = await connectRaw(peer.path);
    connection.send(request(1, 'status', {}));
    expect(await connection.next()).toMatchObject({ id: 1, error: { code: -32600, data: { code: 'invalid' } } });
    await connection.closed();
  });

  it('another version of the protocol is told both versions and what to do, and the connection ends', async () => {
    for (const [protocol, advice] of [
      [PROTOCOL_VERSION + 1, 'the peer is the older one'],
      [PROTOCOL_VERSION - 1, 'the client is the older one'],
    ] as const) {
      const connection = await connectRaw(peer.path);
      connection.send(request(1, 'hello', { protocol, version: '9', client: 'other', something: 'new' }));
      const { error } = await connection.next();
      expect(error).toMatchObject({ code: -32000, data: { code: 'version' } });
      expect(error?.message).toContain(`version ${protocol} `);
      expect(error?.message).toContain(`version ${PROTOCOL_VERSION}`);
      expect(error?.data.hint).toContain(advice);
      await connection.closed();
    }
  });

  it('a hello without its parameters is refused', async () => {
    const connection = await connectRaw(peer.path);
    connection.send(request(1, 'hello', { protocol: PROTOCOL_VERSION }));
    expect(await connection.next()).toMatchObject({ id: 1, error: { code: -32602 } });
    await connection.closed();
  });
});

describe('bytes in which no frame can be found', () => {
  it.each([
    ['a length of 1 GiB', Buffer.from([0x40, 0, 0, 0, 0, 1, 2, 3]), 'too-large'],
    ['an unknown kind', Buffer.from([0, 0, 0, 2, 9, 9]), 'invalid'],
    ['no length', Buffer.alloc(8), 'invalid'],
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), 'too-large'],
  ])('%s: an error, and the connection ends', async (_, bytes, code) => {
    const connection = await greeted(peer.path);
    connection.bytes(bytes);
    await until(() => connection.messages.length === 2);
    expect(connection.messages[1]).toMatchObject({ id: null, error: { data: { code } } });
    await connection.closed();
  });

  it('whatever they are, the peer serves on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.boolean(), async (garbage, afterHello) => {
        const connection = await (afterHello ? greeted(peer.path) : connectRaw(peer.path));
        connection.socket.end(Buffer.from(garbage));
        await connection.closed();
      }),
      { numRuns: 60 },
    );
  });
});

describe('a message that is none', () => {
  it.each([
    ['is not JSON', '{"jsonrpc":', null, -32700],
    ['is a batch', JSON.stringify([request(1, 'status', {})]), null, -32600],
    ['is an empty batch', '[]', null, -32600],
    ['is a number', '7', null, -32600],
    ['is null', 'null', null, -32600],
    ['is not version 2.0', '{"id":5,"method":"status"}', 5, -32600],
    ['names no method', '{"jsonrpc":"2.0","id":5}', 5, -32600],
    ['is a notification', '{"jsonrpc":"2.0","method":"say","params":{"text":"x"}}', null, -32600],
    ['has an object for an id', '{"jsonrpc":"2.0","id":{},"method":"status"}', null, -32600],
    ['has a long id', JSON.stringify(request('x'.repeat(65), 'status')), null, -32600],
    ['names an unknown method', JSON.stringify(request(5, 'format.disk', {})), 5, -32601],
    ['names a method of every object', JSON.stringify(request(5, 'constructor', {})), 5, -32601],
    ['says hello again', JSON.stringify(request(5, 'hello', HELLO)), 5, -32600],
    ['has wrong parameters', JSON.stringify(request(5, 'say', { text: 7 })), 5, -32602],
    ['has too many parameters', JSON.stringify(request(5, 'status', { extra: 1 })), 5, -32602],
    ['has parameters in a list', JSON.stringify(request(5, 'say', ['text'])), 5, -32602],
    [
      'smuggles a prototype',
      '{"jsonrpc":"2.0","id":5,"method":"say","params":{"text":"x","__proto__":{"a":1}}}',
      5,
      -32602,
    ],
  ])('%s: an error, and the connection goes on', async (_, text, id, code) => {
    const connection = await greeted(peer.path);
    connection.bytes(frame(text));
    await until(() => connection.messages.length === 2);
    expect(connection.messages[1]).toMatchObject({ jsonrpc: '2.0', id, error: { code, data: { code: 'invalid' } } });
    expect(connection.messages[1]?.error?.message).toBe(connection.messages[1]?.error?.data.message);
    connection.send(request(6, 'devices', {}));
    await until(() => connection.messages.length === 3);
    expect(connection.messages[2]).toMatchObject({ id: 6, result: { devices: [{ name: 'first' }] } });
  });

  it.each([
    ['resize', { run: RUN, cols: 0, rows: 1 }, 'cols: expected at least 1'],
    ['resize', { run: RUN, cols: 1, rows: 99_999 }, 'rows: expected at most 10000'],
    ['resize', { run: RUN, cols: 1.5, rows: 1 }, 'cols: expected a whole number'],
    ['resize', { run: RUN, cols: 'x', rows: 1 }, 'cols: expected a number'],
    ['wait', { runs: [] }, 'runs: expected at least 1 of them'],
    ['say', { text: 7 }, 'text: expected a text'],
    ['say', {}, 'text: expected a text'],
    ['status', { extra: 1 }, '"extra" is not known here'],
    ['output.open', { run: RUN, offset: -1 }, 'offset: expected at least 0'],
  ])('%s with %j: says what was expected, in words for people', async (method, params, what) => {
    const connection = await greeted(peer.path);
    connection.send(request(5, method, params));
    expect((await connection.next()).error?.message).toBe(`wrong parameters of "${method}": ${what}`);
  });

  it('has the id of one that waits: an error that is not taken for its answer', async () => {
    const connection = await greeted(peer.path);
    await submit(connection);
    connection.send(request(1, 'wait', { runs: [RUN] }));
    connection.send(request(1, 'devices', {}));
    await until(() => connection.messages.length === 3);
    expect(connection.messages[2]).toMatchObject({ id: null, error: { code: -32600 } });
    peer.finish();
    await until(() => connection.messages.length === 4);
    expect(connection.messages[3]).toMatchObject({ id: 1, result: { runs: [{ id: RUN }] } });
  });
});

describe('too much', () => {
  it('of calls that wait is refused, and nothing else', async () => {
    const connection = await greeted(peer.path);
    await submit(connection);
    for (let id = 1; id <= 300; id++) connection.send(request(id, 'wait', { runs: [RUN] }));
    await until(() => connection.messages.length === 2 + 300 - 256);
    for (const message of connection.messages.slice(2)) expect(message.error?.data.code).toBe('too-large');
    peer.finish();
    await until(() => connection.messages.length === 2 + 300);
    expect(connection.messages.filter(({ result }) => result !== undefined)).toHaveLength(2 + 256);
  });

  it('of streams is refused, and closing one makes room', async () => {
    peer.outputs.set('endless', async function* (_, signal) {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    });
    const client = await peer.connect();
    const opened = await Promise.all(Array.from({ length: 64 }, () => client.blob({ artifact: 'endless', offset: 0 })));
    await expect(client.blob({ artifact: 'endless', offset: 0 })).rejects.toMatchObject({ code: 'too-large' });
    await client.call('stream.close', { stream: opened[0]!.stream });
    await expect(client.blob({ artifact: 'endless', offset: 0 })).resolves.toBeDefined();
    client.close();
  });

  it('of clients is turned away with a reason, and the others stay', async () => {
    const clients = await Promise.all(Array.from({ length: 128 }, () => greeted(peer.path)));
    const late = await connectRaw(peer.path);
    expect(await late.next()).toMatchObject({ id: null, error: { data: { code: 'unavailable' } } });
    await late.closed();
    const refused = await peer.connect();
    await expect(refused.call('status', {})).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('128 clients'),
    });
    clients[0]!.socket.destroy();
    clients[1]!.socket.destroy();
    // Places are free as soon as the peer has seen them close.
    await expect
      .poll(async () =>
        (await peer.connect()).call('status', {}).then(
          () => 'served',
          () => 'refused',
        ),
      )
      .toBe('served');
    for (const { socket } of clients) socket.destroy();
    await expect
      .poll(async () =>
        (await peer.connect()).call('status', {}).then(
          () => 'served',
          () => 'refused',
        ),
      )
      .toBe('served');
  });

  it('in one answer becomes an error in its place', async () => {
    const client = await peer.connect();
    for (let i = 0; i < 80; i++) peer.append('x'.repeat(2 ** 20));
    await expect(client.call('thread.read', { limit: 100 })).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringContaining(`${MAX_ANSWER_BYTES}`),
    });
    expect((await client.call('thread.read', { limit: 1 })).entries).toHaveLength(1);
    client.close();
  });
});

describe('streams', () => {
  it('that never were: an error, and the connection ends', async () => {
    const connection = await greeted(peer.path);
    connection.bytes(Buffer.concat([encodeRawHeader(99, 0, 3), Buffer.from('abc')]));
    await until(() => connection.messages.length === 2);
    expect(connection.messages[1]).toMatchObject({ id: null, error: { data: { code: 'invalid' } } });
    await connection.closed();
  });
});

it('a bug of ours is an internal error with a place in the log, and the connection goes on', async () => {
  const client = await peer.connect();
  await expect(client.call('search', { query: 'bug', limit: 1 })).rejects.toMatchObject({ code: 'internal' });
  expect(peer.log.join('\n')).toContain('a bug of ours');
  await expect(client.call('devices', {})).resolves.toBeDefined();
  client.close();
});

it('a client that leaves in the middle of a frame, or of an answer, is forgotten', async () => {
  for (const bytes of [
    Buffer.from([0, 0]),
    encodeJson(request(1, 'status', {})).subarray(0, 20),
    frame('{"jsonrpc":"2.0","id":1,"method":"snapshot","params":{"entries":9}}'),
  ]) {
    const connection = await greeted(peer.path);
    connection.bytes(bytes);
    connection.socket.destroy();
    await connection.closed();
  }
});

const RUN = '0123456789abcdef';

async function submit(connection: { send(message: unknown): void; messages: unknown[] }): Promise<void> {
  connection.send(request('submit', 'submit', { id: RUN, task: '= 1' }));
  await until(() => connection.messages.length === 2);
}

function frame(text: string): Buffer {
  const body = Buffer.from(text);
  const header = Buffer.alloc(5);
  header.writeUInt32BE(body.length + 1);
  return Buffer.concat([header, body]);
}
