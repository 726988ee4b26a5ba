// A list of any length of which only a window is ever laid out: items of varying heights, a cursor that stays visible,
// following of the tail, and older items paged in without moving what is on the screen. Pure; it draws nothing.

/** The items that are loaded. Heights may change between calls (a run grows its tail) and count from 1. */
export interface ListSource {
  readonly count: number;
  height(index: number): number;
}

export interface ListState {
  /** The selected item; 0 in an empty list. */
  readonly cursor: number;
  /** The first row of the window: `row` rows into the item `index`. Without meaning while following. */
  readonly top: { readonly index: number; readonly row: number };
  /** Whether reaching the end makes it follow: so for a thread, not for a list of choices. */
  readonly tail: boolean;
  /** Stay at the end as items arrive, with the cursor on the last. */
  readonly follow: boolean;
  /** How many items, from the first, have been on the screen or before it: what is behind these is new. */
  readonly seen: number;
}

export interface ListRow {
  readonly index: number;
  /** Where the item's first visible row stands in the window. */
  readonly y: number;
  /** How many rows of the item are above the window. */
  readonly skip: number;
  /** How many of its rows are visible, from `skip` on. */
  readonly height: number;
}

export interface ListLayout {
  /** The state after all corrections: keep it, so that what has been seen is remembered. */
  readonly state: ListState;
  readonly rows: readonly ListRow[];
  /** Items wholly above the window: when few are left, page older ones in. */
  readonly before: number;
  /** Items wholly below the window. */
  readonly after: number;
  /** Items below the window that have never been on the screen. */
  readonly newBelow: number;
}

type Position = ListState['top'];

/** With `follow` it starts at the end, and follows it again whenever the end is reached. */
export function createList(options: { follow: boolean }): ListState {
  return { cursor: 0, top: { index: 0, row: 0 }, tail: options.follow, follow: options.follow, seen: 0 };
}

export function layoutList(list: ListState, source: ListSource, height: number): ListLayout {
  const state = settle(list, source, height);
  const rows = windowRows(state.top, source, height);
  const after = source.count - 1 - (rows.at(-1)?.index ?? source.count - 1);
  return { state, rows, before: rows[0]?.index ?? 0, after, newBelow: Math.max(0, source.count - state.seen) };
}

/** Moves the cursor by items. */
export function moveCursor(list: ListState, source: ListSource, height: number, delta: number): ListState {
  return selectItem(list, source, height, settle(list, source, height).cursor + delta);
}

/** Puts the cursor on an item and brings it into the window with the least movement. */
export function selectItem(list: ListState, source: ListSource, height: number, index: number): ListState {
  const state = settle(list, source, height);
  const cursor = clamp(index, 0, source.count - 1);
  const follow = state.tail && source.count > 0 && cursor === source.count - 1;
  return settle({ ...state, cursor, follow, top: reveal(state.top, cursor, source, height) }, source, height);
}

export const moveHome = (list: ListState, source: ListSource, height: number): ListState =>
  selectItem(list, source, height, 0);

export const moveEnd = (list: ListState, source: ListSource, height: number): ListState =>
  selectItem(list, source, height, source.count - 1);

/** Scrolls by rows, as a wheel does; the cursor moves only as far as it must to stay visible. */
export function scrollRows(list: ListState, source: ListSource, height: number, delta: number): ListState {
  const state = settle(list, source, height);
  if (source.count === 0 || height <= 0 || delta === 0) return state;
  const last = endTop(source, height);
  const moved = shift(state.top, source, delta);
  const atEnd = !isBefore(moved, last);
  const top = atEnd ? last : moved;
  if (delta < 0 && samePosition(top, state.top)) return state;
  const fit = selectable(top, source, height);
  const cursor = clamp(state.cursor, fit[0]?.index ?? 0, fit.at(-1)?.index ?? 0);
  const follow = state.tail && atEnd && delta > 0;
  return settle({ ...state, top, follow, cursor: follow ? source.count - 1 : cursor }, source, height);
}

/** Pages by `fraction` of the window (1, or 0.5 for half a page); the cursor keeps its place on the screen. */
export function movePage(
  list: ListState,
  source: ListSource,
  height: number,
  direction: 1 | -1,
  fraction = 1,
): ListState {
  const state = settle(list, source, height);
  const row = windowRows(state.top, source, height).find(({ index }) => index === state.cursor);
  const step = Math.max(1, Math.floor(height * fraction) - (fraction === 1 ? 1 : 0));
  const moved = scrollRows(state, source, height, direction * step);
  if (moved.follow) return moved;
  if (samePosition(moved.top, state.top))
    return selectItem(state, source, height, direction < 0 ? 0 : source.count - 1);
  const y = row?.y ?? 0;
  const under = windowRows(moved.top, source, height).find((item) => y >= item.y && y < item.y + item.height);
  return selectItem(moved, source, height, under?.index ?? moved.cursor);
}

/** The item on a row of the window, for the mouse. */
export function itemAt(list: ListState, source: ListSource, height: number, y: number): number | undefined {
  const { rows } = layoutList(list, source, height);
  return rows.find((row) => y >= row.y && y < row.y + row.height)?.index;
}

/** `added` items were put before the first one (negative: dropped from there); what is on the screen stays. */
export function prepended(list: ListState, added: number): ListState {
  const index = list.top.index + added;
  return {
    ...list,
    cursor: Math.max(0, list.cursor + added),
    top: index < 0 ? { index: 0, row: 0 } : { index, row: list.top.row },
    seen: Math.max(0, list.seen + added),
  };
}

/** Makes the state true for the items and the window of now: data may have come, gone or grown since the last call. */
function settle(list: ListState, source: ListSource, height: number): ListState {
  if (source.count === 0 || height <= 0) {
    return { ...list, cursor: clamp(list.cursor, 0, source.count - 1), seen: Math.min(list.seen, source.count) };
  }
  const last = endTop(source, height);
  if (list.follow) return { ...list, cursor: source.count - 1, top: last, seen: source.count };
  const cursor = clamp(list.cursor, 0, source.count - 1);
  const inside = normalize(list.top, source);
  const kept = isBefore(last, inside) ? last : inside;
  const fits = selectable(kept, source, height).some(({ index }) => index === cursor);
  const top = fits ? kept : reveal(kept, cursor, source, height);
  const bottom = windowRows(top, source, height).at(-1)?.index ?? 0;
  return { ...list, cursor, top, seen: clamp(Math.max(list.seen, bottom + 1), 0, source.count) };
}

/** The least move of `top` that shows the item whole, or as much of it as the window holds. */
function reveal(top: Position, index: number, source: ListSource, height: number): Position {
  if (source.count === 0 || height <= 0) return top;
  const first = { index, row: 0 };
  if (index < top.index) return first;
  const size = heightOf(source, index);
  const bottomAligned = shift({ index, row: size - 1 }, source, 1 - height);
  if (index === top.index) {
    if (top.row === 0) return top;
    // Part of it is above: an item taller than the window may be scrolled through, any other is shown whole.
    return size > height ? (isBefore(bottomAligned, top) ? bottomAligned : top) : first;
  }
  if (size >= height) return first;
  return isBefore(top, bottomAligned) ? bottomAligned : top;
}

/** The items on which the cursor may stay without a scroll: those shown whole or, if none is, those shown at all. */
function selectable(top: Position, source: ListSource, height: number): ListRow[] {
  const rows = windowRows(top, source, height);
  const whole = rows.filter((row) => row.skip === 0 && row.height === heightOf(source, row.index));
  return whole.length > 0 ? whole : rows;
}

/** The items that a window of `height` rows from `top` shows. */
function windowRows(top: Position, source: ListSource, height: number): ListRow[] {
  const rows: ListRow[] = [];
  let y = 0;
  for (let index = top.index; index < source.count && y < height; index += 1) {
    const skip = index === top.index ? top.row : 0;
    const visible = Math.min(heightOf(source, index) - skip, height - y);
    rows.push({ index, y, skip, height: visible });
    y += visible;
  }
  return rows;
}

/** The top of the window that shows the end of the list. */
function endTop(source: ListSource, height: number): Position {
  const index = source.count - 1;
  return shift({ index, row: heightOf(source, index) - 1 }, source, 1 - height);
}

/** The position `delta` rows further, stopping at the first and the last row of the list. */
function shift(position: Position, source: ListSource, delta: number): Position {
  let { index, row } = position;
  row += delta;
  while (row < 0 && index > 0) {
    index -= 1;
    row += heightOf(source, index);
  }
  while (index < source.count - 1 && row >= heightOf(source, index)) {
    row -= heightOf(source, index);
    index += 1;
  }
  return { index, row: clamp(row, 0, heightOf(source, index) - 1) };
}

function normalize(top: Position, source: ListSource): Position {
  const index = clamp(top.index, 0, source.count - 1);
  const row = index === top.index ? top.row : 0;
  return { index, row: clamp(row, 0, heightOf(source, index) - 1) };
}

const heightOf = (source: ListSource, index: number): number => Math.max(1, Math.floor(source.height(index)));
const isBefore = (a: Position, b: Position): boolean => a.index < b.index || (a.index === b.index && a.row < b.row);
const samePosition = (a: Position, b: Position): boolean => a.index === b.index && a.row === b.row;
const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, Math.max(low, high)));
