// How much is written for what changes on the screen: bytes, which are the same on every machine.
import { expect, it } from 'vitest';
import { type Dashboard, dashboards } from '../../helpers/dashboard.ts';

const stage = dashboards();
const MOST = 1024;

/** What is written from now until the screen shows what was waited for. */
async function written(dashboard: Dashboard, act: () => void, seen: () => boolean): Promise<string> {
  const before = dashboard.output().length;
  act();
  await dashboard.waitFor(seen);
  return dashboard.output().subarray(before).toString();
}

async function filled(): Promise<Dashboard> {
  const home = stage.home();
  await home.startPeer();
  const client = await home.client();
  for (let number = 1; number <= 30; number += 1)
    await client.call('say', { text: `message number ${number}: 漢字 🚀` });
  const dashboard = await stage.open(home);
  await dashboard.waitFor(() => dashboard.pane('Thread').includes('number 30'));
  return dashboard;
}

/** Every frame is whole: it begins and ends as one update, and nothing is drawn between frames. */
function expectWhole(output: string): void {
  const between = output.split(/\x1b\[\?2026h[\s\S]*?\x1b\[\?2026l/);
  expect(between.join('')).not.toMatch(/[^\x1b]*m[^\x1b]+/);
  expect(output).not.toContain('\x1b[2J');
}

it('a cursor that moves writes less than a kilobyte, as one update', async () => {
  const dashboard = await filled();
  await dashboard.go(1);
  await dashboard.waitFor('t type');
  const row = () =>
    Array.from({ length: 38 }, (_, y) => dashboard.cell(3, y).bg).findIndex((bg, y) => y > 0 && bg === 237);
  await dashboard.waitFor(() => row() > 0);
  for (const key of ['k', 'k', 'j']) {
    const before = row();
    const output = await written(
      dashboard,
      () => dashboard.press(key),
      () => row() !== before,
    );
    expect(output.length).toBeGreaterThan(0);
    expect(Buffer.byteLength(output)).toBeLessThan(MOST);
    expectWhole(output);
  }
});

it('a letter that is typed writes less than a kilobyte', async () => {
  const dashboard = await filled();
  let text = '';
  for (const letter of ['s', 'a', 'y', '漢']) {
    text += letter;
    const output = await written(
      dashboard,
      () => dashboard.type(letter),
      () => dashboard.screen().includes(`› ${text}`),
    );
    expect(Buffer.byteLength(output)).toBeLessThan(MOST);
    expectWhole(output);
  }
});

it('a window that loses the keys and has them again writes nothing', async () => {
  const dashboard = await filled();
  const output = await written(
    dashboard,
    () => {
      dashboard.focus(false);
      dashboard.focus(true);
      dashboard.type('x');
    },
    () => dashboard.screen().includes('› x'),
  );
  expect(Buffer.byteLength(output)).toBeLessThan(MOST);
});
