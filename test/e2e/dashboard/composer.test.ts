// Typing: tasks of several lines, what was typed before, completion, and the commands that begin with a slash.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dashboards } from '../../helpers/dashboard.ts';

const stage = dashboards();

it('says where a task will go before it is sent', async () => {
  const dashboard = await stage.open();
  dashboard.type('!ls');
  await dashboard.waitFor(/→ desktop-local .* runs at once/);
  dashboard.press('C-u');
  dashboard.type('!rm -rf build');
  await dashboard.waitFor(/→ desktop-local .* will ask/);
  dashboard.press('C-u');
  dashboard.type('= 1 + 1');
  await dashboard.waitFor(/→ inline /);
  dashboard.press('C-u');
  dashboard.type('!ls @nowhere');
  await dashboard.waitFor(/nowhere/);
});

it('takes several lines by M-Enter, and sends them as one', async () => {
  const dashboard = await stage.open();
  dashboard.type('= [1, 2, 3]');
  dashboard.press('M-enter');
  dashboard.type('.map((x) => x * x)');
  dashboard.press('M-enter');
  dashboard.type('.join("-")');
  await dashboard.waitFor(/› = \[1, 2, 3\]\n {3}\.map\(\(x\) => x \* x\)\n {3}\.join/);
  dashboard.press('enter');
  await dashboard.waitFor('1-4-9');
});

it('takes a paste of several lines as text, and sends nothing by it', async () => {
  const dashboard = await stage.open();
  dashboard.paste('= 6 *\n7\n');
  await dashboard.waitFor(/› = 6 \*\n {3}7/);
  expect(dashboard.pane('Thread')).toContain('Three things to try');
  dashboard.press('enter');
  await dashboard.waitFor(() => /^ +42$/m.test(dashboard.pane('Thread')));
});

it('finds what was sent before with the arrows, also after it was opened again', async () => {
  const home = stage.home();
  const first = await stage.open(home);
  first.submit('= 1 + 1');
  await first.waitFor(/✓ +1 /);
  first.submit('= 2 + 2');
  await first.waitFor(/✓ +2 /);
  first.type('a draft');
  first.press('up');
  await first.waitFor('› = 2 + 2');
  first.press('up');
  await first.waitFor('› = 1 + 1');
  first.press('down', 'down');
  await first.waitFor('› a draft');
  await first.leave();
  const second = await stage.open(home);
  second.press('up');
  // What was cleared on the way out is there too.
  await second.waitFor('› a draft');
  second.press('up', 'up');
  await second.waitFor('› = 1 + 1');
});

it('completes commands and devices with Tab', async () => {
  const dashboard = await stage.open();
  dashboard.type('/sea');
  dashboard.press('tab');
  await dashboard.waitFor(/› \/search\n +\/search QUERY/);
  dashboard.press('C-u');
  const { name } = ((await dashboard.home.json(['devices', '--json'])) as { name: string }[])[0] ?? { name: '' };
  dashboard.type(`!ls @${name.slice(0, 1)}`);
  dashboard.press('tab');
  await dashboard.waitFor(`› !ls @${name}`);
});

it('leaves messages with /say, finds them with /search, and shows the keys with /help', async () => {
  const dashboard = await stage.open();
  dashboard.submit('/say remember the milk');
  await dashboard.waitFor(/you \d\d:\d\d {2}remember the milk/);
  dashboard.submit('/search milk');
  await dashboard.waitFor('1 found');
  expect(dashboard.screen()).toContain('remember the milk');
  dashboard.press('escape');
  await dashboard.waitFor('1 Thread');
  dashboard.submit('/help');
  await dashboard.waitFor('What to type');
});

it('says of a command that there is none what there is, and keeps the text', async () => {
  const dashboard = await stage.open();
  dashboard.submit('/serch milk');
  await dashboard.waitFor('there is no command "/serch"');
  expect(dashboard.screen()).toContain('/search');
  expect(dashboard.screen()).toContain('› /serch milk');
  expect(dashboard.pane('Thread')).toContain('Three things to try');
});

it('does not lose what was typed at once, before there was a connection', async () => {
  const dashboard = await stage.open(undefined, { connects: false });
  dashboard.type('= 40 + 2');
  await dashboard.waitFor('› = 40 + 2');
  await dashboard.waitFor('● 1 device');
  dashboard.press('enter');
  await dashboard.waitFor(() => /^ +42$/m.test(dashboard.pane('Thread')));
});

it('finds a task that was sent before with C-r, and sends it only by another Enter', async () => {
  const dashboard = await stage.open();
  dashboard.submit('= 20 + 2');
  await dashboard.waitFor(/✓ +1 /);
  dashboard.submit('= 3 * 30');
  await dashboard.waitFor(/✓ +2 /);
  dashboard.press('C-r');
  await dashboard.waitFor('Typed before');
  dashboard.type('20');
  await dashboard.waitFor(() => !dashboard.row('› 20').includes('3 * 30') && dashboard.screen().includes('= 20 + 2'));
  dashboard.press('enter');
  await dashboard.waitFor('› = 20 + 2');
  await dashboard.waitGone('Typed before');
  expect(dashboard.pane('Runs')).not.toMatch(/✓ +3 /);
  dashboard.press('enter');
  await dashboard.waitFor(/✓ +3 /);
});

it('writes a task of several lines in the editor of the person', async () => {
  const home = stage.home();
  const script = join(home.work, 'editor');
  writeFileSync(script, '#!/bin/sh\nprintf "  .map((x) => x * x)\\n  .join(\\"-\\")\\n" >> "$1"\n');
  chmodSync(script, 0o755);
  const dashboard = await stage.open(home, { env: { EDITOR: script, VISUAL: undefined } });
  dashboard.type('= [1, 2, 3]');
  await dashboard.waitFor('› = [1, 2, 3]');
  dashboard.press('C-x', 'C-e');
  await dashboard.waitFor(/› = \[1, 2, 3\]\n +\.map/);
  dashboard.press('enter');
  await dashboard.waitFor('1-4-9');
});
