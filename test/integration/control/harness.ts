// A real control server on a real socket, raw connections to it, and waiting for what is waited for.
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type ControlClient, connectControl } from '../../../src/control/client/client.ts';
import { createControlServer } from '../../../src/control/server/server.ts';
import { type PeerStatus, PROTOCOL_VERSION } from '../../../src/protocol/api.ts';
import { createFrameReader, encodeJson, type Frame, MAX_ANSWER_BYTES } from '../../../src/protocol/framing.ts';
import { createMemoryApi, DEVICE, type MemoryApi } from './memory-api.ts';

export const HELLO = { protocol: PROTOCOL_VERSION, version: '0.0.0', client: 'test' };

function status(): PeerStatus {
  return {
    pid: process.pid,
    id: DEVICE,
    name: 'test-device',
    version: '0.0.0',
    protocol: PROTOCOL_VERSION,
    instance: 'one',
    addresses: [],
    home: '/nowhere',
    startedAt: 1,
    load: { running: 0, queued: 0 },
  };
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dispatch-control-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Serving extends MemoryApi {
  readonly path: string;
  readonly log: string[];
  readonly stops: () => number;
  close(reason?: string, meanwhile?: () => Promise<void>): Promise<void>;
  connect(): Promise<ControlClient>;
}

/** Serves until the test ends. */
export async function serve(options: { path?: string; memory?: MemoryApi } = {}): Promise<Serving> {
  const path = options.path ?? join(temporaryFolder(), 'control', 'peer.sock');
  const memory = options.memory ?? createMemoryApi();
  const log: string[] = [];
  let stops = 0;
  const server = await createControlServer({
    api: memory.api,
    path,
    status,
    onStop: () => {
      stops += 1;
    },
    log: {
      info: (message) => void log.push(message),
      error: (message, cause) => void log.push(`${message}: ${String(cause)}`),
    },
  });
  const close = (reason = 'the test is over', meanwhile?: () => Promise<void>): Promise<void> =>
    server.close(reason, meanwhile);
  onTestFinished(() => close());
  return {
    ...memory,
    path,
    log,
    stops: () => stops,
    close,
    async connect() {
      const client = await connectControl({ path, client: 'test', version: '0.0.0' });
      onTestFinished(() => client.close());
      return client;
    },
  };
}

export interface Message {
  id?: unknown;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { code: number; message: string; data: { code: string; message: string; hint?: string } };
}

/** A connection that sends whatever bytes it likes. */
export interface RawConnection {
  readonly socket: Socket;
  readonly frames: Frame[];
  readonly messages: Message[];
  readonly ended: boolean;
  send(message: unknown): void;
  bytes(bytes: Buffer | string): void;
  /** Resolves with the next message that has not been taken. */
  next(): Promise<Message>;
  closed(): Promise<void>;
}

export async function connectRaw(path: string): Promise<RawConnection> {
  const socket = createConnection(path);
  onTestFinished(() => void socket.destroy());
  const frames: Frame[] = [];
  const messages: Message[] = [];
  let taken = 0;
  let ended = false;
  const read = createFrameReader((frame) => {
    frames.push(frame);
    if (frame.kind === 'json') messages.push(JSON.parse(frame.text) as Message);
  }, MAX_ANSWER_BYTES);
  socket.on('data', (chunk: Buffer) => read(chunk));
  socket.on('error', () => {});
  socket.on('close', () => {
    ended = true;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return {
    socket,
    frames,
    messages,
    get ended() {
      return ended;
    },
    send: (message) => void socket.write(encodeJson(message)),
    bytes: (bytes) => void socket.write(bytes),
    async next() {
      await until(() => messages.length > taken || ended);
      const message = messages[taken++];
      if (message === undefined) throw new Error('the connection was closed without a word');
      return message;
    },
    closed: () => until(() => ended),
  };
}

export async function greeted(path: string): Promise<RawConnection> {
  const connection = await connectRaw(path);
  connection.send({ jsonrpc: '2.0', id: 'hello', method: 'hello', params: HELLO });
  await connection.next();
  return connection;
}

/** Looks at every turn of the event loop. */
export async function until(condition: () => boolean, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline)
      throw new Error(`it did not come about within ${withinMs} ms: ${String(condition)}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Bytes that tell where they are: a lost, repeated or moved one is seen. */
export function pattern(offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) bytes[i] = ((offset + i) * 2_654_435_761) >>> 24;
  return bytes;
}
