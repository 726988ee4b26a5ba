// Ways out of the reachable folders, tried on real files: by name, by link, by another name of the same file, by what is no file, and by
// swapping things between the look and the use. Nothing outside is read, listed, changed or told of; the right file may be.
import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileOperation } from '../../../src/core/files.ts';
import { isInside } from '../../../src/core/policy/paths.ts';
import { pathKey } from '../../../src/routes/desktop/local-files/path-key.ts';
import { lookAtReach } from '../../../src/routes/desktop/local-files/reach.ts';
import { createFilesWorld, type FilesWorld } from './harness.ts';

const LOOT = 'what nobody inside may see';
const HELD = 'what is inside';

let world: FilesWorld;
beforeEach(() => {
  world = createFilesWorld();
  const { home, outside } = world;
  writeFileSync(join(outside, 'loot'), LOOT);
  mkdirSync(join(outside, 'folder'));
  writeFileSync(join(outside, 'folder', 'loot'), LOOT);
  mkdirSync(join(home, 'work', 'deep'), { recursive: true });
  writeFileSync(join(home, 'work', 'held'), HELD);
  symlinkSync(join(outside, 'loot'), join(home, 'to-file'));
  symlinkSync(join(outside, 'folder'), join(home, 'to-folder'));
  symlinkSync('../../outside', join(home, 'work', 'up'));
  symlinkSync('up/loot', join(home, 'work', 'chain'));
  symlinkSync('../outside/made', join(home, 'dangling'));
  symlinkSync('loop', join(home, 'loop'));
  symlinkSync('/', join(home, 'root'));
  symlinkSync('/proc/self/root', join(home, 'magic'));
  mkdirSync(join(home, '.ssh'));
  writeFileSync(join(home, '.ssh', 'id'), LOOT);
  mkdirSync(join(home, '.dispatch'));
  writeFileSync(join(home, '.dispatch', 'key'), LOOT);
  symlinkSync('.ssh', join(home, 'keys'));
  mkdirSync(join(home, 'repo', '.git', 'hooks'), { recursive: true });
});
afterEach(() => world.dispose());

/** As the engine does: what the gate would refuse is refused here by its facts. */
async function attempt(operation: FileOperation, between?: () => void): Promise<string> {
  const inspected = await world.executor.inspect({ kind: 'files', operation });
  if (!inspected.ok) return `refused: ${inspected.reason}`;
  const out = inspected.facts.paths.find(({ real }) => !isInside(world.home, real));
  if (out !== undefined) return `outside: ${out.real}`;
  const { outcome, printed } = await world.run(operation, between === undefined ? {} : { between });
  return `${JSON.stringify(outcome)} ${printed}`;
}

/** These are links themselves: what is inside may be moved and deleted, and leads nowhere by that. */
const LINKS: readonly string[] = ['to-file', 'work/chain', 'loop', 'dangling'];

const READ = [
  '../outside/loot',
  'work/../../outside/loot',
  './work/./../../outside/./loot',
  '//../outside/loot',
  'to-file',
  'to-folder/loot',
  'to-folder/../loot',
  'work/up/loot',
  'work/chain',
  'work/deep/../up/folder/loot',
  'root/etc/hostname',
  'magic/etc/hostname',
  'root/../etc/hostname',
  'loop',
  'loop/x',
  '~/../outside/loot',
  '/etc/hostname',
  '/proc/self/environ',
  '/proc/self/cwd/package.json',
  '/dev/stdin',
  '/dev/fd/0',
  '.ssh/id',
  '.ssh',
  'keys/id',
  'work/../.ssh/id',
  '.dispatch/key',
  './/.ssh//id',
];
const WRITTEN = [
  ...READ,
  'dangling',
  'to-folder/new',
  'work/up/new',
  'root/tmp/dispatch-escaped',
  '.bashrc',
  '.profile',
  '.ssh/authorized_keys',
  '.config/systemd/user/x.service',
  'repo/.git/hooks/pre-commit',
  'repo/.git/config',
  'repo/.GIT/hooks/x',
  'bin/ls',
];

describe('what is outside', () => {
  it.each(READ)('is not read by %j', async (path) => {
    for (const operation of [
      { op: 'read', path, as: 'bytes' },
      { op: 'list', path, hidden: true },
      { op: 'search', path, content: 'nobody', hidden: true },
      { op: 'copy', from: path, to: 'work/copied' },
      { op: 'move', from: path, to: 'work/moved' },
    ] as const) {
      const said = await attempt(operation);
      expect(said).not.toContain(LOOT);
      if (operation.op === 'move' && LINKS.includes(path)) continue;
      expect(said, operation.op).toMatch(/^(refused|outside)/);
    }
    expect(existsSync(join(world.home, 'work/copied'))).toBe(false);
  });

  it.each(WRITTEN)('is not changed by %j', async (path) => {
    for (const operation of [
      { op: 'write', path, content: 'x' },
      { op: 'delete', path: `${path}/`, recursive: true },
      { op: 'make-folder', path: `${path}/made`, parents: true },
      { op: 'copy', from: 'work/held', to: path, overwrite: true },
      { op: 'move', from: 'work/held', to: path, overwrite: true },
    ] as const) {
      if (operation.op === 'delete' && LINKS.includes(path)) continue;
      const said = await attempt(operation);
      expect(said, operation.op).toMatch(/^(refused|outside)|"kind":"refused"/);
    }
    expect(readFileSync(join(world.outside, 'loot'), 'utf8')).toBe(LOOT);
    expect(readFileSync(join(world.home, '.ssh/id'), 'utf8')).toBe(LOOT);
    expect(readFileSync(join(world.home, 'work/held'), 'utf8')).toBe(HELD);
    expect(existsSync(join(world.outside, 'made'))).toBe(false);
  });

  it('is not found by a search, nor hidden places within', async () => {
    const said = await attempt({ op: 'search', path: '~', content: 'inside', hidden: true });
    expect(said).toContain('work/held:1:what is inside');
    expect(said).not.toMatch(/loot|\.ssh|\.dispatch/);
    expect(await attempt({ op: 'list', path: '~', hidden: true })).not.toMatch(/ \.(ssh|dispatch)\//);
  });

  it('stays where it is when a link to it is moved or deleted', async () => {
    for (const path of LINKS.filter((each) => each !== 'dangling'))
      await attempt({ op: 'move', from: path, to: `work/deep/${path.replace('/', '-')}` });
    await attempt({ op: 'delete', path: 'work/deep', recursive: true });
    expect(readFileSync(join(world.outside, 'loot'), 'utf8')).toBe(LOOT);
  });

  it('does not come along when a folder is copied, and is not gone when one is deleted', async () => {
    await attempt({ op: 'copy', from: '~/work', to: '~/copy' });
    expect(world.tree()['copy/up']).toBe('-> ../../outside');
    expect(world.tree()).not.toHaveProperty('copy/up/loot');
    await attempt({ op: 'delete', path: '~/copy', recursive: true });
    expect(readFileSync(join(world.outside, 'loot'), 'utf8')).toBe(LOOT);
  });

  it('is not changed through another name of the same file', async () => {
    linkSync(join(world.outside, 'loot'), join(world.home, 'hard'));
    expect(await attempt({ op: 'write', path: 'hard', content: 'x' })).toContain('has 2 names');
    expect(readFileSync(join(world.outside, 'loot'), 'utf8')).toBe(LOOT);
  });
});

describe('what is no regular file', () => {
  it('is not waited for: a pipe, a socket, a device', async () => {
    execFileSync('mkfifo', [join(world.home, 'pipe')]);
    for (const op of ['read', 'write'] as const) {
      const operation: FileOperation = op === 'read' ? { op, path: 'pipe' } : { op, path: 'pipe', content: 'x' };
      expect(await attempt(operation)).toMatch(/no regular file/);
    }
    expect(await attempt({ op: 'search', path: '~', content: 'inside' })).toContain('work/held');
  });
});

describe('what is swapped between the look and the use', () => {
  it.each(['read', 'write', 'delete', 'list', 'copy'] as const)('does not lead %s outside', async (op) => {
    const operation = (
      {
        read: { op, path: 'work/held', as: 'bytes' },
        write: { op, path: 'work/held', content: 'x' },
        delete: { op, path: 'work/held' },
        list: { op, path: 'work', hidden: true },
        copy: { op, from: 'work/held', to: 'copied' },
      } as Record<string, FileOperation>
    )[op] as FileOperation;
    mkdirSync(join(world.outside, 'evil'));
    writeFileSync(join(world.outside, 'evil', 'held'), LOOT);
    const said = await attempt(operation, () => {
      renameSync(join(world.home, 'work'), join(world.home, 'was'));
      symlinkSync(join(world.outside, 'evil'), join(world.home, 'work'));
    });
    expect(said).not.toContain(LOOT);
    expect(readFileSync(join(world.outside, 'evil', 'held'), 'utf8')).toBe(LOOT);
    expect(world.tree().copied ?? '').not.toContain(LOOT);
  });

  it('again and again by somebody fast, is read right or not at all', async () => {
    const { home, outside } = world;
    mkdirSync(join(outside, 'evil'));
    writeFileSync(join(outside, 'evil', 'held'), LOOT);
    symlinkSync(join(outside, 'evil'), join(home, 'evil-link'));
    const swapper = new Worker(
      `const { renameSync } = require('node:fs'); const { workerData: home, parentPort } = require('node:worker_threads');
       let on = true; parentPort.on('message', () => { on = false; });
       const turn = () => { for (let n = 0; n < 200; n++) { try { renameSync(home + '/work', home + '/w'); renameSync(home + '/evil-link', home + '/work'); renameSync(home + '/work', home + '/evil-link'); renameSync(home + '/w', home + '/work'); } catch {} } if (on) setImmediate(turn); };
       turn();`,
      { eval: true, workerData: home },
    );
    try {
      let right = 0;
      for (let at = 0; at < 300; at++) {
        const { printed, outcome } = await world.run({ op: 'read', path: 'work/held', as: 'bytes' });
        expect(printed).not.toContain(LOOT);
        if (printed === HELD) right += 1;
        else expect(outcome).not.toMatchObject({ kind: 'exit', exitCode: 0 });
        const writing = await world.run({ op: 'write', path: 'work/new', content: `${at}` });
        expect(writing.printed).not.toContain(LOOT);
      }
      expect(right).toBeGreaterThan(0);
    } finally {
      swapper.postMessage('stop');
      await swapper.terminate();
    }
    expect(readFileSync(join(outside, 'evil', 'held'), 'utf8')).toBe(LOOT);
    expect(existsSync(join(outside, 'evil', 'new'))).toBe(false);
    rmSync(join(home, 'w'), { recursive: true, force: true });
  }, 60_000);
});

describe('disks that tell names apart otherwise', () => {
  const hidden = (platform: NodeJS.Platform, real: string): boolean =>
    lookAtReach({ home: '/Users/Me', folders: () => ['/Users/Me'], own: [], hide: [], platform }).whyHidden(real) !==
    undefined;

  it.each([
    ['darwin', '/Users/Me/.SSH/id', true],
    ['darwin', '/users/me/.ssh/id', true],
    ['darwin', '/Users/Me/.Ssh', true],
    ['darwin', '/Users/Me/.sshx', false],
    ['linux', '/Users/Me/.SSH/id', false],
    ['linux', '/Users/Me/.ssh/id', true],
    ['win32', '/Users/Me/.SSH./id', true],
    ['win32', '/Users/Me/.ssh::$DATA', true],
    ['win32', '\\Users\\Me\\.ssh\\id', true],
    ['win32', '/Users/Me/.ssh /id', true],
    ['win32', '/Users/Me/.shh', false],
  ] as const)('%s: %s is hidden: %s', (platform, real, expected) => {
    expect(hidden(platform, real)).toBe(expected);
  });

  it('take two ways to write an accent for one', () => {
    expect(pathKey('/Users/Me/Ä', 'darwin')).toBe(pathKey('/Users/Me/A\u0308', 'darwin'));
    expect(pathKey('/a/Ä', 'linux')).not.toBe(pathKey('/a/A\u0308', 'linux'));
  });
});
