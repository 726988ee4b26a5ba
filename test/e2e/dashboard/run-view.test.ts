// The view of a run, through a real terminal: its tabs, a text looked for in what it printed, and two runs compared.
import { describe, expect, it } from 'vitest';
import { dashboards } from '../../helpers/dashboard.ts';

const stage = dashboards();

describe('the tabs of a run', () => {
  it('show plan, approvals, artifacts, audit and timing of a run that was approved', async () => {
    const dashboard = await stage.open();
    dashboard.submit('!echo made; echo data > "$DISPATCH_ARTIFACTS/notes.txt"');
    await dashboard.approve();
    await dashboard.waitFor(/✓ +1 echo made/);
    await dashboard.go(3);
    dashboard.press('enter');
    await dashboard.waitFor('Approvals 1 ─ Artifacts 2');
    dashboard.press('2');
    await dashboard.waitFor('Why there');
    dashboard.press('3');
    await dashboard.waitFor(/approved by a person on .*, after .*; signed/);
    dashboard.press('4');
    await dashboard.waitFor('◆ notes.txt');
    dashboard.press('5');
    await dashboard.waitFor('it started (plan');
    dashboard.press('6');
    await dashboard.waitFor(/printed .* the first of its output/);
    expect(dashboard.screen()).toMatch(/submitted[\s\S]*asked[\s\S]*answered[\s\S]*started[\s\S]*ended/);
    await dashboard.leave();
  });

  it.each([
    [40, 12],
    [30, 8],
  ])('are all there at %i×%i', async (cols, rows) => {
    const dashboard = await stage.open();
    dashboard.submit('= 6 * 7');
    await dashboard.waitFor(/✓ +1 = 6/);
    await dashboard.go(3);
    dashboard.press('enter');
    await dashboard.waitFor('Output');
    dashboard.resize(cols, rows);
    await dashboard.waitFor(/─Out Pl(an)? Ask Art\d? Au(dit)? Ti(me)?─/);
    for (const [key, said] of [
      ['2', 'Task'],
      ['3', 'Nobody was asked'],
      ['6', 'What happened when'],
    ] as const) {
      dashboard.press(key);
      await dashboard.waitFor(said);
    }
    dashboard.resize(120, 40);
    await dashboard.waitFor('Where the time went');
    await dashboard.leave();
  });
});
