// What runs print, however much and however hostile: the dashboard answers, stays small, and its terminal is not touched.
import { describe, expect, it } from 'vitest';
import { type Dashboard, dashboards } from '../../helpers/dashboard.ts';
import { peakMemory } from '../../helpers/processes.ts';

const stage = dashboards();
/** How long a person would wait for a key at the very most; on a machine that does three other things. */
const PATIENCE_MS = 3_000;
const MEMORY = 400 * 1024 * 1024;
/** About 50 MB. */
const MUCH = '!touch made; seq 6500000';

describe('50 MB of output', () => {
  it('leaves the keys answered while it comes, and the dashboard small', async () => {
    const dashboard = await stage.open();
    dashboard.submit(MUCH);
    await dashboard.approve();
    await dashboard.waitFor('▶ 1 running');
    for (let round = 0; round < 3; round += 1) {
      dashboard.press('f1');
      await dashboard.waitFor(' Help ', PATIENCE_MS);
      dashboard.press('escape');
      await dashboard.waitFor('1 Thread', PATIENCE_MS);
    }
    await dashboard.go(3);
    dashboard.press('enter');
    await dashboard.waitFor('Run 1', PATIENCE_MS);
    dashboard.press('tab');
    await dashboard.waitFor('Why there', PATIENCE_MS);
    dashboard.press('S-tab');
    await dashboard.waitFor(/^│6500000 /m, 25_000);
    dashboard.press('escape');
    await dashboard.waitFor(/✓ +1 touch made/);
    await dashboard.printed('6500000');
    expect(peakMemory(dashboard.pid)).toBeLessThan(MEMORY);
  });
});

const ESC = '\x1b';
const HOSTILE = [
  `${ESC}]0;owned by the run\x07`,
  `${ESC}]2;owned again${ESC}\\`,
  `${ESC}]52;c;b3duZWQ=\x07`,
  `${ESC}]9;owned\x07`,
  `${ESC}[2J${ESC}[H`,
  `${ESC}[?1049l${ESC}[?1000l${ESC}[?2004l${ESC}[?25h`,
  `${ESC}c`,
  `${ESC}[6n${ESC}[c`,
  '\u202edesrever\u202c',
  '\u009b31m',
];

/** What the dashboard itself wrote to the terminal, without what drawing needs. */
function expectUntouched(dashboard: Dashboard): void {
  const written = dashboard.output().toString();
  expect(dashboard.title()).toMatch(/^(?:\(1\) you ask: [^\p{Cc}\p{Cf}]* · )?dispatch$/u);
  expect(written).not.toMatch(/\x1b\](0;|52;|9;owned)/);
  expect(written).not.toContain('\x1bc');
  expect(written).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u0080-\u009f]/);
  expect(dashboard.modes()).toMatchObject({ alternate: true, mouse: 'drag', bracketedPaste: true });
}

describe('hostile output', () => {
  it('changes nothing of the terminal around it, in the thread, in the detail and attached', async () => {
    const home = stage.home();
    await home.startPeer();
    const script = `printf '%s' '${HOSTILE.join('')}'; echo; echo the last line; read go`;
    const dashboard = await stage.open(home);
    await home.cli(['run', '--yes', '--detach', '--tty', '--', script]);
    await dashboard.printed('the last line');
    expectUntouched(dashboard);
    expect(dashboard.find('1 Thread')).toEqual({ x: 2, y: 1 });
    await dashboard.go(3);
    dashboard.press('enter');
    await dashboard.waitFor(/^│the last line/m);
    expectUntouched(dashboard);
    await dashboard.attach();
    await dashboard.waitFor(/^the last line$/m);
    expectUntouched(dashboard);
    // Whatever the run asked the terminal is not answered as if it had been typed.
    dashboard.type('ok\r');
    await dashboard.waitFor('Enter goes back');
    dashboard.press('enter');
    dashboard.press('tab');
    await dashboard.waitFor('Why there');
    expectUntouched(dashboard);
  });

  it('is shown as what it is where it is asked about, and said', async () => {
    const home = stage.home();
    await home.startPeer();
    const dashboard = await stage.open(home);
    await home.cli(['run', '--detach', '--', `touch made\u202e; : ${ESC}]0;owned by the run\x07 ${ESC}[2J`]);
    await home.cli(['say', `a message ${ESC}]52;c;b3duZWQ=\x07 and \u202edesrever`]);
    await dashboard.waitFor('a message');
    await dashboard.readApproval();
    expect(dashboard.screen()).toMatch(/touch made\S*202E/);
    expect(dashboard.screen()).toMatch(/owned by the run/);
    expectUntouched(dashboard);
    dashboard.press('n');
    await dashboard.waitFor('⊘');
    expectUntouched(dashboard);
  });
});
