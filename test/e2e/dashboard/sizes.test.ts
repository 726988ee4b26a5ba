// The window is made smaller and larger under everything that can be on the screen: nothing is lost, nothing is drawn wrong.
import { describe, expect, it } from 'vitest';
import { type Dashboard, dashboards, runIs } from '../../helpers/dashboard.ts';

const stage = dashboards();

/** Every frame closes where the window ends: each `┌` has its `┐` in the row, and its `│` below. */
function expectFramed(dashboard: Dashboard): void {
  const rows = dashboard.screen().split('\n');
  expect(rows).toHaveLength(dashboard.rows);
  for (const row of rows) {
    expect(row.length).toBeLessThanOrEqual(dashboard.cols);
    expect(row.match(/┌/g)?.length ?? 0).toBe(row.match(/┐/g)?.length ?? 0);
    expect(row.match(/└/g)?.length ?? 0).toBe(row.match(/┘/g)?.length ?? 0);
  }
}

async function sized(dashboard: Dashboard, cols: number, rows: number, shows: string | RegExp): Promise<void> {
  dashboard.resize(cols, rows);
  await dashboard.waitFor(() => {
    const screen = dashboard.screen();
    const drawn = typeof shows === 'string' ? screen.includes(shows) : shows.test(screen);
    if (!drawn) return false;
    try {
      expectFramed(dashboard);
      return true;
    } catch {
      return false;
    }
  });
}

describe('a window of another size', () => {
  it('shows what fits, from 120×40 down to 20×5 and back, with a run that prints', async () => {
    const dashboard = await stage.open();
    dashboard.submit('!i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.1; done');
    await dashboard.approve();
    await dashboard.waitFor('tick 1');
    dashboard.type('half a thought');
    await sized(dashboard, 100, 30, /1 Thread.*3 Runs/);
    await sized(dashboard, 80, 24, /1 Thread.*3 Runs/);
    await sized(dashboard, 60, 20, /1 Thread.*3 Runs/);
    await sized(dashboard, 59, 20, /1 Thread ─+┐$/m);
    await sized(dashboard, 40, 12, /1 Thread ─+┐$/m);
    expect(dashboard.screen()).toContain('› half a thought');
    await sized(dashboard, 30, 8, '1 Thread');
    await sized(dashboard, 20, 5, /^● 1 +▶ 1/);
    await sized(dashboard, 120, 40, /1 Thread.*2 Approvals/);
    expect(dashboard.screen()).toContain('› half a thought');
    expect(dashboard.pane('Devices')).toContain('this device');
    await dashboard.waitFor(() => /tick \d{2}/.test(dashboard.pane('Thread')));
  });

  it('is whole again where the window was small for less than a moment, which only the terminal has seen', async () => {
    const dashboard = await stage.open();
    // The status of the peer may come later than its number of devices.
    await dashboard.waitFor(() => dashboard.pane('Devices').includes('this device'));
    const whole = dashboard.screen();
    // So that it sees nothing of what is between.
    dashboard.kill('SIGSTOP');
    dashboard.resize(30, 5);
    dashboard.resize(120, 40);
    expect(dashboard.screen()).not.toBe(whole);
    dashboard.kill('SIGCONT');
    await sized(dashboard, 120, 40, /1 Thread.*2 Approvals/);
    expect(dashboard.pane('Devices')).toContain('this device');
    expect(dashboard.line(39)).not.toBe('');
  });

  it('keeps an approval readable, and takes no answer where it cannot be read', async () => {
    const dashboard = await stage.open();
    dashboard.submit('!touch made');
    await dashboard.readApproval();
    await sized(dashboard, 40, 12, 'Approve on');
    await sized(dashboard, 20, 5, 'enla');
    dashboard.press('y');
    await sized(dashboard, 60, 20, 'Approve on');
    expect(await runIs(dashboard.home, 1, () => true)).toMatchObject({ status: 'waiting_approval' });
    await sized(dashboard, 40, 12, 'Approve on');
    dashboard.press('escape');
    await dashboard.waitFor('1 Thread');
    dashboard.press('M-a');
    await dashboard.listening(false);
    dashboard.press('space', 'space', 'space', 'space');
    await dashboard.listening();
    dashboard.press('y');
    await dashboard.waitGone('Approve on');
    await sized(dashboard, 120, 40, /✓ +1 touch made/);
  });

  it.each([
    ['help', '?', 'Help'],
    ['the palette', ':', 'Commands'],
    ['search', '/', 'Search the thread'],
    ['a question', 'q', 'Leave the dashboard?'],
  ])('shows %s at every size', async (_what, key, title) => {
    const dashboard = await stage.open();
    await dashboard.go(1);
    dashboard.press(key);
    await dashboard.waitFor(title);
    for (const [cols, rows] of [
      [80, 24],
      [40, 12],
      [30, 8],
      [120, 40],
    ] as const) {
      await sized(dashboard, cols, rows, title);
    }
    dashboard.press('escape');
    await sized(dashboard, 40, 12, '1 Thread');
  });

  it('shows the detail of a run at every size', async () => {
    const dashboard = await stage.open();
    dashboard.submit('!seq 200');
    await dashboard.waitFor(/✓ +1 seq 200/);
    await dashboard.go(3);
    dashboard.press('enter');
    await dashboard.waitFor(/^│200 /m);
    for (const [cols, rows] of [
      [80, 24],
      [40, 12],
      [120, 40],
    ] as const) {
      await sized(dashboard, cols, rows, /^│200 /m);
    }
    dashboard.press('g');
    await dashboard.waitFor(/^│1 /m);
    await sized(dashboard, 60, 16, /^│1 /m);
    dashboard.press('tab');
    await dashboard.waitFor('status    completed');
  });
});
