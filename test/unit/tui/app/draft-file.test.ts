// What was typed and not sent, kept in a file: by whom it is taken, and what is never written.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDraftKeeper } from '../../../../src/tui/app/draft-file.ts';
import type { Draft } from '../../../../src/tui/model/waiting-task.ts';
import { until } from '../../../helpers/until.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dispatch-drafts-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** No process has this number. */
const GONE = '4194305';
const task = { id: 'one', text: '!make deploy', tty: { cols: 80, rows: 24 }, cwd: '/there' };
const leave = (name: string, text: string): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${GONE}-${name}.json`), text, { mode: 0o600 });
};
const written = (): string =>
  readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');

it('gives the tasks of a dashboard that is gone, held, with the folder that they were typed in', async () => {
  leave('a', JSON.stringify({ text: 'half', waiting: [task] }));
  const taken: Draft[] = [];
  await createDraftKeeper(folder).take((draft) => taken.push(draft));
  expect(taken).toEqual([{ text: 'half', waiting: [{ ...task, state: 'held' }] }]);
  expect(readdirSync(folder)).toEqual([]);
});

it('leaves them for the next where the dashboard is left before it could take them', async () => {
  leave('a', JSON.stringify({ text: '', waiting: [task] }));
  const early = createDraftKeeper(folder);
  const taking = early.take(() => expect.fail('it was left'));
  early.flush();
  await taking;
  expect(written()).toContain('!make deploy');
});

it('does not write over one that cannot be read', async () => {
  leave('a', '{ broken');
  leave('b', '{ broken too');
  await createDraftKeeper(folder).take(() => expect.fail('there is none'));
  expect(readdirSync(folder)).toHaveLength(2);
  expect(written()).toContain('broken too');
});

it('holds no beginning of a secret while that is typed', async () => {
  const keeper = createDraftKeeper(folder);
  keeper.keep({ text: 'git status', waiting: [] });
  await until('a draft', () => existsSync(folder) && written().includes('git status'));
  keeper.keep({ text: 'git clone https://x:ghp_a1B2c3D4e5', waiting: [] });
  await until('nothing', () => readdirSync(folder).length === 0);
  keeper.keep({ text: 'git push', waiting: [] });
  await until('a draft', () => written().includes('git push'));
  keeper.flush();
});
