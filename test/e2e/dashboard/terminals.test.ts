// The dashboard in the terminals that people have, by what these call themselves: the first frame has its borders and words, in
// the colours that such a terminal knows, and keys work. And inside GNU screen.
import { describe, expect, it } from 'vitest';
import { COMMAND, type Dashboard, dashboards } from '../../helpers/dashboard.ts';
import { needs } from '../../helpers/needs.ts';

const stage = dashboards();

/** What was drawn with: colours of the 256 beyond the first 16, of the first 16 alone, or none. */
function coloursOf(dashboard: Dashboard): '256' | '16' | 'none' {
  let most: '256' | '16' | 'none' = 'none';
  for (let y = 0; y < dashboard.rows; y += 1) {
    for (let x = 0; x < dashboard.cols; x += 1) {
      const { fg, bg } = dashboard.cell(x, y);
      if (fg > 15 || bg > 15) return '256';
      if (fg >= 0 || bg >= 0) most = '16';
    }
  }
  return most;
}

async function expectUsable(dashboard: Dashboard): Promise<void> {
  expect(dashboard.screen()).toMatch(/[┌+].*1 Thread/);
  dashboard.press('f1');
  await dashboard.waitFor(' Help ');
  dashboard.press('escape');
  await dashboard.waitGone(' Help ');
  dashboard.type('/say typed here\r');
  await dashboard.waitFor(() => dashboard.pane('Thread').includes('typed here'));
}

describe.each([
  ['kitty', 'xterm-kitty', '256'],
  ['alacritty', 'alacritty', '256'],
  ['foot', 'foot', '256'],
  ['ghostty', 'xterm-ghostty', '256'],
  ['tmux', 'tmux-256color', '256'],
  ['screen', 'screen-256color', '256'],
  ['xterm', 'xterm', '16'],
  ['rxvt-unicode', 'rxvt-unicode-256color', '256'],
  ['the Linux console', 'linux', '16'],
  ['a vt100', 'vt100', 'none'],
] as const)('in %s', (_, TERM, colours) => {
  it(`draws in ${colours} colours and takes keys`, async () => {
    const dashboard = await stage.open(undefined, { env: { TERM, COLORTERM: undefined } });
    expect(coloursOf(dashboard)).toBe(colours);
    await expectUsable(dashboard);
    await dashboard.leave();
  });
});

it('says lines instead in a terminal that can do nothing', async () => {
  const dashboard = await stage.open(undefined, { env: { TERM: 'dumb' }, connects: false });
  await dashboard.waitFor('in plain lines');
  expect(dashboard.modes().alternate).toBe(false);
  expect(dashboard.output().toString()).not.toContain('\x1b[?1049h');
});

needs('screen')('inside GNU screen', () => {
  it('draws, takes keys and gives the terminal back', async () => {
    const dashboard = await stage.open(undefined, { shell: 'interactive', env: { SCREENDIR: undefined } });
    await dashboard.waitFor('prompt>');
    dashboard.type(`screen -q -U -T screen-256color -c /dev/null ${COMMAND}\r`);
    await dashboard.waitFor('● 1 device', 25_000);
    await expectUsable(dashboard);
    dashboard.press('C-c', 'C-c');
    await dashboard.waitGone('1 Thread');
    await dashboard.waitFor('prompt>');
  });
});
