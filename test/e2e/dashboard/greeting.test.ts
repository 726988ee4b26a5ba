// The first screen of a newcomer: it says what this device is and can do, and three things to try, and each of them works.
import { describe, expect, it } from 'vitest';
import { COMMAND, dashboards } from '../../helpers/dashboard.ts';
import { startTerminal } from '../../helpers/terminal-driver.ts';

const stage = dashboards();

describe('the first screen', () => {
  it('tells what the device can do, and three things to try', async () => {
    const dashboard = await stage.open();
    await dashboard.waitFor('Three things to try');
    const thread = dashboard.pane('Thread');
    expect(thread).toMatch(/This device {2}\S+, \w+/);
    expect(thread).toMatch(/✓ commands +\S/);
    expect(thread).toMatch(/✓ files +below \//);
    expect(thread).toMatch(/○ screen +\S/);
    expect(thread).toMatch(/!ls -la[\s\S]*= 6 \* 7[\s\S]*Esc P/);
    expect(dashboard.pane('Approvals')).toContain('Nothing waits for your yes');
    expect(dashboard.pane('Runs')).toContain('t types a task');
    expect(dashboard.pane('Devices')).toContain('Esc P pairs another machine');
  });

  it.each([
    [80, 24],
    [60, 20],
    [40, 12],
    [30, 8],
  ])('keeps the three things where little fits: %d×%d', async (cols, rows) => {
    const dashboard = await stage.open(undefined, { cols, rows });
    await dashboard.waitFor('Three things');
    expect(dashboard.screen()).toContain('!ls -la');
  });

  it('goes with the first task, and each thing that it names works', async () => {
    const dashboard = await stage.open();
    await dashboard.waitFor('Three things to try');
    dashboard.submit('= 6 * 7');
    await dashboard.waitFor(() => /✓ +1 = 6 \* 7[\s\S]*42/.test(dashboard.pane('Thread')));
    expect(dashboard.screen()).not.toContain('Three things to try');
    dashboard.submit('!ls -la');
    await dashboard.waitFor(() => /ls -la[\s\S]*total/.test(dashboard.pane('Thread')));
    dashboard.press('escape');
    await dashboard.waitFor('t type');
    dashboard.press('P');
    await dashboard.waitFor('Pair a device');
  });
});

describe('doctor at a terminal', () => {
  const look = async (env: Record<string, string | undefined>) => {
    const home = stage.home();
    const { DISPATCH_HOME, DISPATCH_DEV, HOME } = home.env;
    const terminal = startTerminal({
      command: 'bash',
      args: ['-c', `${COMMAND} doctor; echo exit $?`],
      cols: 150,
      rows: 50,
      env: { DISPATCH_HOME, DISPATCH_DEV, HOME, ...env },
    });
    try {
      await terminal.waitFor(/exit \d/, 25_000);
      return terminal.screen();
    } finally {
      await terminal.dispose();
    }
  };

  it('names the terminal, its letters and the editor', async () => {
    const screen = await look({ EDITOR: 'sh' });
    expect(screen).toContain('✓ terminal: xterm-256color, 150×50');
    expect(screen).toContain('✓ letters: C.UTF-8');
    expect(screen).toContain('✓ editor: sh');
  });

  it('says what is wrong with them, and how to mend it', async () => {
    const screen = await look({
      TERM: 'dumb',
      LANG: 'C',
      LC_ALL: undefined,
      EDITOR: 'no-such-editor -w',
      VISUAL: undefined,
    });
    expect(screen).toMatch(/✗ terminal: dumb, 150×50: nothing can be drawn on it\n +set TERM/);
    expect(screen).toMatch(/✗ letters: the locale C is not UTF-8\n +.*LANG=C.UTF-8/);
    expect(screen).toMatch(/✗ editor: there is no program "no-such-editor -w"\n +name one/);
    expect(screen).toContain('exit 1');
  });
});
