// A run that was cut off with its peer: what it had done by then is put back, and nothing else is touched; its parts are taken away.
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileOperation } from '../../../src/core/files.ts';
import type { DeviceId, RunId } from '../../../src/core/ids.ts';
import { partNameOf } from '../../../src/routes/desktop/local-files/parts.ts';
import { putFile } from '../../../src/routes/desktop/local-files/put-file.ts';
import { walk } from '../../../src/routes/desktop/local-files/walk.ts';
import { createFilesWorld, type FilesWorld } from './harness.ts';

let world: FilesWorld;
beforeEach(() => {
  world = createFilesWorld();
});
afterEach(() => world.dispose());

const at = (name: string): string => join(world.home, name);
const put = (name: string, content = name): void => {
  mkdirSync(join(at(name), '..'), { recursive: true });
  writeFileSync(at(name), content);
};

describe('an undo of half a run', () => {
  /** Does the operation to its end, then brings back what the lost peer would not have come to. */
  const half = async (operation: FileOperation, bringBack: () => void): Promise<string> => {
    const before = world.tree();
    const { run, outcome } = await world.run(operation);
    expect(outcome).toMatchObject({ kind: 'exit', exitCode: 0 });
    bringBack();
    const refused = await world.run({ op: 'undo', run });
    expect(refused.outcome).toMatchObject({ kind: 'refused', message: expect.stringContaining('nothing is undone') });
    world.cutOff(run);
    const undone = await world.run({ op: 'undo', run });
    expect(undone.outcome).toMatchObject({ kind: 'exit', exitCode: 0 });
    expect(world.tree()).toEqual(before);
    return undone.printed;
  };

  it('brings back what it had deleted', async () => {
    for (const name of ['d/1', 'd/2', 'd/3']) put(name);
    symlinkSync('1', at('d/0'));
    const printed = await half({ op: 'delete', path: 'd', recursive: true }, () => {
      put('d/1');
      symlinkSync('1', at('d/0'));
    });
    expect(printed).toContain('(2 changes)');
  });

  it('takes away what it had copied', async () => {
    for (const name of ['d/1', 'd/2']) put(name);
    await half({ op: 'copy', from: 'd', to: 'copied' }, () => {
      rmSync(at('copied/2'));
    });
  });

  it('brings back what a move had made room for', async () => {
    put('from');
    put('to');
    await half({ op: 'move', from: 'from', to: 'to', overwrite: true }, () => {
      renameSync(at('to'), at('from'));
    });
  });
});

describe('what the checks see of an undo', () => {
  it.each<[string, FileOperation, readonly string[]]>([
    ['delete', { op: 'delete', path: 'd', recursive: true }, ['d', 'd/1']],
    ['move', { op: 'move', from: 'd/1', to: 'moved' }, ['d/1', 'moved']],
    ['write', { op: 'write', path: 'd/1', content: 'new' }, ['d/1']],
  ])('is every place that it puts back, though it names none: %s', async (_, operation, places) => {
    put('d/1');
    const { run, outcome } = await world.run(operation);
    expect(outcome).toMatchObject({ kind: 'exit', exitCode: 0 });
    const found = await world.executor.inspect({ kind: 'files', operation: { op: 'undo', run } });
    expect(found).toMatchObject({ ok: true, facts: { operations: ['files.undo'] } });
    const seen = found.ok ? found.facts.paths.map(({ real }) => real).toSorted() : [];
    expect(seen).toEqual(places.map(at));
  });
});

describe('parts of a lost run', () => {
  const LOST = 'lost' as RunId;
  const part = (name: string, run: RunId = LOST): string => `.${name}.dispatch-${run}.part`;

  it.each<[string, FileOperation, string]>([
    ['write', { op: 'write', path: 'd/a', content: '' }, `d/${part('a')}`],
    ['edit', { op: 'edit', path: 'd/a', replace: [] }, `d/${part('a')}`],
    ['a write through a link', { op: 'write', path: 'link', content: '' }, `d/${part('a')}`],
    ['copy', { op: 'copy', from: 'd/a', to: 'd/c' }, `d/${part('c')}`],
    ['copy into', { op: 'copy', from: 'x', to: 'd' }, `d/${part('x')}`],
    ['a copy of a folder', { op: 'copy', from: 'x', to: 'd' }, `d/x/y/${part('a')}`],
    ['a copy of a folder to a name', { op: 'copy', from: 'x', to: 'd' }, `d/z/${part('a')}`],
    [
      'receive',
      { op: 'receive', path: 'd', from: { device: 'far' as DeviceId, run: LOST, name: 'x' } },
      `d/${part('x')}/y/a`,
    ],
  ])('are taken away: %s', async (_, operation, left) => {
    put('d/a');
    symlinkSync('d/a', at('link'));
    put(`d/${part('a', 'other' as RunId)}`);
    put('d/.mine.part');
    const before = world.tree();
    put(left);
    await world.executor.reap(LOST, { kind: 'files', operation });
    const names = readdirSync(world.home, { recursive: true, encoding: 'utf8' });
    expect(names.filter((name) => name.includes(LOST))).toEqual([]);
    expect(world.tree()).toMatchObject(before);
  });

  it('are taken away: undo', async () => {
    put('d/a');
    const { run } = await world.run({ op: 'delete', path: 'd/a' });
    put(`d/${part('a')}`);
    await world.executor.reap(LOST, { kind: 'files', operation: { op: 'undo', run } });
    expect(world.tree()).toEqual({ 'd/': '' });
  });

  it.each([
    ['of three bytes a character', '好'.repeat(85)],
    ['of four bytes a character', `a${'😀'.repeat(63)}`],
    ['of one byte a character', 'a'.repeat(255)],
  ])('have names that a disk takes, however long the name is: %s', async (_, name) => {
    const made = partNameOf(name, '0123456789abcdef' as RunId);
    expect(Buffer.byteLength(made)).toBeLessThanOrEqual(143);
    expect(made.isWellFormed()).toBe(true);
    put('a', 'content');
    expect((await world.run({ op: 'copy', from: 'a', to: name })).outcome).toMatchObject({ exitCode: 0 });
    expect(world.tree()).toMatchObject({ [name]: '644 content' });
  });
});

it('a file that somebody changes while another one is written in its place stays as they left it', async () => {
  put('a', 'old');
  const { folder } = await walk(at('a'), { follow: false });
  const write = putFile(folder, 'a', (handle) => handle.writeFile('new'), {
    part: '.part',
    replace: true,
    async last() {
      expect(world.tree()).toMatchObject({ a: '644 old', '.part': expect.stringContaining('new') });
      throw new Error('it is another one');
    },
  });
  await expect(write).rejects.toThrow('another one');
  await folder.close();
  expect(world.tree()).toEqual({ a: '644 old' });
});
