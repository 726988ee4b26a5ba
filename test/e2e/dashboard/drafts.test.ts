// What is typed and not sent survives the dashboard, however that ends.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { CliHome } from '../../helpers/cli.ts';
import { dashboards } from '../../helpers/dashboard.ts';
import { until } from '../../helpers/until.ts';

const stage = dashboards();

const draftsOf = ({ paths }: CliHome): string[] =>
  existsSync(paths.draftsFolder) ? readdirSync(paths.draftsFolder).filter((name) => name.endsWith('.json')) : [];
const kept = (home: CliHome, count: number): Promise<true> =>
  until(`${count} drafts`, async () => (draftsOf(home).length === count ? true : undefined));

it('brings back what was typed after the dashboard was killed, and keeps it from other people', async () => {
  const home = stage.home();
  const first = await stage.open(home);
  first.type('!echo half a');
  await kept(home, 1);
  first.kill('SIGKILL');
  await first.exited();
  for (const name of draftsOf(home)) expect(statSync(join(home.paths.draftsFolder, name)).mode & 0o777).toBe(0o600);

  const second = await stage.open(home);
  await second.waitFor('› !echo half a');
  await second.waitFor('what you were typing is back');
  second.type(' thought\r');
  await second.waitFor(/✓ +1 echo half a thought/);
  await kept(home, 0);
});

it('brings back what was typed after it was left by q', async () => {
  const home = stage.home();
  const first = await stage.open(home);
  first.type('= 40 + 2');
  await first.go(1);
  first.press('q');
  await first.waitFor(() => first.line(first.rows - 1).includes('y yes'));
  await first.pressAlone('y');
  await first.exited();
  const second = await stage.open(home);
  await second.waitFor('› = 40 + 2');
});

it('finds again by the arrows what C-c cleared on the way out', async () => {
  const home = stage.home();
  const first = await stage.open(home);
  first.type('= 40 + 2');
  await first.waitFor('› = 40 + 2');
  await first.leave();
  const second = await stage.open(home);
  second.press('up');
  await second.waitFor('› = 40 + 2');
});

it('keeps the drafts of two dashboards apart', async () => {
  const home = stage.home();
  const one = await stage.open(home);
  one.type('!echo one');
  await kept(home, 1);
  const two = await stage.open(home);
  expect(two.screen()).not.toContain('!echo one');
  two.type('!echo two');
  await kept(home, 2);
  one.kill('SIGKILL');
  await one.exited();
  const three = await stage.open(home);
  await three.waitFor('› !echo one');
  expect(two.screen()).toContain('› !echo two');
});

it('never writes what looks like it holds a secret', async () => {
  const home = stage.home();
  const dashboard = await stage.open(home);
  dashboard.type('!echo plain');
  await kept(home, 1);
  dashboard.type(' --token ghp_0123456789abcdefghijABCDEFGHIJ012345');
  await kept(home, 0);
});
