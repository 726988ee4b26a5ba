// The file that remembers what the palette is used for.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createUsesFile } from '../../../../src/tui/app/uses-file.ts';
import { MOST_USES } from '../../../../src/tui/model/palette-uses.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uses-'));
  path = join(folder, 'state', 'palette.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('keeps what was chosen in a file of its own that others cannot read', async () => {
  const file = createUsesFile(path);
  void file.add('pane.runs', 1000);
  void file.add('pane.runs', 1000);
  void file.add('/theme dark', 2000);
  await file.written();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const uses = await createUsesFile(path).load();
  expect(uses.get('pane.runs')?.score).toBe(2);
  expect(uses.get('/theme dark')).toEqual({ score: 1, at: 2000 });
});

it('counts what two dashboards choose together', async () => {
  const [one, two] = [createUsesFile(path), createUsesFile(path)];
  await one.add('a', 1000);
  await two.add('b', 1000);
  await one.add('c', 1000);
  expect([...(await two.load()).keys()].sort()).toEqual(['a', 'b', 'c']);
});

it.each(['', 'not json', 'null', '[]', '"text"', '{"a":null,"b":{"score":"x","at":1},"UPPER?":{"score":1,"at":1}}'])(
  'takes a file that holds %j for none, and goes on with it',
  async (text) => {
    path = join(folder, 'palette.json');
    writeFileSync(path, text);
    const file = createUsesFile(path);
    expect((await file.load()).size).toBe(0);
    await file.add('pane.runs', 1000);
    expect((await file.load()).size).toBe(1);
  },
);

it('never grows beyond what is kept, whatever stands in it', async () => {
  path = join(folder, 'palette.json');
  const many = Array.from({ length: 1000 }, (_, at) => [`item-${at}`, { score: 1, at }]);
  writeFileSync(path, JSON.stringify(Object.fromEntries(many)));
  const file = createUsesFile(path);
  await file.add('pane.runs', 1000);
  expect(Object.keys(JSON.parse(readFileSync(path, 'utf8')))).toHaveLength(MOST_USES);
});

it('does nothing without a path, and where the file cannot be written', async () => {
  await createUsesFile(undefined).add('a', 1);
  writeFileSync(join(folder, 'file'), '');
  const file = createUsesFile(join(folder, 'file', 'palette.json'));
  await file.add('a', 1);
  expect((await file.load()).size).toBe(0);
});
