// Answering: what a person presses at an approval does what it says, and nothing else that comes over the keyboard answers.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Dashboard, dashboards, projectOf, runIs } from '../../helpers/dashboard.ts';

const stage = dashboards();
/** Longer than the dashboard takes to tell a held key from one that is pressed again. */
const HELD_MS = 1_000;
const LEAST_GAP_MS = 400;

const made = (dashboard: Dashboard): boolean => existsSync(join(projectOf(dashboard.home), 'made'));
const waiting = async ({ home }: Dashboard): Promise<number> =>
  ((await home.json(['approvals', '--json'])) as unknown[]).length;

/** With the approval of a run that would make the file `made` open, and listening. */
async function asked(options = {}, task = '!touch made'): Promise<Dashboard> {
  const dashboard = await stage.open(undefined, options);
  dashboard.submit(task);
  await dashboard.readApproval();
  return dashboard;
}

async function stillAsks(dashboard: Dashboard): Promise<void> {
  expect(await waiting(dashboard)).toBe(1);
  expect(dashboard.screen()).toMatch(/Approve on .*run 1 /);
  expect(made(dashboard)).toBe(false);
}

describe('an approval', () => {
  it('is approved once by y', async () => {
    const dashboard = await asked();
    expect(made(dashboard)).toBe(false);
    dashboard.press('y');
    await dashboard.waitFor(/✓ +1 touch made/);
    expect(made(dashboard)).toBe(true);
    expect(dashboard.pane('Approvals')).toContain('Nothing waits');
    expect(dashboard.pane('Thread')).toMatch(/touch made.*\n +approved, \d\d:\d\d/);
  });

  it('is rejected by n, and the run is cancelled', async () => {
    const dashboard = await asked();
    dashboard.press('n');
    await dashboard.waitFor(/⊘ +1 touch made/);
    expect(await runIs(dashboard.home, 1, ({ status }) => status !== 'waiting_approval')).toMatchObject({
      status: 'cancelled',
      reason: 'rejected',
    });
    expect(made(dashboard)).toBe(false);
  });

  it('is rejected by N with a reason, which stands in the thread', async () => {
    const dashboard = await asked();
    dashboard.press('N');
    await dashboard.waitFor('Reject, and say why');
    dashboard.type('not on a Friday');
    await dashboard.pressAlone('enter');
    await dashboard.waitFor(/⊘ +1 touch made/);
    await dashboard.waitGone('Approve on');
    await dashboard.waitFor(() => dashboard.pane('Thread').includes('not on a Friday'));
    expect(made(dashboard)).toBe(false);
  });

  it('goes back from the reason to the question', async () => {
    const dashboard = await asked();
    dashboard.press('N');
    await dashboard.waitFor('Reject, and say why');
    dashboard.press('enter');
    await dashboard.waitFor('type a reason');
    dashboard.press('escape');
    await dashboard.waitGone('Reject, and say why');
    await stillAsks(dashboard);
  });

  it('is left pending by Esc, and can be answered later', async () => {
    const dashboard = await asked();
    dashboard.press('escape');
    await dashboard.waitGone('Approve on');
    expect(await waiting(dashboard)).toBe(1);
    await dashboard.approve();
    await dashboard.waitFor(/✓ +1 touch made/);
  });

  it('shows its full text by v', async () => {
    const dashboard = await asked();
    dashboard.press('v');
    await dashboard.waitGone('y approve once');
    expect(dashboard.screen()).toContain('touch made');
    dashboard.press('y');
    dashboard.press('q');
    await dashboard.waitFor('y approve once');
    await stillAsks(dashboard);
  });

  it('closes when it is answered elsewhere, and says so', async () => {
    const dashboard = await asked();
    expect((await dashboard.home.cli(['approve', '1'])).code).toBe(0);
    await dashboard.waitFor('already approved');
    await dashboard.waitGone('Approve on');
    await dashboard.waitFor(/✓ +1 touch made/);
  });

  it('cancels a run that waits for an answer by x', async () => {
    const dashboard = await stage.open();
    dashboard.submit('!touch made');
    await dashboard.waitFor('waiting for you');
    await dashboard.go(3);
    dashboard.press('x');
    await dashboard.waitFor('Cancel this run?');
    await dashboard.waitFor(/^ y yes/m);
    dashboard.press('y');
    await dashboard.waitFor(/⊘ +1 touch made/);
    expect(await waiting(dashboard)).toBe(0);
  });
});

describe('what does not answer', () => {
  it('a paste that holds a y', async () => {
    const dashboard = await asked();
    dashboard.paste('y');
    await dashboard.waitFor('a paste does not answer');
    dashboard.paste('y\n\ny\n');
    await stillAsks(dashboard);
  });

  it('what was typed ahead, before the question could be read', async () => {
    const dashboard = await stage.open();
    dashboard.submit('!touch made');
    await dashboard.waitFor('waiting for you');
    await dashboard.go(1);
    dashboard.send('ayyy');
    await dashboard.waitFor('that key came too soon');
    await stillAsks(dashboard);
    await dashboard.listening();
    dashboard.press('n');
    await dashboard.waitFor(/⊘ +1 touch made/);
  });

  it('a key that is held down', async () => {
    const dashboard = await stage.open();
    for (let run = 1; run <= 5; run += 1) {
      dashboard.submit(`!touch made-${run}`);
      await dashboard.readApproval();
      dashboard.press('escape');
      await dashboard.waitGone('Approve on');
      dashboard.press('M-a');
      const gap = await hold(dashboard, 'y');
      // Where this process was kept waiting for so long, the key was let go in between.
      if (gap > LEAST_GAP_MS) {
        dashboard.press('C-c');
        await dashboard.home.cli(['cancel', String(run)]);
        continue;
      }
      expect(dashboard.screen()).toContain(`run ${run} `);
      expect(await waiting(dashboard)).toBe(1);
      return;
    }
    throw new Error('this machine is too busy to hold a key down');
  });

  it('y, before a long request was read to its end', async () => {
    const dashboard = await stage.open(undefined, { cols: 80, rows: 24 });
    dashboard.paste(`!touch made; : ${'and so on '.repeat(200)}; : the-end`);
    await dashboard.waitFor('the-end');
    dashboard.press('enter');
    await dashboard.waitFor(/⚠ [1-9]/);
    dashboard.press('M-a');
    await dashboard.waitFor('rows: read to the end');
    expect(dashboard.screen()).not.toContain('the-end');
    await dashboard.listening(false);
    expect(dashboard.screen()).not.toContain('y approve');
    dashboard.press('y');
    await dashboard.waitFor('read to the end first');
    await stillAsks(dashboard);
    // What is jumped over does not count as read.
    dashboard.press('G');
    await dashboard.waitFor('go back and read them');
    dashboard.press('g', ...Array.from({ length: 6 }, () => 'space'));
    await dashboard.waitFor('the-end');
    await dashboard.listening();
    dashboard.press('y');
    await dashboard.waitFor(/✓ +1 touch made/);
    expect(made(dashboard)).toBe(true);
  });
});

/** Sends the key as a keyboard repeats it, and gives the longest time between two. */
async function hold(dashboard: Dashboard, key: string): Promise<number> {
  const begun = performance.now();
  let before = begun;
  let longest = 0;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now();
      longest = Math.max(longest, now - before);
      before = now;
      dashboard.press(key);
      if (now - begun < HELD_MS) return;
      clearInterval(timer);
      resolve();
    }, 30);
  });
  return longest;
}

describe('what needs no answer', () => {
  it('runs a harmless command at once', async () => {
    const dashboard = await stage.open();
    dashboard.submit('!echo no questions asked');
    await dashboard.waitFor(/✓ +1 echo no questions asked/);
    await dashboard.waitFor(() => dashboard.pane('Thread').match(/no questions asked/g)?.length === 2);
    const { approvals } = (await dashboard.home.json(['show', '1', '--json'])) as { approvals: unknown[] };
    expect(approvals).toEqual([]);
  });

  it('works out an expression', async () => {
    const dashboard = await stage.open();
    dashboard.type('= 6 * 7');
    await dashboard.waitFor('inline');
    dashboard.press('enter');
    await dashboard.waitFor(() => /^ +42$/m.test(dashboard.pane('Thread')));
  });
});
