// Every operation on real files: what it prints, what it changes, and that all of it can be undone.
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileOperation } from '../../../src/core/files.ts';
import type { Sha256 } from '../../../src/core/ids.ts';
import { createFilesWorld, type FilesWorld } from './harness.ts';

let world: FilesWorld;
beforeEach(() => {
  world = createFilesWorld();
});
afterEach(() => world.dispose());

const put = (name: string, content = name, mode = 0o644): string => {
  const path = join(world.home, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content, { mode });
  return path;
};
const ok = async (operation: FileOperation, options?: Parameters<FilesWorld['run']>[1]): Promise<string> => {
  const { outcome, printed } = await world.run(operation, options);
  expect(outcome).toMatchObject({ kind: 'exit', exitCode: 0 });
  return printed;
};
const fails = async (operation: FileOperation, message: string | RegExp): Promise<void> => {
  const before = world.tree();
  const { outcome } = await world.run(operation);
  expect((outcome as { message?: string }).message).toMatch(message);
  expect(world.tree()).toEqual(before);
};

describe('list', () => {
  it('tells of each thing in a folder, and of nothing that is hidden unless asked', async () => {
    utimesSync(put('b.txt', 'x'.repeat(1234)), 1_700_000_000, 1_700_000_000);
    put('a/inner');
    put('.dotted');
    symlinkSync('b.txt', join(world.home, 'link'));
    const printed = await ok({ op: 'list', path: '~' });
    expect(printed.split('\n').map((line) => line.slice(0, 10))).toEqual([
      'drwxr-xr-x',
      '-rw-r--r--',
      'lrwxrwxrwx',
      '',
    ]);
    expect(printed).toMatch(/1\.2 kB {2}2023-11-1\d \d\d:\d\d {2}b\.txt/);
    expect(printed).toContain('link -> b.txt');
    expect(printed).not.toContain('.dotted');
    expect(await ok({ op: 'list', path: '~', hidden: true })).toContain('.dotted');
  });

  it('gives JSON, sorted as asked', async () => {
    put('small', '1');
    put('large', '12345');
    const { entries } = JSON.parse(await ok({ op: 'list', path: '.', sort: 'size', as: 'json' })) as {
      entries: { name: string; kind: string; sizeBytes: number }[];
    };
    expect(entries).toMatchObject([{ name: 'large', kind: 'file', sizeBytes: 5, mode: '0644' }, { name: 'small' }]);
  });

  it('shows a name that could be taken for something else as what it is', async () => {
    put('two\nlines');
    put('red \u001b[31m');
    put('\u202egnp.exe');
    expect(await ok({ op: 'list', path: '~' })).toMatch(/red \\u\{1b\}\[31m\n.*two\\nlines\n.*\\u\{202e\}gnp\.exe\n$/s);
  });

  it('of ten thousand entries tells all', async () => {
    for (let at = 0; at < 10_000; at++) writeFileSync(join(world.home, `file ${at}`), '');
    expect((await ok({ op: 'list', path: '~' })).split('\n')).toHaveLength(10_001);
  });
});

describe('stat', () => {
  it('tells of a file, and of a link itself', async () => {
    put('notes.md', 'hello', 0o640);
    symlinkSync('notes.md', join(world.home, 'link'));
    expect(await ok({ op: 'stat', path: 'notes.md' })).toContain('file, 5 B (5 bytes), mode 0640');
    expect(JSON.parse(await ok({ op: 'stat', path: 'link', as: 'json' }))).toMatchObject({
      kind: 'link',
      target: 'notes.md',
    });
  });
});

describe('read', () => {
  it('prints text, and a range of bytes', async () => {
    put('notes.md', 'grüße an alle');
    expect(await ok({ op: 'read', path: 'notes.md' })).toBe('grüße an alle');
    expect(await ok({ op: 'read', path: 'notes.md', offset: 8, length: 2, as: 'bytes' })).toBe('an');
    expect(await ok({ op: 'read', path: 'notes.md', offset: 1000 })).toBe('');
  });

  it('makes an artifact of what is no text, and says so; as text it is refused', async () => {
    put('picture', '\u0000\u0001');
    const { outcome, printed } = await world.run({ op: 'read', path: 'picture' });
    expect(outcome).toMatchObject({ exitCode: 0 });
    expect(printed).toMatch(/picture \(2 B\) is kept as an artifact\n$/);
    await fails({ op: 'read', path: 'picture', as: 'text' }, /is no text: read it as bytes/);
  });
});

describe('search', () => {
  beforeEach(() => {
    put('src/one.ts', 'let a = 1;\nlet wanted = 2;\n');
    put('src/deep/two.ts', 'Wanted here');
    put('src/three.md', 'wanted');
    put('src/.hidden.ts', 'wanted');
    put('src/binary.ts', 'wanted\u0000');
  });
  it.each([
    ['with ripgrep', undefined],
    ['without it', '/nonexistent'],
  ])('finds lines %s', async (_, path) => {
    world.dispose();
    world = createFilesWorld(path === undefined ? {} : { path });
    put('src/one.ts', 'let a = 1;\nlet wanted = 2;\n');
    put('src/deep/two.ts', 'Wanted here');
    put('src/three.md', 'wanted');
    put('src/.hidden.ts', 'wanted');
    put('src/binary.ts', 'wanted\u0000');
    const found = async (more: object): Promise<string[]> => {
      const printed = await ok({ op: 'search', path: '~/src', content: 'wanted', as: 'json', ...more });
      const { findings } = JSON.parse(printed) as { findings: { path: string; line: number; text: string }[] };
      return findings.map(({ path: file, line, text }) => `${file.slice(world.home.length)}:${line}:${text}`).sort();
    };
    expect(await found({})).toEqual(['/src/one.ts:2:let wanted = 2;', '/src/three.md:1:wanted']);
    expect(await found({ names: ['*.ts'], ignoreCase: true })).toEqual([
      '/src/deep/two.ts:1:Wanted here',
      '/src/one.ts:2:let wanted = 2;',
    ]);
    expect(await found({ hidden: true })).toContain('/src/.hidden.ts:1:wanted');
  });

  it.each([
    ['with ripgrep', undefined],
    ['without it', '/nonexistent'],
  ])('takes globs of names, and of paths below where it looks, %s', async (_, path) => {
    const { home } = world;
    const other = createFilesWorld({ home, ...(path === undefined ? {} : { path }) });
    const found = async (names: readonly string[], from = '~'): Promise<string[]> => {
      const { printed } = await other.run({ op: 'search', path: from, content: 'anted', names });
      return printed
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.slice(home.length + 1).split(':')[0] ?? '')
        .sort();
    };
    expect(await found(['*.ts'])).toEqual(['src/deep/two.ts', 'src/one.ts']);
    expect(await found(['src/*.ts'])).toEqual(['src/one.ts']);
    expect(await found(['deep/*'], '~/src')).toEqual(['src/deep/two.ts']);
    expect(await found(['**/deep/**', '*.md'])).toEqual(['src/deep/two.ts', 'src/three.md']);
    expect(await found(['*.none'])).toEqual([]);
    expect(await found(['one.*'], '~/src/one.ts')).toEqual(['src/one.ts']);
    other.dispose();
  });

  it('finds lines as they stand: with any end, with a mark before them, in 16 bits, and long ones in part', async () => {
    put('a/crlf', 'one\r\nwanted 1\r\n');
    put('a/last', 'wanted 2');
    put('a/mark', '\ufeffwanted 3\n');
    writeFileSync(put('a/latin'), Buffer.from('wanted 4 \u00fc\n', 'latin1'));
    writeFileSync(put('a/wide'), Buffer.from('\ufefftwo\nwanted 5\n', 'utf16le'));
    put('a/long', `wanted 6 ${'x'.repeat(10_000)}\n`);
    const printed = await ok({ op: 'search', path: '~/a', content: 'wanted' });
    const lines = printed
      .split('\n')
      .map((line) => line.slice(world.home.length + 3))
      .sort();
    expect(lines).toEqual([
      '',
      'crlf:2:wanted 1',
      'last:1:wanted 2',
      'latin:1:wanted 4 \\u{fffd}',
      `long:1:wanted 6 ${'x'.repeat(491)}`,
      'mark:1:wanted 3',
      'wide:2:wanted 5',
    ]);
  });

  it('finds names, and stops at the limit', async () => {
    expect((await ok({ op: 'search', path: '~', names: ['*.ts'] })).split('\n')).toHaveLength(4);
    expect(await ok({ op: 'search', path: '~', names: ['*.ts'], limit: 1 })).toContain('there is more');
  });

  it('takes regular expressions from ripgrep alone, and one that is none is told', async () => {
    expect(await ok({ op: 'search', path: '~/src', content: 'let \\w+ = 2', regex: true })).toContain(
      'one.ts:2:let wanted = 2;',
    );
    const { outcome } = await world.run({ op: 'search', path: '~/src', content: '(', regex: true });
    expect(outcome).toMatchObject({ exitCode: 1, message: expect.stringContaining('mend the regular expression') });
  });
});

describe('a change', () => {
  it('writes a new file, and is undone by removing it', async () => {
    const before = world.tree();
    const { run } = await world.run({ op: 'write', path: 'new.txt', content: 'hello' });
    expect(world.tree()).toEqual({ 'new.txt': `${(0o666 & ~process.umask()).toString(8)} hello` });
    await ok({ op: 'undo', run });
    expect(world.tree()).toEqual(before);
  });

  it('replaces a file at once, keeps its mode, and is undone to the byte', async () => {
    put('run.sh', '#!/bin/sh\necho one\n', 0o750);
    const before = world.tree();
    const { run } = await world.run({ op: 'write', path: 'run.sh', content: '#!/bin/sh\necho two\n' });
    expect(world.tree()['run.sh']).toBe('750 #!/bin/sh\necho two\n');
    const { run: undoing } = await world.run({ op: 'undo', run });
    expect(world.tree()).toEqual(before);
    // and an undo can be undone
    await ok({ op: 'undo', run: undoing });
    expect(world.tree()['run.sh']).toBe('750 #!/bin/sh\necho two\n');
  });

  it('appends, creates only what is not there, replaces only what is', async () => {
    put('a', 'one\n');
    await ok({ op: 'write', path: 'a', content: 'two\n', mode: 'append' });
    expect(readFileSync(join(world.home, 'a'), 'utf8')).toBe('one\ntwo\n');
    await fails({ op: 'write', path: 'a', content: '', mode: 'create' }, /is there already/);
    await fails({ op: 'write', path: 'b', content: '', mode: 'replace' }, /there is no /);
    await fails({ op: 'write', path: 'no/such/folder', content: '' }, /there is no folder/);
  });

  it('writes only over what was read, where it says what that was', async () => {
    put('a', 'one\n');
    const replaces = createHash('sha256').update('one\n').digest('hex') as Sha256;
    await ok({ op: 'write', path: 'a', content: 'two\n', replaces });
    await fails({ op: 'write', path: 'a', content: 'three\n', replaces }, /is not what it was when it was read/);
    await fails({ op: 'write', path: 'a', content: 'three\n', mode: 'append', replaces }, /is not what it was/);
    await fails({ op: 'write', path: 'b', content: 'three\n', replaces }, /there is no /);
    expect(world.tree()).toMatchObject({ a: '644 two\n' });
  });

  it('writes through a link to what it leads to, and leaves the link', async () => {
    put('real', 'old');
    symlinkSync('real', join(world.home, 'link'));
    await ok({ op: 'write', path: 'link', content: 'new' });
    expect(world.tree()).toEqual({ link: '-> real', real: '644 new' });
  });

  it('edits exactly what it says, once or everywhere', async () => {
    put('a', 'x = 1\ny = 1\n');
    await ok({ op: 'edit', path: 'a', replace: [{ find: 'x = 1', with: 'x = 2' }] });
    await ok({ op: 'edit', path: 'a', replace: [{ find: '=', with: ':', all: true }] });
    expect(readFileSync(join(world.home, 'a'), 'utf8')).toBe('x : 2\ny : 1\n');
    await fails({ op: 'edit', path: 'a', replace: [{ find: ':', with: '=' }] }, /is in .*a 2 times/);
    await fails({ op: 'edit', path: 'a', replace: [{ find: 'z', with: '' }] }, /the text to replace is not in/);
    await fails({ op: 'edit', path: 'a', replace: [{ find: ':', with: ':', all: true }] }, /changes nothing/);
  });

  it('keeps the line ends of Windows, and a missing last one', async () => {
    put('a', 'one\r\ntwo\r\nthree');
    await ok({ op: 'edit', path: 'a', replace: [{ find: 'one\ntwo', with: '1\n2' }] });
    expect(readFileSync(join(world.home, 'a'), 'utf8')).toBe('1\r\n2\r\nthree');
  });

  it('applies a diff, or says which part of it does not fit', async () => {
    put('a', '1\n2\n3\n');
    const diff = '--- a\n+++ a\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n';
    await ok({ op: 'edit', path: 'a', diff });
    expect(readFileSync(join(world.home, 'a'), 'utf8')).toBe('1\ntwo\n3\n');
    await fails({ op: 'edit', path: 'a', diff }, /does not fit .*part 1 of 1, at line 1/);
    await fails({ op: 'edit', path: 'a', diff: 'nonsense' }, /the diff does not fit/);
    await fails(
      { op: 'edit', path: 'a', diff, replace: [{ find: 'a', with: 'b' }] },
      /either texts to replace or a diff/,
    );
  });

  it('moves and copies, into a folder that is there or to a name', async () => {
    put('a/one');
    put('a/two', 'two', 0o755);
    symlinkSync('one', join(world.home, 'a/link'));
    mkdirSync(join(world.home, 'b'));
    const before = world.tree();
    const { run: copied } = await world.run({ op: 'copy', from: 'a', to: 'b' });
    expect(world.tree()).toMatchObject({ 'b/a/one': '644 a/one', 'b/a/two': '755 two', 'b/a/link': '-> one' });
    const { run: moved } = await world.run({ op: 'move', from: 'b/a', to: 'c' });
    expect(world.tree()).toMatchObject({ 'c/two': '755 two' });
    await ok({ op: 'undo', run: moved });
    await ok({ op: 'undo', run: copied });
    expect(world.tree()).toEqual(before);
  });

  it('replaces by a move or a copy only what it is told to, and puts it back', async () => {
    put('a', 'new');
    put('b', 'old');
    const before = world.tree();
    await fails({ op: 'copy', from: 'a', to: 'b' }, /is there already/);
    await fails({ op: 'move', from: 'a', to: 'b' }, /is there already/);
    for (const op of ['copy', 'move'] as const) {
      const { run } = await world.run({ op, from: 'a', to: 'b', overwrite: true });
      expect(world.tree().b).toBe('644 new');
      await ok({ op: 'undo', run });
      expect(world.tree()).toEqual(before);
    }
  });

  it('deletes a file, a link, an empty folder; a full one only if all of it is meant', async () => {
    put('a/one', '1', 0o600);
    put('a/b/two', '2');
    symlinkSync('/etc', join(world.home, 'a/link'));
    const before = world.tree();
    await fails({ op: 'delete', path: 'a' }, /is a folder with 4 things in it/);
    const { run } = await world.run({ op: 'delete', path: 'a', recursive: true });
    expect(world.tree()).toEqual({});
    await ok({ op: 'undo', run });
    expect(world.tree()).toEqual(before);
    await ok({ op: 'delete', path: 'a/link' });
    expect(statSync('/etc').isDirectory()).toBe(true);
  });

  it('makes folders, and those above them if told', async () => {
    await fails({ op: 'make-folder', path: 'a/b/c' }, /there is no folder/);
    const { run } = await world.run({ op: 'make-folder', path: 'a/b/c', parents: true });
    expect(world.tree()).toEqual({ 'a/': '', 'a/b/': '', 'a/b/c/': '' });
    await fails({ op: 'make-folder', path: 'a' }, /is there already/);
    expect(await ok({ op: 'make-folder', path: 'a/b', parents: true })).toContain('it is so already');
    await ok({ op: 'undo', run });
    expect(world.tree()).toEqual({});
  });

  it('is not undone over what somebody has changed since', async () => {
    put('a', 'one');
    const { run } = await world.run({ op: 'write', path: 'a', content: 'two' });
    put('a', 'three');
    await fails({ op: 'undo', run }, /is not as that run left it, so nothing is undone/);
    await fails({ op: 'undo', run: 'nothing' as typeof run }, /left nothing that could be undone/);
  });

  it('is not made where more would go than is kept', async () => {
    world.dispose();
    world = createFilesWorld({ backupMaxBytes: 10 });
    put('a', 'x'.repeat(11));
    await fails({ op: 'write', path: 'a', content: '' }, /more than 10 B/);
    await fails({ op: 'delete', path: 'a' }, /more than 10 B/);
  });

  it.each(['write', 'edit', 'delete', 'move', 'copy'] as const)(
    '%s is not made where the file is another one than was planned',
    async (op) => {
      const path = put('a', 'one');
      const operation = (
        {
          write: { op, path: 'a', content: 'two' },
          edit: { op, path: 'a', replace: [{ find: 'one', with: 'two' }] },
          delete: { op, path: 'a' },
          move: { op, from: 'a', to: 'b' },
          copy: { op, from: 'a', to: 'b' },
        } as Record<string, FileOperation>
      )[op] as FileOperation;
      const { outcome } = await world.run(operation, { between: () => writeFileSync(path, 'one!') });
      expect(outcome).toMatchObject({ kind: 'exit', exitCode: 1, message: expect.stringContaining('has changed') });
      expect(world.tree()).toEqual({ a: '644 one!' });
    },
  );

  it('of a file with several names is not made', async () => {
    linkSync(put('a'), join(world.home, 'b'));
    await fails({ op: 'write', path: 'a', content: 'x' }, /has 2 names/);
  });

  it('leaves nothing half done where it is stopped', async () => {
    const { outcome } = await world.run({ op: 'write', path: 'a', content: 'x' }, { signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ kind: 'stopped' });
    expect(world.tree()).toEqual({});
  });
});

describe('what a person is shown', () => {
  it('is the difference that it makes', async () => {
    put('a', 'one\ntwo\n');
    const { diff } = await world.illustrate({ op: 'edit', path: 'a', replace: [{ find: 'two', with: 'TWO' }] });
    expect(diff).toContain(`--- ${world.home}/a\t`.trimEnd());
    expect(diff).toContain('-two\n+TWO\n');
    expect((await world.illustrate({ op: 'write', path: 'b', content: 'x\n' })).diff).toMatch(
      /--- \/dev\/null\n\+\+\+ .*b\n@@.*\n\+x\n/,
    );
    put('blob', '\u0000');
    expect((await world.illustrate({ op: 'delete', path: 'blob' })).diff).toContain('Binary file: 1 B → none');
  });

  it('names what comes and goes, and warns where much does', async () => {
    put('d/1');
    put('d/2');
    const { steps, warnings } = await world.illustrate({ op: 'delete', path: 'd', recursive: true });
    expect(steps).toEqual([`the folder ${world.home}/d goes`]);
    expect(warnings).toEqual(['2 files go; what was in them is kept to be undone']);
  });

  it('is bound by its content: another text is another plan, the same is the same', async () => {
    put('a', 'one');
    const plan = (content: string) => world.plan({ op: 'write', path: 'a', content });
    expect(await plan('two')).toEqual(await plan('two'));
    expect(await plan('two')).not.toEqual(await plan('three'));
    expect((await plan('two')).changes).toMatchObject([{ path: join(world.home, 'a') }]);
  });
});

describe('completion', () => {
  it('gives names of what may be reached, folders told apart', async () => {
    put('work/a');
    put('words.txt');
    put('.ssh/id');
    put('.config/a');
    const names = async (path: string) =>
      (await world.executor.complete?.(path, undefined, 10))?.map(({ name, folder }) => (folder ? `${name}/` : name));
    expect(await names('~/wo')).toEqual(['words.txt', 'work/']);
    expect(await names('~/')).toEqual(['words.txt', 'work/']);
    expect(await names('~/.')).toEqual(['.config/']);
    expect(await names('~/.ssh/')).toEqual([]);
    expect(await names(`${world.outside}/`)).toEqual([]);
    expect(await names('~/nothing/x')).toEqual([]);
  });
});
