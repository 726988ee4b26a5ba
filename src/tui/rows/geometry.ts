// Where everything is on the screen, for `update` (scrolling, mouse, terminal sizes) and for the views (drawing) alike.
// Pure arithmetic on the model; it draws nothing.

import { THEME_CHOICES } from '../../core/theme-names.ts';
import type { Model, PaneId } from '../model/model.ts';
import type { Overlay, OverlayKind } from '../model/overlay-model.ts';
import type { Rect } from '../terminal/cells.ts';
import { layoutEditor } from '../terminal/editor.ts';
import type { ListSource } from '../terminal/virtual-list.ts';
import { threadRows } from './thread-rows.ts';

/** `wide`: all panes. `medium`: the thread and one tabbed side. `narrow`: one pane. `tiny`: a status line. */
export type Tier = 'wide' | 'medium' | 'narrow' | 'tiny';

export interface ScreenLayout {
  readonly tier: Tier;
  readonly header: Rect;
  /** Says that the connection is lost. */
  readonly banner: Rect | undefined;
  /** Between header and composer. */
  readonly body: Rect;
  /** The panes that are shown, with their borders. */
  readonly panes: Partial<Readonly<Record<PaneId, Rect>>>;
  /** The side pane is one of three: its title shows tabs. */
  readonly tabbed: boolean;
  /** One row for a pending approval that no shown pane shows. */
  readonly strip: Rect | undefined;
  /** The text begins at column PROMPT_WIDTH. */
  readonly composer: Rect;
  /** The route explanation, under the composer. */
  readonly hint: Rect | undefined;
  readonly footer: Rect;
}

export const PROMPT_WIDTH = 3;
const APPROVAL_ROWS = 2;
const MEDIUM_WIDTH = 60;
const WIDE_WIDTH = 110;
const TINY = { width: 30, height: 8 };
/** Three panes above each other need this many rows. */
const STACK_HEIGHT = 15;
const COMPOSER_ROWS = 6;

export function tierOf({ width, height }: Model['size']): Tier {
  if (width < TINY.width || height < TINY.height) return 'tiny';
  if (width < MEDIUM_WIDTH) return 'narrow';
  return width >= WIDE_WIDTH && height - 4 >= STACK_HEIGHT ? 'wide' : 'medium';
}

const layouts = new WeakMap<Model, ScreenLayout>();

export function layoutOf(model: Model): ScreenLayout {
  const before = layouts.get(model);
  if (before !== undefined) return before;
  const layout = makeLayout(model);
  layouts.set(model, layout);
  return layout;
}

const row = (y: number, width: number, height = 1): Rect => ({ x: 0, y, width, height: Math.max(0, height) });

function makeLayout(model: Model): ScreenLayout {
  const { width, height } = model.size;
  const tier = tierOf(model.size);
  if (tier === 'tiny') {
    const nothing = row(0, width, 0);
    const only = row(0, width, Math.min(1, height));
    return {
      tier,
      header: only,
      banner: undefined,
      body: nothing,
      panes: {},
      tabbed: false,
      strip: undefined,
      composer: nothing,
      hint: undefined,
      footer: nothing,
    };
  }
  const composerRows = layoutEditor(
    model.composer.editor,
    composerWidth(model),
    Math.max(1, Math.min(COMPOSER_ROWS, Math.floor(height / 4))),
  ).lines.length;
  const footer = row(height - 1, width);
  const hint = height >= 10 ? row(height - 2, width) : undefined;
  const composer = row((hint ?? footer).y - Math.max(1, composerRows), width, Math.max(1, composerRows));
  const banner = model.connection.state === 'lost' ? row(1, width) : undefined;
  const top = banner === undefined ? 1 : 2;
  const { panes, strip, tabbed } = placePanes(model, tier, row(top, width, composer.y - top));
  return {
    tier,
    header: row(0, width),
    banner,
    body: row(top, width, composer.y - top),
    panes,
    tabbed,
    strip,
    composer,
    hint,
    footer,
  };
}

export const composerWidth = (model: Model): number => Math.max(1, model.size.width - PROMPT_WIDTH - 1);

type Placed = Pick<ScreenLayout, 'panes' | 'strip' | 'tabbed'>;

function placePanes(model: Model, tier: Tier, whole: Rect): Placed {
  const { pane, side, zoomed } = model;
  const single = zoomed || tier === 'narrow';
  const shown: PaneId[] = single
    ? [pane]
    : tier === 'wide'
      ? ['thread', 'approvals', 'runs', 'devices']
      : ['thread', side];
  const needsStrip = model.approvals.length > 0 && !shown.includes('approvals') && whole.height >= 5;
  const strip = needsStrip ? { ...whole, y: whole.y + whole.height - 1, height: 1 } : undefined;
  const body = needsStrip ? { ...whole, height: whole.height - 1 } : whole;
  if (single) return { panes: { [pane]: body }, strip, tabbed: false };
  const sideWidth =
    tier === 'wide' ? Math.max(40, Math.min(64, Math.floor(body.width * 0.4))) : Math.floor(body.width * 0.4);
  const thread = { ...body, width: body.width - sideWidth };
  const right = { ...body, x: thread.width, width: sideWidth };
  if (tier === 'medium') return { panes: { thread, [side]: right }, strip, tabbed: true };
  return { panes: { thread, ...stack(model, right) }, strip, tabbed: false };
}

function stack(model: Model, right: Rect): Record<'approvals' | 'runs' | 'devices', Rect> {
  const third = Math.floor(right.height / 3);
  const approvals = Math.max(3, Math.min(2 + APPROVAL_ROWS * Math.max(1, model.approvals.length), third));
  // With only one there is a row that says how there come to be more.
  const known = model.devices.length > 1 ? model.devices.length : 2;
  const devices = Math.max(3, Math.min(2 + known, third));
  const runs = right.height - approvals - devices;
  return {
    approvals: { ...right, height: approvals },
    runs: { ...right, y: right.y + approvals, height: runs },
    devices: { ...right, y: right.y + approvals + runs, height: devices },
  };
}

/** What is inside the border. */
export const inner = ({ x, y, width, height }: Rect): Rect => ({
  x: x + 1,
  y: y + 1,
  width: Math.max(0, width - 2),
  height: Math.max(0, height - 2),
});

/** The items of a pane for its virtual list, with heights as the view draws them. */
export function paneSource(model: Model, pane: PaneId): ListSource {
  switch (pane) {
    case 'thread': {
      const width = paneInner(model, 'thread').width;
      const { entries } = model.thread;
      return { count: entries.length, height: (index) => Math.max(1, threadRows(model, index, width).length) };
    }
    case 'approvals':
      return { count: model.approvals.length, height: () => APPROVAL_ROWS };
    case 'runs':
      return { count: model.runs.length, height: () => 1 };
    case 'devices':
      return { count: model.devices.length, height: () => 1 };
  }
}

/** The inner rectangle of a pane; of the place it would have if it is not shown now. */
export function paneInner(model: Model, pane: PaneId): Rect {
  const { panes, body } = layoutOf(model);
  return inner(panes[pane] ?? body);
}

/** The rectangle of an overlay, with its border. */
export function overlayRect(model: Model, overlay: Overlay): Rect {
  const { width, height } = model.size;
  if (overlay.kind === 'attach') return row(1, width, height - 1);
  if (!(overlay.kind in SIZES)) return readingRect(model);
  if (overlay.kind === 'recall') return overComposer(model);
  const box = boxRect(model, SIZES[overlay.kind as keyof typeof SIZES], width, height);
  // Down in the corner: what lies around it is what one looks at.
  return overlay.kind === 'theme' ? { ...box, x: width - box.width, y: Math.max(0, height - 2 - box.height) } : box;
}

function boxRect(model: Model, wanted: Model['size'], width: number, height: number): Rect {
  const boxWidth = Math.max(1, Math.min(wanted.width, width - (width > 40 ? 4 : 0)));
  const boxHeight = Math.max(1, Math.min(wanted.height, height - (height > 12 ? 4 : 1)));
  return centred(model, boxWidth, boxHeight);
}

/** As wide as fits, with its last row over the text of the composer. */
function overComposer(model: Model): Rect {
  const { composer } = layoutOf(model);
  const width = Math.min(SIZES.recall.width, model.size.width);
  const height = Math.max(1, Math.min(SIZES.recall.height, composer.y));
  return { x: 0, y: composer.y - height, width, height };
}

/** All but the header and the footer, which says which keys there are. */
const readingRect = ({ size }: Pick<Model, 'size'>): Rect =>
  row(Math.min(1, size.height - 1), size.width, size.height - 2);

/** Rows of the search overlay above the results: the text field and the line under it. */
export const SEARCH_HEAD_ROWS = 2;

/** Where search shows its results, one row each. */
export function searchRect(model: Model): Rect {
  const box = inner(readingRect(model));
  return { ...box, y: box.y + SEARCH_HEAD_ROWS, height: Math.max(0, box.height - SEARCH_HEAD_ROWS) };
}

export function centred({ size }: Model, width: number, height: number): Rect {
  return {
    x: Math.floor((size.width - width) / 2),
    y: Math.max(0, Math.floor((size.height - 1 - height) / 2)),
    width,
    height,
  };
}

/** Overlays that cover all panes. */
type PageKind =
  | 'attach'
  | 'run'
  | 'text'
  | 'preview'
  | 'artifacts'
  | 'help'
  | 'search'
  | 'device'
  | 'runs'
  | 'pair'
  | 'policy'
  | 'seek';

const SIZES: Readonly<Record<Exclude<OverlayKind, PageKind>, { width: number; height: number }>> = {
  palette: { width: 84, height: 22 },
  waiting: { width: 84, height: 14 },
  recall: { width: 120, height: 14 },
  approval: { width: 100, height: 40 },
  assent: { width: 100, height: 40 },
  edit: { width: 100, height: 16 },
  folder: { width: 72, height: 6 },
  check: { width: 84, height: 14 },
  reason: { width: 72, height: 6 },
  save: { width: 72, height: 6 },
  find: { width: 72, height: 6 },
  confirm: { width: 64, height: 6 },
  signal: { width: 60, height: 12 },
  access: { width: 72, height: 6 },
  theme: { width: 76, height: THEME_CHOICES.length + 3 },
  proposal: { width: 76, height: 24 },
  revoke: { width: 72, height: 8 },
  rename: { width: 72, height: 6 },
};

/** Where a command is edited: all of its box but the row of the keys. */
export function editRect(model: Model): Rect {
  const { width, height } = model.size;
  const box = inner(boxRect(model, SIZES.edit, width, height));
  return { x: box.x + 1, y: box.y, width: Math.max(1, box.width - 2), height: Math.max(1, box.height - 1) };
}

/** Rows at the top of the run detail for what it is; the rest shows output or details. */
export const RUN_HEAD_ROWS = 3;

/** Where a run's output is drawn in its detail. Tasks are sent with this as the size of their terminal. */
export function runOutputRect(model: Model): Rect {
  const box = inner(readingRect(model));
  return { ...box, y: box.y + RUN_HEAD_ROWS, height: Math.max(1, box.height - RUN_HEAD_ROWS) };
}

/** Where the terminal of an attached run is drawn: all but the first row, which says how to detach. */
export const attachRect = ({ size }: Model): Rect => row(1, size.width, size.height - 1);

/** The size of a rectangle as a terminal, never too small to start a program in. */
export const ttySize = ({ width, height }: Rect): { cols: number; rows: number } => ({
  cols: Math.max(20, Math.min(500, width)),
  rows: Math.max(5, Math.min(300, height)),
});

export const insideRect = ({ x, y, width, height }: Rect, at: { x: number; y: number }): boolean =>
  at.x >= x && at.y >= y && at.x < x + width && at.y < y + height;
