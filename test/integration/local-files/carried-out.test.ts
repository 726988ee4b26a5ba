// What something carries out later is not changed by a task, by whatever way it would come to be there: through links that people keep
// their start files behind, in a folder that is moved, or in one that becomes a repository.
import { chmodSync, chownSync, mkdirSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileOperation } from '../../../src/core/files.ts';
import { createFilesWorld, type FilesWorld } from './harness.ts';

let world: FilesWorld;
beforeEach(() => {
  world = createFilesWorld();
});
afterEach(() => world.dispose());

const at = (name: string): string => join(world.home, name);
const put = (name: string, content = name): void => {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), content);
};
const isRefused = async (operation: FileOperation): Promise<void> => {
  const before = world.tree();
  const { outcome } = await world.run(operation);
  expect((outcome as { message?: string }).message).toMatch(/use a shell command with full access|no task may reach/);
  expect(world.tree()).toEqual(before);
};
const isDone = async (operation: FileOperation): Promise<void> => {
  expect((await world.run(operation)).outcome).toEqual({ kind: 'exit', exitCode: 0 });
};

describe('a start file behind a link', () => {
  it.each([
    ['a file', '.bashrc', 'dotfiles/bashrc', 'dotfiles/bashrc'],
    ['a file that is not there yet', '.zshrc', 'dotfiles/zshrc', 'dotfiles/zshrc'],
    ['a folder of settings', '.config', 'dotfiles/config', 'dotfiles/config/starship.toml'],
    ['a link to a link', '.vimrc', 'dotfiles/vimrc', 'dotfiles/vimrc'],
  ])('is none that a task writes: %s', async (_, link, target, written) => {
    put('dotfiles/README');
    if (link === '.config') mkdirSync(at('dotfiles/config'));
    if (link === '.bashrc') put('dotfiles/bashrc');
    if (link === '.vimrc') {
      mkdirSync(at('dotfiles/vim'));
      symlinkSync('vim/real', at('dotfiles/vimrc'));
    }
    symlinkSync(target, at(link));
    await isRefused({ op: 'write', path: written, content: 'x' });
    await isRefused({ op: 'write', path: written.replace(target, link), content: 'x' });
    await isRefused({ op: 'copy', from: 'dotfiles/README', to: written, overwrite: true });
    await isDone({ op: 'write', path: 'dotfiles/README', content: 'x' });
  });

  it('keys behind a link are not read by their real name', async () => {
    put('vault/keys/id');
    symlinkSync('vault/keys', at('.ssh'));
    await isRefused({ op: 'read', path: 'vault/keys/id' });
    await isRefused({ op: 'read', path: '.ssh/id' });
    await isRefused({ op: 'delete', path: 'vault', recursive: true });
    expect((await world.run({ op: 'search', path: '~', content: 'vault' })).printed).toBe('');
  });
});

describe('a folder', () => {
  it.each([
    ['x/autostart/evil.desktop', '.config'],
    ['x/bin/ls', '.local'],
    ['x/share/applications/evil.desktop', '.local'],
    ['x/bin/cargo', '.cargo'],
  ])('with %s in it does not become %s', async (file, place) => {
    put(file);
    await isRefused({ op: 'move', from: 'x', to: place });
    await isRefused({ op: 'copy', from: 'x', to: place });
    await isDone({ op: 'move', from: 'x', to: '.other' });
  });

  it('with a start file in it is neither moved nor deleted', async () => {
    put('.config/fish/config.fish');
    await isRefused({ op: 'move', from: '.config', to: 'x' });
    await isRefused({ op: 'delete', path: '.config', recursive: true });
  });

  it('with keys in it is copied without them, whatever lies there', async () => {
    mkdirSync(at('inner/.secrets'), { recursive: true });
    put('inner/a');
    put('inner/.secrets/key');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at('inner/.secrets/agent'), resolve));
    const { home } = world;
    const other = createFilesWorld({ home, hide: [at('inner/.secrets')] });
    try {
      expect((await other.run({ op: 'copy', from: 'inner', to: 'outer' })).outcome).toEqual({
        kind: 'exit',
        exitCode: 0,
      });
      expect(statSync(at('outer/a')).isFile()).toBe(true);
      expect(() => statSync(at('outer/.secrets'))).toThrow('ENOENT');
    } finally {
      await new Promise((resolve) => server.close(resolve));
      other.dispose();
    }
  });
});

describe('a repository', () => {
  const parts = (folder: string, ...left: readonly string[]): void => {
    put(`${folder}/config`);
    put(`${folder}/hooks/pre-commit`);
    if (!left.includes('HEAD')) put(`${folder}/HEAD`);
    for (const part of ['objects', 'refs']) if (!left.includes(part)) mkdirSync(at(`${folder}/${part}`));
  };

  it('is made by no task, whichever part is the last to come', async () => {
    parts('a', 'HEAD');
    put('head');
    await isRefused({ op: 'write', path: 'a/HEAD', content: 'ref: refs/heads/main' });
    await isRefused({ op: 'copy', from: 'head', to: 'a/HEAD' });
    await isRefused({ op: 'move', from: 'head', to: 'a/HEAD' });
    parts('b', 'refs');
    mkdirSync(at('empty'));
    await isRefused({ op: 'make-folder', path: 'b/refs' });
    await isRefused({ op: 'make-folder', path: 'b/refs/heads', parents: true });
    await isRefused({ op: 'copy', from: 'empty', to: 'b/refs' });
    await isRefused({ op: 'move', from: 'empty', to: 'b/refs' });
    await isDone({ op: 'write', path: 'b/HEAD', content: 'x' });
    await isDone({ op: 'make-folder', path: 'b/objects/pack' });
  });

  it('is not copied, and its settings and hooks are not changed', async () => {
    parts('bare');
    await isRefused({ op: 'copy', from: 'bare', to: 'copied' });
    await isRefused({ op: 'write', path: 'bare/config', content: 'x' });
    await isRefused({ op: 'write', path: 'bare/hooks/post-update', content: 'x' });
    await isRefused({ op: 'delete', path: 'bare', recursive: true });
    await isDone({ op: 'write', path: 'bare/description', content: 'x' });
  });

  it('is not put back by an undo, if it has become one meanwhile', async () => {
    parts('a', 'refs', 'objects');
    const { run } = await world.run({ op: 'delete', path: 'a/HEAD' });
    for (const part of ['objects', 'refs']) mkdirSync(at(`a/${part}`));
    await isRefused({ op: 'undo', run });
  });
});

describe('a program that acts for its owner', () => {
  it('is neither copied as such, nor put back as such', async () => {
    put('a');
    if (process.getuid?.() === 0) chownSync(at('a'), 65_534, 65_534);
    chmodSync(at('a'), 0o6755);
    await isDone({ op: 'copy', from: 'a', to: 'b' });
    expect(statSync(at('b')).mode & 0o7777).toBe(0o755);
    const { run } = await world.run({ op: 'delete', path: 'a' });
    await isDone({ op: 'undo', run });
    expect(statSync(at('a')).mode & 0o7777).toBe(0o755);
  });

  it('is none any more when it is written over', async () => {
    put('a');
    chmodSync(at('a'), 0o4755);
    await isDone({ op: 'write', path: 'a', content: 'x' });
    expect(statSync(at('a')).mode & 0o7777).toBe(0o755);
  });
});

describe('what is put into a folder', () => {
  it('is told to replace what it will replace, by the name that it really gets', async () => {
    put('held', 'new');
    put('d/held', 'old');
    symlinkSync('held', at('link'));
    const inspect = (operation: FileOperation) => world.executor.inspect({ kind: 'files', operation });
    const replaces = { ok: true, facts: { operations: ['files.copy', 'files.overwrite'] } };
    expect(await inspect({ op: 'copy', from: 'link', to: 'd', overwrite: true })).toMatchObject(replaces);
    expect(await inspect({ op: 'copy', from: './d/../held', to: 'd', overwrite: true })).toMatchObject(replaces);
    renameSync(at('d/held'), at('d/link'));
    expect(await inspect({ op: 'copy', from: 'link', to: 'd' })).toMatchObject({
      facts: { operations: ['files.copy'] },
    });
    expect(await inspect({ op: 'move', from: 'link', to: 'd', overwrite: true })).toMatchObject({
      facts: { operations: ['files.move', 'files.overwrite'] },
    });
  });
});
