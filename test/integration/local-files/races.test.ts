// Every operation, while somebody fast swaps the folder or the file that it is about for a link that leads outside: it finds what is
// inside, or fails; nothing outside is read, changed, or carried inside.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileOperation } from '../../../src/core/files.ts';
import { createFilesWorld, type FilesWorld } from './harness.ts';
import { type Swapper, swapFile, swapFolder } from './swapper.ts';

const LOOT = 'what nobody inside may see';
const HELD = 'what is inside';
const ROUNDS = 12;

let world: FilesWorld;
let swapper: Swapper | undefined;
const make = (options: Parameters<typeof createFilesWorld>[0] = {}): void => {
  world = createFilesWorld(options);
  for (const [folder, content] of [
    [join(world.home, 'work'), HELD],
    [join(world.outside, 'work'), LOOT],
  ] as const) {
    mkdirSync(join(folder, 'empty'), { recursive: true });
    mkdirSync(join(folder, 'full'));
    for (let at = 0; at < ROUNDS; at++) writeFileSync(join(folder, `${at}`), content);
    for (let at = 0; at < ROUNDS; at++) mkdirSync(join(folder, `folder-${at}`));
    for (let at = 0; at < ROUNDS; at++) writeFileSync(join(folder, `folder-${at}`, 'held'), content);
    writeFileSync(join(folder, 'held'), content);
    mkdirSync(join(folder, 'one'));
    writeFileSync(join(folder, 'one', 'held'), content);
  }
  mkdirSync(join(world.home, 'taken'));
  for (let at = 0; at < ROUNDS; at++) writeFileSync(join(world.home, 'taken', `${at}`), HELD);
};
beforeEach(() => make());
afterEach(async () => {
  await swapper?.stop();
  swapper = undefined;
  world.dispose();
});

/** Path → content, of all that really lies there: no link is followed. */
function contents(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) Object.assign(found, contents(path));
    else found[path] = entry.isFile() ? readFileSync(path, 'utf8') : '';
  }
  return found;
}

interface Attempts {
  /** How many ended well. */
  readonly done: number;
  readonly printed: string;
}

async function attempt(operationOf: (round: number) => FileOperation): Promise<Attempts> {
  const before = contents(world.outside);
  let done = 0;
  let printed = '';
  for (let round = 0; round < ROUNDS; round++) {
    const result = await world.run(operationOf(round));
    if (result.outcome.kind === 'exit' && result.outcome.exitCode === 0) done += 1;
    printed += result.printed;
    expect(JSON.stringify(result.outcome)).not.toContain('internal');
  }
  expect(await swapper?.stop()).toBeGreaterThan(0);
  swapper = undefined;
  expect(printed).not.toContain(LOOT);
  expect(contents(world.outside)).toEqual(before);
  expect(Object.values(contents(world.home)).join()).not.toContain(LOOT);
  return { done, printed };
}

const IN_FOLDER: Readonly<Record<string, (round: number) => FileOperation>> = {
  list: () => ({ op: 'list', path: 'work', hidden: true }),
  stat: () => ({ op: 'stat', path: 'work/held' }),
  read: () => ({ op: 'read', path: 'work/held', as: 'bytes' }),
  'read into an artifact': () => ({ op: 'read', path: 'work/held', as: 'artifact' }),
  'search lines': () => ({ op: 'search', path: 'work', content: 'what' }),
  'search names': () => ({ op: 'search', path: 'work', names: ['hel*'] }),
  write: (round) => ({ op: 'write', path: 'work/held', content: `${round}` }),
  'write anew': (round) => ({ op: 'write', path: `work/new-${round}`, content: 'x' }),
  append: () => ({ op: 'write', path: 'work/held', content: 'x', mode: 'append' }),
  edit: (round) => ({ op: 'edit', path: `work/${round}`, replace: [{ find: 'what', with: 'that' }] }),
  'copy out of': (round) => ({ op: 'copy', from: `work/${round}`, to: `copied-${round}` }),
  'copy a folder out of': (round) => ({ op: 'copy', from: `work/folder-${round}`, to: `copied-${round}` }),
  'copy into': (round) => ({ op: 'copy', from: `taken/${round}`, to: `work/copied-${round}` }),
  'copy over': (round) => ({ op: 'copy', from: `taken/${round}`, to: `work/${round}`, overwrite: true }),
  'move out of': (round) => ({ op: 'move', from: `work/${round}`, to: `moved-${round}` }),
  'move a folder out of': (round) => ({ op: 'move', from: `work/folder-${round}`, to: `moved-${round}` }),
  'move into': (round) => ({ op: 'move', from: `taken/${round}`, to: `work/moved-${round}` }),
  delete: (round) => ({ op: 'delete', path: `work/${round}` }),
  'delete a folder': (round) => ({ op: 'delete', path: `work/folder-${round}`, recursive: true }),
  'make a folder': (round) => ({ op: 'make-folder', path: `work/empty/${round}/deep`, parents: true }),
};

describe('a folder that is swapped', () => {
  it.each(Object.keys(IN_FOLDER))('%s', async (name) => {
    swapper = await swapFolder(world.home, 'work', join(world.outside, 'work'));
    await attempt(IN_FOLDER[name] as (round: number) => FileOperation);
  });

  it('search lines, without ripgrep', async () => {
    world.dispose();
    make({ path: '/nonexistent' });
    swapper = await swapFolder(world.home, 'work', join(world.outside, 'work'));
    await attempt(() => ({ op: 'search', path: 'work', content: 'what' }));
  });

  it('undo', async () => {
    const { run } = await world.run({ op: 'delete', path: 'work/full' });
    swapper = await swapFolder(world.home, 'work', join(world.outside, 'work'));
    await attempt(() => ({ op: 'undo', run }));
  });
});

const ON_FILE: Readonly<Record<string, (round: number) => FileOperation>> = {
  read: () => ({ op: 'read', path: 'work/one/held', as: 'bytes' }),
  'search lines': () => ({ op: 'search', path: 'work/one', content: 'what' }),
  'search it alone': () => ({ op: 'search', path: 'work/one/held', content: 'what' }),
  write: (round) => ({ op: 'write', path: 'work/one/held', content: `${round}` }),
  edit: () => ({ op: 'edit', path: 'work/one/held', replace: [{ find: 'what', with: 'that' }] }),
  copy: (round) => ({ op: 'copy', from: 'work/one/held', to: `copied-${round}` }),
  'copy its folder': (round) => ({ op: 'copy', from: 'work/one', to: `copied-${round}` }),
  'copy over': (round) => ({ op: 'copy', from: `taken/${round}`, to: 'work/one/held', overwrite: true }),
  'move over': (round) => ({ op: 'move', from: `taken/${round}`, to: 'work/one/held', overwrite: true }),
  delete: () => ({ op: 'delete', path: 'work/one/held' }),
};

describe('a file that is swapped', () => {
  it.each(Object.keys(ON_FILE))('%s', async (name) => {
    swapper = await swapFile(world.home, 'work/one/held', HELD, join(world.outside, 'work', 'one', 'held'));
    await attempt(ON_FILE[name] as (round: number) => FileOperation);
  });
});

describe('somebody who swaps other things', () => {
  it.each([
    ['read', HELD, { op: 'read', path: 'taken/1' }],
    ['search lines', `1:${HELD}`, { op: 'search', path: 'taken', content: 'what' }],
    ['list', '14 B', { op: 'list', path: 'taken' }],
  ] as const)('is in the way of nothing: %s', async (_, expected, operation) => {
    swapper = await swapFolder(world.home, 'work', join(world.outside, 'work'));
    const { done, printed } = await attempt(() => operation);
    expect(done).toBe(ROUNDS);
    expect(printed).toContain(expected);
  });
});
