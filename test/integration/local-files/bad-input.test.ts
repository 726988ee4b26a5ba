// Names that nobody would choose, files that are none, and what changes, ends or is stopped while it is used: one clear sentence each,
// and nothing half done.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileOperation } from '../../../src/core/files.ts';
import { createFilesWorld, type FilesWorld } from './harness.ts';

let world: FilesWorld;
beforeEach(() => {
  world = createFilesWorld();
});
afterEach(() => world.dispose());

const at = (name: string): string => join(world.home, name);
const messageOf = async (operation: FileOperation, options?: Parameters<FilesWorld['run']>[1]): Promise<string> => {
  const before = world.tree();
  const { outcome } = await world.run(operation, options);
  expect(world.tree()).toEqual(before);
  return (
    (outcome as { message?: string }).message?.replace(world.home, '~') ?? `no message: ${JSON.stringify(outcome)}`
  );
};

describe('a name', () => {
  const HOSTILE = 'two\nlines \u001b[31m\u202e';

  it('with line breaks and escapes does all that others do, and is shown as what it is', async () => {
    const said: string[] = [];
    const told = async (operation: FileOperation): Promise<void> => {
      const { outcome, printed, run } = await world.run(operation);
      expect(outcome).toEqual({ kind: 'exit', exitCode: 0 });
      said.push(printed);
      if (operation.op === 'move') said.push((await world.run({ op: 'undo', run })).printed);
    };
    await told({ op: 'write', path: HOSTILE, content: 'text\n' });
    await told({ op: 'stat', path: HOSTILE });
    await told({ op: 'list', path: '.' });
    await told({ op: 'search', path: '~', content: 'text' });
    await told({ op: 'search', path: '~', names: ['two*'] });
    await told({ op: 'copy', from: HOSTILE, to: `${HOSTILE}2` });
    await told({ op: 'move', from: HOSTILE, to: `${HOSTILE}3` });
    said.push(...((await world.illustrate({ op: 'move', from: HOSTILE, to: 'x' })).steps ?? []));
    await told({ op: 'delete', path: HOSTILE });
    for (const text of said) expect(text).not.toMatch(/\u001b|\u202e|two\n/);
    expect(said.join()).toContain('two\\nlines \\u{1b}[31m\\u{202e}');
    expect(await messageOf({ op: 'read', path: HOSTILE })).toBe(
      'there is no ~/two\\nlines \\u{1b}[31m\\u{202e}: correct the path',
    );
  });

  it('with line breaks is one line in a diff', async () => {
    writeFileSync(at(HOSTILE), 'a\n');
    const { diff } = await world.illustrate({ op: 'write', path: HOSTILE, content: 'b\n' });
    expect(diff).toMatch(/^--- .*two\\nlines.*\n\+\+\+ .*two\\nlines.*\n@@ -1,1 \+1,1 @@\n-a\n\+b\n$/);
  });

  it('as long as a disk takes can be written, and undone', async () => {
    for (const path of ['名'.repeat(85), 'x'.repeat(255), '𝓪'.repeat(63)]) {
      await world.run({ op: 'write', path, content: 'x' });
      const { outcome, run } = await world.run({ op: 'write', path, content: 'y' });
      expect(outcome).toEqual({ kind: 'exit', exitCode: 0 });
      expect(readFileSync(at(path), 'utf8')).toBe('y');
      await world.run({ op: 'undo', run });
      expect(readFileSync(at(path), 'utf8')).toBe('x');
    }
    expect(await messageOf({ op: 'write', path: 'x'.repeat(256), content: '' })).toMatch(/its name is too long/);
  });

  it('that is no UTF-8 is listed, and told where it is in the way', async () => {
    mkdirSync(at('d'));
    writeFileSync(Buffer.concat([Buffer.from(at('d/')), Buffer.from([0x61, 0xff])]), 'x');
    expect((await world.run({ op: 'list', path: 'd' })).printed).toMatch(/ a\\u\{fffd\}\n$/);
    for (const operation of [
      { op: 'delete', path: 'd', recursive: true },
      { op: 'copy', from: 'd', to: 'e' },
    ] as const) {
      const { outcome } = await world.run(operation);
      expect((outcome as { message?: string }).message).toBe(
        `${at('d/a')}\\u{fffd}: its name is no UTF-8, so no task can name it: rename it with a shell command`,
      );
    }
    expect(readdirSync(world.home)).toEqual(['d']);
    expect(readdirSync(at('d'))).toHaveLength(1);
  });

  it('that is none is told', async () => {
    expect(await messageOf({ op: 'read', path: 'a\0b' })).toBe(
      '~/a\\u{0}b: it is no path: correct the path, or what is there',
    );
    expect(await messageOf({ op: 'write', path: 'nothing/../a', content: '' })).toMatch(/there is no ~\/nothing:/);
    writeFileSync(at('file'), '');
    expect(await messageOf({ op: 'read', path: 'file/a' })).toBe('~/file is no folder: correct the path');
    expect(await messageOf({ op: 'write', path: '.', content: '' })).toMatch(/ is a folder: name a file$/);
  });
});

describe('what is no regular file', () => {
  it.each(['pipe', 'socket'])('is neither read, searched, copied nor deleted: a %s', async (kind) => {
    const server = createServer();
    if (kind === 'pipe') execFileSync('mkfifo', [at('it')]);
    else await new Promise<void>((resolve) => server.listen(at('it'), resolve));
    for (const operation of [
      { op: 'read', path: 'it' },
      { op: 'search', path: 'it', content: 'x' },
      { op: 'write', path: 'it', content: 'x' },
      { op: 'edit', path: 'it', replace: [{ find: 'x', with: 'y' }] },
    ] as const) {
      const { outcome } = await world.run(operation);
      expect((outcome as { message?: string }).message).toBe(`${at('it')} is no regular file: name a file`);
    }
    for (const operation of [
      { op: 'copy', from: 'it', to: 'copied' },
      { op: 'delete', path: 'it' },
    ] as const) {
      const { outcome } = await world.run(operation);
      expect((outcome as { message?: string }).message).toBe(
        `${at('it')} is neither a file nor a folder: leave it out`,
      );
    }
    expect((await world.run({ op: 'list', path: '~' })).printed).toMatch(/^\?.* it\n$/);
    await new Promise((resolve) => (kind === 'pipe' ? resolve(undefined) : server.close(resolve)));
  });
});

describe('what changes while it is used', () => {
  it('a file that becomes shorter in mid-read is not taken for whole', async () => {
    writeFileSync(at('a'), 'x'.repeat(2 ** 20));
    let first = true;
    const { outcome, printed } = await world.run(
      { op: 'read', path: 'a' },
      {
        onPrinted: () => {
          if (first) truncateSync(at('a'), 10);
          first = false;
        },
      },
    );
    expect(outcome).toMatchObject({
      exitCode: 1,
      message: `${at('a')} became shorter while it was read: read it again`,
    });
    expect(printed.length).toBeLessThan(2 ** 20);
  });

  it('a file that goes in mid-read is read to its end', async () => {
    writeFileSync(at('a'), 'x'.repeat(2 ** 20));
    const { outcome, printed } = await world.run(
      { op: 'read', path: 'a' },
      { onPrinted: () => rmSync(at('a'), { force: true }) },
    );
    expect(outcome).toEqual({ kind: 'exit', exitCode: 0 });
    expect(printed).toBe('x'.repeat(2 ** 20));
  });

  it.each([
    ['read', { op: 'read', path: 'a' }],
    ['stat', { op: 'stat', path: 'a' }],
    ['search', { op: 'search', path: 'a', content: 'x' }],
    ['edit', { op: 'edit', path: 'a', replace: [{ find: 'x', with: 'y' }] }],
    ['copy', { op: 'copy', from: 'a', to: 'b' }],
    ['move', { op: 'move', from: 'a', to: 'b' }],
    ['delete', { op: 'delete', path: 'a' }],
  ] as const)('what goes after it was planned is told: %s', async (_, operation) => {
    writeFileSync(at('a'), 'x');
    const { outcome } = await world.run(operation, { between: () => rmSync(at('a')) });
    expect(outcome).toEqual({ kind: 'exit', exitCode: 1, message: `there is no ${at('a')}: correct the path` });
    expect(world.tree()).toEqual({});
  });

  it('what comes after it was planned is not written over', async () => {
    mkdirSync(at('d'));
    writeFileSync(at('a'), 'a');
    for (const operation of [
      { op: 'write', path: 'd/b', content: 'mine' },
      { op: 'copy', from: 'a', to: 'd/b' },
      { op: 'move', from: 'a', to: 'd/b' },
      { op: 'make-folder', path: 'd/b' },
    ] as const) {
      const { outcome } = await world.run(operation, { between: () => writeFileSync(at('d/b'), 'theirs') });
      expect(outcome).toMatchObject({ kind: 'exit', exitCode: 1 });
      expect(world.tree()).toEqual({ a: '644 a', 'd/': '', 'd/b': '644 theirs' });
      rmSync(at('d/b'));
    }
  });

  it('a step that has nothing to stand on any more ends what was begun, and what was done is undone', async () => {
    mkdirSync(at('d'));
    for (const name of ['1', '2', '3']) writeFileSync(at(`d/${name}`), name);
    const before = world.tree();
    let steps = 0;
    const { outcome, run } = await world.run(
      { op: 'delete', path: 'd', recursive: true },
      {
        onProgress: () => {
          steps += 1;
          if (steps === 3) writeFileSync(at('d/1'), 'another');
        },
      },
    );
    expect(outcome).toMatchObject({
      exitCode: 1,
      message: `${at('d/1')} has changed since it was looked at: start over from what it is now`,
    });
    expect(world.tree()).toEqual({ 'd/': '', 'd/1': '644 another' });
    expect((await world.run({ op: 'undo', run })).outcome).toMatchObject({ exitCode: 0 });
    expect(world.tree()).toEqual({ ...before, 'd/1': '644 another' });
  });
});

describe('what is stopped', () => {
  it('in mid-read says so, also if nobody takes what is printed', async () => {
    writeFileSync(at('a'), 'x'.repeat(2 ** 20));
    const stopping = new AbortController();
    const { outcome, printed } = await world.run(
      { op: 'read', path: 'a' },
      { signal: stopping.signal, stuck: true, onPrinted: () => queueMicrotask(() => stopping.abort()) },
    );
    expect(outcome).toMatchObject({ kind: 'stopped' });
    expect(printed.length).toBeLessThan(2 ** 20);
  });

  it('in mid-copy leaves nothing of the file', async () => {
    writeFileSync(at('a'), Buffer.alloc(4 * 2 ** 20));
    const stopping = new AbortController();
    const { outcome } = await world.run(
      { op: 'copy', from: 'a', to: 'b' },
      { signal: stopping.signal, onProgress: () => stopping.abort() },
    );
    expect(outcome).toMatchObject({ kind: 'stopped' });
    expect(Object.keys(world.tree())).toEqual(['a']);
  });

  it('between two steps tells how far it came, and is undone', async () => {
    mkdirSync(at('d'));
    for (const name of ['1', '2', '3']) writeFileSync(at(`d/${name}`), name);
    const before = world.tree();
    const stopping = new AbortController();
    let steps = 0;
    const { outcome, printed, run } = await world.run(
      { op: 'delete', path: 'd', recursive: true },
      {
        signal: stopping.signal,
        onProgress: () => {
          steps += 1;
          if (steps === 2) stopping.abort();
        },
      },
    );
    expect(outcome).toMatchObject({ kind: 'stopped' });
    expect(printed).toBe('stopped after 2 of 4 changes; they can be undone\n');
    expect(Object.keys(world.tree())).toEqual(['d/', 'd/1']);
    await world.run({ op: 'undo', run });
    expect(world.tree()).toEqual(before);
  });

  it('by the time that it was given says so', async () => {
    writeFileSync(at('a'), 'x'.repeat(2 ** 20));
    const { outcome } = await world.run({ op: 'read', path: 'a' }, { timeoutMs: 10, stuck: true });
    expect(outcome).toEqual({ kind: 'timeout', timeoutMs: 10, receipt: { stopped: [], left: [] } });
    expect((await world.run({ op: 'read', path: 'a' }, { timeoutMs: 30 * 86_400_000 })).outcome).toMatchObject({
      kind: 'exit',
      exitCode: 0,
    });
  });
});

describe('what is too large', () => {
  it('is told before anybody is asked, however large it is', async () => {
    writeFileSync(at('a'), '');
    truncateSync(at('a'), 50 * 2 ** 30);
    for (const operation of [
      { op: 'write', path: 'a', content: '' },
      { op: 'delete', path: 'a' },
    ] as const) {
      const found = await world.executor.inspect({ kind: 'files', operation });
      expect(found.ok).toBe(true);
      await expect(world.plan(operation)).rejects.toThrow('it would replace or delete more than 1.0 MB');
    }
    await expect(world.plan({ op: 'edit', path: 'a', diff: 'x' })).rejects.toThrow(/has 53687091200 bytes/);
    const { outcome } = await world.run({ op: 'read', path: 'a', as: 'text' });
    expect((outcome as { message?: string }).message).toMatch(/is no text|are printed at most/);
    rmSync(at('a'));
  });

  it('a copy over what is there, and a move over it, too', async () => {
    writeFileSync(at('a'), 'a');
    writeFileSync(at('b'), '');
    truncateSync(at('b'), 2 ** 31);
    for (const op of ['copy', 'move'] as const)
      await expect(world.plan({ op, from: 'a', to: 'b', overwrite: true })).rejects.toThrow('more than 1.0 MB');
    rmSync(at('b'));
  });

  it('links that lead in a circle', async () => {
    symlinkSync('b', at('a'));
    symlinkSync('a', at('b'));
    expect(await messageOf({ op: 'read', path: 'a' })).toMatch(/leads in a circle of links/);
  });
});
