// Artifacts of a run on another device, through two real engines and the HTTP of the one that asks.

import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { type ArtifactServer, createArtifactServer } from '../../../src/control/http/artifact-server.ts';
import type { PublishedArtifact } from '../../../src/core/artifacts.ts';
import { isFinal } from '../../../src/core/runs.ts';
import type { Notifications } from '../../../src/protocol/api.ts';
import { type EnginePair, startPair } from '../../helpers/engine-pair.ts';
import { expectSame } from '../../helpers/kept-output.ts';
import { until } from '../../helpers/until.ts';

const NUMBERS = Buffer.from(`${Array.from({ length: 300_000 }, (_, index) => index + 1).join('\n')}\n`);
const never = new AbortController().signal;

const closings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});

async function pairWithArtifact(): Promise<{ pair: EnginePair; server: ArtifactServer; numbers: PublishedArtifact }> {
  const server = await createArtifactServer({ onFault: () => {} });
  closings.push(() => server.close());
  const pair = await startPair({ laptop: { downloadUrl: (artifact) => server.urlOf(artifact) } });
  closings.push(async () => pair[Symbol.asyncDispose]());
  server.serve(pair.laptop.engine.api);
  const run = await pair.laptop.submit('seq 1 300000 > "$DISPATCH_ARTIFACTS/numbers.txt"', {
    devices: ['box'],
    approve: true,
  });
  const { api } = pair.laptop.engine;
  const numbers = await until('artifact of the run', async () => {
    const detail = await api['run.get']({ run: run.id });
    return isFinal(detail.run) && detail.artifacts.find(({ name }) => name === 'numbers.txt');
  });
  return { pair, server, numbers };
}

async function get(url: string, range?: string): Promise<{ status: number; retry: string | undefined; body: Buffer }> {
  const asked = request(url, { agent: false, headers: range === undefined ? {} : { Range: range } });
  asked.end();
  const [response] = await once(asked, 'response');
  const parts: Buffer[] = [];
  for await (const bytes of response) parts.push(bytes as Buffer);
  return { status: response.statusCode, retry: response.headers['retry-after'], body: Buffer.concat(parts) };
}

async function read(pair: EnginePair, artifact: PublishedArtifact, offset = 0): Promise<Buffer> {
  const { chunks } = await pair.laptop.engine.api.blob({ artifact: artifact.id, offset }, never);
  const parts: Uint8Array[] = [];
  for await (const { bytes } of chunks) parts.push(bytes);
  return Buffer.concat(parts);
}

describe('an artifact on another device', () => {
  test('comes when it is fetched, and then needs the device no more', async () => {
    const { pair, numbers } = await pairWithArtifact();
    const { api } = pair.laptop.engine;
    const told: Notifications['fetch'][] = [];
    api.onFetch((progress) => told.push(progress));
    expect(await api['artifact.fetch']({ artifact: numbers.id }, never)).toEqual({ artifact: numbers });
    expect(told.at(-1)).toEqual({ artifact: numbers.id, bytes: NUMBERS.length, sizeBytes: NUMBERS.length });
    pair.cut();
    expectSame(await read(pair, numbers), NUMBERS);
    expectSame(await read(pair, numbers, 1_000_000), NUMBERS.subarray(1_000_000));
    const url = await get(numbers.downloadUrl);
    expect(url.status).toBe(200);
    expectSame(url.body, NUMBERS);
  });

  test('comes through the API and the URL without being fetched first', async () => {
    const { pair, numbers } = await pairWithArtifact();
    const [whole, part, bytes] = await Promise.all([
      get(numbers.downloadUrl),
      get(numbers.downloadUrl, 'bytes=1500000-1500099'),
      read(pair, numbers),
    ]);
    expect([whole.status, part.status]).toEqual([200, 206]);
    expectSame(whole.body, NUMBERS);
    expectSame(part.body, NUMBERS.subarray(1_500_000, 1_500_100));
    expectSame(bytes, NUMBERS);
  });

  test('cannot be had while its device is away, and everybody is told which', async () => {
    const { pair, numbers } = await pairWithArtifact();
    pair.cut();
    const away = { code: 'unavailable', message: expect.stringContaining('is on box, which is offline') };
    await expect(pair.laptop.engine.api['artifact.fetch']({ artifact: numbers.id }, never)).rejects.toMatchObject(away);
    await expect(read(pair, numbers)).rejects.toMatchObject(away);
    const answer = await get(numbers.downloadUrl);
    expect([answer.status, answer.retry]).toEqual([503, '5']);
    expect(answer.body.toString()).toMatch(/^"numbers\.txt" is on box, which is offline: .*\n$/);
    pair.join();
    expect((await get(numbers.downloadUrl)).status).toBe(200);
  });

  test('is refused once the grant is gone', async () => {
    const { pair, numbers } = await pairWithArtifact();
    pair.onBox.set([]);
    const answer = await get(numbers.downloadUrl);
    expect(answer.status).toBe(403);
    expect(answer.body.toString()).toContain('box does not give "numbers.txt"');
  });
});
