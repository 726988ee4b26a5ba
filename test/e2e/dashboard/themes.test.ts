// The colours of the dashboard, chosen by a person: on the command line, in the configuration, and while looking on.
import { expect, it } from 'vitest';
import { type Dashboard, dashboards } from '../../helpers/dashboard.ts';

const stage = dashboards();

/** The two colours of the cell at the first letter of a text. */
function coloursOf(dashboard: Dashboard, text: string): { fg: number; bg: number } {
  const at = dashboard.find(text);
  if (at === undefined) throw new Error(`"${text}" is not on the screen:\n${dashboard.screen()}`);
  const { fg, bg } = dashboard.cell(at.x, at.y);
  return { fg, bg };
}

const SGR_COLOUR = /\x1b\[[\d;]*(?:3|4|9|10)\d(?:;[\d;]*)?m/;

it('are shown while one moves through the list, and left as they were with Escape', async () => {
  const dashboard = await stage.open();
  const before = coloursOf(dashboard, '3 Runs');
  await dashboard.go(1);
  dashboard.press('T');
  await dashboard.waitFor('as far apart as they go');
  dashboard.press('j', 'j', 'j');
  await dashboard.waitFor(() => coloursOf(dashboard, '3 Runs').bg === 16);
  dashboard.press('escape');
  await dashboard.waitGone('as far apart as they go');
  expect(coloursOf(dashboard, '3 Runs')).toEqual(before);
});

it('stay as chosen, and the way to keep them is told', async () => {
  const dashboard = await stage.open();
  dashboard.submit('/theme parchment');
  await dashboard.waitFor('theme = "parchment" under [ui] in config.toml');
  expect(coloursOf(dashboard, '3 Runs').bg).toBe(234);
});

it('come from the configuration', async () => {
  const home = stage.home();
  home.writeConfig('[ui]\ntheme = "ember"\n');
  const dashboard = await stage.open(home);
  expect(coloursOf(dashboard, '3 Runs').bg).toBe(235);
});

it('of the command line count for more than those of the configuration', async () => {
  const home = stage.home();
  home.writeConfig('[ui]\ntheme = "ember"\n');
  const dashboard = await stage.open(home, { args: ['--theme', 'high-contrast'] });
  expect(coloursOf(dashboard, '3 Runs').bg).toBe(16);
});

it('are not there with --no-color, nor anything but ASCII with --ascii', async () => {
  const dashboard = await stage.open(undefined, { args: ['--no-color', '--ascii'], connects: false });
  await dashboard.waitFor(/\* 1 device/);
  const output = dashboard.output().toString();
  expect(output).not.toMatch(SGR_COLOUR);
  expect(dashboard.screen()).toMatch(/^[\x20-\x7e\n]*$/);
  expect(dashboard.screen()).toContain('+ 1 Thread -');
});

it('that do not exist are refused with those that do', async () => {
  const home = stage.home();
  const { code, err } = await home.cli(['--theme', 'pink']);
  expect(code).toBe(2);
  expect(err).toContain('high-contrast');
});

it('follow the terminal when it tells that it has become light, and dark again', async () => {
  const dashboard = await stage.open();
  expect(dashboard.output().toString()).toContain('\x1b[?2031h');
  const dark = coloursOf(dashboard, '1 Thread');
  dashboard.send('\x1b[?997;2n');
  await dashboard.waitFor(() => coloursOf(dashboard, '1 Thread').fg !== dark.fg);
  dashboard.send('\x1b[?997;1n');
  await dashboard.waitFor(() => coloursOf(dashboard, '1 Thread').fg === dark.fg);
  await dashboard.leave();
  expect(dashboard.output().toString()).toContain('\x1b[?2031l');
});
