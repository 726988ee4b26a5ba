// A path that leads elsewhere than when it was looked at: what was allowed or approved is that place, and none that a link names later.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accessOfFiles, type FileOperation } from '../../../src/core/files.ts';
import type { DeviceId, RunId } from '../../../src/core/ids.ts';
import { createFilesWorld, type FilesWorld } from './harness.ts';

const FAR = '12D3KooWTheOtherEnd' as DeviceId;
const DIARY = 'dear diary';

let world: FilesWorld;
beforeEach(() => {
  world = createFilesWorld();
  for (const folder of ['work', 'private']) mkdirSync(join(world.home, folder));
  writeFileSync(join(world.home, 'work', 'note'), 'a note');
  writeFileSync(join(world.home, 'private', 'note'), DIARY);
  writeFileSync(join(world.home, 'new'), 'new');
  symlinkSync('work', join(world.home, 'way'));
});
afterEach(() => world.dispose());

/** Both places may be reached; only one of them was looked at. */
const turn = (): void => {
  rmSync(join(world.home, 'way'));
  symlinkSync('private', join(world.home, 'way'));
};

const from = { device: FAR, run: 'sends' as RunId, name: 'note' };
const READING: Readonly<Record<string, FileOperation>> = {
  list: { op: 'list', path: 'way' },
  stat: { op: 'stat', path: 'way/note' },
  read: { op: 'read', path: 'way/note' },
  'read into an artifact': { op: 'read', path: 'way/note', as: 'artifact' },
  search: { op: 'search', path: 'way', content: 'd' },
  send: { op: 'send', path: 'way/note', to: FAR },
};
const CHANGING: Readonly<Record<string, FileOperation>> = {
  write: { op: 'write', path: 'way/note', content: 'x' },
  'write anew': { op: 'write', path: 'way/other', content: 'x' },
  edit: { op: 'edit', path: 'way/note', replace: [{ find: 'a', with: 'x', all: true }] },
  delete: { op: 'delete', path: 'way/note' },
  move: { op: 'move', from: 'way/note', to: 'moved' },
  'move into': { op: 'move', from: 'new', to: 'way' },
  copy: { op: 'copy', from: 'way/note', to: 'copied' },
  'copy into': { op: 'copy', from: 'new', to: 'way' },
  'copy over': { op: 'copy', from: 'new', to: 'way/note', overwrite: true },
  'make a folder': { op: 'make-folder', path: 'way/a/b', parents: true },
  receive: { op: 'receive', path: 'way', from: { ...from, name: 'other' } },
  'receive over': { op: 'receive', path: 'way/note', from, overwrite: true },
};

describe('a link that is turned', () => {
  it.each(Object.entries({ ...READING, ...CHANGING }))(
    'before it is carried out stops it: %s',
    async (_, operation) => {
      let before = {};
      const { outcome, printed, left } = await world.run(operation, {
        between: () => {
          turn();
          before = world.tree();
        },
      });
      expect(outcome).toMatchObject({ kind: 'exit', exitCode: 1, message: expect.stringContaining('looked at') });
      expect({ printed, left }).toEqual({ printed: '', left: [] });
      expect(world.tree()).toEqual(before);
    },
  );

  it.each(Object.entries(CHANGING))('before it is planned stops it: %s', async (_, operation) => {
    const action = { kind: 'files', operation } as const;
    const inspected = await world.executor.inspect(action);
    if (!inspected.ok) throw new Error(inspected.reason);
    turn();
    expect(await world.executor.prepare('run' as RunId, action, accessOfFiles(action), inspected.facts)).toMatchObject({
      ok: false,
      code: 'conflict',
      reason: expect.stringContaining('looked at'),
    });
  });

  it.each(Object.entries(READING))('before it is planned changes no plan: %s', async (_, operation) => {
    const action = { kind: 'files', operation } as const;
    const planned = await world.plan(operation);
    const inspected = await world.executor.inspect(action);
    if (!inspected.ok) throw new Error(inspected.reason);
    turn();
    const prepared = await world.executor.prepare('plan' as RunId, action, 'read-only', inspected.facts);
    expect(prepared).toEqual({ ok: true, plan: planned });
  });

  it('is told to whoever is asked', async () => {
    expect(await world.plan({ op: 'send', path: 'way/note', to: FAR })).toMatchObject({
      targets: [`${join(world.home, 'work', 'note')}, to which way/note leads`],
    });
    expect((await world.plan({ op: 'send', path: 'work/note', to: FAR })).targets).toBeUndefined();
    const { steps } = await world.illustrate({ op: 'copy', from: 'way/note', to: 'copied' });
    expect(steps).toEqual([`${join(world.home, 'work', 'note')}, to which way/note leads`]);
  });
});

describe('what comes to be in the way after it was looked at', () => {
  it.each<[string, FileOperation]>([
    ['a copy', { op: 'copy', from: 'new', to: 'work', overwrite: true }],
    ['a move', { op: 'move', from: 'new', to: 'work', overwrite: true }],
    ['a transfer', { op: 'receive', path: 'work', from: { ...from, name: 'new' }, overwrite: true }],
  ])('is not replaced by %s that was allowed as new', async (_, operation) => {
    const action = { kind: 'files', operation } as const;
    const inspected = await world.executor.inspect(action);
    if (!inspected.ok) throw new Error(inspected.reason);
    expect(inspected.facts.operations).not.toContain('files.overwrite');
    writeFileSync(join(world.home, 'work', 'new'), 'yours');
    expect(await world.executor.prepare('run' as RunId, action, accessOfFiles(action), inspected.facts)).toMatchObject({
      ok: false,
      code: 'conflict',
    });
    expect(readFileSync(join(world.home, 'work', 'new'), 'utf8')).toBe('yours');
  });
});

describe('what a person is shown', () => {
  const illustrated = async (operation: FileOperation, between: () => void) => {
    const plan = await world.plan(operation);
    between();
    return world.executor.illustrate?.({ kind: 'files', operation }, plan);
  };

  it('is what was planned, or nothing: a file that became another one in between', async () => {
    const shown = await illustrated({ op: 'copy', from: 'work/note', to: 'copied' }, () =>
      writeFileSync(join(world.home, 'work', 'note'), 'something harmless'),
    );
    expect(shown).toEqual({
      warnings: ['what it would change cannot be shown: what is there has changed since it was looked at'],
    });
  });

  it('is nothing of what a link leads to that was turned in between', async () => {
    const shown = await illustrated({ op: 'delete', path: 'work/note' }, () => {
      renameSync(join(world.home, 'work'), join(world.home, 'away'));
      symlinkSync('private', join(world.home, 'work'));
    });
    expect(JSON.stringify(shown)).not.toContain(DIARY);
    expect(shown).toEqual({ warnings: [expect.stringContaining('cannot be shown')] });
  });

  it('tells how large a file really is that is too large to be compared', async () => {
    writeFileSync(join(world.home, 'large'), Buffer.alloc(5_000_000, 'a'));
    const { diff } = await world.illustrate({ op: 'copy', from: 'large', to: 'copied' });
    expect(diff).toContain('Large file: none → 5.0 MB');
  });
});

it('a repository is not made out of parts that are transferred one by one', async () => {
  mkdirSync(join(world.home, 'bare', 'objects'), { recursive: true });
  mkdirSync(join(world.home, 'bare', 'refs'));
  writeFileSync(join(world.home, 'bare', 'config'), '[core]\n\tfsmonitor = touch /tmp/x\n');
  const { outcome } = await world.run({ op: 'receive', path: 'bare', from: { ...from, name: 'HEAD' } });
  expect(outcome).toMatchObject({ kind: 'refused', message: expect.stringContaining('would become a repository') });
  expect(readdirSync(join(world.home, 'bare'))).not.toContain('HEAD');
});
