// Terminals of all kinds: colours as far as there are any, keys and mouse as they send them.
import { describe, expect, it } from 'vitest';
import { dashboards } from '../../helpers/dashboard.ts';

const stage = dashboards();

describe('colours', () => {
  it('are 256 where there are that many', async () => {
    const dashboard = await stage.open();
    expect(dashboard.output().toString()).toMatch(/\x1b\[[\d;]*38;5;/);
  });

  it('are not there with NO_COLOR, and all can still be done', async () => {
    const dashboard = await stage.open(undefined, { env: { NO_COLOR: '1' } });
    dashboard.submit('!touch made');
    await dashboard.approve();
    await dashboard.waitFor(/✓ +1 touch made/);
    expect(dashboard.output().toString()).not.toMatch(/\x1b\[[\d;]*(3|4|9|10)\d(;[\d;]*)?m/);
  });

  it('are sixteen in a plain xterm', async () => {
    const dashboard = await stage.open(undefined, { env: { COLORTERM: undefined, TERM: 'xterm' } });
    dashboard.submit('!touch made');
    await dashboard.approve();
    await dashboard.waitFor(/✓ +1 touch made/);
    expect(dashboard.output().toString()).not.toMatch(/[34]8;5/);
    expect(dashboard.output().toString()).toMatch(/\x1b\[[\d;]*(3|9)\d(;[\d;]*)?m/);
  });

  it('are those for a light background where the terminal says that it has one', async () => {
    const dashboard = await stage.open();
    const at = dashboard.find('1 Thread');
    const dark = dashboard.cell(at?.x ?? 0, at?.y ?? 0);
    dashboard.send('\x1b]11;rgb:ffff/ffff/ffff\x07');
    await dashboard.waitFor(() => dashboard.cell(at?.x ?? 0, at?.y ?? 0).fg !== dark.fg);
    expect(dashboard.screen()).not.toContain('rgb:');
  });
});

describe('letters', () => {
  it('of two columns stand straight in every pane', async () => {
    const dashboard = await stage.open();
    dashboard.submit('!echo 漢字かな 🚀 👨‍👩‍👧‍👦 e\u0301; : 終わり');
    await dashboard.approve();
    await dashboard.waitFor(/✓ +1 echo/);
    await dashboard.waitFor(() => dashboard.pane('Thread').match(/漢字かな/g)?.length === 2);
    const rows = Array.from({ length: 38 }, (_, y) => y).filter((y) => dashboard.cell(0, y).char === '│');
    expect(rows.length).toBeGreaterThan(20);
    for (const y of rows) expect(dashboard.cell(71, y).char, `the border of row ${y}`).toMatch(/[│┃]/);
  });
});

describe('the mouse', () => {
  it('focuses and selects by a click, opens by a second, and scrolls by its wheel', async () => {
    const home = stage.home();
    await home.startPeer();
    const client = await home.client();
    for (let number = 1; number <= 40; number += 1)
      await client.call('say', { text: `message number ${number} of forty` });
    await home.cli(['run', '--', 'true']);
    const dashboard = await stage.open(home, { rows: 30 });
    await dashboard.waitFor(() => dashboard.pane('Thread').includes('number 40'));
    const thread = dashboard.find('1 Thread') ?? { x: 0, y: 0 };
    dashboard.mouse('wheelup', thread.x + 3, thread.y + 3);
    dashboard.mouse('wheelup', thread.x + 3, thread.y + 3);
    await dashboard.waitFor(() => !dashboard.pane('Thread').includes('number 40'));
    dashboard.mouse('wheeldown', thread.x + 3, thread.y + 3);
    dashboard.mouse('wheeldown', thread.x + 3, thread.y + 3);
    await dashboard.waitFor(() => dashboard.pane('Thread').includes('number 40'));

    const run = dashboard.find('3 Runs') ?? { x: 0, y: 0 };
    dashboard.click(run.x + 3, run.y + 1);
    await dashboard.waitFor('t type');
    dashboard.click(run.x + 3, run.y + 1);
    await dashboard.waitFor('Run 1');
    dashboard.press('escape');
    await dashboard.waitFor('3 Runs');
    const prompt = dashboard.find('›') ?? { x: 0, y: 0 };
    dashboard.click(prompt.x + 5, prompt.y);
    await dashboard.waitFor('Esc panes');
    dashboard.type('typed here');
    await dashboard.waitFor('› typed here');
  });

  it('is given back to the terminal by m', async () => {
    const dashboard = await stage.open();
    expect(dashboard.modes().mouse).toBe('drag');
    await dashboard.go(1);
    dashboard.press('m');
    await dashboard.waitFor(() => dashboard.modes().mouse === 'none');
    dashboard.press('m');
    await dashboard.waitFor(() => dashboard.modes().mouse === 'drag');
  });
});
