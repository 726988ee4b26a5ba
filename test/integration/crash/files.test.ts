// kill -9 of the peer in the middle of changes to files: what was done by then can be put back, and nothing half-written stays.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CliHome, createHome } from '../../helpers/cli.ts';
import { until } from '../../helpers/until.ts';

const FILES = 150;

let home: CliHome;
let folder: string;
beforeEach(() => {
  home = createHome();
  folder = join(home.work, 'many');
  mkdirSync(folder);
});

const fill = (count: number): void => {
  for (let at = 0; at < count; at++) writeFileSync(join(folder, `${at}`), `content ${at}`);
};
afterEach(() => home.dispose());

const contents = (): string[] =>
  readdirSync(folder).map((name) => `${name}: ${readFileSync(join(folder, name), 'utf8')}`);

it('a folder that was half deleted is whole again after an undo', async () => {
  fill(FILES);
  const before = contents();
  const deleting = home.start(['files', 'delete', '--recursive', '--yes', folder]);
  await until('some to be gone', () => readdirSync(folder).length < FILES);
  await home.killPeer();
  await deleting.done;
  const left = readdirSync(folder).length;
  expect(left).toBeGreaterThan(0);
  expect((await home.cli(['wait', '1'])).code).toBe(1);
  const { artifacts } = (await home.json(['show', '1', '--json'])) as { artifacts: { kind: string; name: string }[] };
  expect(artifacts.filter(({ kind }) => kind === 'backup')).toHaveLength(FILES + 1);
  expect(await home.cli(['files', 'undo', '1', '--yes'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('done: undo'),
  });
  expect(contents()).toEqual(before);
}, 60_000);

it('a copy that was cut off leaves no part of a file, and what it made goes with an undo', async () => {
  fill(12);
  const copy = join(home.work, 'copy');
  const large = join(folder, '5000');
  writeFileSync(large, Buffer.alloc(150 * 2 ** 20, 'x'));
  const copying = home.start(['files', 'copy', '--yes', folder, copy]);
  const isPart = (name: string): boolean => name.endsWith('.part') && name.startsWith('.5000.');
  await until('the large file to be under way', () => {
    try {
      return readdirSync(copy).some(isPart);
    } catch {
      return false;
    }
  });
  await home.killPeer();
  await copying.done;
  rmSync(large);
  expect((await home.cli(['wait', '1'])).code).toBe(1);
  expect(readdirSync(copy).filter((name) => name.endsWith('.part'))).toEqual([]);
  expect(readdirSync(copy).length).toBeGreaterThan(0);
  expect(await home.cli(['files', 'undo', '1', '--yes'])).toMatchObject({ code: 0 });
  expect(readdirSync(home.work)).not.toContain('copy');
}, 60_000);
