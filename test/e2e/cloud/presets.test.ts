// Each preset from the command line and from the dashboard, through a peer and the control socket, to a server that speaks its protocol.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliHome, createHome } from '../../helpers/cli.ts';
import { holdOpen } from '../../helpers/connectors.ts';
import { dashboards, projectOf } from '../../helpers/dashboard.ts';
import { type HttpService, json, serve } from '../../helpers/http-service.ts';
import { startJudge0 } from '../../helpers/judge0.ts';
import { type Jupyter, startJupyter } from '../../helpers/jupyter.ts';
import { isMissing, needs } from '../../helpers/needs.ts';
import { startPiston } from '../../helpers/piston.ts';

const KEY = 'a-key-that-only-tests-have';
const stage = dashboards();
const mock = new LLMock({ port: 0, chunkSize: 9, auth: { apiKeys: [KEY] } });
let services: readonly { close(): Promise<unknown> }[] = [];
let home: CliHome;

const MODELS = [
  ['openai-chat', '/v1'],
  ['openai-responses', '/v1'],
  ['anthropic-messages', '/v1'],
  ['ollama', ''],
] as const;

beforeAll(async () => {
  await mock.start();
  mock.onMessage('what is it', { content: 'It **is** so, in several pieces.' });
  const hook = await serve(({ body, headers }, response) => {
    // One that says what it was told.
    const said = body.includes('echo') ? ` ${headers.authorization} ${Buffer.from(KEY).toString('base64')}` : '';
    json(response, { text: `the hook says so${said}`, model: `m${said}` });
  });
  const piston: HttpService = await startPiston();
  const judge0 = await startJudge0(KEY);
  const jupyter: Jupyter | undefined = isMissing('a Jupyter server', 'a Python kernel')
    ? undefined
    : await startJupyter();
  services = [...holdOpen(), ...(jupyter === undefined ? [] : [jupyter])];
  const key = 'key = { env = "PRESET_KEY" }';
  const tables = [
    ...MODELS.map(
      ([preset, base]) =>
        `[connectors.${preset}]\npreset = "${preset}"\nurl = "${mock.url}${base}"\nmodel = "gpt-4o"\n${key}`,
    ),
    `[connectors.webhook]\npreset = "webhook"\nurl = "${hook.url}/hook"\n${key}`,
    `[connectors.proxied]\npreset = "webhook"\nurl = "${hook.url}/hook"\n${key}\nproxy = "http://me:${KEY}@127.0.0.1:9"`,
    `[connectors.piston]\npreset = "piston"\nurl = "${piston.url}/api/v2"\nkey = false`,
    `[connectors.judge0]\npreset = "judge0"\nurl = "${judge0.url}"\n${key}`,
    ...(jupyter === undefined
      ? []
      : [`[connectors.jupyter]\npreset = "jupyter"\nurl = "${jupyter.url}"\nkey = { env = "JUPYTER" }`]),
  ];
  home = createHome({ env: { PRESET_KEY: KEY, ...(jupyter === undefined ? {} : { JUPYTER: jupyter.token }) } });
  home.writeConfig(`[network]\nlisten = ["127.0.0.1:0"]\nlan = false\n${tables.join('\n')}\n`);
  await home.startPeer();
}, 120_000);
afterAll(async () => {
  await home?.dispose();
  await Promise.all(services.map((service) => service.close()));
  await mock.stop();
});

test.each(MODELS)(
  'a question to %s',
  async (preset) => {
    const asked = await home.cli(['ask', '--connector', preset, '--json', 'what is it']);
    expect(asked.code, asked.err).toBe(0);
    expect(JSON.parse(asked.out)).toMatchObject({
      status: 'completed',
      answer: { text: 'It **is** so, in several pieces.', about: { connector: preset } },
    });
    const tried = await home.cli(['connector', 'test', preset]);
    expect(tried.out).toMatch(/✓ connect/);
    expect(tried.out + tried.err).not.toContain(KEY);
  },
  60_000,
);

test('a question to a service of one’s own', async () => {
  expect(await home.cli(['ask', '-c', 'webhook', 'what?'])).toMatchObject({ code: 0, out: 'the hook says so\n' });
}, 60_000);

needs('python3', 'bash')('a program', () => {
  test.each(['piston', 'judge0'])(
    'at %s',
    async (preset) => {
      const ran = await home.cli(['code', '-c', preset, '--lang', 'python', '-'], { stdin: 'print(6*7)' });
      expect(ran, ran.err).toMatchObject({ code: 0, out: '42\n' });
      const failed = await home.cli(['code', '-c', preset, '--lang', 'python', '-'], {
        stdin: 'import sys; sys.exit(3)',
      });
      expect(failed.code).toBe(3);
    },
    60_000,
  );
});

needs('a Jupyter server', 'a Python kernel')('a program', () => {
  test('at Jupyter', async () => {
    const ran = await home.cli(['code', '-c', 'jupyter', '--lang', 'python', '-'], {
      stdin: 'print(6*7)',
      timeoutMs: 60_000,
    });
    expect(ran, ran.err).toMatchObject({ code: 0, out: '42\n' });
  }, 90_000);
});

test('the key of a connector is nowhere: not in the thread, nor in what is shown of the connector', async () => {
  const echoed = await home.cli(['ask', '-c', 'webhook', 'echo what you were told']);
  expect(echoed.out).toContain('the hook says so');
  const told = await home.cli([
    'show',
    '--json',
    String(JSON.parse((await home.cli(['ps', '--json', '--all'])).out)[0].number),
  ]);
  const shown = await home.cli(['connector', 'show', 'openai-chat']);
  expect(shown.out).toContain('PRESET_KEY');
  const proxied = await home.cli(['connector', 'show', 'proxied', '--json']);
  expect(proxied.out).toContain('127.0.0.1:9');
  const all = [
    echoed,
    told,
    shown,
    proxied,
    await home.cli(['connector', 'show', 'proxied']),
    await home.cli(['export']),
    await home.cli(['doctor']),
    await home.cli(['audit']),
  ];
  for (const { out, err } of all) expect(out + err).not.toContain(KEY);
  const files = readdirSync(home.path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(5);
  for (const { parentPath, name } of files.filter((file) => file.name !== 'config.toml'))
    expect(readFileSync(join(parentPath, name)).includes(KEY), name).toBe(false);
}, 60_000);

test('from the composer, to the connector that is named', async () => {
  mkdirSync(projectOf(home), { recursive: true });
  const dashboard = await stage.open(home);
  dashboard.type('?what is it #anthropic-messages');
  await dashboard.waitFor(/cloud-knowledge .*anthropic-messages/);
  dashboard.press('enter');
  await dashboard.waitFor(/It \*\*is\*\* so, in several pieces/);
  dashboard.submit('?what is it #ollama');
  await dashboard.waitFor(/ollama/);
}, 90_000);
