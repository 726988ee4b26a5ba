// What comes over a wire that breaks, slices and falsifies is what was sent, or nothing: never half of it, never another.
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DispatchError } from '../../../src/core/errors.ts';
import { unless } from '../../helpers/needs.ts';
import { canMount, mountDisk } from '../../helpers/small-disk.ts';
import { createTransferEnds, type TransferEnds, type Wire } from './transfer-ends.ts';

const MIB = 2 ** 20;
const COMPLETED = { sent: { kind: 'exit', exitCode: 0 }, received: { kind: 'exit', exitCode: 0 } };
/** Large enough for the threads, and no whole number of pieces. */
const LARGE = 21 * MIB + 12_345;

let ends: TransferEnds;
beforeEach(() => {
  ends = createTransferEnds();
});
afterEach(() => ends.dispose());

const put = (name: string, content: Uint8Array | string): void => writeFileSync(join(ends.source, name), content);

/** Breaks after so many bytes, an attempt each; the last one goes through. */
function cutting(after: readonly number[], onBytes: (bytes: number) => void = () => {}): Wire {
  return async function* (bytes, attempt) {
    let left = after[attempt] ?? Number.POSITIVE_INFINITY;
    for await (const piece of bytes) {
      const given = piece.subarray(0, left);
      left -= given.length;
      onBytes(given.length);
      yield given;
      if (left === 0) throw new DispatchError('unavailable', 'the wire was cut', { retryable: true });
    }
  };
}

async function* slicing(bytes: AsyncIterable<Uint8Array>, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let turn = 0;
  for await (const piece of bytes) {
    for (let from = 0; from < piece.length; ) {
      const size = sizes[turn++ % sizes.length] ?? piece.length;
      yield piece.subarray(from, from + size);
      from += size;
    }
  }
}

/** Content, mode and time of everything, and where links lead. */
function tree(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const name = path.slice(folder.length);
      if (entry.isSymbolicLink()) return `${name} -> ${readlinkSync(path)}`;
      const { mode, mtimeMs } = statSync(path);
      const content = entry.isFile() ? readFileSync(path, 'base64') : 'a folder';
      return `${name} ${mode.toString(8)} ${Math.floor(mtimeMs)} ${content}`;
    })
    .sort();
}

describe('a transfer that is cut', () => {
  it('goes on in the middle of a large file, and nothing of its content comes twice', async () => {
    const content = randomBytes(LARGE);
    put('large', content);
    const cuts = [1, 7, 100, 3 * MIB, MIB, MIB - 1, 5 * MIB + 3, 300, 4096, 2 * MIB];
    let came = 0;
    const wire = cutting(cuts, (bytes) => {
      came += bytes;
    });
    expect(await ends.transfer('large', { wire })).toMatchObject(COMPLETED);
    expect(readFileSync(join(ends.target, 'large')).equals(content)).toBe(true);
    // What comes besides is headers, some for each attempt.
    expect(came - LARGE).toBeLessThan(400 * (cuts.length + 1));
    expect(ends.left()).toEqual(['large']);
  }, 30_000);

  it('takes any name that a disk takes', async () => {
    const name = '好'.repeat(85); // 255 bytes
    put(name, 'content');
    expect(await ends.transfer(name)).toMatchObject(COMPLETED);
    expect(ends.left()).toEqual([name]);
  });

  it('anywhere, and sliced anyhow, brings the same tree', async () => {
    mkdirSync(join(ends.source, 'tree', 'a', 'b'), { recursive: true });
    put('tree/a/empty', '');
    put('tree/a/b/one', 'x');
    put('tree/a/b/two', randomBytes(70_000));
    put('tree/a/z', randomBytes(300_000));
    symlinkSync('../elsewhere', join(ends.source, 'tree', 'a', 'link'));
    utimesSync(join(ends.source, 'tree', 'a'), 1_600_000_000, 1_600_000_000);
    const wanted = tree(join(ends.source, 'tree'));
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 150_000 }), { maxLength: 3 }),
        fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1, maxLength: 5 }),
        async (cuts, sizes) => {
          const as = `copy ${round++}`;
          const wire: Wire = (bytes, attempt) => cutting(cuts)(slicing(bytes, [...sizes, 5000]), attempt);
          expect(await ends.transfer('tree', { as, wire })).toMatchObject(COMPLETED);
          expect(tree(join(ends.target, as))).toEqual(wanted);
        },
      ),
      { numRuns: 20 },
    );
  }, 60_000);
});

describe('a transfer of what is not as it was', () => {
  it.each([
    ['small', 50_000],
    ['large', LARGE],
  ])(
    'ends where a byte of a %s file changes on the way, and leaves nothing',
    async (_, size) => {
      put('it', randomBytes(size));
      let passed = 0;
      const wire: Wire = async function* (bytes) {
        for await (const piece of bytes) {
          const copy = Uint8Array.from(piece);
          const middle = Math.floor(size / 2) - passed;
          passed += piece.length;
          if (middle >= 0 && middle < piece.length) copy[middle] = (copy[middle] as number) ^ 1;
          yield copy;
        }
      };
      expect(await ends.transfer('it', { wire })).toMatchObject({
        received: { exitCode: 1, message: 'it did not arrive as it was sent: start the transfer again' },
        sent: { exitCode: 1, message: 'the other device did not take it: it did not arrive as it was sent' },
      });
      expect(ends.left()).toEqual([]);
    },
    30_000,
  );

  it.each([
    ['small', 700_000],
    ['large', LARGE],
  ])(
    'ends where a %s file changes while it is sent, and leaves nothing',
    async (_, size) => {
      put('it', randomBytes(size));
      const wire: Wire = async function* (bytes) {
        for await (const piece of bytes) {
          appendFileSync(join(ends.source, 'it'), 'more');
          yield piece;
        }
      };
      const { received } = await ends.transfer('it', { wire });
      expect(received).toMatchObject({ exitCode: 1, message: expect.stringContaining('it changed while it was sent') });
      expect(ends.left()).toEqual([]);
    },
    30_000,
  );

  it('is stopped from outside in the middle, and leaves nothing', async () => {
    put('large', randomBytes(LARGE));
    const stop = new AbortController();
    const wire: Wire = async function* (bytes) {
      let passed = 0;
      for await (const piece of bytes) {
        passed += piece.length;
        yield piece;
        if (passed > 5 * MIB) stop.abort();
      }
    };
    const ended = await ends.transfer('large', { wire, signal: stop.signal });
    expect(ended).toMatchObject({ received: { kind: 'stopped' }, sent: { kind: 'stopped' } });
    expect(ends.left()).toEqual([]);
  }, 30_000);
});

unless(canMount() ? undefined : 'a small disk cannot be mounted here')('a transfer to a disk that fills up', () => {
  it.each([
    ['a large file', ['large']],
    ['many small ones', Array.from({ length: 300 }, (_, at) => `small ${at}`)],
  ])(
    'in the middle of %s says so, and leaves nothing',
    async (_, names) => {
      const disk = mountDisk(24 * MIB);
      const mine = createTransferEnds(disk.path);
      try {
        mkdirSync(join(mine.source, 'tree'));
        for (const name of names)
          writeFileSync(join(mine.source, 'tree', name), randomBytes((16 * MIB) / names.length));
        const wire: Wire = async function* (bytes) {
          let passed = 0;
          for await (const piece of bytes) {
            passed += piece.length;
            if (passed > 2 * MIB && !existsSync(join(disk.path, 'filler'))) disk.fill();
            yield piece;
          }
        };
        const { received } = await mine.transfer('tree', { wire });
        expect(received).toMatchObject({ exitCode: 1, message: expect.stringMatching(/no space|full/i) });
        disk.free();
        expect(mine.left()).toEqual([]);
      } finally {
        mine.dispose();
        disk.dispose();
      }
    },
    30_000,
  );
});
