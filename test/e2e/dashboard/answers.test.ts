// The answers that reach further than once, and another version of what was asked for: with a real peer, what a person says
// there is what happens afterwards, and nothing more.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Dashboard, dashboards, projectOf } from '../../helpers/dashboard.ts';

const stage = dashboards();

const made = (dashboard: Dashboard, name = 'made'): boolean => existsSync(join(projectOf(dashboard.home), name));
const waiting = async ({ home }: Dashboard): Promise<number> =>
  ((await home.json(['approvals', '--json'])) as unknown[]).length;
const footer = (dashboard: Dashboard): string => dashboard.line(dashboard.rows - 1);

/** With the approval of a run open, and listening. */
async function asked(task = '!touch made'): Promise<Dashboard> {
  const dashboard = await stage.open();
  dashboard.submit(task);
  await dashboard.readApproval();
  return dashboard;
}

/** Opens the second question, and waits until it takes a yes. */
async function askedAgain(dashboard: Dashboard, key: string, title: string): Promise<void> {
  await dashboard.pressAlone(key);
  await dashboard.waitFor(title);
  await dashboard.waitFor(() => footer(dashboard).includes('y yes'));
}

describe('for this run', () => {
  it('asks for how long, and then runs', async () => {
    const dashboard = await asked();
    await askedAgain(dashboard, 'r', 'for how long?');
    expect(made(dashboard)).toBe(false);
    expect(dashboard.screen()).toContain('[15 min]');
    await dashboard.pressAlone('right');
    await dashboard.waitFor('[1 h]');
    await dashboard.pressAlone('y');
    await dashboard.waitFor(/✓ +1 touch made/);
    expect(made(dashboard)).toBe(true);
    const { approvals } = (await dashboard.home.json(['show', '1', '--json'])) as { approvals: { decision: string }[] };
    expect(approvals).toMatchObject([{ status: 'approved', decision: 'approve-for-run' }]);
  });

  it('is left by Esc, and nothing has been said', async () => {
    const dashboard = await asked();
    await askedAgain(dashboard, 'r', 'for how long?');
    dashboard.press('escape');
    await dashboard.listening();
    expect(await waiting(dashboard)).toBe(1);
    expect(made(dashboard)).toBe(false);
  });
});

describe('always', () => {
  it('shows the rule that its device keeps, and what it matches then runs without asking', async () => {
    const dashboard = await asked();
    await askedAgain(dashboard, 'A', 'Read the rule');
    expect(dashboard.screen()).toContain('[[rules]]');
    expect(made(dashboard)).toBe(false);
    await dashboard.pressAlone('y');
    await dashboard.waitFor(/✓ +1 touch made/);
    expect(readFileSync(dashboard.home.paths.configFile, 'utf8')).toContain('[[rules]]');
    dashboard.submit('!touch made');
    await dashboard.waitFor(/✓ +2 touch made/);
    const { approvals } = (await dashboard.home.json(['show', '2', '--json'])) as { approvals: unknown[] };
    expect(approvals).toEqual([]);
  });

  it('keeps no rule without the second yes, whatever is typed ahead or pasted', async () => {
    const dashboard = await asked();
    await dashboard.pressAlone('A');
    await dashboard.waitFor('[[rules]]');
    dashboard.send('yyyy');
    dashboard.paste('y\n');
    await dashboard.waitFor(/too soon|does not answer|other keys/);
    dashboard.press('escape');
    await dashboard.waitGone('Read the rule');
    expect(await waiting(dashboard)).toBe(1);
    const rules = (await dashboard.home.json(['policy', 'list', '--json'])) as { source: string }[];
    expect(rules.filter(({ source }) => source === 'config')).toEqual([]);
  });
});

describe('editing', () => {
  it('asks for the new version, with both on the screen, and runs that', async () => {
    const dashboard = await asked();
    await dashboard.pressAlone('e');
    await dashboard.waitFor('it is asked for anew');
    dashboard.type('-too');
    await dashboard.waitFor('touch made-too');
    await dashboard.pressAlone('enter');
    await dashboard.waitFor('edited: before it was');
    expect(dashboard.screen()).toContain('- touch made');
    expect(dashboard.screen()).toContain('+ touch made-too');
    expect(await waiting(dashboard)).toBe(1);
    await dashboard.listening();
    await dashboard.pressAlone('y');
    await dashboard.waitFor(/✓ +1 touch made/);
    expect([made(dashboard), made(dashboard, 'made-too')]).toEqual([false, true]);
    dashboard.press('escape');
    await dashboard.go(3);
    dashboard.press('enter');
    await dashboard.waitFor('Output');
    dashboard.press('3');
    await dashboard.waitFor('an edited version; before it was');
  });
});

describe('several that are alike', () => {
  it('are answered together after they were listed', async () => {
    const dashboard = await stage.open();
    dashboard.submit('!touch made');
    await dashboard.waitFor(/⚠ 1 waiting/);
    dashboard.submit('!touch made');
    await dashboard.waitFor(/⚠ 2 waiting/);
    await dashboard.readApproval();
    await askedAgain(dashboard, 'Y', 'Approve all 2?');
    expect(dashboard.screen()).toMatch(/run 1, for you/);
    expect(dashboard.screen()).toMatch(/run 2, for you/);
    await dashboard.pressAlone('y');
    await dashboard.waitFor('approved 2 of 2');
    await dashboard.waitFor(/✓ +1 touch made/);
    await dashboard.waitFor(/✓ +2 touch made/);
  });
});

describe('two dashboards', () => {
  it('withdraw the second question when the other one answers', async () => {
    const dashboard = await asked();
    await askedAgain(dashboard, 'r', 'for how long?');
    expect((await dashboard.home.cli(['reject', '1', '--reason', 'no'])).code).toBe(0);
    await dashboard.waitFor('already rejected');
    await dashboard.waitGone('for how long?');
    expect(made(dashboard)).toBe(false);
  });
});

it('the terminal is told what waits: in its title, by its bell, and as a notification', async () => {
  const dashboard = await asked('!touch made');
  const told = (): string => dashboard.output().toString();
  await dashboard.waitFor(() => told().includes('\x1b]2;(1) you ask: touch made · dispatch\x07'));
  expect(told()).toContain('\x1b]777;notify;Dispatch: you ask;touch made\x07');
  await dashboard.pressAlone('n');
  await dashboard.waitFor(/⊘ +1 touch made/);
  await dashboard.waitFor(
    () =>
      told().endsWith('\x1b]2;dispatch\x07') ||
      told().lastIndexOf('\x1b]2;dispatch\x07') > told().lastIndexOf('\x1b]2;(1)'),
  );
});
