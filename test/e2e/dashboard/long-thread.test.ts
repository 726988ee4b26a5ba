// A thread of 10,000 entries, as somebody has it after a year: read from end to end, and searched.
import { expect, it } from 'vitest';
import { sampleThread } from '../../../scripts/bench/sample-thread.ts';
import { seedThread } from '../../../scripts/bench/seed-thread.ts';
import type { LogEvent } from '../../../src/core/events.ts';
import { loadIdentity } from '../../../src/peer/identity.ts';
import type { CliHome } from '../../helpers/cli.ts';
import { dashboards } from '../../helpers/dashboard.ts';

const stage = dashboards();
const ENTRIES = 10_000;

/** The home of somebody with a past, and the past. */
async function oldHome(): Promise<{ home: CliHome; events: readonly LogEvent[] }> {
  const home = stage.home();
  const { device } = loadIdentity(home.paths.identityFile);
  await seedThread({ location: home.paths.thread, device, entries: ENTRIES });
  return { home, events: [...sampleThread({ device, entries: ENTRIES, until: Date.now() })] };
}

/** The numbers of the runs whose own rows are shown. */
const runsIn = (pane: string): number[] =>
  [...pane.matchAll(/^[✓✗] +(\d+) (?!approved)/gm)].map(([, number]) => Number(number));
const tasks = (events: readonly LogEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'run.submitted' ? [event.data.task.slice(1)] : []));
const said = (events: readonly LogEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'message.said' ? [event.data.text] : []));

it('opens at its end, is read to its beginning and back, and finds one message in the middle', async () => {
  const { home, events } = await oldHome();
  const dashboard = await stage.open(home, { cols: 130 });
  const thread = (): string => dashboard.pane('Thread');
  const last = tasks(events).at(-1) as string;
  const first = tasks(events)[0] as string;
  await dashboard.waitFor(() => thread().includes(last));

  await dashboard.go(1);
  dashboard.press('g');
  await dashboard.waitFor(() => thread().includes(first));
  expect(thread()).not.toContain(last);

  // Page by page, further than what is loaded at once.
  const seen = new Set<number>();
  for (let page = 0; page < 40; page += 1) {
    const before = thread();
    for (const number of runsIn(before)) seen.add(number);
    dashboard.press('pagedown');
    // With all that was asked of the peer for it.
    await dashboard.waitFor(() => thread() !== before && !dashboard.line(1).includes('loading'));
  }
  const furthest = Math.max(...seen);
  expect(furthest).toBeGreaterThan(400);
  expect(Array.from({ length: furthest }, (_, index) => index + 1).filter((number) => !seen.has(number))).toEqual([]);

  dashboard.press('G');
  await dashboard.waitFor(() => thread().includes(last));
  expect(thread()).not.toContain(first);

  const middle = said(events)[Math.floor(said(events).length / 2)] as string;
  dashboard.press('/');
  await dashboard.waitFor('Search the thread');
  dashboard.type(/\d+$/.exec(middle)?.[0] as string);
  await dashboard.waitFor(/\d+\+? found/);
  expect(dashboard.screen()).toContain(middle);
  dashboard.press('enter');
  await dashboard.waitFor('1 Thread');
  await dashboard.waitFor(() => thread().includes(middle));

  // Whoever reads further up stays there when something happens.
  await home.cli(['say', 'news from elsewhere']);
  await dashboard.waitFor(/new below/);
  expect(thread()).toContain(middle);
  dashboard.press('G');
  await dashboard.waitFor(() => thread().includes('news from elsewhere'));
});

it('steps through what was found with n and N', async () => {
  const { home } = await oldHome();
  await home.cli(['say', 'the word xylophone, once']);
  await home.cli(['say', 'the word xylophone, twice']);
  const dashboard = await stage.open(home);
  dashboard.type('/search xylophone\r');
  await dashboard.waitFor('2 found');
  dashboard.press('escape');
  await dashboard.waitFor('1 Thread');
  await dashboard.go(1);
  dashboard.press('g');
  await dashboard.waitFor(() => !dashboard.pane('Thread').includes('xylophone'));
  // As fast as it can be typed: Enter waits for what is found.
  dashboard.type('/xylophone\r');
  const marked = (text: string): boolean => {
    const at = dashboard.find('1 Thread') && dashboard.find(text);
    return at !== undefined && dashboard.cell(at.x, at.y).bg !== -1;
  };
  await dashboard.waitFor(() => marked('xylophone, twice'));
  dashboard.press('n');
  await dashboard.waitFor(() => marked('xylophone, once'));
  dashboard.press('N');
  await dashboard.waitFor(() => marked('xylophone, twice'));
});
