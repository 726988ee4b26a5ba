import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createList,
  itemAt,
  type ListSource,
  type ListState,
  layoutList,
  moveCursor,
  moveEnd,
  moveHome,
  movePage,
  prepended,
  scrollRows,
  selectItem,
} from '../../../../src/tui/terminal/virtual-list.ts';

const items = (count: number, height: (index: number) => number = () => 1): ListSource => ({ count, height });
const shown = (list: ListState, source: ListSource, height: number) =>
  layoutList(list, source, height).rows.map((row) => row.index);

/** What stands on each row of the window: `item.rowOfItem`. */
function screen(list: ListState, source: ListSource, height: number): string[] {
  return layoutList(list, source, height).rows.flatMap((row) =>
    Array.from({ length: row.height }, (_, at) => `${row.index}.${row.skip + at}`),
  );
}

describe('virtual list', () => {
  it('follows the tail as items arrive and grow', () => {
    const list = createList({ follow: true });
    expect(shown(list, items(2), 4)).toEqual([0, 1]);
    expect(shown(list, items(10), 4)).toEqual([6, 7, 8, 9]);
    expect(
      screen(
        list,
        items(10, (i) => (i === 9 ? 3 : 2)),
        4,
      ),
    ).toEqual(['8.1', '9.0', '9.1', '9.2']);
    expect(layoutList(list, items(10), 4)).toMatchObject({ before: 6, after: 0, newBelow: 0 });
    expect(layoutList(list, items(10), 4).state.cursor).toBe(9);
  });

  it('holds still when scrolled away and counts what is new below', () => {
    let list = scrollRows(createList({ follow: true }), items(20), 5, -10);
    expect(shown(list, items(20), 5)).toEqual([5, 6, 7, 8, 9]);
    expect(list.follow).toBe(false);
    expect(layoutList(list, items(20), 5)).toMatchObject({ newBelow: 0, after: 10 });
    expect(shown(list, items(23), 5)).toEqual([5, 6, 7, 8, 9]);
    expect(layoutList(list, items(23), 5).newBelow).toBe(3);
    list = scrollRows(list, items(23), 5, 12);
    expect(shown(list, items(23), 5)).toEqual([17, 18, 19, 20, 21]);
    expect(layoutList(list, items(23), 5).newBelow).toBe(1);
    list = scrollRows(list, items(23), 5, 1);
    expect(list).toMatchObject({ follow: true, cursor: 22 });
    expect(layoutList(list, items(30), 5)).toMatchObject({ newBelow: 0, after: 0 });
  });

  it('stops following when the cursor leaves the last item and begins again at the end', () => {
    const source = items(10);
    let list = moveCursor(createList({ follow: true }), source, 4, -1);
    expect(list).toMatchObject({ cursor: 8, follow: false });
    expect(shown(list, source, 4)).toEqual([6, 7, 8, 9]);
    expect(shown(list, items(11), 4)).toEqual([6, 7, 8, 9]);
    list = moveEnd(list, items(11), 4);
    expect(list).toMatchObject({ cursor: 10, follow: true });
  });

  it('does not follow in a list of choices', () => {
    const list = moveEnd(createList({ follow: false }), items(5), 3);
    expect(list).toMatchObject({ cursor: 4, follow: false });
    expect(layoutList(list, items(6), 3).state.cursor).toBe(4);
  });

  it('does not move what is on the screen when older items are paged in or dropped', () => {
    const height = (index: number) => (index % 3) + 1;
    const before = scrollRows(createList({ follow: true }), items(30, height), 7, -20);
    const window = screen(before, items(30, height), 7).map((row) =>
      row.replace(/^\d+/, (n) => String(Number(n) + 12)),
    );
    const after = prepended(before, 12);
    expect(
      screen(
        after,
        items(42, (index) => height(index - 12)),
        7,
      ),
    ).toEqual(window);
    expect(prepended(after, -12)).toEqual(before);
    expect(
      layoutList(
        after,
        items(42, (index) => height(index - 12)),
        7,
      ).newBelow,
    ).toBe(0);
  });

  it('scrolls by rows through an item that is taller than the window', () => {
    const source = items(4, (index) => (index === 1 ? 9 : 1));
    let list = createList({ follow: false });
    const tops: string[] = [];
    for (let step = 0; step < 9; step += 1) {
      tops.push(screen(list, source, 4)[0] as string);
      list = scrollRows(list, source, 4, 1);
    }
    expect(tops).toEqual(['0.0', '1.0', '1.1', '1.2', '1.3', '1.4', '1.5', '1.6', '1.7']);
    expect(screen(list, source, 4)).toEqual(['1.7', '1.8', '2.0', '3.0']);
    for (let step = 0; step < 9; step += 1) list = scrollRows(list, source, 4, -1);
    expect(screen(list, source, 4)[0]).toBe('0.0');
  });

  it('scrolls on where no item fits whole', () => {
    const source = items(5, () => 3);
    let list = createList({ follow: false });
    for (let step = 0; step < 11; step += 1) list = scrollRows(list, source, 4, 1);
    expect(screen(list, source, 4)).toEqual(['3.2', '4.0', '4.1', '4.2']);
    expect(screen(selectItem(scrollRows(list, source, 4, -1), source, 4, 3), source, 4)[0]).toBe('3.0');
  });

  it('brings the selected item into the window with the least movement', () => {
    const source = items(50, () => 2);
    let list = selectItem(createList({ follow: false }), source, 6, 10);
    expect(shown(list, source, 6)).toEqual([8, 9, 10]);
    list = selectItem(list, source, 6, 9);
    expect(shown(list, source, 6)).toEqual([8, 9, 10]);
    list = moveHome(list, source, 6);
    expect(list.cursor).toBe(0);
    expect(shown(list, source, 6)).toEqual([0, 1, 2]);
  });

  it('pages, keeping the cursor where it is on the screen, and ends at the ends', () => {
    const source = items(30);
    let list = moveCursor(createList({ follow: false }), source, 10, 3);
    list = movePage(list, source, 10, 1);
    expect([list.cursor, shown(list, source, 10)[0]]).toEqual([12, 9]);
    list = movePage(list, source, 10, 1, 0.5);
    expect([list.cursor, shown(list, source, 10)[0]]).toEqual([17, 14]);
    list = movePage(movePage(list, source, 10, 1), source, 10, 1);
    expect([list.cursor, shown(list, source, 10)[0]]).toEqual([29, 20]);
    for (let page = 0; page < 4; page += 1) list = movePage(list, source, 10, -1);
    expect([list.cursor, shown(list, source, 10)[0]]).toEqual([0, 0]);
  });

  it('keeps following when a wheel turns in a list that fits', () => {
    expect(scrollRows(createList({ follow: true }), items(3), 10, -1).follow).toBe(true);
  });

  it('survives an empty list, a window without rows, and a list that shrank', () => {
    const empty = layoutList(createList({ follow: true }), items(0), 5);
    expect(empty).toMatchObject({ rows: [], before: 0, after: 0, newBelow: 0 });
    expect(moveCursor(createList({ follow: true }), items(0), 5, 1).cursor).toBe(0);
    expect(layoutList(createList({ follow: true }), items(5), 0).rows).toEqual([]);
    const list = selectItem(createList({ follow: false }), items(50), 5, 40);
    expect(shown(list, items(3), 5)).toEqual([0, 1, 2]);
  });

  it('tells which item is on a row', () => {
    const source = items(5, () => 2);
    expect(itemAt(createList({ follow: false }), source, 6, 3)).toBe(1);
    expect(itemAt(createList({ follow: false }), items(1), 6, 3)).toBeUndefined();
  });

  it('asks for the heights of a window only, whatever the count', () => {
    let asked = 0;
    const source = items(1_000_000, (index) => {
      asked += 1;
      return (index % 4) + 1;
    });
    let list = createList({ follow: true });
    const steps: ((list: ListState) => ListState)[] = [
      (at) => moveCursor(at, source, 40, -1),
      (at) => moveHome(at, source, 40),
      (at) => movePage(at, source, 40, 1),
      (at) => selectItem(at, source, 40, 500_000),
      (at) => scrollRows(at, source, 40, -3),
      (at) => moveEnd(at, source, 40),
    ];
    for (const step of steps) {
      asked = 0;
      list = step(list);
      layoutList(list, source, 40);
      expect(asked).toBeLessThan(2_000);
    }
  });

  it('always shows the cursor and never leaves a gap (property)', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('cursor' as const), by: fc.integer({ min: -5, max: 5 }) }),
      fc.record({ do: fc.constant('scroll' as const), by: fc.integer({ min: -9, max: 9 }) }),
      fc.record({ do: fc.constant('page' as const), by: fc.constantFrom(1, -1) }),
      fc.record({ do: fc.constant('append' as const), by: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ do: fc.constant('prepend' as const), by: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ do: fc.constant('grow' as const), by: fc.integer({ min: 0, max: 30 }) }),
      fc.record({ do: fc.constant('select' as const), by: fc.integer({ min: 0, max: 40 }) }),
    );
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        fc.array(step, { maxLength: 40 }),
        (follow, rows, steps) => {
          let list = createList({ follow });
          let heights = [1, 2, 1];
          for (const { do: action, by } of steps) {
            const source: ListSource = { count: heights.length, height: (index) => heights[index] as number };
            const previous = screen(list, source, rows);
            if (action === 'cursor') list = moveCursor(list, source, rows, by);
            if (action === 'scroll') list = scrollRows(list, source, rows, by);
            if (action === 'page') list = movePage(list, source, rows, by as 1 | -1);
            if (action === 'select') list = selectItem(list, source, rows, by);
            if (action === 'append') heights = [...heights, ...Array.from({ length: by }, (_, i) => (i % 3) + 1)];
            if (action === 'prepend') {
              list = prepended(layoutList(list, source, rows).state, by);
              heights = [...Array.from({ length: by }, (_, i) => (i % 3) + 1), ...heights];
            }
            if (action === 'grow') heights = heights.map((height, index) => (index === by ? height + 3 : height));
            const now: ListSource = { count: heights.length, height: (index) => heights[index] as number };
            const drawn = layoutList(list, now, rows);
            const total = heights.reduce((sum, height) => sum + height, 0);
            const used = drawn.rows.reduce((sum, row) => sum + row.height, 0);
            if (used !== Math.min(rows, total)) return false;
            const cursor = drawn.rows.find((row) => row.index === drawn.state.cursor);
            if (cursor === undefined) return false;
            const size = heights[cursor.index] as number;
            const isWhole = (row: { index: number; height: number }) => row.height === heights[row.index];
            if (cursor.height !== size && size <= rows && drawn.rows.some(isWhole)) return false;
            if (drawn.state.follow && drawn.after !== 0) return false;
            if (action === 'prepend' && previous.length === rows) {
              const moved = screen(list, now, rows).map((row) => row.replace(/^\d+/, (n) => String(Number(n) - by)));
              if (moved.join() !== previous.join()) return false;
            }
            list = drawn.state;
          }
          return true;
        },
      ),
      { numRuns: 500 },
    );
  });
});
