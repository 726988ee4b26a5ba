// Downloads as people and scripts make them: curl, on a real engine, with what it sends and what it makes of the answers.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ArtifactServer, createArtifactServer } from '../../../src/control/http/artifact-server.ts';
import type { PublishedArtifact } from '../../../src/core/artifacts.ts';
import { systemClock } from '../../../src/peer/system.ts';
import { startEngine, type TestEngine } from '../../helpers/engine.ts';
import { needs } from '../../helpers/needs.ts';

const run = promisify(execFile);
const DAY_MS = 86_400_000;
const NUMBERS = Buffer.from(`${Array.from({ length: 100_000 }, (_, index) => index + 1).join('\n')}\n`);
const MAKE = [
  'seq 1 100000 > numbers.txt',
  `printf '%%PDF-1.4\\n' > paper.pdf`,
  `printf '<script>alert(1)</script>' > page.html`,
  `printf '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>' > drawing.svg`,
  `printf 'hi' > $'na\\u00efve "x".txt'`,
].join('; ');

let ahead = 0;
let server: ArtifactServer;
let engine: TestEngine;
let folder: string;
let artifacts: readonly PublishedArtifact[];

needs('curl', 'bash')('curl', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dispatch-curl-'));
    server = await createArtifactServer({ onFault: (what, error) => expect.fail(`${what}: ${error}`) });
    engine = await startEngine({
      downloadUrl: (artifact) => server.urlOf(artifact),
      clock: { now: () => Date.now() + ahead, at: (time, callback) => systemClock.at(time - ahead, callback) },
      settings: { keepArtifactsMs: DAY_MS },
    });
    server.serve(engine.engine.api);
    const made = await engine.submit(`export LC_ALL=C.UTF-8; cd "$DISPATCH_ARTIFACTS"; ${MAKE}`, { approve: true });
    expect(await engine.done(made.id)).toMatchObject({ status: 'completed' });
    artifacts = (await engine.engine.api['run.get']({ run: made.id })).artifacts;
  });
  afterAll(async () => {
    await server.close();
    await engine.dispose();
    await rm(folder, { recursive: true });
  });

  const urlOf = (name: string): string => {
    const found = artifacts.find((artifact) => artifact.name === name);
    if (found === undefined) throw new Error(`there is no ${name} among ${artifacts.map((each) => each.name)}`);
    return found.downloadUrl;
  };
  const curl = async (...args: string[]): Promise<Buffer> => {
    const options = { cwd: folder, encoding: 'buffer', maxBuffer: 2 ** 24, env: { PATH: process.env.PATH } } as const;
    return (await run('curl', ['-q', '-sS', '--noproxy', '*', '--max-time', '20', ...args], options)).stdout;
  };
  /** The status, and every header by its name in small letters. */
  const head = async (...args: string[]): Promise<Record<string, string>> => {
    const lines = (await curl('-D', '-', '-o', join(folder, 'body'), ...args)).toString('latin1').trim().split('\r\n');
    const pairs = lines.slice(1).map((line) => [line.split(':', 1)[0]?.toLowerCase(), line.replace(/^[^:]*: */, '')]);
    return { ...Object.fromEntries(pairs), status: lines[0]?.split(' ')[1] };
  };

  test('saves it whole, and goes on where a part ends', async () => {
    const [whole, part] = [join(folder, 'whole'), join(folder, 'part')];
    await curl('-o', whole, urlOf('numbers.txt'));
    await writeFile(part, NUMBERS.subarray(0, 12_345));
    await curl('-C', '-', '-o', part, urlOf('numbers.txt'));
    expect([NUMBERS.equals(await readFile(whole)), NUMBERS.equals(await readFile(part))]).toEqual([true, true]);
  });

  test('saves it under its name, without what no name should have', async () => {
    const into = await mkdtemp(join(folder, 'named-'));
    await curl('-OJ', '--output-dir', into, urlOf('naïve "x".txt'));
    expect(await readdir(into)).toEqual(['na_ve _x_.txt']);
  });

  test.each([
    ['0-0', NUMBERS.subarray(0, 1), `bytes 0-0/${NUMBERS.length}`],
    ['-5', NUMBERS.subarray(-5), `bytes ${NUMBERS.length - 5}-${NUMBERS.length - 1}/${NUMBERS.length}`],
    ['588890-', NUMBERS.subarray(588_890), `bytes 588890-${NUMBERS.length - 1}/${NUMBERS.length}`],
  ])('the range %s', async (range, bytes, told) => {
    const answer = await head('-r', range, urlOf('numbers.txt'));
    expect(answer).toMatchObject({ status: '206', 'content-range': told, 'content-length': String(bytes.length) });
    expect(bytes.equals(await readFile(join(folder, 'body')))).toBe(true);
  });

  test('a range beyond the end is told of, and one of older content gives the whole', async () => {
    const url = urlOf('numbers.txt');
    expect(await head('-r', '99999999-', url)).toMatchObject({
      status: '416',
      'content-range': `bytes */${NUMBERS.length}`,
    });
    expect(await head('-r', '0-9', '-H', 'If-Range: "other"', url)).toMatchObject({
      status: '200',
      'content-length': String(NUMBERS.length),
    });
  });

  test.each([
    ['numbers.txt', 'text/plain; charset=utf-8', 'inline', "sandbox; default-src 'none'"],
    ['page.html', 'text/html; charset=utf-8', 'attachment', "sandbox; default-src 'none'"],
    ['drawing.svg', 'image/svg+xml', 'attachment', "sandbox; default-src 'none'"],
    [
      'paper.pdf',
      'application/pdf',
      'inline',
      "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'",
    ],
  ])('%s comes as %s, %s', async (name, type, disposition, policy) => {
    const answer = await head(urlOf(name));
    expect(answer).toMatchObject({
      status: '200',
      'content-type': type,
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    expect(answer['access-control-allow-origin']).toBeUndefined();
    expect(answer['content-disposition']).toMatch(new RegExp(`^${disposition}; `));
    expect((await head(`${urlOf(name)}&download=1`))['content-disposition']).toMatch(/^attachment; /);
  });

  test('other names, methods and tokens are refused', async () => {
    const url = urlOf('numbers.txt');
    const { port } = new URL(url);
    const rebound = url.replace('127.0.0.1', 'evil.example');
    expect(await head('--resolve', `evil.example:${port}:127.0.0.1`, rebound)).toMatchObject({ status: '403' });
    expect(await head('-X', 'DELETE', url)).toMatchObject({ status: '405', allow: 'GET, HEAD' });
    expect(await head(`${url}A`)).toMatchObject({ status: '403' });
    expect(await head(`${url}&download=2`)).toMatchObject({ status: '403' });
    expect(await head(`http://127.0.0.1:${port}/etc/passwd`)).toMatchObject({ status: '404' });
  });

  test('what was removed is told of as gone, also to who wants only the head', async () => {
    ahead = 2 * DAY_MS;
    await engine.engine.api['artifacts.prune']({ dry: false });
    expect(await head(urlOf('numbers.txt'))).toMatchObject({ status: '410' });
    expect(await readFile(join(folder, 'body'), 'utf8')).toMatch(
      /^"numbers\.txt" was removed on \d{4}-\d\d-\d\d \(kept for 2 days\): run it again\n$/,
    );
    expect(await head('-I', urlOf('paper.pdf'))).toMatchObject({ status: '410', 'cache-control': 'no-store' });
  });
});
