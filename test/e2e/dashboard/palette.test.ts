// The palette, as a person comes to use it.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type Dashboard, dashboards } from '../../helpers/dashboard.ts';
import { until } from '../../helpers/until.ts';

const stage = dashboards();

async function openPalette(dashboard: Dashboard): Promise<void> {
  dashboard.press('C-p');
  await dashboard.waitFor('Commands');
}
async function choose(dashboard: Dashboard, words: string, label: string): Promise<void> {
  await openPalette(dashboard);
  dashboard.type(words);
  await dashboard.waitFor(() => firstItem(dashboard).includes(label));
  dashboard.press('enter');
  await dashboard.waitGone('Commands');
}
/** The row under the line that parts what is typed from what is found. */
function firstItem(dashboard: Dashboard): string {
  const rows = dashboard.screen().split('\n');
  return rows[rows.findIndex((row) => row.includes(' Commands ')) + 3] ?? '';
}

it('shows first what was chosen before, also after the dashboard was left', async () => {
  const home = stage.home();
  const first = await stage.open(home);
  await choose(first, 'search for messages', 'search for messages');
  await first.waitFor('is:message');
  first.press('escape');
  await first.waitGone('is:message');
  const { usesFile } = home.paths;
  await until('the palette is remembered', async () =>
    statSync(usesFile, { throwIfNoEntry: false }) === undefined ? undefined : true,
  );
  expect(statSync(usesFile).mode & 0o777).toBe(0o600);
  expect(Object.keys(JSON.parse(readFileSync(usesFile, 'utf8')))).toEqual(['/search is:message']);
  await first.leave();

  const second = await stage.open(home);
  // Opened within the first milliseconds it may not know yet.
  await until('what was chosen comes first', async () => {
    await openPalette(second);
    if (/search for messages .*recent · \/search is:message/.test(firstItem(second))) return true;
    second.press('escape');
    await second.waitGone('Commands');
    return undefined;
  });
  second.press('enter');
  await second.waitFor('is:message');
});

it('goes to a theme by its name', async () => {
  const dashboard = await stage.open();
  await choose(dashboard, 'theme ember', 'use the theme ember');
  await dashboard.waitFor('theme = "ember"');
});

it('opens as ever where its file is broken', async () => {
  const home = stage.home();
  const first = await stage.open(home);
  await choose(first, 'use the theme dark', 'use the theme dark');
  await first.leave();
  writeFileSync(home.paths.usesFile, '{"pane.runs":');
  const second = await stage.open(home);
  await openPalette(second);
  expect(second.screen()).not.toContain('recent ·');
  expect(second.screen()).toContain('go to the runs');
});
