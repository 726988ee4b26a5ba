// What can be done with runs and what they made: cancelled, signalled, retried, saved; by key, and by name from the palette.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Dashboard, dashboards, projectOf, runIs } from '../../helpers/dashboard.ts';
import { until } from '../../helpers/until.ts';

const stage = dashboards();

/** With an approved run selected in the Runs pane. */
async function running(task: string): Promise<Dashboard> {
  const dashboard = await stage.open();
  dashboard.submit(task);
  await dashboard.approve();
  await dashboard.go(3);
  return dashboard;
}

describe('cancelling', () => {
  it('by x asks, and no goes back', async () => {
    const dashboard = await running('!echo up; sleep 600');
    await dashboard.printed('up');
    dashboard.press('x');
    await dashboard.waitFor('Cancel this run?');
    dashboard.press('y', 'escape');
    await dashboard.waitGone('Cancel this run?');
    expect(await runIs(dashboard.home, 1, () => true)).toMatchObject({ status: 'running' });
    dashboard.press('x');
    await dashboard.waitFor('Cancel this run?');
    await dashboard.waitFor(() => dashboard.line(39).startsWith(' y yes'));
    dashboard.press('y');
    await dashboard.waitFor(/⊘ +1 echo up/);
    expect(await runIs(dashboard.home, 1, () => true)).toMatchObject({ status: 'cancelled', reason: 'user' });
  });

  it('ends a child that does not want to, and says what was stopped', async () => {
    const dashboard = await running('!!trap "" TERM INT HUP; echo stubborn $$; while :; do sleep 1; done');
    await dashboard.waitFor(() => /stubborn \d+/.test(dashboard.pane('Thread')));
    const pid = Number(/stubborn (\d+)/.exec(dashboard.pane('Thread'))?.[1]);
    dashboard.press('x');
    await dashboard.waitFor('Cancel this run?');
    await dashboard.waitFor(() => dashboard.line(39).startsWith(' y yes'));
    dashboard.press('y');
    await dashboard.waitFor(/⊘ +1 trap/, 25_000);
    await until('end of the stubborn child', () => !existsSync(`/proc/${pid}`));
    dashboard.press('enter', 'tab');
    await dashboard.waitFor(/stopped/);
  });
});

describe('signals', () => {
  it('are chosen from a menu by S', async () => {
    const dashboard = await running('!trap "echo got usr1" USR1; echo up; while :; do sleep 0.1; done');
    await dashboard.printed('up');
    dashboard.press('S');
    await dashboard.waitFor('Signal to 1');
    dashboard.press(...Array.from({ length: 6 }, () => 'j'), 'enter');
    await dashboard.waitFor('sent SIGUSR1');
    await dashboard.printed('got usr1');
  });
});

describe('a run that is over', () => {
  it('is retried by r, as a new run that asks again', async () => {
    const dashboard = await running('!echo again >> log; false');
    await dashboard.waitFor(/✗ +1 echo again/);
    dashboard.press('r');
    await dashboard.waitFor('retried as run 2');
    await dashboard.approve();
    await dashboard.waitFor(/✗ +2 echo again/);
    expect(readFileSync(join(projectOf(dashboard.home), 'log'), 'utf8')).toBe('again\nagain\n');
  });

  it('gives a file that it made by s, under a name that is asked for', async () => {
    const dashboard = await running('!echo content > $DISPATCH_ARTIFACTS/made.txt');
    await dashboard.waitFor('◆ made.txt');
    dashboard.press('s');
    await dashboard.waitFor('Save a file');
    expect(dashboard.screen()).toContain('made.txt');
    dashboard.press('C-u');
    dashboard.type('copy.txt\r');
    await dashboard.waitFor('saved ');
    expect(readFileSync(join(projectOf(dashboard.home), 'copy.txt'), 'utf8')).toBe('content\n');
    dashboard.press('s');
    await dashboard.waitFor('Save a file');
    dashboard.press('C-u');
    dashboard.type('copy.txt\r');
    await dashboard.waitFor(/copy\.txt.*(exists|there)/);
  });
});

describe('the palette', () => {
  it.each([':', 'C-p'])('opened by %s finds a command by its words and does it', async (key) => {
    const dashboard = await stage.open();
    if (key === ':') await dashboard.go(1);
    dashboard.press(key);
    await dashboard.waitFor('Commands');
    // As fast as it can be typed: Enter is for what the words find, not for what stands there yet.
    dashboard.type('to the devices\r');
    await dashboard.waitGone('Commands');
    dashboard.press('enter');
    await dashboard.waitFor('What runs may do here');
  });

  it('finds a run by what it did', async () => {
    const dashboard = await stage.open();
    dashboard.submit('!echo a needle');
    dashboard.submit('!echo hay');
    await dashboard.waitFor(/✓ +2 echo hay/);
    dashboard.press('C-p');
    await dashboard.waitFor('Commands');
    dashboard.type('needle');
    await dashboard.waitFor(
      () => dashboard.screen().includes('echo a needle') && !dashboard.screen().includes('2 !echo hay'),
    );
    dashboard.press('enter');
    await dashboard.waitFor('Run 1');
  });
});

describe('help', () => {
  it('shows the keys of the place it was opened from first, and all others', async () => {
    const dashboard = await stage.open();
    await dashboard.go(3);
    dashboard.press('?');
    await dashboard.waitFor('In the panes');
    expect(dashboard.screen()).not.toContain('!command');
    dashboard.press('G');
    await dashboard.waitFor('!command');
    dashboard.press('?');
    await dashboard.waitFor('3 Runs');
  });
});
