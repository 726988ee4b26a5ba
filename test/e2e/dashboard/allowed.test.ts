// What is allowed on this device, in its dashboard: the limits, the rules, and what the composer says before anything is sent.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Dashboard, dashboards, runIs } from '../../helpers/dashboard.ts';

const stage = dashboards();
const footer = (dashboard: Dashboard): string => dashboard.line(dashboard.rows - 1);

/** Says yes to the question that has just come, once it listens. */
async function yes(dashboard: Dashboard, title: string): Promise<void> {
  await dashboard.waitFor(title);
  await dashboard.waitFor(() => footer(dashboard).startsWith(' y yes'));
  await dashboard.pressAlone('y');
}

it('the composer says what the device would do, by its own word', async () => {
  const dashboard = await stage.open();
  dashboard.type('!?cat made');
  await dashboard.waitFor(/→ desktop-local · \S+ · read-only · runs at once \(rule /);
  dashboard.press('C-u');
  dashboard.type('!touch made');
  await dashboard.waitFor('workspace-write · will ask');
  expect((await dashboard.home.cli(['permissions', 'set', 'max-access=read-only'])).code).toBe(0);
  await dashboard.waitFor('refused: permission:');
});

it('the limits of this device are changed in its page, and what widens is asked about', async () => {
  const dashboard = await stage.open();
  mkdirSync(join(dashboard.home.work, 'more'));
  await dashboard.go(4);
  dashboard.press('enter');
  await dashboard.waitFor('What runs may do here');
  await dashboard.pressAlone('space');
  await dashboard.waitFor('[ ] shell');
  await dashboard.pressAlone('space');
  await yes(dashboard, 'Allow shell here?');
  await dashboard.waitFor('[x] shell');
  await dashboard.pressAlone('+');
  await dashboard.waitFor('A folder that runs may reach');
  dashboard.type('/usr/share');
  await dashboard.pressAlone('enter');
  await yes(dashboard, 'Let runs reach this folder?');
  await dashboard.waitFor(/reach +\/usr\/share/);
  const limits = JSON.stringify(await dashboard.home.json(['permissions', '--json']));
  expect(limits).toContain('/usr/share');
});

it('how much access runs get is chosen, and less says what it stops', async () => {
  const dashboard = await stage.open();
  dashboard.submit('!touch made');
  await dashboard.waitFor(/⚠ 1/);
  await dashboard.go(4);
  dashboard.press('enter');
  await dashboard.waitFor('What runs may do here');
  for (let row = 0; row < 4; row += 1) dashboard.press('tab');
  await dashboard.pressAlone('space');
  await dashboard.waitFor('Runs here get at most');
  dashboard.press('k', 'k', 'k');
  await dashboard.pressAlone('enter');
  await dashboard.waitFor('It stops 1 run of this device (1).');
  await yes(dashboard, 'Allow no more than read-only here?');
  await dashboard.waitFor(/max-access +read-only/);
  await runIs(dashboard.home, 1, ({ status }) => status === 'cancelled');
});

it('rules are listed, checked and removed', async () => {
  const dashboard = await stage.open();
  const add = ['policy', 'add', '--name', 'mine', '--allow', '--yes', '--', 'touch', 'made'];
  expect(await dashboard.home.cli(add)).toMatchObject({ code: 0 });
  dashboard.press('escape');
  await dashboard.go(1);
  dashboard.press('p');
  await dashboard.waitFor('Rules of this device: 1 of yours');
  expect(dashboard.screen()).toMatch(/allow yours +mine +touch made/);
  await dashboard.pressAlone('c');
  await dashboard.waitFor('What would this device do?');
  dashboard.type('touch made');
  await dashboard.pressAlone('enter');
  await dashboard.waitFor(/runs at once, workspace-write \(policy, rule mine\)/);
  dashboard.press('escape');
  await dashboard.waitGone('What would this device do?');
  await dashboard.pressAlone('x');
  await yes(dashboard, 'Remove this rule?');
  await dashboard.waitFor('Rules of this device: 0 of yours');
});

it('the log is verified from the palette', async () => {
  const dashboard = await stage.open();
  dashboard.submit('= 6 * 7');
  await dashboard.waitFor(() => /^ +42$/m.test(dashboard.pane('Thread')));
  dashboard.press('C-p');
  dashboard.type('audit verify');
  await dashboard.waitFor(/audit verify: whether/);
  await dashboard.pressAlone('enter');
  await dashboard.waitFor('Nothing is wrong: the log is what was written.');
});
