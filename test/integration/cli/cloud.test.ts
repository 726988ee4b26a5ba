// `dispatch cloud` as people and scripts start it: what it prints is enough to reach it, and when it ends nothing of it is left.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliHome, createHome, type Running } from '../../helpers/cli.ts';
import { childrenOf, isAlive } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

let home: CliHome;
beforeAll(() => {
  home = createHome();
});
afterAll(() => home.dispose());

interface Told {
  readonly url: string;
  readonly key: string;
  readonly config: string;
}

async function startCloud(args: readonly string[] = [], env = {}): Promise<{ running: Running; told: Told }> {
  const running = home.start(['cloud', '--json', ...args], { env });
  await running.printed('\n');
  return { running, told: JSON.parse(running.out()) as Told };
}

async function post({ url, key }: Told, path: string, body: unknown): Promise<string> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.text();
}

describe('dispatch cloud', () => {
  it('answers questions and runs code until it is asked to end', async () => {
    mkdirSync(join(home.work, 'notes'));
    writeFileSync(join(home.work, 'notes', 'boiler.md'), '# Boiler\n\nBleed the radiators in autumn.\n');
    const { running, told } = await startCloud(['--folder', 'notes']);
    expect(await post(told, '/v1/answers', { question: 'bleeding radiators' })).toContain('notes/boiler.md');
    expect(await post(told, '/v1/answers', { question: 'how do I pair a device' })).toContain('dispatch pair');
    const ran = await post(told, '/v1/code', { language: 'js', source: 'print(6 * 7)' });
    expect(ran).toContain(Buffer.from('42\n').toString('base64'));
    const children = childrenOf(running.pid);
    expect(children.length).toBeGreaterThan(0);
    running.kill('SIGTERM');
    expect(await running.done).toMatchObject({ code: 0, err: '' });
    await until('end of what it ran', () => children.every((pid) => !isAlive(pid)));
    await expect(fetch(told.url)).rejects.toThrow();
  });

  it('prints for people what another device needs', async () => {
    const running = home.start(['cloud', '--listen', '[::1]:0']);
    await running.printed('key = {');
    expect(running.out()).toMatch(/^serves at http:\/\/\[::1\]:\d+$/m);
    expect(running.out()).toMatch(/^key [\w-]{43}$/m);
    expect(running.out()).toMatch(
      /\[connectors\.cloud\]\npreset = "embedded"\nurl = "http:\/\/\[::1\]:\d+"\nkey = \{ env = "DISPATCH_CLOUD_KEY" \}/,
    );
    running.kill('SIGINT');
    expect((await running.done).code).toBe(0);
  });

  it('takes a key from the environment', async () => {
    const { running, told } = await startCloud([], { DISPATCH_CLOUD_KEY: 'a-key-of-my-own-choice' });
    expect(told.key).toBe('a-key-of-my-own-choice');
    const response = await fetch(`${told.url}/v1/status`, { headers: { authorization: `Bearer ${told.key}` } });
    expect(response.status).toBe(200);
    running.kill('SIGTERM');
    await running.done;
  });

  it.each([
    [['--listen', '0.0.0.0:0'], '--listen 0.0.0.0:0: it serves on loopback only'],
    [['--listen', '192.168.1.2:80'], 'loopback only'],
    [['--listen', '[::]:0'], 'loopback only'],
    [['--listen', 'example.org:80'], 'is a name'],
    [['--folder', '/nowhere'], '--folder /nowhere: there is no such folder'],
    [['more'], '"more" is too much'],
  ])('refuses %j', async (args, says) => {
    const { code, err } = await home.cli(['cloud', ...args]);
    expect(code).toBe(2);
    expect(err).toContain(says);
  });

  it('refuses a key that is short, and an address that is taken', async () => {
    const short = await home.cli(['cloud'], { env: { DISPATCH_CLOUD_KEY: 'short' } });
    expect(short).toMatchObject({ code: 2 });
    expect(short.err).toContain('at least 16 characters');
    const { running, told } = await startCloud();
    const second = await home.cli(['cloud', '--listen', new URL(told.url).host]);
    expect(second.code).not.toBe(0);
    expect(second.err).toContain('cannot be served');
    expect(second.err).toContain('choose another port');
    running.kill('SIGTERM');
    await running.done;
  });

  it('says which folder it cannot have', async () => {
    const other = createHome();
    try {
      const folder = other.paths.cloud;
      mkdirSync(dirname(folder), { recursive: true });
      writeFileSync(folder, 'in the way');
      const { err } = await other.cli(['cloud']);
      expect(err).toContain('the server does not start');
      expect(err).toContain(folder);
      expect(err).not.toContain('port');
    } finally {
      await other.dispose();
    }
  });
});
