// A disk that is full: one sentence, what was there is still there, and what was begun is gone or can be undone.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { unless } from '../../helpers/needs.ts';
import { canMount, mountDisk, type SmallDisk } from '../../helpers/small-disk.ts';
import { createFilesWorld, type FilesWorld } from './harness.ts';

const KB = 1024;

unless(canMount() ? undefined : 'a small disk cannot be mounted here')('a disk that is full', () => {
  let disk: SmallDisk;
  let world: FilesWorld;
  beforeEach(() => {
    disk = mountDisk(1024 * KB);
  });
  afterEach(() => {
    world.dispose();
    disk.dispose();
  });

  it('takes no new file, and none over another one', async () => {
    world = createFilesWorld({ home: disk.path });
    writeFileSync(join(disk.path, 'old'), 'old');
    disk.fill();
    for (const path of ['new', 'old']) {
      const { outcome } = await world.run({ op: 'write', path, content: 'x'.repeat(100 * KB) });
      expect(outcome).toEqual({
        kind: 'exit',
        exitCode: 1,
        message: `${disk.path}/${path}: the disk is full: see to the disk, then try again`,
      });
    }
    expect(readdirSync(disk.path).sort()).toEqual(['filler', 'old']);
    expect(readFileSync(join(disk.path, 'old'), 'utf8')).toBe('old');
  });

  it('takes a part of a folder, which is undone', async () => {
    world = createFilesWorld({ home: disk.path });
    mkdirSync(join(disk.path, 'a'));
    for (const name of ['1', '2', '3']) writeFileSync(join(disk.path, 'a', name), name.repeat(200 * KB));
    const before = world.tree();
    const { outcome, run } = await world.run({ op: 'copy', from: 'a', to: 'b' });
    expect(outcome).toMatchObject({ kind: 'exit', exitCode: 1, message: expect.stringContaining('the disk is full') });
    expect(['1', '2', '3']).not.toEqual(readdirSync(join(disk.path, 'b')));
    expect((await world.run({ op: 'undo', run })).outcome).toMatchObject({ kind: 'exit', exitCode: 0 });
    expect(world.tree()).toEqual(before);
  });

  it.each(['write', 'edit', 'delete'] as const)('keeps nothing to undo %s, so nothing is changed', async (op) => {
    world = createFilesWorld({ runs: disk.path });
    writeFileSync(join(world.home, 'a'), 'old '.repeat(20 * KB));
    const before = world.tree();
    disk.fill();
    const { outcome } = await world.run(
      op === 'write'
        ? { op, path: 'a', content: 'new' }
        : op === 'delete'
          ? { op, path: 'a' }
          : { op, path: 'a', replace: [{ find: 'old ', with: 'new ', all: true }] },
    );
    expect(outcome).toMatchObject({ kind: 'exit', exitCode: 1, message: expect.stringContaining('the disk is full') });
    expect(world.tree()).toEqual(before);
  });

  it('takes no list of what is new, so nothing is made', async () => {
    world = createFilesWorld({ runs: disk.path });
    disk.fill();
    const { outcome } = await world.run({ op: 'make-folder', path: 'a' });
    expect(outcome).toMatchObject({
      kind: 'exit',
      exitCode: 1,
      message: 'what is kept to undo it: the disk is full: see to the disk, then try again',
    });
    expect(world.tree()).toEqual({});
  });

  it('keeps no half of a file as an artifact', async () => {
    world = createFilesWorld({ runs: disk.path });
    writeFileSync(join(world.home, 'a'), Buffer.alloc(2048 * KB));
    const { outcome, left } = await world.run({ op: 'read', path: 'a', as: 'artifact' });
    expect(outcome).toEqual({
      kind: 'exit',
      exitCode: 1,
      message: 'the artifact: the disk is full: see to the disk, then try again',
    });
    expect(left).toEqual([]);
  });
});
