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

describe('a text in the output', () => {
  it('is looked for in what the terminal of the run has kept, and marked', async () => {
    const dashboard = await stage.open();
    dashboard.submit('!seq -f "line %g of it" 1 3000');
    await dashboard.waitFor(/✓ +1 seq/);
    await dashboard.go(3);
    dashboard.press('enter');
    await dashboard.waitFor('line 3000 of it');
    dashboard.press('/');
    await dashboard.waitFor('find in the output');
    dashboard.type('LINE 15');
    await dashboard.waitFor('111 found');
    dashboard.press('enter');
    await dashboard.waitFor('LINE 15 111/111');
    await dashboard.waitFor('line 1599 of it');
    dashboard.press('n');
    await dashboard.waitFor('LINE 15 1/111');
    await dashboard.waitFor(/line 15 of it/);
    const at = dashboard.find('line 15 of it') ?? { x: 0, y: 0 };
    const [marked, plain] = [0, 10].map((column) => dashboard.cell(at.x + column, at.y));
    expect(marked?.bg).not.toBe(plain?.bg);
    dashboard.press('escape');
    await dashboard.waitGone('LINE 15');
    dashboard.press('G');
    await dashboard.waitFor('line 3000 of it');
    await dashboard.leave();
  });

  it('is looked for while more comes, and what is found stays where it is', async () => {
    const dashboard = await stage.open();
    dashboard.submit('!echo the needle; i=0; while :; do i=$((i+1)); echo hay $i; sleep 0.02; done');
    await dashboard.approve();
    await dashboard.go(3);
    dashboard.press('enter');
    await dashboard.waitFor('hay 60');
    dashboard.press('/');
    await dashboard.waitFor('find in the output');
    dashboard.type('the needle');
    await dashboard.waitFor('1 found');
    dashboard.press('enter');
    await dashboard.waitFor('the needle 1/1');
    const row = dashboard.find('the needle')?.y;
    await dashboard.waitFor(/▼ \d\d\d below/);
    expect(dashboard.find('the needle')?.y).toBe(row);
    dashboard.press('F');
    await dashboard.waitGone('below, G follows');
    await dashboard.leave();
  });
});

describe('two runs', () => {
  it('that printed something else are compared line by line: the retry with the run before', async () => {
    const dashboard = await stage.open();
    dashboard.submit('!test -e made || echo first; seq 1 300; touch made');
    await dashboard.approve();
    await dashboard.waitFor(/✓ +1 test/);
    await dashboard.go(3);
    dashboard.press('r');
    await dashboard.waitFor(/⚠ +2 test/);
    await dashboard.approve();
    await dashboard.waitFor(/✓ +2 test/);
    await dashboard.go(3);
    dashboard.press('g', 'D');
    await dashboard.waitFor('Run 1 ↔ run 2');
    await dashboard.waitFor('- first');
    await dashboard.waitFor('… 297 lines the same');
    dashboard.resize(30, 8);
    await dashboard.waitFor('Run 1 ↔ run 2');
    dashboard.resize(120, 40);
    dashboard.press('escape');
    await dashboard.waitGone('↔');
    await dashboard.leave();
  });

  it('are chosen with D, or named', async () => {
    const dashboard = await stage.open();
    dashboard.submit('= "same"');
    await dashboard.waitFor(/✓ +1 = /);
    dashboard.submit('= "same"');
    await dashboard.waitFor(/✓ +2 = /);
    await dashboard.go(3);
    dashboard.press('D');
    await dashboard.waitFor('run 2 marked');
    dashboard.press('j', 'D');
    await dashboard.waitFor('Run 2 ↔ run 1');
    await dashboard.waitFor('1 line the same: nothing differs');
    dashboard.press('escape');
    await dashboard.waitGone('↔');
    dashboard.press('t');
    dashboard.submit('/compare 1 900');
    await dashboard.waitFor('Run 1 ↔ run 900');
    await dashboard.waitFor(/no run/);
    dashboard.press('escape');
    await dashboard.waitGone('↔');
    await dashboard.leave();
  });
});
