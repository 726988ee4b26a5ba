import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecrets, MOST_SECRET_BYTES } from '../../../src/peer/secrets/own-secrets.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'dispatch-secrets-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function write(name: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  await writeFile(join(home, name), content);
  await chmod(join(home, name), mode);
}

/** What reading the one secret does, from a file of the home folder. */
async function read(file: string): Promise<string | undefined> {
  return (await createSecrets({ S: { file: `~/${file}` } }, {}, home).read(['S'])).S;
}

describe('secrets of this device', () => {
  it('are read from variables and files, by name', async () => {
    await write('key', 'from the file\n');
    const secrets = createSecrets(
      { B: { env: 'THE_B' }, A: { file: '~/key' }, C: { file: join(home, 'key') } },
      { THE_B: 'from the variable' },
      home,
    );
    expect(secrets.names()).toEqual(['A', 'B', 'C']);
    expect(await secrets.read(['B', 'A'])).toEqual({ B: 'from the variable', A: 'from the file' });
    expect(await secrets.read([])).toEqual({});
  });

  it('are read anew each time', async () => {
    const secrets = createSecrets({ S: { file: '~/changing' } }, {}, home);
    await write('changing', 'one');
    expect(await secrets.read(['S'])).toEqual({ S: 'one' });
    await write('changing', 'two');
    expect(await secrets.read(['S'])).toEqual({ S: 'two' });
  });

  it.each([
    ['one\n', 'one'],
    ['one\r\n', 'one'],
    ['one\n\n', 'one\n'],
    ['two\nlines', 'two\nlines'],
    [' ä ', ' ä '],
  ])('lose one newline at their end: %j', async (content, value) => {
    await write('ends', content);
    expect(await read('ends')).toBe(value);
  });

  it('are found behind links, which people keep them behind', async () => {
    await write('target', 'linked');
    await symlink(join(home, 'target'), join(home, 'link'));
    expect(await read('link')).toBe('linked');
  });

  it.each(['toString', '__proto__', 'UNKNOWN'])('do not include %s', async (name) => {
    const secrets = createSecrets({ S: { env: 'S' } }, { S: 'value' }, home);
    await expect(secrets.read([name])).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining(name),
    });
  });

  it('are unavailable where their variable or file is not there', async () => {
    const secrets = createSecrets({ S: { env: 'NOT_THERE' }, E: { env: 'EMPTY' } }, { EMPTY: '' }, home);
    await expect(secrets.read(['S'])).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('NOT_THERE'),
    });
    await expect(secrets.read(['E'])).rejects.toMatchObject({ code: 'unavailable' });
    await expect(read('not-there')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('ENOENT'),
    });
  });

  it.each([0o604, 0o640, 0o620, 0o602, 0o601])('are refused where the mode of their file is %o', async (mode) => {
    await write('open', 'the value', mode);
    await expect(read('open')).rejects.toMatchObject({ code: 'config', hint: expect.stringContaining('chmod 600') });
  });

  it('are refused where they are no text for a variable, and no error holds them', async () => {
    await mkdir(join(home, 'folder'), { mode: 0o700 });
    const program = 'mkfifo'; // a program of the system
    execFileSync(program, ['-m', '600', join(home, 'pipe')]); // nobody writes to it
    await write('binary', Uint8Array.of(0x61, 0xff, 0x62));
    await write('nul', 'the\0value');
    await write('empty', '\n');
    for (const name of ['folder', 'pipe', 'binary', 'nul', 'empty']) {
      const error: unknown = await read(name).catch((thrown: unknown) => thrown);
      expect(error, name).toMatchObject({ code: 'config' });
      expect(String(error)).not.toMatch(/the.value/);
    }
  });

  it('are refused where they are too long', async () => {
    await write('long', 'a'.repeat(MOST_SECRET_BYTES));
    expect(await read('long')).toHaveLength(MOST_SECRET_BYTES);
    await write('long', 'a'.repeat(MOST_SECRET_BYTES + 1));
    await expect(read('long')).rejects.toMatchObject({ code: 'too-large' });
    await expect(read('../../../../../../dev/zero')).rejects.toMatchObject({ code: 'config' });
  });

  it('give what can be read to whoever hides them', async () => {
    await write('readable', 'it is here');
    const secrets = createSecrets({ A: { file: '~/readable' }, B: { env: 'NOT_THERE' } }, {}, home);
    expect(await secrets.values()).toEqual(['it is here']);
  });
});
