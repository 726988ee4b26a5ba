import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectorsOf, defaultConnector, summaryOf } from '../../../src/config/connectors.ts';
import { checkConnectors, loadConfig, parseConfig } from '../../../src/config/load.ts';
import { layTables, presetNames, readPreset } from '../../../src/config/presets.ts';

const LLAMA = '[connectors.llama]\npreset = "ollama"\nmodel = "m"\n';
const PISTON = '[connectors.piston]\npreset = "piston"\n';

describe('a preset', () => {
  it.each(presetNames().filter((name) => name !== 'embedded'))('%s is whole with a model and a URL', async (preset) => {
    const text = `[connectors.it]\npreset = "${preset}"\nmodel = "m"\nurl = "http://127.0.0.1:1"\n`;
    const config = parseConfig(text, 'config.toml');
    await checkConnectors({ config, file: 'config.toml', exists: true });
    const [connector] = connectorsOf(config);
    expect(connector).toMatchObject({ name: 'it', preset, settings: { model: 'm' }, slots: 4, addresses: 'any' });
    expect(connector?.description).not.toBe('');
    expect(JSON.stringify(readPreset(preset))).not.toContain('undefined');
  });

  it('lies beneath what a person writes', () => {
    const text = `${LLAMA}headers = { X-Mine = "1" }\nlimits = { idle = "5s" }\nsettings.options = { num_ctx = 1 }\n`;
    const [connector] = connectorsOf(parseConfig(text, 'x'));
    expect(connector?.headers).toEqual({ 'X-Mine': '1' });
    expect(connector?.limits).toMatchObject({ idleMs: 5000, connectMs: 10_000, retries: 2 });
    expect(connector?.settings).toEqual({ model: 'm', options: { num_ctx: 1 } });
    expect(connector?.call.path).toBe('/api/chat');
  });

  it('has its key replaced as a whole, or taken away', () => {
    const keyOf = (key: string) =>
      connectorsOf(parseConfig(`[connectors.x]\npreset = "anthropic-messages"\nmodel = "m"\n${key}`, 'x'))[0]?.auth;
    expect(keyOf('')).toEqual({ key: { env: 'ANTHROPIC_API_KEY' }, header: 'x-api-key' });
    expect(keyOf('key = { file = "~/k" }')).toEqual({ key: { file: '~/k' }, header: 'x-api-key' });
    expect(keyOf('key = false')).toBeUndefined();
  });

  it('is laid under with tables merged, and lists and values replaced', () => {
    const lower = { a: { b: 1, c: [1, 2], gone: { x: 1 } }, key: { env: 'A' }, list: [1] };
    const upper = { a: { c: [3], d: 4, gone: false }, key: { file: 'f' }, list: false };
    expect(layTables(lower, upper)).toEqual({ a: { b: 1, c: [3], d: 4 }, key: { file: 'f' } });
  });
});

describe('which connector a route goes to', () => {
  const named = (text: string) => {
    const config = parseConfig(text, 'x');
    return [defaultConnector(config, 'cloud-knowledge'), defaultConnector(config, 'cloud-code')];
  };
  it('is the embedded one with nothing configured', () => expect(named('')).toEqual(['embedded', 'embedded']));
  it('is the first that serves it', () => expect(named(`${LLAMA}${PISTON}`)).toEqual(['llama', 'piston']));
  it('is what is named', () => {
    expect(named(`${LLAMA}${PISTON}[cloud]\nknowledge = "embedded"\ncode = "piston"`)).toEqual(['embedded', 'piston']);
  });

  it('stands in its summary, which holds nothing secret', () => {
    const config = parseConfig(`${LLAMA}key = { env = "K" }\n${PISTON}`, 'x');
    const [llama, piston] = connectorsOf(config);
    if (llama === undefined || piston === undefined) throw new Error('not there');
    expect(summaryOf(llama, config, 'no key')).toEqual({
      name: 'llama',
      preset: 'ollama',
      description: 'a model in Ollama',
      routes: ['cloud-knowledge'],
      origin: 'http://127.0.0.1:11434',
      model: 'm',
      tools: true,
      defaultFor: ['cloud-knowledge'],
      trouble: 'no key',
    });
    expect(summaryOf(piston, config).defaultFor).toEqual(['cloud-code']);
  });
});

describe('a mistake', () => {
  let file: string;
  beforeEach(() => {
    file = join(mkdtempSync(join(tmpdir(), 'dispatch-connectors-')), 'config.toml');
  });
  afterEach(() => rmSync(join(file, '..'), { recursive: true }));

  it.each([
    [
      '[connectors.x]\npreset = "openai-chta"',
      ':2: connectors.x.preset: there is no preset "openai-chta"; did you mean "openai-chat"?',
    ],
    ['[connectors.x]\npreset = "openai-chat"', ':1: connectors.x.model: expected a value'],
    ['[connectors.x]\npreset = "webhook"', ':1: connectors.x.url: expected a URL'],
    ['[connectors."a b"]\n', 'connectors.a b: '],
    ['[connectors.embedded]\npreset = "ollama"', ':1: connectors.embedded: every device has this one'],
    [`${LLAMA}limts = {}`, ':4: connectors.llama.limts: there is no such key'],
    [`${LLAMA}[connectors.llama.call]\nbdy = "x"`, ':5: connectors.llama.call.bdy: there is no such key'],
    [`${LLAMA}url = "ftp://x"`, ':4: connectors.llama.url: expected a URL'],
    [`${LLAMA}url = "http://user:pass@x"`, ':4: connectors.llama.url: expected a URL'],
    [`${LLAMA}key = "sk-in-the-open"`, ':4: connectors.llama.key: expected { env = "NAME" }'],
    [`${LLAMA}proxy = "socks5://x"`, ':4: connectors.llama.proxy: expected "environment"'],
    [`${LLAMA}[connectors.llama.limits]\nidle = "5"`, ':5: connectors.llama.limits.idle: expected a duration'],
    [`${LLAMA}[cloud]\ncode = "llama"`, ':5: cloud.code: the connector "llama" does not serve cloud-code'],
    [`${LLAMA}[cloud]\nknowledge = "lama"`, ':5: cloud.knowledge: there is no connector "lama"; did you mean "llama"?'],
    [`${PISTON}[assistant]\nconnector = "piston"`, ':4: assistant.connector: the connector "piston" has no tools'],
    ['[assistant]\nmax_steps = 0', ':2: assistant.max_steps: expected at least 1'],
    [`${LLAMA}[connectors.llama.call]\nbody = "{{ a"`, ':5: connectors.llama.call.body: output "{{ a" not closed'],
    [
      `${LLAMA}[connectors.llama.call]\nbody = "{{ a | nope }}"`,
      ':5: connectors.llama.call.body: undefined filter: nope',
    ],
    [`${LLAMA}[connectors.llama.response]\ntool_calls = "a.["`, ':5: connectors.llama.response.tool_calls: '],
    [
      `${LLAMA}[connectors.llama.response]\ntext = "nope(a)"`,
      ':5: connectors.llama.response.text: Unknown function: nope()',
    ],
    [`${LLAMA}[[connectors.llama.after]]\npath = "{% if %}"`, 'connectors.llama.after.0.path: '],
  ])('in %j is told with its line and key', async (text, message) => {
    writeFileSync(file, text, { mode: 0o600 });
    const error = await (async () => checkConnectors(loadConfig(file)))().then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error?.message).toContain(message);
    expect(error?.message).toContain(file);
    expect(error?.message).not.toContain('sk-in-the-open');
  });
});
