import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createRepositoryFinder } from '../../../../src/routes/desktop/sandbox/find-repositories.ts';
import { gitPlaces } from '../../../../src/routes/desktop/sandbox/git-places.ts';
import { createStarting } from '../../../../src/routes/desktop/sandbox/starting.ts';
import { trailOf } from '../../../../src/routes/desktop/sandbox/trail.ts';
import { until } from '../../../helpers/until.ts';

const roots: string[] = [];
let root = '';
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'dispatch-places-')));
  roots.push(root);
});
afterAll(() => {
  for (const each of roots) rmSync(each, { recursive: true });
});
const at = (path: string): string => join(root, path);
function put(path: string, text = ''): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
}
const repository = (path: string): void => void mkdirSync(at(`${path}/.git`), { recursive: true });

describe('repositories', () => {
  const find = (cwd = '', finder = createRepositoryFinder()): string[] =>
    finder.find(join(root, cwd), [root]).map((path) => path.slice(root.length + 1));

  test('are found below, beside and above, those near the working folder first', () => {
    for (const path of ['a/far', 'work/here/below', 'work/beside', 'work']) repository(path);
    expect(find('work/here')).toEqual(['work/here/below', 'work', 'work/beside', 'a/far']);
  });

  test('are not looked for in packages, in folders with a dot, or in other repositories', () => {
    for (const path of ['node_modules/x', '.cache/x', 'app', 'app/inside', '1/2/3/4/5']) repository(path);
    expect(find()).toEqual(['app']);
  });

  test('may be bare', () => {
    for (const name of ['HEAD', 'objects/x', 'refs/x']) put(`bare.git/${name}`);
    expect(find()).toEqual(['bare.git']);
  });

  test('are found when they are new, also where the time of the folder was set back', async () => {
    const finder = createRepositoryFinder();
    const app = at('code/app');
    mkdirSync(app, { recursive: true });
    utimesSync(app, 1000, 1000);
    // What has changed just now is looked at again in any case.
    await until('a folder that is not new', () => Date.now() - statSync(app).ctimeMs > 200);
    expect(find('', finder)).toEqual([]);
    repository('code/app');
    utimesSync(app, 1000, 1000);
    expect(find('', finder)).toEqual(['code/app']);
    renameSync(join(app, '.git'), join(app, 'git'));
    expect(find('', finder)).toEqual([]);
  });

  test('are not forgotten among very many folders', () => {
    const finder = createRepositoryFinder();
    repository('z/z/app');
    expect(find('', finder)).toEqual(['z/z/app']);
    for (let count = 0; count < 500; count++) mkdirSync(at(`a/${count}`), { recursive: true });
    expect(find('', finder)).toEqual(['z/z/app']);
  });
});

describe('places of git', () => {
  const places = (path: string): string[] => gitPlaces(at(path)).map((each) => each.slice(root.length + 1));

  test('are in the repository, there or not', () => {
    repository('app');
    expect(places('app')).toEqual(
      expect.arrayContaining(['hooks', 'config', 'config.worktree', 'commondir'].map((name) => `app/.git/${name}`)),
    );
  });

  test('of a tree of another repository are in that', () => {
    put('tree/.git', `gitdir: ${at('app/.git/worktrees/tree')}\n`);
    put('app/.git/worktrees/tree/commondir', '../..\n');
    put('app/.git/worktrees/other/commondir', '../..\n');
    expect(places('tree')).toEqual(
      expect.arrayContaining([
        'tree/.git',
        'app/.git/hooks',
        'app/.git/worktrees/tree/commondir',
        'app/.git/worktrees/other/commondir',
      ]),
    );
    expect(places('app')).toContain('app/.git/worktrees/tree/commondir');
  });

  test('of a submodule are where its file leads', () => {
    repository('app');
    put('app/.gitmodules', '[submodule "x"]\n\tpath = lib/x\n[submodule "y"]\n\tpath = ../../y\n');
    expect(places('app')).toContain('app/lib/x/.git');
    expect(places('app').join()).not.toContain('y');
  });
});

describe('a trail', () => {
  const trail = (path: string): string[] =>
    trailOf(at(path)).map((step) => `${step.path.slice(root.length + 1)}: ${step.is.replace(/ \d.*/, '')}`);

  test('names the links on the way and the end', () => {
    put('real/folder/file');
    symlinkSync('real', at('one'));
    symlinkSync('../one/folder/../folder', at('real/two'));
    symlinkSync(at('one/two/file'), at('three'));
    expect(trail('three')).toEqual([
      `three: link ${at('one/two/file')}`,
      'one: link real',
      'real/two: link ../one/folder/../folder',
      'one: link real',
      'real/folder/file: file',
    ]);
  });

  test('ends where nothing is, and in a circle', () => {
    symlinkSync('later/file', at('dangling'));
    symlinkSync('circle', at('circle'));
    expect(trail('dangling')).toEqual(['dangling: link later/file', 'later/file: missing']);
    expect(trail('circle').at(-1)).toBe('circle: missing');
  });
});

test('a run that may write waits for sandboxes that are being made', async () => {
  const starting = createStarting();
  let told = '{"child-pid": ';
  let begun = false;
  const remove = starting.add(() => told);
  const waits = starting.made().then(() => {
    begun = true;
  });
  await new Promise((resolve) => {
    setTimeout(resolve, 20);
  });
  expect(begun).toBe(false);
  told = `{"child-pid": ${2 ** 30}}`;
  await waits;
  remove();
});
