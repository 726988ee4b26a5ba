// The server as the peer keeps it: started when it is needed, again when it died, and never left behind.
import { spawn } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { manualFolder } from '../../../src/cloud/manual-folder.ts';
import { type CloudAddress, createEmbeddedCloud, type EmbeddedCloud } from '../../../src/peer/embedded-cloud.ts';
import { newFolder, processesLike, readRun } from '../../helpers/cloud.ts';
import { childrenOf, isAlive } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

const OWNER = fileURLToPath(new URL('../../fixtures/cloud-owner.ts', import.meta.url));
const { signal } = new AbortController();
let stateDir: string;
let cloud: EmbeddedCloud;
const faults: string[] = [];
beforeEach(() => {
  stateDir = newFolder('embedded');
  faults.length = 0;
  cloud = createEmbeddedCloud({
    version: '0.0.0',
    folders: [],
    manualDir: manualFolder(),
    stateDir,
    env: { ...process.env, SECRET_OF_THE_PEER: 'TOP-SECRET' },
    onFault: (what) => faults.push(what),
  });
});
afterEach(async () => {
  await cloud.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const hosts = (): number[] => childrenOf(process.pid).filter((pid) => processesLike('cloud-host').includes(pid));

async function run({ url, key }: CloudAddress, language: string, source: string): Promise<ReturnType<typeof readRun>> {
  const response = await fetch(`${url}/v1/code`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ language, source }),
  });
  return readRun(await response.text());
}

test('it starts when it is needed, once, and ends when it is closed', async () => {
  expect(hosts()).toEqual([]);
  const [one, two] = await Promise.all([cloud.address(signal), cloud.address(signal)]);
  expect(one).toEqual(two);
  expect(one.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(hosts()).toHaveLength(1);
  expect((await run(one, 'js', 'print(6 * 7)')).stdout).toBe('42\n');
  const [host = 0] = hosts();
  await cloud.close();
  expect(isAlive(host)).toBe(false);
  expect(faults).toEqual([]);
  await expect(cloud.address(signal)).rejects.toThrow('ending');
});

test('closing one that never started starts none', async () => {
  await cloud.close();
  expect(hosts()).toEqual([]);
});

test('it starts again after it died, with another key', async () => {
  const before = await cloud.address(signal);
  const [host = 0] = hosts();
  process.kill(host, 'SIGKILL');
  await until('the loss to be told', () => faults.length === 1);
  const after = await cloud.address(signal);
  expect(after.key).not.toBe(before.key);
  expect((await run(after, 'js', 'print(1)')).stdout).toBe('1\n');
});

test('who does not wait is let go', async () => {
  const abort = new AbortController();
  const asked = cloud.address(abort.signal);
  abort.abort(new Error('enough'));
  await expect(asked).rejects.toThrow('enough');
});

test('a state folder that cannot be is told of, and tried again', async () => {
  const wrong = createEmbeddedCloud({
    version: '0.0.0',
    folders: [],
    manualDir: manualFolder(),
    stateDir: '/dev/null/nowhere',
    env: process.env,
  });
  await expect(wrong.address(signal)).rejects.toMatchObject({
    message: expect.stringContaining('does not start'),
    hint: expect.stringContaining('/dev/null/nowhere'),
  });
  await wrong.close();
});

test('the last that it said is told when it ends', async () => {
  const script = join(stateDir, 'broken.mjs');
  writeFileSync(script, 'console.error("the sky fell"); process.exit(3);');
  const broken = createEmbeddedCloud({
    version: '0.0.0',
    folders: [],
    manualDir: manualFolder(),
    stateDir,
    env: process.env,
    hostUrl: pathToFileURL(script),
    onFault: (_what, error) => faults.push(String(error)),
  });
  await expect(broken.address(signal)).rejects.toThrow('it ended with status 3; it said: the sky fell');
  expect(faults).toEqual([expect.stringContaining('the sky fell')]);
  await broken.close();
});

test('what a job throws past everything does not end it', async () => {
  const script = join(stateDir, 'host.mjs');
  const host = new URL('../../../src/cloud/cloud-host.ts', import.meta.url);
  writeFileSync(
    script,
    `await import(${JSON.stringify(host.href)}); setTimeout(() => { throw new Error('loose'); }, 300);`,
  );
  const shaken = createEmbeddedCloud({
    version: '0.0.0',
    folders: [],
    manualDir: manualFolder(),
    stateDir,
    env: process.env,
    hostUrl: pathToFileURL(script),
    onFault: (what) => faults.push(what),
  });
  const address = await shaken.address(signal);
  expect((await run(address, 'bash', 'sleep 1; echo on')).stdout).toBe('on\n');
  expect(faults).toEqual([]);
  await shaken.close();
});

test('programs get nothing of the environment', async () => {
  const address = await cloud.address(signal);
  for (const language of ['bash', 'bash-wasm', 'python-wasm']) {
    const source = language === 'python-wasm' ? 'import os; print(os.environ)' : 'env';
    expect((await run(address, language, source)).stdout).not.toContain('SECRET');
  }
});

test('it ends with a peer that is killed, and so does all that it runs', async () => {
  const owner = spawn(process.execPath, [OWNER, stateDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve) =>
    owner.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString('utf8'))),
  );
  const address = JSON.parse(line) as CloudAddress;
  void run(address, 'bash', 'sleep 11235.8 & wait').catch(() => {});
  void run(address, 'js', 'while (true);').catch(() => {});
  const [host = 0] = await until('the server', () => {
    const found = childrenOf(owner.pid ?? 0).filter((pid) => processesLike('cloud-host').includes(pid));
    return found.length > 0 && found;
  });
  await until('the program', () => processesLike('sleep 11235.8').length > 0);
  const runners = await until('the interpreter', () => {
    const found = childrenOf(host).filter((pid) => processesLike('runner.ts').includes(pid));
    return found.length > 0 && found;
  });
  owner.kill('SIGKILL');
  await until(
    'end of all',
    () => [host, ...runners].every((pid) => !isAlive(pid)) && processesLike('sleep 11235.8').length === 0,
  );
  await until('removal of the folder', () => readdirSync(join(stateDir, 'work')).length === 0);
});

test('interpreters end with a server that is killed', async () => {
  const address = await cloud.address(signal);
  const running = run(address, 'js', 'while (true);').catch(() => 'gone');
  const [host = 0] = hosts();
  const runners = await until('the interpreter', () => {
    const found = childrenOf(host).filter((pid) => processesLike('runner.ts').includes(pid));
    return found.length > 0 && found;
  });
  process.kill(host, 'SIGKILL');
  expect(await running).toBe('gone');
  await until('end of all', () => runners.every((pid) => !isAlive(pid)));
});
