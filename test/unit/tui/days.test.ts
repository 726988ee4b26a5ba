// The days of the thread: a row above the first entry of each, true at midnight too.
import { describe, expect, it } from 'vitest';
import { INVERSE } from '../../../src/tui/terminal/cells.ts';
import { aRun, aSnapshot, keyOf, messageEntry, startDashboard } from '../../helpers/tui-model.ts';
import { ASCII, draw, MONO, text } from './views/example.ts';

const DAY = 24 * 60 * 60_000;
const ENTRIES = [
  messageEntry(-368 * DAY, 'of another year'),
  messageEntry(-2 * DAY, 'two days ago'),
  { key: keyOf(-2 * DAY + 1), kind: 'run' as const, run: aRun(1, { command: 'make it', status: 'completed' }) },
  messageEntry(-DAY, 'yesterday'),
  messageEntry(1, 'now'),
];
/** Narrow, so that there is nothing but the thread. */
const open = (entries = ENTRIES, more = false, height = 24) => {
  const dashboard = startDashboard({ size: { width: 50, height }, snapshot: { entries, more } });
  dashboard.press('escape');
  return dashboard;
};
const rows = ({ model }: ReturnType<typeof open>): string[] =>
  text(model)
    .split('\n')
    .map((row) => row.replace(/[│┃]/g, '').trim());
const days = (dashboard: ReturnType<typeof open>): string[] =>
  rows(dashboard).flatMap((row) => /^── (.*) ──$/.exec(row)?.[1] ?? []);

describe('a day', () => {
  it('is said once, above what began on it', () => {
    const dashboard = open();
    expect(days(dashboard)).toEqual(['Mon 30 Dec 2024', 'Wed 31 Dec 2025', 'Thu 1 Jan', 'today']);
    const shown = rows(dashboard);
    expect(shown[shown.indexOf('── Wed 31 Dec 2025 ──') + 1]).toContain('two days ago');
    expect(shown[shown.indexOf('── today ──') + 1]).toContain('now');
  });

  it('is not said while all is of today', () => {
    expect(days(open([messageEntry(1), messageEntry(2)]))).toEqual([]);
  });

  it('is over at midnight', () => {
    const dashboard = open([messageEntry(1, 'now'), messageEntry(2, 'now too')]);
    dashboard.wait(DAY);
    dashboard.tell({ type: 'tick' });
    expect(days(dashboard)).toEqual(['Fri 2 Jan']);
    dashboard.tell({
      type: 'snapshot',
      snapshot: aSnapshot({ entries: [messageEntry(1, 'now'), messageEntry(DAY + 1, 'of the new day')] }),
    });
    expect(days(dashboard)).toEqual(['Fri 2 Jan', 'today']);
  });

  it('of the first entry is not known while older ones are not loaded', () => {
    expect(days(open(ENTRIES.slice(1), true))).toEqual(['Thu 1 Jan', 'today']);
  });

  it('stands above what is selected, which is the entry alone', () => {
    const dashboard = open();
    dashboard.press('g');
    const grid = draw(dashboard.model, MONO);
    const selected = grid
      .toText()
      .split('\n')
      .findIndex((row) => row.includes('of another year') || /you 20/.test(row));
    const inverse = (y: number): boolean => ((grid.attrs[y * grid.width + 2] as number) >> 18) % 16 >= INVERSE;
    expect(inverse(selected)).toBe(true);
    expect(inverse(selected - 1)).toBe(false);
  });

  it('takes a row of a small screen without losing the newest entry', () => {
    for (let height = 8; height < 20; height += 1) {
      const dashboard = open(ENTRIES, false, height);
      expect(text(dashboard.model)).toMatch(/[\d│] +now/);
    }
  });

  it('is said in ASCII where there is only that', () => {
    expect(text(open().model, ASCII)).toContain('-- today --');
  });
});
