// Random changes to random trees, undone one after the other: every byte, mode and link is as it was. A change that fails leaves the
// tree as it was at once.
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { FileOperation } from '../../src/core/files.ts';
import { createFilesWorld, type FilesWorld } from '../integration/local-files/harness.ts';

const NAMES = ['a', 'b', 'ñ', 'with space'];
const name = fc.constantFrom(...NAMES);
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const content = fc.oneof(
  fc.constantFrom('', 'one\n', 'one\ntwo\n', 'one\r\ntwo', 'two', '\u0000\u0001'),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

type Entry =
  | { readonly kind: 'file'; readonly path: string; readonly content: string; readonly mode: number }
  | { readonly kind: 'folder'; readonly path: string; readonly mode: number }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

const entry: fc.Arbitrary<Entry> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('file'),
      path,
      content,
      mode: fc.constantFrom(0o644, 0o600, 0o755, 0o444),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('folder'), path, mode: fc.constantFrom(0o755, 0o700, 0o775, 0o777) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('link'), path, target: fc.oneof(path, fc.constant('../a')) }) },
);

const replace = fc.record({
  find: fc.constantFrom('one', 'two', '\n', 'o'),
  with: content,
  all: fc.constant(true as const),
});
const yes = fc.constant(true as const);
const operation: fc.Arbitrary<FileOperation> = fc.oneof(
  fc.record(
    { op: fc.constant('write'), path, content, mode: fc.constantFrom('create', 'replace', 'append') },
    { requiredKeys: ['op', 'path', 'content'] },
  ),
  fc.record({ op: fc.constant('edit'), path, replace: fc.array(replace, { minLength: 1, maxLength: 2 }) }),
  fc.record(
    { op: fc.constantFrom('move', 'copy'), from: path, to: path, overwrite: yes },
    { requiredKeys: ['op', 'from', 'to'] },
  ),
  fc.record({ op: fc.constant('delete'), path, recursive: yes }, { requiredKeys: ['op', 'path'] }),
  fc.record({ op: fc.constant('make-folder'), path, parents: yes }, { requiredKeys: ['op', 'path'] }),
) as fc.Arbitrary<FileOperation>;

/** Those that find no place are left out. */
function build(home: string, entries: readonly Entry[]): void {
  for (const each of entries) {
    const at = join(home, each.path);
    try {
      mkdirSync(join(at, '..'), { recursive: true });
      if (each.kind === 'link') symlinkSync(each.target, at);
      else if (each.kind === 'folder') mkdirSync(at);
      else writeFileSync(at, each.content, { flag: 'wx' });
      if (each.kind !== 'link') chmodSync(at, each.mode);
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toMatch(/^(EEXIST|ENOTDIR|ENOENT|ELOOP)$/);
    }
  }
}

function look(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const each of readdirSync(folder)) {
    const at = join(folder, each);
    const stats = lstatSync(at);
    const mode = (stats.mode & 0o7777).toString(8);
    if (stats.isSymbolicLink()) found[at] = `-> ${readlinkSync(at)}`;
    else if (stats.isDirectory()) Object.assign(found, { [at]: mode }, look(at));
    else found[at] = `${mode} ${readFileSync(at, 'latin1')}`;
  }
  return found;
}

async function carryOut(world: FilesWorld, each: FileOperation): Promise<FileOperation | undefined> {
  const before = look(world.home);
  const { outcome, run, printed } = await world.run(each);
  if (outcome.kind === 'exit' && outcome.exitCode === 0) {
    return printed === 'it is so already\n' ? undefined : { op: 'undo', run };
  }
  expect(outcome).toHaveProperty('message', expect.not.stringContaining('internal error'));
  expect(look(world.home)).toEqual(before);
  return undefined;
}

it('what was changed is undone, whatever it was', async () => {
  let undone = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { maxLength: 8 }),
      fc.array(operation, { minLength: 1, maxLength: 5 }),
      async (entries, operations) => {
        const world = createFilesWorld();
        try {
          build(world.home, entries);
          const before = look(world.home);
          const undos: FileOperation[] = [];
          for (const each of operations) {
            const undo = await carryOut(world, each);
            if (undo !== undefined) undos.unshift(undo);
          }
          for (const undo of undos) {
            expect((await world.run(undo)).outcome).toEqual({ kind: 'exit', exitCode: 0 });
            undone += 1;
          }
          expect(look(world.home)).toEqual(before);
        } finally {
          world.dispose();
        }
      },
    ),
    { numRuns: 120 },
  );
  expect(undone).toBeGreaterThan(50);
}, 60_000);

it('an undo is undone as well, and that again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { minLength: 3, maxLength: 8 }), operation, async (entries, first) => {
      const world = createFilesWorld();
      try {
        build(world.home, entries);
        const states = [look(world.home)];
        const { outcome, run } = await world.run(first);
        fc.pre(outcome.kind === 'exit' && outcome.exitCode === 0 && Object.keys(look(world.home)).length > 0);
        states.push(look(world.home));
        let last = run;
        for (const expected of [states[0], states[1], states[0]]) {
          const undoing = await world.run({ op: 'undo', run: last });
          if (undoing.outcome.kind === 'refused') return; // nothing was changed in the first place
          expect(undoing.outcome).toEqual({ kind: 'exit', exitCode: 0 });
          expect(look(world.home)).toEqual(expected);
          last = undoing.run;
        }
      } finally {
        world.dispose();
      }
    }),
    { numRuns: 50 },
  );
}, 60_000);
