// Blobs that come from elsewhere: resumed, checked, and never half there under their names.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Sha256 } from '../../src/core/ids.ts';
import type { IncomingBlob } from '../../src/engine/ports.ts';
import { createBlobStore, type FileBlobStore } from '../../src/store/blobs.ts';
import { expectSame } from '../helpers/kept-output.ts';
import { pattern } from '../helpers/pattern.ts';
import { canMount, mountDisk } from '../helpers/small-disk.ts';
import { until } from '../helpers/until.ts';

const WRITER = join(import.meta.dirname, '..', 'fixtures', 'blob-receiver.ts');
const MIB = 1024 * 1024;
const never = new AbortController().signal;

let dir: string;
let blobs: FileBlobStore;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dispatch-receive-'));
  blobs = createBlobStore(join(dir, 'blobs'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const sha = (bytes: Uint8Array): Sha256 => createHash('sha256').update(bytes).digest('hex') as Sha256;
const partial = (sha256: Sha256): string => join(dir, 'blobs', 'partial', sha256);
/** What stands under a final name. */
const finals = (): string[] => globSync('[0-9a-f][0-9a-f]/*', { cwd: join(dir, 'blobs') });

/** Appends the bytes of the content from where the blob stands up to `end`, in pieces. */
async function fill(blob: IncomingBlob, content: Uint8Array, end = content.length, piece = 100_003): Promise<void> {
  for (let from = blob.received; from < end; from = blob.received)
    await blob.append(content.subarray(from, Math.min(from + piece, end)));
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const bytes of chunks) parts.push(bytes);
  return Buffer.concat(parts);
}

describe('a blob that is received', () => {
  // Beyond 8 MiB another thread makes the hash.
  test.each([0, 1, 3, 300_000, 8 * MIB - 1, 8 * MIB, 20_000_001])(
    'of %i bytes is there when it is settled',
    async (size) => {
      const content = pattern(0, size);
      const blob = await blobs.receive(sha(content), size);
      await fill(blob, content);
      expect(finals()).toEqual([]);
      expect(await blob.settle()).toBe(true);
      expect(finals()).toHaveLength(1);
      expect(await blobs.verify(sha(content))).toBe(true);
      expect(existsSync(partial(sha(content)))).toBe(false);
    },
  );

  test.each([1_000_000, 20_000_000])('of %i bytes goes on where it was closed, as often as that is', async (size) => {
    const content = pattern(0, size);
    const hash = sha(content);
    for (const end of [1, 1, size / 4, size / 2, size - 1]) {
      const blob = await blobs.receive(hash, size);
      await fill(blob, content, end);
      await blob.close(new Error('the link went'));
      expect(statSync(partial(hash)).size).toBe(end);
      expectSame(readFileSync(partial(hash)), content.subarray(0, end));
    }
    const last = await blobs.receive(hash, size);
    expect(last.received).toBe(size - 1);
    await fill(last, content);
    expect(await last.settle()).toBe(true);
    expect(await blobs.verify(hash)).toBe(true);
  });

  test('that had come whole before a crash needs nothing more', async () => {
    const content = pattern(0, 500_000);
    const first = await blobs.receive(sha(content), content.length);
    await fill(first, content);
    await first.close(new Error('the process ends'));
    const again = await createBlobStore(join(dir, 'blobs')).receive(sha(content), content.length);
    expect(again.received).toBe(content.length);
    expect(await again.settle()).toBe(true);
    expect(await blobs.verify(sha(content))).toBe(true);
  });

  test('is private: folder 0700, file 0600', async () => {
    const blob = await blobs.receive(sha(pattern(0, 10)), 10);
    await fill(blob, pattern(0, 10), 5);
    await blob.close(new Error('enough'));
    const mode = (path: string): number => statSync(path).mode & 0o777;
    expect([mode(join(dir, 'blobs', 'partial')), mode(partial(sha(pattern(0, 10))))]).toEqual([0o700, 0o600]);
  });

  test('may be there already by another way', async () => {
    const content = pattern(0, 100);
    const blob = await blobs.receive(sha(content), 100);
    await fill(blob, content);
    await blobs.put(
      (async function* () {
        yield content;
      })(),
    );
    expect(await blob.settle()).toBe(true);
    expect(finals()).toHaveLength(1);
    expect(existsSync(partial(sha(content)))).toBe(false);
  });

  test('is received by one at a time', async () => {
    const hash = sha(pattern(0, 10));
    const blob = await blobs.receive(hash, 10);
    await expect(blobs.receive(hash, 10)).rejects.toThrow(/being received already/);
    await blob.close(new Error('enough'));
    await (await blobs.receive(hash, 10)).close(new Error('enough'));
  });
});

describe('what is wrong', () => {
  test.each([1_000, 20_000_000])('bytes with another hash are thrown away (%i bytes)', async (size) => {
    const content = pattern(0, size);
    const hash = sha(content);
    const blob = await blobs.receive(hash, size);
    const wrong = Buffer.from(content);
    wrong[size - 7] = (wrong[size - 7] ?? 0) ^ 1;
    await fill(blob, wrong);
    expect(await blob.settle()).toBe(false);
    expect([finals(), existsSync(partial(hash))]).toEqual([[], false]);
    const again = await blobs.receive(hash, size);
    expect(again.received).toBe(0);
    await fill(again, content);
    expect(await again.settle()).toBe(true);
  });

  test('what a power cut left in place of bytes is found out', async () => {
    const content = pattern(0, 300_000);
    mkdirSync(join(dir, 'blobs', 'partial'), { recursive: true });
    writeFileSync(partial(sha(content)), Buffer.alloc(200_000));
    const blob = await blobs.receive(sha(content), content.length);
    expect(blob.received).toBe(200_000);
    await fill(blob, content);
    expect(await blob.settle()).toBe(false);
    expect(existsSync(partial(sha(content)))).toBe(false);
  });

  test('one byte more than was announced ends it, and nothing stays', async () => {
    const content = pattern(0, 1_000);
    const blob = await blobs.receive(sha(content), 1_000);
    await fill(blob, content, 900);
    await expect(blob.append(pattern(900, 101))).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringContaining('1000 bytes'),
    });
    await blob.close(new Error('enough'));
    expect(existsSync(partial(sha(content)))).toBe(false);
    expect(() => blob.append(pattern(0, 1))).toThrow(/announced/);
  });

  test('a file that is longer than the whole is begun anew', async () => {
    const content = pattern(0, 1_000);
    mkdirSync(join(dir, 'blobs', 'partial'), { recursive: true });
    writeFileSync(partial(sha(content)), pattern(0, 1_001));
    const blob = await blobs.receive(sha(content), 1_000);
    expect(blob.received).toBe(0);
    await fill(blob, content);
    expect(await blob.settle()).toBe(true);
  });

  test('a hash that would lead out of the folder is none', async () => {
    const outside = `../../${'a'.repeat(58)}` as Sha256;
    await expect(blobs.receive(outside, 1)).rejects.toMatchObject({ code: 'invalid' });
    expect(existsSync(join(dir, 'a'.repeat(58)))).toBe(false);
  });

  test('a link in the place of the file is not followed', async () => {
    const hash = sha(pattern(0, 10));
    mkdirSync(join(dir, 'blobs', 'partial'), { recursive: true });
    writeFileSync(join(dir, 'mine'), 'mine');
    symlinkSync(join(dir, 'mine'), partial(hash));
    await expect(blobs.receive(hash, 10)).rejects.toMatchObject({ code: 'storage' });
    expect(readFileSync(join(dir, 'mine'), 'utf8')).toBe('mine');
  });

  test('what nobody came back for in weeks goes at a start, and younger ones stay', async () => {
    const [old, young] = [sha(pattern(0, 10)), sha(pattern(0, 11))];
    mkdirSync(join(dir, 'blobs', 'partial'), { recursive: true });
    for (const hash of [old, young]) writeFileSync(partial(hash), 'x');
    const longAgo = Date.now() / 1000 - 15 * 24 * 3600;
    utimesSync(partial(old), longAgo, longAgo);
    createBlobStore(join(dir, 'blobs'));
    expect([existsSync(partial(old)), existsSync(partial(young))]).toEqual([false, true]);
  });
});

describe('readers of a blob that is on its way', () => {
  test('get the bytes as they come, from any offset, and the last one when all have proved right', async () => {
    const content = pattern(0, 2_000_000);
    const blob = await blobs.receive(sha(content), content.length);
    const seen = [0, 0];
    const readers = [0, 1_500_001].map(async (offset, index) => {
      const parts: Uint8Array[] = [];
      for await (const bytes of blob.follow(offset, never)) {
        seen[index] = (seen[index] ?? 0) + bytes.length;
        parts.push(bytes);
      }
      return Buffer.concat(parts);
    });
    await fill(blob, content, 1_000_000);
    await until('reader of what has come', () => seen[0] === 1_000_000);
    expect(seen[1]).toBe(0);
    await fill(blob, content);
    await until('reader of all but the last byte', () => seen[0] === 1_999_999);
    expect(await blob.settle()).toBe(true);
    const [whole, tail] = await Promise.all(readers);
    expectSame(whole as Buffer, content);
    expectSame(tail as Buffer, content.subarray(1_500_001));
  });

  test('never see the end of what is damaged', async () => {
    const content = pattern(0, 10_000);
    const blob = await blobs.receive(sha(content), content.length);
    const reader = collect(blob.follow(0, never));
    reader.catch(() => {});
    await fill(blob, Buffer.alloc(10_000));
    expect(await blob.settle()).toBe(false);
    await expect(reader).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('damaged') });
  });

  test('are told why it ended early', async () => {
    const blob = await blobs.receive(sha(pattern(0, 100)), 100);
    const reader = collect(blob.follow(0, never));
    reader.catch(() => {});
    await fill(blob, pattern(0, 100), 50);
    await blob.close(new Error('the device is gone'));
    await expect(reader).rejects.toThrow('the device is gone');
  });

  test('leave when they want to, and the rest goes on', async () => {
    const content = pattern(0, 1_000);
    const blob = await blobs.receive(sha(content), 1_000);
    const abort = new AbortController();
    const leaving = collect(blob.follow(0, abort.signal));
    leaving.catch(() => {});
    await fill(blob, content, 500);
    abort.abort();
    await expect(leaving).rejects.toMatchObject({ code: 'cancelled' });
    await fill(blob, content);
    expect(await blob.settle()).toBe(true);
  });

  test('finish after it has its name, at their own pace', async () => {
    const content = pattern(0, 3_000_000);
    const blob = await blobs.receive(sha(content), content.length);
    await fill(blob, content);
    const slow = blob.follow(0, never)[Symbol.asyncIterator]();
    const first = await slow.next();
    expect(await blob.settle()).toBe(true);
    const parts = [first.value as Uint8Array];
    for (let step = await slow.next(); step.done !== true; step = await slow.next()) parts.push(step.value);
    expectSame(Buffer.concat(parts), content);
  });
});

describe.skipIf(!canMount())('a small disk', () => {
  test('too small for the whole is said before anything comes', async () => {
    const disk = mountDisk(1_000_000);
    try {
      const store = createBlobStore(join(disk.path, 'blobs'));
      await expect(store.receive(sha(pattern(0, 9)), 5_000_000)).rejects.toMatchObject({
        code: 'storage',
        message: expect.stringMatching(
          /^cannot keep what comes in .*: 5000000 bytes are to come, and the disk has room for \d+$/,
        ),
        hint: 'free some space, then try again',
      });
      expect(globSync('**/*', { cwd: join(disk.path, 'blobs') })).toEqual(['partial']);
    } finally {
      disk.dispose();
    }
  });

  test('that others fill meanwhile gets its room back, and says so once', async () => {
    const disk = mountDisk(4_000_000);
    try {
      const content = pattern(0, 2_000_000);
      const store = createBlobStore(join(disk.path, 'blobs'));
      const blob = await store.receive(sha(content), content.length);
      await fill(blob, content, 500_000);
      const reader = collect(blob.follow(0, never));
      reader.catch(() => {});
      disk.fill();
      const full = { code: 'storage', message: expect.stringContaining('no space is left on the disk') };
      // Taken without waiting for the disk: what it says comes with what follows.
      await expect(fill(blob, content).then(() => blob.settle())).rejects.toMatchObject(full);
      await expect(reader).rejects.toMatchObject(full);
      await blob.close(new Error('enough'));
      expect(globSync('**/*', { cwd: join(disk.path, 'blobs') })).toEqual(['partial']);
      disk.free();
      const again = await store.receive(sha(content), content.length);
      expect(again.received).toBe(0);
      await fill(again, content);
      expect(await again.settle()).toBe(true);
      expect(await store.verify(sha(content))).toBe(true);
    } finally {
      disk.dispose();
    }
  });
});

describe('a process that is killed while it receives', () => {
  test('leaves no half blob, and the next one goes on from what had come', async () => {
    const folder = join(dir, 'crash');
    const size = 24_000_000;
    const content = pattern(0, size);
    const hash = sha(content);
    let resumedAt = 0;
    for (const point of [3_000_000, 10_000_000, 17_000_000]) {
      resumedAt = await killAt(folder, hash, size, point);
      expect(globSync('[0-9a-f][0-9a-f]/*', { cwd: folder })).toEqual([]);
      const left = readFileSync(join(folder, 'partial', hash));
      expect(left.length).toBeGreaterThanOrEqual(point);
      expectSame(left, content.subarray(0, left.length));
    }
    expect(resumedAt).toBeGreaterThanOrEqual(10_000_000);
    const store = createBlobStore(folder);
    const blob = await store.receive(hash, size);
    expect(blob.received).toBeGreaterThanOrEqual(17_000_000);
    await fill(blob, content);
    expect(await blob.settle()).toBe(true);
    expect(await store.verify(hash)).toBe(true);
  });
});

/** Starts a receiver and kills it when so many bytes are in its file. Gives where it had gone on from. */
async function killAt(folder: string, hash: Sha256, size: number, point: number): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, [WRITER, folder, hash, String(size)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout?.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  const path = join(folder, 'partial', hash);
  await until(`${point} bytes in ${path}`, () => existsSync(path) && statSync(path).size >= point);
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  if (child.signalCode === null && child.exitCode === null) await exit;
  return Number(said);
}
