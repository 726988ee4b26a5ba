// A machine on which nothing is configured: questions are answered from the manual, programs run in sandboxes, and all of it goes
// through the embedded connector over HTTP.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliHome, createHome } from '../../helpers/cli.ts';

let home: CliHome;
beforeAll(async () => {
  home = createHome();
  await home.startPeer();
}, 60_000);
afterAll(() => home.dispose());

const LONG = { timeoutMs: 60_000 };

test('a question about Dispatch is answered with a citation, and says who answers', async () => {
  const { code, out } = await home.cli(['ask', 'how', 'do', 'I', 'pair', 'a', 'device'], LONG);
  expect(code).toBe(0);
  expect(out).toMatch(/^\*\*Embedded knowledge/);
  expect(out).toContain('no model');
  expect(out).toContain('dispatch pair --allow');
  expect(out).toMatch(/▸ Sources\n▸ \[1\] .*README\.md.*:\d+/);
  expect(out).toContain('[connectors.ollama]');
}, 90_000);

test('the same as JSON: the run and its answer', async () => {
  const answered = (await home.json(['ask', '--json', 'what is a grant'], LONG)) as Record<string, never>;
  expect(answered).toMatchObject({
    route: 'cloud-knowledge',
    status: 'completed',
    rule: 'own-questions',
    answer: {
      role: 'assistant',
      about: {
        connector: 'embedded',
        citations: expect.arrayContaining([expect.objectContaining({ title: expect.any(String) })]),
      },
    },
  });
}, 90_000);

test('a connector that there is not is refused before anything is written down', async () => {
  const runs = async () => ((await home.json(['ps', '--all', '--json'])) as unknown[]).length;
  const before = await runs();
  for (const args of [
    ['ask', '--connector', 'nosuch', 'why'],
    ['code', '--connector', 'nosuch', '--lang', 'python', '-'],
  ]) {
    const { code, err } = await home.cli(args, { stdin: 'print(1)', ...LONG });
    expect(code).toBeGreaterThan(0);
    expect(err).toContain('there is no connector "nosuch"');
  }
  expect(await runs()).toBe(before);
}, 90_000);

test('a program from standard input prints, and ends as it ends', async () => {
  const printed = await home.cli(['code', '--lang', 'python', '-'], { stdin: 'print(6*7)', ...LONG });
  expect(printed).toMatchObject({ code: 0, out: '42\n' });
  const failed = await home.cli(['code', '--lang', 'javascript', '-'], { stdin: 'throw new Error("no")', ...LONG });
  expect(failed.code).toBe(1);
  expect(failed.out).toContain('no');
}, 120_000);

test('files go in, and what it leaves comes back', async () => {
  const input = join(home.work, 'numbers.txt');
  writeFileSync(input, '1\n2\n3\n');
  const script = join(home.work, 'sum.py');
  writeFileSync(script, 'n = sum(int(l) for l in open("numbers.txt"))\nopen("sum.txt", "w").write(str(n))\nprint(n)\n');
  const { code, out, err } = await home.cli(['code', script, '--file', input, '-o', home.work], LONG);
  expect({ code, out }).toEqual({ code: 0, out: '6\n' });
  expect(err).toContain('sum.txt');
  expect(readFileSync(join(home.work, 'sum.txt'), 'utf8')).toBe('6');
}, 90_000);

test('a language that it does not run is refused, with those that it does', async () => {
  const { code, err } = await home.cli(['code', '--lang', 'cobol', '-'], { stdin: 'x', ...LONG });
  expect(code).not.toBe(0);
  expect(err).toMatch(/cobol/);
  expect(err).toMatch(/python/);
}, 60_000);

test('the router explains itself', async () => {
  const question = await home.cli(['route', '?why is the sky blue']);
  expect(question.out).toMatch(/^cloud-knowledge · embedded/);
  const run = (await home.json(['route', '--json', '!ls'])) as { rejected: { route?: string; reason: string }[] };
  expect(run.rejected.flatMap(({ route }) => route ?? []).sort()).toEqual(['cloud-code', 'cloud-knowledge', 'inline']);
});

test('the embedded connector is listed, and a try of it explains each stage', async () => {
  const { out } = await home.cli(['connector', 'list']);
  expect(out).toMatch(/● +embedded +cloud-knowledge\* cloud-code\*/);
  const tried = await home.cli(['connector', 'test', 'embedded'], LONG);
  expect(tried.code).toBe(0);
  for (const stage of ['configuration', 'connect', 'request', 'answer'])
    expect(tried.out).toMatch(new RegExp(`✓ ${stage}`));
  expect((await home.cli(['connector', 'show', 'nothing'])).err).toContain('there is no connector "nothing"');
}, 90_000);

test('the whole thread is exported, as JSON lines and as Markdown', async () => {
  const lines = (await home.cli(['export'])).out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string });
  expect(new Set(lines.map(({ kind }) => kind))).toEqual(new Set(['run', 'artifact', 'message']));
  const path = join(home.work, 'thread.md');
  expect(await home.cli(['export', '--format', 'md', '-o', path])).toMatchObject({ code: 0, out: '' });
  expect(readFileSync(path, 'utf8')).toMatch(/^# Thread\n\n\*\*run 1\*\*/);
  expect((await home.cli(['export', '-o', path])).code).toBe(2);
});
