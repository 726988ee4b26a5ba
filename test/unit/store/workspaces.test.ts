import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunId } from '../../../src/core/ids.ts';
import { createWorkspaces } from '../../../src/store/workspaces.ts';

const NOBODY = 65_534;
const RUN = '0123456789abcdef' as RunId;
let home: string;
let elsewhere: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'dispatch-workspaces-'));
  elsewhere = join(home, 'elsewhere');
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'private'), 'private');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Root may read everything: as root, the work is done as a user who owns the files and no more. */
async function withoutPrivileges<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work();
  execFileSync('chown', ['-R', String(NOBODY), home]);
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

async function leave(script: string): Promise<{ names: string[]; notes: readonly string[]; contents: string[] }> {
  const workspaces = createWorkspaces(join(home, 'runs'));
  const artifacts = await workspaces.create(RUN);
  execFileSync('bash', ['-ec', script], { cwd: artifacts, env: { ...process.env, A: artifacts, E: elsewhere } });
  const { files, notes } = await workspaces.list(RUN);
  const contents = files.map(({ path }) => readFileSync(path, 'utf8'));
  return { names: files.map(({ name }) => name), notes, contents };
}

describe('what a run left is listed', () => {
  test('at any depth, by name', async () => {
    expect(await leave('mkdir -p b/c; echo 1 > b/c/x; echo 2 > a')).toEqual({
      names: ['a', 'b/c/x'],
      notes: [],
      contents: ['2\n', '1\n'],
    });
  });

  test.runIf(process.platform === 'linux')('with names that are no UTF-8, of files and of folders', async () => {
    const left = await leave("echo 1 > $'\\377bad'; mkdir $'d\\376'; echo 2 > $'d\\376/x'; echo 3 > é");
    expect(left.notes).toEqual([]);
    expect(left.names).toEqual(['\\xffbad', 'd\\xfe/x', 'é']);
    expect(left.contents).toEqual(['1\n', '2\n', '3\n']);
  });

  test('and links, pipes and what they lead to are passed over and told', async () => {
    const left = await leave('echo 1 > good; ln -s "$E/private" file; ln -s "$E" folder; mkfifo pipe');
    expect(left.names).toEqual(['good']);
    expect([...left.notes].sort()).toEqual([
      '"file" was not kept: it is a link, not a file',
      '"folder" was not kept: it is a link, not a file',
      '"pipe" was not kept: it is a pipe, not a file',
    ]);
  });

  test('down to 32 folders; what is deeper is told', async () => {
    const left = await leave('for i in $(seq 32); do mkdir d; cd d; done; echo 1 > last; mkdir e; echo 2 > e/lost');
    expect(left.names).toEqual([`${'d/'.repeat(32)}last`]);
    expect(left.notes).toEqual([`"${'d/'.repeat(32)}e/" was not kept: it is more than 32 folders deep`]);
  });

  test('and what cannot be looked at is told', async () => {
    const long = 'n'.repeat(250);
    const left = await leave(`echo 1 > good; for i in $(seq 20); do mkdir ${long}; cd ${long}; done`);
    expect(left.names).toEqual(['good']);
    expect(left.notes).toEqual([expect.stringMatching(/^"n+\/.*" was not kept: .*ENAMETOOLONG/)]);
  });

  test('and folders that may not be read are told', async () => {
    const workspaces = createWorkspaces(join(home, 'runs'));
    const path = await workspaces.create(RUN);
    writeFileSync(join(path, 'good'), '1');
    mkdirSync(join(path, 'closed'), { mode: 0 });
    const left = await withoutPrivileges(() => workspaces.list(RUN));
    chmodSync(join(path, 'closed'), 0o700);
    expect(left.files.map(({ name }) => name)).toEqual(['good']);
    expect(left.notes).toEqual(['"closed" was not kept: permission denied']);
  });
});

describe('an artifacts folder that was replaced', () => {
  test.each([
    ['by a link', 'rmdir "$A"; ln -s "$E" "$A"', 'a link'],
    ['by a file', 'rmdir "$A"; echo 1 > "$A"', 'a file'],
    ['by another folder', 'mv "$A" "$A.old"; mv "$E" "$A"', 'another folder'],
  ])('%s is not collected, and that is told', async (_how, script, what) => {
    expect(await leave(script)).toEqual({
      names: [],
      notes: [`no file was kept: the run replaced its artifacts folder by ${what}; leave files in the one given`],
      contents: [],
    });
  });

  test('by a link is not collected by a peer that did not make it', async () => {
    const path = await createWorkspaces(join(home, 'runs')).create(RUN);
    renameSync(path, `${path}.old`);
    symlinkSync(elsewhere, path);
    const { files, notes } = await createWorkspaces(join(home, 'runs')).list(RUN);
    expect(files).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('by a link')]);
  });

  test('by nothing is empty', async () => {
    expect(await leave('rmdir "$A"')).toEqual({ names: [], notes: [], contents: [] });
  });
});

test('all of it is removed, odd names and closed folders included, and nothing elsewhere', async () => {
  await leave("mkdir $'d\\377'; echo 1 > $'d\\377/x'; chmod 0 $'d\\377'; ln -s \"$E\" link");
  await createWorkspaces(join(home, 'runs')).remove(RUN);
  expect(() => readFileSync(join(home, 'runs', RUN))).toThrow('ENOENT');
  expect(readFileSync(join(elsewhere, 'private'), 'utf8')).toBe('private');
});
