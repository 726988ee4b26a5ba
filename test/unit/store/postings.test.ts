// Lists of places cut and merged, against the same done on plain arrays.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase, withSnapshot } from '../../../src/store/log/database.ts';
import { startingWith } from '../../../src/store/log/keys.ts';
import { anyOf, inAll, type Places, placesInMemory, placesInRange } from '../../../src/store/log/postings.ts';

let folder: string;
let db: Database;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dispatch-postings-'));
  db = await openDatabase(join(folder, 'db'));
});

afterAll(async () => {
  await db.close();
  await rm(folder, { recursive: true, force: true });
});

const place = (n: number): string => n.toString().padStart(6, '0');
const newestFirst = (numbers: Iterable<number>): string[] => [...new Set(numbers)].sort((a, b) => b - a).map(place);
/** Few and many, dense and sparse. */
const numbers = fc.oneof(
  fc.array(fc.nat(40), { maxLength: 30 }),
  fc
    .tuple(fc.nat(3000), fc.integer({ min: 1, max: 7 }))
    .map(([from, step]) => Array.from({ length: 400 }, (_, n) => from + n * step)),
);

async function collect(lists: readonly Places[]): Promise<string[]> {
  const all: string[] = [];
  for await (const at of inAll(lists, 'newest', Number.POSITIVE_INFINITY)) all.push(at);
  await Promise.all(lists.map((list) => list.close()));
  return all;
}

test('what stands in all lists, where some are unions, is what sets say', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(numbers, { minLength: 1, maxLength: 3 }),
      fc.array(numbers, { maxLength: 3 }),
      async (all, any) => {
        await db.clear();
        const keys = [...all, ...any].flatMap((list, index) => list.map((n) => `${index}/${place(n)}`));
        await db.batch(keys.map((key) => ({ type: 'put', key, value: '' })));
        const expected = newestFirst(all[0] ?? []).filter(
          (at) =>
            all.every((list) => list.some((n) => place(n) === at)) &&
            (any.length === 0 || any.some((list) => list.some((n) => place(n) === at))),
        );
        await withSnapshot(db, async (snapshot) => {
          const inRange = (index: number) =>
            placesInRange(db, snapshot, `${index}/`, startingWith(`${index}/`), 'newest');
          const unions =
            any.length === 0
              ? []
              : [
                  anyOf(
                    any.map((_, index) => inRange(all.length + index)),
                    'newest',
                  ),
                ];
          expect(await collect([...all.map((_, index) => inRange(index)), ...unions])).toEqual(expected);
        });
        expect(
          await collect([
            ...all.map((list) => placesInMemory(newestFirst(list), 'newest')),
            ...(any.length === 0
              ? []
              : [
                  anyOf(
                    any.map((list) => placesInMemory(newestFirst(list), 'newest')),
                    'newest',
                  ),
                ]),
          ]),
        ).toEqual(expected);
      },
    ),
    { numRuns: 60 },
  );
});
