// The key stays where it belongs: in the header, and nowhere else, whatever a service sends back.

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DispatchError } from '../../../src/core/errors.ts';
import { keyTrouble, readKey } from '../../../src/routes/cloud/connector/key-source.ts';
import { createScrubber } from '../../../src/routes/cloud/connector/scrub.ts';
import { readStoredKey, removeKey, storeKey } from '../../../src/routes/cloud/connector/stored-keys.ts';
import { ask, clientOf, collect, connectorOf, depsOf, failureOf, KEY, question } from '../../helpers/connectors.ts';
import { type HttpService, json, serve } from '../../helpers/http-service.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dispatch-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** How a service, or something on the way, may spell what it was sent. */
const SPELLINGS: Readonly<Record<string, (key: string) => string>> = {
  plain: (key) => key,
  base64: (key) => Buffer.from(key).toString('base64'),
  base64url: (key) => Buffer.from(key).toString('base64url'),
  'base64 after a name': (key) => Buffer.from(`user:${key}`).toString('base64'),
  'base64 in the middle': (key) => Buffer.from(`ab${key}yz`).toString('base64'),
  url: (key) => encodeURIComponent(key),
  form: (key) => new URLSearchParams({ k: key }).toString(),
  hex: (key) => Buffer.from(key).toString('hex'),
  json: (key) => JSON.stringify(key),
  'json with its slashes escaped': (key) => JSON.stringify(key).replaceAll('/', '\\/'),
  'json for HTML': (key) =>
    JSON.stringify(key).replace(/[<>&+=/]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'json in numbers': (key) => [...key].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  'capital letters': (key) => key.toUpperCase(),
};

const keys = fc
  .string({ minLength: 8, maxLength: 80, unit: fc.constantFrom(...'abcXYZ0189-_+/=.:!&"\\<>$^*') })
  .filter((key) => key.trim() === key);

describe('what is quoted', () => {
  it('holds no key in any spelling, wherever it stands', () => {
    fc.assert(
      fc.property(
        keys,
        fc.constantFrom(...Object.entries(SPELLINGS)),
        fc.string(),
        fc.nat(400),
        fc.boolean(),
        (key, [, spell], text, at, cut) => {
          const said = `${'-'.repeat(at)}${spell(key)}${text}`;
          const quoted = createScrubber([key]).quote(said, cut);
          expect(quoted.length).toBeLessThanOrEqual(320);
          // The core of a Base64 text: its first and last letters depend on what is beside it.
          const core = spell(key).slice(8, -8);
          if (core.length >= 8) expect(quoted).not.toContain(core);
          expect(quoted.toLowerCase()).not.toContain(key.toLowerCase());
        },
      ),
      { numRuns: 500 },
    );
  });

  it('holds no half of a key where what was read was cut', () => {
    const long = 'k'.repeat(100) + 'e'.repeat(100);
    expect(createScrubber([long]).quote(`it is ${long.slice(0, 150)}`, true)).not.toContain('kkkkkkkk');
  });
});

describe('an error', () => {
  let service: HttpService;
  let echo: (key: string) => string;
  let status: number;
  beforeEach(async () => {
    service = await serve(({ headers }, response) => {
      const key = (headers.authorization ?? '').replace('Bearer ', '');
      const said = echo(key);
      if (status === 307) response.writeHead(307, { location: `http://elsewhere.invalid/?${said}` }).end();
      else if (status === 0) response.socket?.end(`HTTP/1.1 ${said}\r\n\r\n`);
      else json(response, { error: { message: `bad key ${said}` }, [said]: said }, status);
    });
  });

  it.each(
    Object.entries(SPELLINGS).flatMap(([name, spell]) =>
      [0, 200, 307, 400, 401, 404, 500].map((code) => [name, code, spell] as const),
    ),
  )('with the key as %s and status %i does not give it away', async (_name, code, spell) => {
    [echo, status] = [spell, code];
    const client = await clientOf(`preset = "openai-chat"\nmodel = "m"\nurl = "${service.url}"\nlimits.retries = 0`);
    const failure = await failureOf(ask(client, question('x')));
    expect(service.asked[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    const all = JSON.stringify([failure.toWire(), failure.stack, String(failure.cause)]);
    for (const other of Object.values(SPELLINGS)) expect(all).not.toContain(other(KEY).slice(4, -4));
    const stages = JSON.stringify(await collect(client.test(new AbortController().signal)));
    expect(stages).not.toContain(spell(KEY).slice(4, -4));
  });
});

describe('a key', () => {
  const deps = () => depsOf({ home: folder, keysFile: join(folder, 'config', 'keys.json'), env: { KEY } });

  it('is read from a file of the home folder, without the newline at its end', async () => {
    writeFileSync(join(folder, 'key'), `${KEY}\n`);
    expect(await readKey({ file: '~/key' }, deps())).toBe(KEY);
  });

  it.each(['a\nb', 'a\r\nx: y', 'a\0b', 'schlüssel-€'])(
    'that no header may have is refused, without telling it: %j',
    async (key) => {
      const service = await serve((_asked, response) => json(response, {}));
      const client = await clientOf(`preset = "webhook"\nurl = "${service.url}"`, { env: { KEY: key } });
      const failure = await failureOf(ask(client, question('x')));
      expect(failure).toMatchObject({ code: 'config', message: expect.stringContaining('environment variable KEY') });
      expect(failure.message).not.toContain(key);
      expect(service.connections).toBe(0);
    },
  );

  it('that is not there is told of before anything is sent', async () => {
    const service = await serve((_asked, response) => json(response, {}));
    const table = `preset = "webhook"\nurl = "${service.url}"`;
    const failure = await failureOf(ask(await clientOf(table, { env: {} }), question('x')));
    expect(failure).toMatchObject({ code: 'config', hint: expect.stringContaining('environment variable KEY') });
    expect(service.connections).toBe(0);
    const connector = await connectorOf(`key = { env = "KEY" }\n${table}`);
    expect(await keyTrouble(connector, depsOf({ env: {} }))).toBe('no key: the environment variable KEY is not set');
    expect(await keyTrouble(connector, depsOf())).toBeUndefined();
  });

  it('that may be missing is not sent if it is', async () => {
    const service = await serve((_asked, response) => json(response, { text: 'x' }));
    await ask(
      await clientOf(`preset = "webhook"\nauth.optional = true\nurl = "${service.url}"`, { env: {} }),
      question('x'),
    );
    expect(service.asked[0]?.headers.authorization).toBeUndefined();
  });

  it('is kept in a private file where there is no keyring, and who stores it is told', async () => {
    const place = await storeKey('gpt', KEY, deps());
    if (place.in === 'file') expect(statSync(place.path).mode & 0o777).toBe(0o600);
    expect(await readStoredKey('gpt', deps())).toBe(KEY);
    expect(await readKey({ keyring: 'gpt' }, deps())).toBe(KEY);
    expect(await removeKey('gpt', deps())).toBe(true);
    expect(await removeKey('gpt', deps())).toBe(false);
    expect(await readStoredKey('gpt', deps())).toBeUndefined();
  });

  it('is not lost in a file that is broken', async () => {
    const keysFile = join(folder, 'keys.json');
    writeFileSync(keysFile, '{"a": ');
    await expect(storeKey('gpt', KEY, { keysFile })).rejects.toBeInstanceOf(DispatchError);
  });

  it.each(['["a"]', '{"a": 1}', 'null'])('is not looked for in a file that holds something else: %s', async (text) => {
    const keysFile = join(folder, 'keys.json');
    writeFileSync(keysFile, text);
    await expect(readStoredKey('gpt', { keysFile })).rejects.toMatchObject({ code: 'storage' });
  });

  it.each(['constructor', 'toString'])('of a name that every object has is not there: %s', async (name) => {
    expect(await readStoredKey(name, deps())).toBeUndefined();
    expect(await removeKey(name, deps())).toBe(false);
  });

  it('is not stored under a name that no config may have', async () => {
    await expect(storeKey('__proto__', KEY, deps())).rejects.toMatchObject({ code: 'usage' });
  });

  it('is waited for no longer than somebody wants it', async () => {
    await expect(readStoredKey('gpt', deps(), AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });
});
