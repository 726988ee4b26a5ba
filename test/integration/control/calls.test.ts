import { connect, createServer } from 'node:net';
import { join, relative } from 'node:path';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';
import { connectControl } from '../../../src/control/client/client.ts';
import { encodeJson } from '../../../src/protocol/framing.ts';
import { connectRaw, greeted, HELLO, serve, temporaryFolder, until } from './harness.ts';

const RUN = '0123456789abcdef';

describe('a client', () => {
  it('is told who the peer is, calls it, and hears it stop', async () => {
    const peer = await serve();
    const client = await peer.connect();
    expect(await client.peer).toMatchObject({ pid: process.pid, name: 'test-device' });
    expect(await client.call('say', { text: 'hello ✓' })).toMatchObject({
      entry: { kind: 'message', message: { text: 'hello ✓' } },
    });
    expect(await client.call('stop', {})).toEqual({ stopping: true });
    expect(peer.stops()).toBe(1);
    const reasons: string[] = [];
    client.on('stopping', ({ reason }) => reasons.push(reason));
    await peer.close('it was asked to');
    expect(await client.closed).toBe('the peer stopped: it was asked to');
    expect(reasons).toEqual(['it was asked to']);
    await expect(client.call('status', {})).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  });

  it('gets what the engine refuses as it was said', async () => {
    const client = await (await serve()).connect();
    await expect(client.call('run.get', { run: '99' })).rejects.toMatchObject({
      code: 'not-found',
      message: 'there is no run "99"',
      hint: 'list them with "dispatch ps"',
    });
  });

  it('sends hello and what is called with it in one write', async () => {
    const peer = await serve();
    const chunks: Buffer[] = [];
    const path = join(temporaryFolder(), 'relay.sock');
    const relay = createServer((socket) => {
      const onward = connect(peer.path);
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('error', () => {});
      onward.on('error', () => {});
      socket.pipe(onward).pipe(socket);
    });
    await new Promise<void>((resolve) => relay.listen(path, resolve));
    const client = await connectControl({ path, client: 'test', version: '0.0.0' });
    const first = client.call('say', { text: 'one' });
    const second = client.call('say', { text: 'two' });
    await Promise.all([first, second]);
    client.close();
    relay.close();
    expect(chunks).toHaveLength(1);
    expect(chunks[0]!.toString('latin1')).toMatch(/"hello".*"one".*"two"/s);
  });

  it('may ask for a run in the same breath in which it submits it', async () => {
    const peer = await serve();
    peer.outputs.set(RUN, async function* () {
      yield { offset: 0, bytes: Buffer.from('its output') };
    });
    const client = await peer.connect();
    const submitted = client.call('submit', { id: RUN, task: '= 1' });
    const output = client.output({ run: RUN, offset: 0 });
    const waited = client.call('wait', { runs: [RUN] });
    peer.finish();
    expect((await submitted).run.id).toBe(RUN);
    expect((await output).run.id).toBe(RUN);
    expect((await waited).runs[0]!.id).toBe(RUN);
    expect(peer.calls).toEqual(['submit begins', 'submit ends', 'wait']);
  });

  it('is not held up by a call that waits', async () => {
    const peer = await serve();
    const client = await peer.connect();
    await client.call('submit', { id: RUN, task: '= 1' });
    let answered = false;
    const waited = client.call('wait', { runs: [RUN] }).then(() => {
      answered = true;
    });
    await client.call('devices', {});
    await client.call('say', { text: 'meanwhile' });
    expect(answered).toBe(false);
    peer.finish();
    await waited;
  });

  it('gives up where it is told to, and the connection goes on', async () => {
    const peer = await serve();
    const client = await peer.connect();
    await client.call('submit', { id: RUN, task: '= 1' });
    await expect(client.call('wait', { runs: [RUN] }, { timeoutMs: 5 })).rejects.toMatchObject({
      code: 'timeout',
      retryable: true,
    });
    const abort = new AbortController();
    const waited = client.call('wait', { runs: [RUN] }, { signal: abort.signal });
    abort.abort();
    await expect(waited).rejects.toMatchObject({ code: 'cancelled' });
    await expect(client.call('wait', { runs: [RUN] }, { signal: abort.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    peer.finish();
    await expect(client.call('devices', {})).resolves.toBeDefined();
  });

  it('that closes still sends what it said before', async () => {
    const peer = await serve();
    const client = await connectControl({ path: peer.path, client: 'test', version: '0.0.0' });
    client.call('say', { text: 'last words' }).catch(() => {});
    client.close();
    expect(await client.closed).toBe('closed here');
    const other = await peer.connect();
    await expect
      .poll(async () => (await other.call('thread.read', { limit: 1 })).entries)
      .toMatchObject([{ message: { text: 'last words' } }]);
  });

  it('cannot send more than the peer takes, and is told before', async () => {
    const client = await (await serve()).connect();
    await expect(client.call('say', { text: 'x'.repeat(9 * 2 ** 20) })).rejects.toMatchObject({ code: 'too-large' });
    await expect(client.call('devices', {})).resolves.toBeDefined();
  });

  it('serves many at once, each with its own answers', async () => {
    const peer = await serve();
    const clients = await Promise.all(Array.from({ length: 20 }, () => peer.connect()));
    const said = await Promise.all(
      clients.flatMap((client, who) =>
        Array.from({ length: 50 }, async (_, what) => {
          const { entry } = await client.call('say', { text: `${who}/${what}` });
          return entry.kind === 'message' && entry.message.text === `${who}/${what}`;
        }),
      ),
    );
    expect(said.every(Boolean)).toBe(true);
    expect((await clients[0]!.call('snapshot', { entries: 1000 })).cursor).toEqual({ 'device-of-the-tests': 1000 });
  });
});

describe('connecting', () => {
  it('to nobody is "unavailable", with the way out', async () => {
    const path = join(temporaryFolder(), 'nobody.sock');
    await expect(connectControl({ path, client: 'test', version: '0' })).rejects.toMatchObject({
      code: 'unavailable',
      message: 'no peer is running on this machine',
      hint: 'start it with "dispatch peer"',
    });
  });

  it('can be given up, before and after', async () => {
    const peer = await serve();
    await expect(
      connectControl({ path: peer.path, client: 'test', version: '0', signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'cancelled' });
    const abort = new AbortController();
    const client = await connectControl({ path: peer.path, client: 'test', version: '0', signal: abort.signal });
    await client.peer;
    abort.abort();
    expect(await client.closed).toBe('closed here');
  });

  it('to a peer of another version rejects everything with "version"', async () => {
    const path = join(temporaryFolder(), 'old.sock');
    const data = {
      code: 'version',
      message: 'the client speaks version 1, the peer version 0',
      retryable: false,
      hint: 'stop it',
    };
    const old = createServer((socket) => {
      socket.once('data', () =>
        socket.end(encodeJson({ jsonrpc: '2.0', id: 1, error: { code: -32000, message: data.message, data } })),
      );
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => old.listen(path, resolve));
    const client = await connectControl({ path, client: 'test', version: '0' });
    await expect(client.call('status', {})).rejects.toMatchObject({ code: 'version', hint: 'stop it' });
    await expect(client.peer).rejects.toMatchObject({ code: 'version' });
    expect(await client.closed).toBe(data.message);
    old.close();
  });

  it('loads nothing but sockets, frames and errors', async () => {
    const bundle = await rolldown({ input: 'src/control/client/client.ts', platform: 'node' });
    const { output } = await bundle.generate();
    await bundle.close();
    const loaded = output
      .flatMap((file) => (file.type === 'chunk' ? Object.keys(file.modules) : []))
      .map((file) => relative('.', file).replaceAll('\\', '/'))
      .filter((file) => !file.startsWith('src/control/client/'));
    expect(loaded.sort()).toEqual(['src/core/errors.ts', 'src/protocol/framing.ts']);
  });
});

describe('a peer that stops', () => {
  it('takes no more work, lets the rest be told, and then lets go', async () => {
    const peer = await serve();
    const client = await peer.connect();
    const told: string[] = [];
    client.on('change', ({ entry }) => void (entry.kind === 'message' && told.push(entry.message.text)));
    await client.call('follow', { cursor: {} });
    let release: () => void = () => {};
    const closing = peer.close('an update', () => new Promise((resolve) => (release = resolve)));
    await expect(client.call('say', { text: 'late' })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('an update'),
    });
    const late = await connectRaw(peer.path);
    late.send({ jsonrpc: '2.0', id: 1, method: 'hello', params: HELLO });
    expect(await late.next()).toMatchObject({ id: 1, error: { data: { code: 'unavailable' } } });
    peer.append('the run was interrupted');
    await until(() => told.length === 1);
    release();
    await closing;
    expect(await client.closed).toBe('the peer stopped: an update');
    await expect(peer.connect()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('does not wait for clients that do not read, whether they have ended their half or not', async () => {
    const peer = await serve();
    for (let i = 0; i < 20; i++) peer.append('x'.repeat(100_000));
    for (const ending of [false, true]) {
      const connection = await greeted(peer.path);
      connection.socket.pause();
      connection.send({ jsonrpc: '2.0', id: 1, method: 'thread.read', params: { limit: 20 } });
      if (ending) connection.socket.end();
    }
    await peer.close();
  });
});
