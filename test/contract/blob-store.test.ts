import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Sha256 } from '../../src/core/ids.ts';
import { createBlobStore, type FileBlobStore } from '../../src/store/blobs.ts';
import { expectSame } from '../helpers/kept-output.ts';
import { pattern } from '../helpers/pattern.ts';

const ABSENT = '0'.repeat(64) as Sha256;
const WRITER = join(import.meta.dirname, '..', 'fixtures', 'blob-writer.ts');
const never = new AbortController().signal;

let dir: string;
let blobs: FileBlobStore;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dispatch-blobs-'));
  blobs = createBlobStore(join(dir, 'blobs'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function* pieces(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

async function readAll(sha256: Sha256, offset = 0): Promise<Buffer> {
  const read: Uint8Array[] = [];
  for await (const bytes of blobs.read(sha256, offset, never)) read.push(bytes);
  return Buffer.concat(read);
}

const sha = (bytes: string | Uint8Array): Sha256 => createHash('sha256').update(bytes).digest('hex') as Sha256;
const files = (): string[] => globSync('*/*', { cwd: join(dir, 'blobs') }).sort();

function makePipe(path: string): void {
  const program = 'mkfifo'; // a program of the system
  execFileSync(program, [path]);
}

describe('a blob', () => {
  test('is kept under the hash of its bytes', async () => {
    const kept = await blobs.put(pieces('hello ', '', 'world'));
    expect(kept).toEqual({ sha256: sha('hello world'), sizeBytes: 11 });
    expect(blobs.path(kept.sha256)).toBe(join(dir, 'blobs', kept.sha256.slice(0, 2), kept.sha256.slice(2)));
    expect(readFileSync(blobs.path(kept.sha256), 'utf8')).toBe('hello world');
    expect(await blobs.has(kept.sha256)).toBe(true);
    expect(await blobs.verify(kept.sha256)).toBe(true);
  });

  test('of a file is a copy: the file may change afterwards', async () => {
    const path = join(dir, 'file');
    writeFileSync(path, pattern(0, 3_000_001));
    const kept = await blobs.putFile(path);
    writeFileSync(path, 'changed');
    expect(kept).toEqual({ sha256: sha(pattern(0, 3_000_001)), sizeBytes: 3_000_001 });
    expectSame(await readAll(kept.sha256), pattern(0, 3_000_001));
  });

  test('may be empty', async () => {
    const kept = await blobs.put(pieces());
    expect(kept).toEqual({ sha256: sha(''), sizeBytes: 0 });
    expect(await readAll(kept.sha256)).toHaveLength(0);
    expect(await blobs.head(kept.sha256, 10)).toHaveLength(0);
  });

  test('is kept once, however often and at once it comes', async () => {
    const kept = await Promise.all(Array.from({ length: 8 }, () => blobs.put(pieces('same'))));
    expect(new Set(kept.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(files()).toHaveLength(1);
  });

  test('that was cut short is replaced', async () => {
    const { sha256 } = await blobs.put(pieces('whole content'));
    truncateSync(blobs.path(sha256), 3);
    expect(await blobs.verify(sha256)).toBe(false);
    await blobs.put(pieces('whole content'));
    expect(await blobs.verify(sha256)).toBe(true);
  });

  test('is whole, changed or missing when it is checked, and what took its place is neither followed nor waited for', async () => {
    const { sha256 } = await blobs.put(pieces(pattern(0, 3_000_001)));
    const path = blobs.path(sha256);
    expect(await blobs.check(sha256)).toBe('whole');
    const bytes = readFileSync(path);
    bytes[2_500_000] = (bytes[2_500_000] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    expect(await blobs.check(sha256)).toBe('changed');
    writeFileSync(path, pattern(0, 3_000_001));
    expect(await blobs.check(sha256)).toBe('whole');
    truncateSync(path, 3_000_000);
    expect(await blobs.check(sha256)).toBe('changed');
    rmSync(path);
    expect(await blobs.check(sha256)).toBe('missing');
    expect(await blobs.check(ABSENT)).toBe('missing');
    writeFileSync(join(dir, 'same'), pattern(0, 3_000_001));
    symlinkSync(join(dir, 'same'), path);
    expect(await blobs.check(sha256)).toBe('changed');
    rmSync(path);
    makePipe(path);
    expect(await blobs.check(sha256)).toBe('changed');
    rmSync(path);
    mkdirSync(path);
    expect(await blobs.check(sha256)).toBe('changed');
  });

  test('is not checked any further when the signal aborts', async () => {
    const { sha256 } = await blobs.put(pieces(pattern(0, 3_000_000)));
    await expect(blobs.check(sha256, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('is private: folders 0700, files 0600', async () => {
    const { sha256 } = await blobs.put(pieces('secret'));
    const mode = (path: string): number => statSync(path).mode & 0o777;
    expect(mode(blobs.path(sha256))).toBe(0o600);
    expect([mode(join(dir, 'blobs')), mode(join(dir, 'blobs', sha256.slice(0, 2)))]).toEqual([0o700, 0o700]);
  });

  test('is read from an offset, in pieces of at most 1 MiB', async () => {
    const { sha256 } = await blobs.put(pieces(pattern(0, 3_000_000)));
    for await (const bytes of blobs.read(sha256, 0, never)) expect(bytes.length).toBeLessThanOrEqual(1024 * 1024);
    expectSame(await readAll(sha256), pattern(0, 3_000_000));
    expectSame(await readAll(sha256, 700_001), pattern(700_001, 2_299_999));
    expect(await readAll(sha256, 3_000_000)).toHaveLength(0);
    expect(await readAll(sha256, 4_000_000)).toHaveLength(0);
    expectSame(await blobs.head(sha256, 4100), pattern(0, 4100));
  });

  test('stops being read when the signal aborts, and does not look complete', async () => {
    const { sha256 } = await blobs.put(pieces(pattern(0, 3_000_000)));
    const abort = new AbortController();
    const iterator = blobs.read(sha256, 0, abort.signal)[Symbol.asyncIterator]();
    expect((await iterator.next()).done).toBe(false);
    abort.abort();
    await expect(iterator.next()).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('trouble', () => {
  test('a blob that is not there is not found', async () => {
    expect(await blobs.has(ABSENT)).toBe(false);
    await expect(readAll(ABSENT)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining(ABSENT),
    });
    await expect(blobs.head(ABSENT, 10)).rejects.toMatchObject({ code: 'not-found' });
    await expect(blobs.verify(ABSENT)).rejects.toMatchObject({ code: 'not-found' });
  });

  test.each(['', 'abc', `../../${'a'.repeat(58)}`, 'A'.repeat(64)])('"%s" is no hash', async (text) => {
    expect(() => blobs.path(text as Sha256)).toThrow(/is not a SHA-256/);
    await expect(blobs.has(text as Sha256)).rejects.toMatchObject({ code: 'invalid' });
  });

  test('a wrong offset is refused', async () => {
    const { sha256 } = await blobs.put(pieces('x'));
    await expect(readAll(sha256, -1)).rejects.toMatchObject({ code: 'invalid' });
  });

  test('a file that is not there is named', async () => {
    const path = join(dir, 'nothing');
    await expect(blobs.putFile(path)).rejects.toMatchObject({
      code: 'storage',
      message: `cannot read ${path}: it is not there`,
    });
    expect(files()).toEqual([]);
  });

  test('a folder, a link and a pipe are not kept, and a pipe is not waited for', async () => {
    writeFileSync(join(dir, 'file'), 'private');
    symlinkSync(join(dir, 'file'), join(dir, 'link'));
    mkdirSync(join(dir, 'folder'));
    makePipe(join(dir, 'pipe'));
    for (const name of ['link', 'folder', 'pipe'])
      await expect(blobs.putFile(join(dir, name))).rejects.toThrow(join(dir, name));
    expect(files()).toEqual([]);
  });

  test('a source that fails in the middle leaves nothing', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('first');
      throw new Error('the source broke');
    }
    await expect(blobs.put(broken())).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('the source broke'),
    });
    expect(files()).toEqual([]);
    expect(readdirSync(join(dir, 'blobs', 'tmp'))).toEqual([]);
  });

  test('a folder that cannot be written to is named', async () => {
    writeFileSync(join(dir, 'file'), '');
    const blocked = join(dir, 'file', 'blobs');
    expect(() => createBlobStore(blocked)).toThrow(blocked);
    mkdirSync(join(dir, 'other'));
    const other = createBlobStore(join(dir, 'other', 'blobs'));
    writeFileSync(join(dir, 'other', 'blobs'), 'in the way');
    await expect(other.put(pieces('x'))).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining(join(dir, 'other', 'blobs')),
    });
  });

  test('a disk that is full is said to be, and leaves nothing', async () => {
    const script = `
      import { createBlobStore } from ${JSON.stringify(join(import.meta.dirname, '../../src/store/blobs.ts'))};
      const blobs = createBlobStore(process.argv[1]);
      async function* large() { for (let i = 0; i < 100; i += 1) yield Buffer.alloc(4096, i); }
      await blobs.put(large()).catch((error) => console.log(JSON.stringify({ code: error.code, message: error.message })));
    `;
    const run = `ulimit -f 64; exec '${process.execPath}' --input-type=module -e "$SCRIPT" '${join(dir, 'full')}'`;
    const printed = execFileSync('bash', ['-c', run], { env: { ...process.env, SCRIPT: script } }).toString();
    expect(JSON.parse(printed)).toMatchObject({ code: 'storage', message: expect.stringContaining(join(dir, 'full')) });
    expect(globSync('*/*', { cwd: join(dir, 'full') })).toEqual([]);
  });
});

describe('a process that is killed while it keeps blobs', () => {
  test('leaves whole blobs only, and its half files go at the next start', async () => {
    const folder = join(dir, 'crash');
    let halfFiles = 0;
    for (let round = 0; round < 4; round += 1) {
      await killAfter(folder, 1 + round);
      halfFiles += readdirSync(join(folder, 'tmp')).length;
      const store = createBlobStore(folder);
      expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
      for (const file of globSync('[0-9a-f][0-9a-f]/*', { cwd: folder })) {
        expect(await store.verify(file.replace('/', '') as Sha256)).toBe(true);
      }
    }
    expect(halfFiles).toBeGreaterThan(0);
    expect(existsSync(folder)).toBe(true);
  });
});

/** Starts a writer and kills it as soon as it has kept so many blobs and begun another. */
async function killAfter(folder: string, blobsKept: number): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [WRITER, folder, '2000000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let kept = 0;
  for await (const bytes of child.stdout!) {
    kept += (bytes as Buffer).length;
    if (kept >= blobsKept && readdirSync(join(folder, 'tmp')).length > 0) break;
  }
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  if (child.signalCode === null) await exit;
}
