// Leaving, in every way there is: the terminal is as it was before, and what runs goes on.
import { describe, expect, it } from 'vitest';
import { COMMAND, connected, type Dashboard, dashboards, runIs } from '../../helpers/dashboard.ts';
import { needs } from '../../helpers/needs.ts';
import { childrenOf } from '../../helpers/processes.ts';
import { expectCooked, expectRestored } from '../../helpers/terminal-restored.ts';

const stage = dashboards();
const AFTERWARDS = 'echo "status=$?"; stty -a; echo the-end';

const open = (options = {}): Promise<Dashboard> =>
  stage.open(undefined, { shell: { afterwards: AFTERWARDS }, ...options });

async function expectLeft(dashboard: Dashboard, status: number): Promise<void> {
  await dashboard.waitFor('the-end');
  expect(dashboard.screen()).toContain(`status=${status}\n`);
  expectRestored(dashboard);
  expectCooked(dashboard);
}

function signal(dashboard: Dashboard, name: NodeJS.Signals): void {
  const [pid] = childrenOf(dashboard.pid);
  if (pid === undefined) throw new Error('the dashboard does not run');
  process.kill(pid, name);
}

needs('bash', 'stty')('leaving', () => {
  it('by q and yes, with everything as it was', async () => {
    const dashboard = await open();
    expect(dashboard.modes()).toMatchObject({ alternate: true, mouse: 'drag', bracketedPaste: true });
    await dashboard.go(1);
    dashboard.press('q');
    await dashboard.waitFor('Leave the dashboard?');
    await dashboard.waitFor(/^ y yes/m);
    dashboard.press('escape');
    await dashboard.waitGone('Leave the dashboard?');
    dashboard.press('q');
    await dashboard.waitFor('Leave the dashboard?');
    await dashboard.waitFor(/^ y yes/m);
    dashboard.press('y');
    await expectLeft(dashboard, 0);
  });

  it('by C-c twice; the first one only clears the text, which ↑ brings back', async () => {
    const dashboard = await open();
    dashboard.type('half a thought');
    dashboard.press('C-c');
    await dashboard.waitGone('half a thought');
    dashboard.press('up');
    await dashboard.waitFor('half a thought');
    dashboard.press('C-c', 'C-c');
    await expectLeft(dashboard, 0);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const)('by %s', async (name, status) => {
    const dashboard = await open();
    signal(dashboard, name);
    await expectLeft(dashboard, status);
  });

  it('by a signal while attached to a program of the full screen, which goes on', async () => {
    const dashboard = await open();
    dashboard.submit("!printf '\\033[?1049h\\033[?1000h\\033[?2004h\\033[?25l'; echo up; sleep 600");
    await dashboard.approve();
    await dashboard.go(3);
    await dashboard.attach();
    await dashboard.waitFor(/^up$/m);
    signal(dashboard, 'SIGTERM');
    await expectLeft(dashboard, 143);
    expect(await runIs(dashboard.home, 1, () => true)).toMatchObject({ status: 'running' });
  });

  it('by an error that nobody caught, which can then be read', async () => {
    const thrower = "process.on('SIGUSR2', () => { throw new Error('provoked for a test'); })";
    const dashboard = await open({
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(thrower)}` },
    });
    signal(dashboard, 'SIGUSR2');
    await dashboard.waitFor('the-end');
    expect(dashboard.output().toString()).toContain('provoked for a test');
    await expectLeft(dashboard, 1);
  });

  it('for a while, by C-z and fg, with the text still there', async () => {
    const dashboard = await stage.open(undefined, { shell: 'interactive' });
    await dashboard.waitFor('prompt>');
    dashboard.type(`${COMMAND}\r`);
    await connected(dashboard);
    dashboard.type('half a thought');
    await dashboard.waitFor('half a thought');
    dashboard.press('C-z');
    await dashboard.waitFor(/Stopped[\s\S]*prompt>/);
    expectRestored(dashboard, { bracketedPaste: dashboard.modes().bracketedPaste });
    dashboard.resize(90, 28);
    dashboard.type('fg\r');
    await dashboard.waitFor(/› half a thought/);
    await dashboard.waitFor(() => dashboard.line(0).length <= 90 && dashboard.find('1 Thread'));
    expect(dashboard.modes()).toMatchObject({ alternate: true, mouse: 'drag', bracketedPaste: true });
    dashboard.press('C-c', 'C-c');
    await dashboard.waitFor(/prompt>$/m);
    dashboard.type('echo status=$?\r');
    await dashboard.waitFor('status=0');
  });
});

describe('what runs', () => {
  it('goes on when the dashboard is left, and is there when it is opened again', async () => {
    const home = stage.home();
    const first = await stage.open(home);
    first.submit('!for i in 1 2 3; do echo step $i; read go; done');
    await first.approve();
    await first.printed('step 1');
    await first.leave();
    const second = await stage.open(home);
    await second.printed('step 1');
    await second.go(3);
    await second.attach();
    second.press('enter', 'enter', 'enter');
    await second.waitFor('Enter goes back');
    second.press('enter');
    await second.waitFor(/✓ +1 for i in/);
  });
});
