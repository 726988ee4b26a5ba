// The thread that hashes growing files: its answers, and that it knows when it has none.
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHashThread } from '../../../src/store/hash-thread.ts';
import { pattern } from '../../helpers/pattern.ts';

const PIECE = 5_000_000;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dispatch-hash-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('hashes files that grow, several at once, up to where it is told', async () => {
  const thread = createHashThread();
  const paths = ['a', 'b'].map((name) => join(dir, name));
  for (const path of paths) writeFileSync(path, pattern(0, PIECE));
  const hashes = paths.map((path) => thread.begin(path));
  for (let size = PIECE; size < 3 * PIECE; size += PIECE) {
    for (const [index, path] of paths.entries()) {
      hashes[index]?.advance(size);
      appendFileSync(path, pattern(size, PIECE));
    }
  }
  // `b` has more bytes than are asked for.
  expect(await Promise.all([hashes[0]?.end(3 * PIECE), hashes[1]?.end(2 * PIECE + 1)])).toEqual([
    sha(pattern(0, 3 * PIECE)),
    sha(pattern(0, 2 * PIECE + 1)),
  ]);
  // The thread has ended with the last of them; another one is there when it is needed.
  expect(await thread.begin(paths[0] as string).end(10)).toBe(sha(pattern(0, 10)));
});

test('has no answer for a file that is not there, is shorter, or was given up', async () => {
  const thread = createHashThread();
  const path = join(dir, 'file');
  expect(await thread.begin(path).end(10)).toBeUndefined();
  writeFileSync(path, pattern(0, 100));
  truncateSync(path, 50);
  expect(await thread.begin(path).end(100)).toBeUndefined();
  const given = thread.begin(path);
  given.forget();
  expect(await given.end(10)).toBeUndefined();
  expect(await thread.begin(path).end(50)).toBe(sha(pattern(0, 50)));
});
