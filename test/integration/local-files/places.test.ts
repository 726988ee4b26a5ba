// Where places really are, and what of a repository is carried out: by what is on the disk.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lookAtReach } from '../../../src/routes/desktop/local-files/reach.ts';
import { realPlaces } from '../../../src/routes/desktop/local-files/real-places.ts';
import { isOfRepository, repositoryMadeBy } from '../../../src/routes/desktop/local-files/repositories.ts';

let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'dispatch-places-')));
});
afterEach(() => rmSync(home, { recursive: true }));
const at = (name: string): string => join(home, name);

describe('places', () => {
  it('are found by their own name and by what they lead to, there or not', () => {
    mkdirSync(at('real/deep'), { recursive: true });
    symlinkSync('real', at('folder'));
    symlinkSync('real/deep/missing', at('dangling'));
    symlinkSync('dangling', at('twice'));
    symlinkSync('circle', at('circle'));
    expect(
      realPlaces(['~/folder/deep/new/x', '~/twice', '~/circle', '~/nothing/x', '~', '/nonexistent/x'], home),
    ).toEqual([
      at('folder/deep/new/x'),
      at('real/deep/new/x'),
      at('twice'),
      at('real/deep/missing'),
      at('circle'),
      at('nothing/x'),
      home,
      '/nonexistent/x',
    ]);
  });

  it('are found in a home folder that is not there', () => {
    expect(realPlaces(['~/.ssh'], at('nobody'))).toEqual([at('nobody/.ssh')]);
  });

  it('spelled otherwise are looked for, where the disk may take them for the same', () => {
    mkdirSync(at('.SSH'));
    const reach = lookAtReach({ home, folders: () => [home], own: [], hide: [], platform: 'darwin' });
    expect(reach.whyHidden(at('.SSH/id'))?.code).toBe('refused');
  });
});

describe('reach', () => {
  it('is told apart by what it is for', () => {
    const reach = lookAtReach({ home, folders: () => [at('work')], own: [at('work/own')], hide: [at('work/hide')] });
    const codes = (name: string) => [
      reach.isReachable(at(name)),
      reach.whyNotRead(at(name)) === undefined,
      reach.whyNotWrite(at(name)) === undefined,
      reach.whyNotPlaced(at(name)) === undefined,
    ];
    expect(codes('work')).toEqual([true, true, true, true]);
    expect(codes('work/a')).toEqual([true, true, true, true]);
    expect(codes('work/.git/config')).toEqual([true, true, false, true]);
    expect(codes('work/own/a')).toEqual([true, false, false, false]);
    expect(codes('work/hide')).toEqual([true, false, false, false]);
    expect(codes('workshop')).toEqual([false, false, false, true]);
    expect(codes('.bashrc')).toEqual([false, false, false, false]);
  });

  it('keeps a folder where it is that holds a place which is there', () => {
    const all = () => lookAtReach({ home, folders: () => [home], own: [], hide: [] });
    expect(all().whyGuarded(at('.config'))).toBeUndefined();
    expect(all().whyNotBrought(at('.config'))?.code).toBe('refused');
    expect(all().whyNotBrought(at('.configs'))).toBeUndefined();
    mkdirSync(at('.config/fish'), { recursive: true });
    expect(all().whyGuarded(at('.config'))?.code).toBe('refused');
  });
});

describe('a repository', () => {
  const same = (path: string): string => path;

  it.each(['.git', 'a/.git', 'a/.git/hooks/x', 'a/.Git/config', '.git/objects/ab'])('has %s', (name) => {
    expect(isOfRepository(at(name), same)).toBe(true);
  });

  it.each(['git', 'a/.gitignore', 'a/.github/workflows/x', 'hooks/x', 'config', 'a/info'])('has no %s', (name) => {
    expect(isOfRepository(at(name), same)).toBe(false);
  });

  it('without a working tree is known by what is in it', () => {
    for (const part of ['objects', 'refs']) mkdirSync(at(part));
    expect(isOfRepository(at('config'), same)).toBe(false);
    expect(repositoryMadeBy([at('HEAD')])).toBe(home);
    expect(repositoryMadeBy([at('refs'), at('config')])).toBeUndefined();
    expect(repositoryMadeBy(['HEAD', 'objects', 'refs'].map((part) => at(`new/${part}`)))).toBe(at('new'));
    writeFileSync(at('HEAD'), '');
    for (const name of ['config', 'hooks/x', 'info/attributes', 'modules/a/hooks', 'worktrees/a/commondir'])
      expect(isOfRepository(at(name), same), name).toBe(true);
    for (const name of ['objects/ab', 'refs/heads/main', 'description', 'src/a'])
      expect(isOfRepository(at(name), same), name).toBe(false);
  });
});
