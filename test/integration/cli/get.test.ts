// `dispatch get`: an artifact is saved whole or not at all, and nothing is replaced unasked.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CliHome, createHome } from '../../helpers/cli.ts';

let home: CliHome;
let folder: string;
beforeAll(async () => {
  home = createHome();
  await home.startPeer();
  const made = await home.cli([
    'run',
    '--yes',
    '--',
    'cd "$DISPATCH_ARTIFACTS"; seq 1 200000 > numbers.txt; mkdir deep; printf "\\0\\377" > deep/bytes',
  ]);
  expect(made.code).toBe(0);
});
afterAll(() => home.dispose());

let count = 0;
beforeEach(() => {
  folder = join(home.work, `place${++count}`);
  mkdirSync(folder);
});

const NUMBERS = `${Array.from({ length: 200_000 }, (_, index) => index + 1).join('\n')}\n`;
const get = (...args: string[]) => home.cli(['get', ...args], { cwd: folder });

describe('dispatch get', () => {
  it('saves it under its name, here', async () => {
    expect(await get('1/numbers.txt')).toMatchObject({ code: 0, out: 'numbers.txt  1.3 MB\n', err: '' });
    expect(readFileSync(join(folder, 'numbers.txt'), 'utf8')).toBe(NUMBERS);
    expect(await get('1/deep/bytes')).toMatchObject({ code: 0, out: 'bytes  2 B\n' });
    expect(readFileSync(join(folder, 'bytes'))).toEqual(Buffer.from([0, 255]));
    expect(readdirSync(folder).sort()).toEqual(['bytes', 'numbers.txt']);
  });

  it('saves it to a file, and into a folder', async () => {
    expect((await get('1/numbers.txt', '-o', 'other')).code).toBe(0);
    expect(readFileSync(join(folder, 'other'), 'utf8')).toBe(NUMBERS);
    mkdirSync(join(folder, 'sub'));
    expect((await get('1/numbers.txt', '-o', 'sub')).out).toBe('sub/numbers.txt  1.3 MB\n');
    expect(readFileSync(join(folder, 'sub', 'numbers.txt'), 'utf8')).toBe(NUMBERS);
  });

  it('writes it to standard output, byte for byte', async () => {
    const { code, out } = await get('1/numbers.txt', '-o', '-');
    expect({ code, same: out === NUMBERS }).toEqual({ code: 0, same: true });
    expect((await get('1/deep/bytes', '-o', '-')).bytes).toEqual(Buffer.from([0, 255]));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes an id, the beginning of one, and says where with --json', async () => {
    const artifacts = (await home.json(['artifacts', '1', '--json'])) as { id: string; name: string }[];
    const { id } = artifacts.find(({ name }) => name === 'deep/bytes') as { id: string };
    expect(await home.json(['get', id, '-o', folder, '--json'])).toMatchObject({
      id,
      path: join(folder, 'bytes'),
      sizeBytes: 2,
    });
    expect((await get(id.slice(0, 10), '-o', 'again')).code).toBe(0);
    expect(await get('1')).toMatchObject({
      code: 2,
      err: 'dispatch: run 1 has 2 artifacts: name one of 1/deep/bytes, 1/numbers.txt\n',
    });
  });

  it('replaces nothing but with --force', async () => {
    const path = join(folder, 'numbers.txt');
    writeFileSync(path, 'mine');
    expect(await get('1/numbers.txt')).toEqual(
      expect.objectContaining({
        code: 125,
        out: '',
        err: 'dispatch: numbers.txt is there already: --force replaces it, -o PATH names another\n',
      }),
    );
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect((await get('1/numbers.txt', '--force')).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(NUMBERS);
    expect(readdirSync(folder)).toEqual(['numbers.txt']);
  });

  it('says where it cannot write, and leaves nothing there', async () => {
    mkdirSync(join(folder, 'sub', 'numbers.txt'), { recursive: true });
    for (const [path, what] of [
      ['no/such/file', 'there is no folder no/such: make it first, or name another place with -o PATH'],
      ['no/', 'there is no folder no: make it first, or name another place with -o PATH'],
      ['/dev/null/file', '/dev/null is no folder: name another place with -o PATH'],
      ['/dev/null', '/dev/null is there already, and is no file: name another place with -o PATH'],
      ['sub', 'sub/numbers.txt is there already, and is no file: name another place with -o PATH'],
    ] as const) {
      expect(await get('1/numbers.txt', '--force', '-o', path)).toMatchObject({
        code: 125,
        out: '',
        err: `dispatch: ${what}\n`,
      });
    }
    chmodSync(folder, 0o500);
    const outcome = await get('1/numbers.txt');
    chmodSync(folder, 0o700);
    // Root may write anywhere.
    if (process.getuid?.() === 0) expect(outcome.code).toBe(0);
    else expect(outcome).toMatchObject({ code: 125, err: expect.stringContaining('cannot write numbers.txt') });
    expect(existsSync('/dev/null/file')).toBe(false);
  });
});
