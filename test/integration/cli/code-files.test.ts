// What `dispatch code` refuses before anything runs: files that cannot lie in one folder.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeFiles } from '../../../src/protocol/action-schemas.ts';
import { type CliHome, createHome } from '../../helpers/cli.ts';

let home: CliHome;
beforeAll(() => {
  home = createHome();
  for (const folder of ['a', 'b']) {
    mkdirSync(join(home.work, folder));
    writeFileSync(join(home.work, folder, 'x'), folder);
  }
});
afterAll(() => home.dispose());

it.each([
  [['--file', 'a/x', '--file', 'b/x'], '--file b/x: there is a file "x" already'],
  [['--file', '-'], '--file -: a file has a name, and standard input has none'],
])('%j', async (files, says) => {
  const { code, err } = await home.cli(['code', '--lang', 'python', '-', ...files], { stdin: 'print(1)' });
  expect(code).toBe(2);
  expect(err).toContain(says);
});

it.each([[['x', 'x']], [['x', 'x/y']]])('the peer refuses %j, too', (names) => {
  const files = names.map((name) => ({ name, content: '' }));
  expect(codeFiles.safeParse(files).success).toBe(false);
  expect(codeFiles.safeParse(files.slice(1)).success).toBe(true);
});
