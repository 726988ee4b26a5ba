// What must hold of every picture, whatever it shows: it is whole, nothing is drawn outside its place, and nothing that came
// from elsewhere moves a column.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Approval } from '../../../../src/core/approvals.ts';
import type { Message } from '../../../../src/core/thread.ts';
import { type Model, PANES } from '../../../../src/tui/model/model.ts';
import type { Overlay, RunDialog } from '../../../../src/tui/model/overlay-model.ts';
import { readMarkdownText } from '../../../../src/tui/preview/read-document.ts';
import { inner, layoutOf } from '../../../../src/tui/rows/geometry.ts';
import { CellGrid, type Rect } from '../../../../src/tui/terminal/cells.ts';
import { createEditor } from '../../../../src/tui/terminal/editor.ts';
import { stringWidth } from '../../../../src/tui/terminal/width.ts';
import { render } from '../../../../src/tui/views/render.ts';
import {
  ASCII,
  approval,
  artifact,
  busyDay,
  COLOURS,
  device,
  draw,
  emptyDay,
  entries,
  MONO,
  message,
  NOW,
  run,
  SIXTEEN,
} from './example.ts';
import { approvalDialog, runDialog, scenes } from './scenes.ts';

const SIZES = [
  [120, 40],
  [80, 24],
  [50, 20],
  [40, 12],
  [30, 8],
  [400, 120],
  [110, 19],
  [60, 10],
  [29, 7],
  [1, 1],
] as const;

/** A grid that remembers what was drawn outside of it; the grid itself would clip it silently. */
class StrictGrid extends CellGrid {
  readonly outside: string[] = [];

  override write(x: number, y: number, text: string, attr: number, maxWidth?: number): number {
    const used = super.write(x, y, text, attr, maxWidth);
    this.#check({ x, y, width: used, height: 1 }, text);
    return used;
  }

  override fill(rect: Rect, char: string, attr: number): void {
    this.#check(rect, 'fill');
    super.fill(rect, char, attr);
  }

  override restyle(rect: Rect, patch: (attr: number) => number): void {
    this.#check(rect, 'restyle');
    super.restyle(rect, patch);
  }

  #check({ x, y, width, height }: Rect, what: string): void {
    if (width <= 0 || height <= 0) return;
    if (x >= 0 && y >= 0 && x + width <= this.width && y + height <= this.height) return;
    this.outside.push(`${what} at ${x},${y} ${width}x${height} in ${this.width}x${this.height}`);
  }
}

function drawStrictly(model: Model, theme = COLOURS): StrictGrid {
  const grid = new StrictGrid(model.size.width, model.size.height);
  render(model, theme, grid);
  return grid;
}

const UNSAFE = /[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

/** Every row is as wide as the grid, and no cell holds what could move the cursor or the text. */
function expectWhole(grid: CellGrid): void {
  const faults: string[] = [];
  for (let at = 0; at < grid.chars.length; at += 1) {
    const char = grid.chars[at] as string;
    if (char === ' ') continue;
    const isLeft = (at + 1) % grid.width !== 0 && grid.chars[at + 1] === '';
    const wanted = char === '' ? 0 : isLeft ? 2 : 1;
    const isOrphan = char === '' && (at % grid.width === 0 || stringWidth(grid.chars[at - 1] as string) !== 2);
    if (stringWidth(char) !== wanted || isOrphan || UNSAFE.test(char)) {
      faults.push(`${JSON.stringify(char)} at ${at % grid.width},${Math.floor(at / grid.width)}`);
    }
  }
  const { cursor } = grid;
  if (cursor !== undefined && (cursor.x < 0 || cursor.y < 0 || cursor.x >= grid.width || cursor.y >= grid.height)) {
    faults.push(`cursor at ${cursor.x},${cursor.y}`);
  }
  expect(faults).toEqual([]);
}

/** The borders of all shown panes stand where geometry says: no content has run over them. */
function expectBorders(model: Model, grid: CellGrid): void {
  const { panes } = layoutOf(model);
  const sides: string[] = [];
  for (const pane of PANES) {
    const rect = panes[pane];
    if (rect === undefined || rect.height < 2) continue;
    const box = inner(rect);
    for (let y = box.y; y < box.y + box.height; y += 1) {
      sides.push(grid.chars[y * grid.width + rect.x] as string);
      sides.push((grid.chars[y * grid.width + rect.x + rect.width - 1] as string).replace('┃', '│'));
    }
  }
  expect(new Set(sides)).toEqual(new Set(sides.length === 0 ? [] : ['│']));
}

describe.each(SIZES)('at %ix%i', (width, height) => {
  const all = scenes({ width, height });

  it.each(Object.keys(all))('%s is whole and stays in its place, in every theme', (name) => {
    const model = all[name] as Model;
    for (const theme of [COLOURS, SIXTEEN, MONO, ASCII]) {
      const grid = drawStrictly(model, theme);
      expect(grid.outside).toEqual([]);
      expectWhole(grid);
    }
    if (model.overlays.length === 0 && model.toasts.length === 0 && model.composer.completion === undefined) {
      expectBorders(model, draw(model));
    }
  });
});

describe('without anything but ASCII', () => {
  it.each([
    [120, 40],
    [80, 24],
    [40, 12],
    [29, 7],
  ])('every scene at %ix%i is drawn with it', (width, height) => {
    for (const [name, model] of Object.entries(scenes({ width, height }))) {
      const rows = draw(model, ASCII).toText().split('\n');
      expect(
        rows.filter((row) => /[^\x20-\x7e]/.test(row)),
        name,
      ).toEqual([]);
    }
  });
});

const HOSTILE = [
  '\x1b[2J\x1b]0;title\x07 red',
  'abc\u202edcba\u2066x',
  '漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字',
  '👩‍💻👨‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿🇩🇪 emoji',
  'e\u0301'.repeat(40),
  `tab\there\r\nand\x00there\x9b31m`,
  `${'\u0300'.repeat(500)}zalgo`,
  '\ud800 lone',
  'ﷺ'.repeat(30),
  '\x1b]52;c;T1dORUQ=\x07 \u009d52;c;T1dORUQ=\u009c \u009b2J\u0085x',
  '{bold}{red-fg}{center}tags{/} {open}{|}',
  '# \x1b[31m*\u202eevil*\u2069 `\x9b2J` [\x1b]8;;x\x07link](javascript:\x1b[2J "\u200f")\n\n| a\x1b[H | \u202eb |\n|-|-|\n| {/} | ﷺ |\n\n```\x1b]2;x\x07\n\x1b[2J\u2066\n```\n<b>\x1bc</b>',
  '',
];

/** What was said to a request, with the words of who said it. */
const decided = (number: number, said: string): Approval => ({
  ...approval(number, said),
  status: 'rejected',
  decidedBy: { kind: 'human', device: device(said).id },
  decidedAt: NOW - 1000,
  decision: 'reject',
  note: said,
});

function hostileDay(name: string, width: number, height: number): Model {
  const there = device(name);
  const waits = run(13, 'waiting_approval', name, { device: there });
  const runs = [
    waits,
    run(12, 'running', name, { device: there }),
    run(9, 'failed', name, { more: { message: name } }),
  ];
  const answered = run(8, 'completed', name, { more: { result: name } });
  const rejected = run(7, 'cancelled', name, { more: { reason: 'rejected', note: name } });
  const answer = message(name || 'nothing', { role: 'assistant', id: 'an-answer' as Message['id'] });
  // As it is before it was read, and after.
  const unread = { ...answer, id: 'unread' as Message['id'] };
  const asked = approval(13, name, { title: name, device: there.id, description: name });
  const base = emptyDay({ width, height });
  return {
    ...base,
    focus: 'thread',
    connection: { state: 'lost', since: NOW - 1000, reason: name },
    device: there,
    devices: [there, device(`other ${name}`)],
    runs,
    approvals: [{ ...asked, payload: { ...asked.payload, cwd: name, executable: name, envNames: [name] } }],
    tails: new Map([['run-12', { lines: ['fine'], done: false }]]),
    toasts: [],
    thread: {
      ...base.thread,
      entries: [
        ...entries(...runs, message(name || 'nothing'), artifact(name, 12, 10), asked, answered, answer, unread),
        { key: '000090/x/0', kind: 'run', run: rejected, requests: [decided(7, name)] },
        { key: '000091/x/0', kind: 'approval', approval: decided(6, name) },
      ],
    },
    documents: new Map([[answer.id, readMarkdownText(name)]]),
    composer: { ...base.composer, failed: { id: 'x', text: 'x', message: name } },
  };
}

/** The requests of a run: one that was answered, one that waits. */
function askedDialog(model: Model, said: string): RunDialog {
  const dialog = runDialog(model, { section: 'approvals' });
  const { detail } = dialog;
  if (detail === undefined) throw new Error('there is a run');
  return { ...dialog, detail: { ...detail, approvals: [decided(12, said), ...model.approvals] } };
}

describe('text from elsewhere', () => {
  it.each(HOSTILE)('%j keeps columns and borders', (name) => {
    for (const [width, height] of [
      [120, 40],
      [80, 24],
      [40, 12],
    ] as const) {
      const day = hostileDay(name, width, height);
      const { entries } = day.thread;
      // The newest stand at the bottom: so each of them is seen once.
      for (let last = 1; last <= entries.length; last += 1) {
        const model = { ...day, thread: { ...day.thread, entries: entries.slice(0, last) } };
        const grid = drawStrictly(model);
        expectBorders(model, grid);
        for (const each of [grid, drawStrictly(model, ASCII)]) {
          expect(each.outside).toEqual([]);
          expectWhole(each);
        }
      }
    }
  });

  it.each(HOSTILE)('%j does no harm in an overlay', (name) => {
    const model = hostileDay(name, 80, 24);
    const waiting = model.approvals[0];
    if (waiting === undefined) throw new Error('there is an approval');
    const overlays: Overlay[] = [
      approvalDialog({ approval: waiting, notice: name }),
      runDialog(model, { section: 'plan' }),
      askedDialog(model, name),
      {
        kind: 'text',
        title: name,
        text: name,
        scroll: 0,
        loading: false,
        footnote: name,
        request: undefined,
        of: 'an-answer',
        document: readMarkdownText(name),
      },
      { kind: 'text', title: name, text: name, scroll: 0, loading: false, footnote: name, request: undefined },
      { kind: 'confirm', question: { type: 'cancel', run: waiting.runId, title: name }, deafUntil: 0 },
      { kind: 'signal', run: waiting.runId, selected: 0 },
      runDialog(model, {
        output: { port: undefined, version: 0, kind: 'text', bytes: 0, state: 'failed', message: name },
      }),
    ];
    const there = model.devices[0];
    if (there === undefined) throw new Error('there is a device');
    overlays.push(
      { kind: 'rename', device: there.id, name, editor: createEditor(name), sending: false, notice: name },
      { kind: 'revoke', device: there.id, name, editor: createEditor(name), sending: false, notice: name },
      { kind: 'device', device: there.id, scroll: 0, stop: 0 },
    );
    const toasts: Model['toasts'] = [{ id: 1, tone: 'error', text: name, until: NOW }];
    for (const overlay of overlays) {
      for (const theme of [COLOURS, ASCII]) {
        const grid = drawStrictly({ ...model, toasts, overlays: [overlay] }, theme);
        expect(grid.outside).toEqual([]);
        expectWhole(grid);
      }
    }
  });

  it('is shown with its escapes visible, not dropped', () => {
    const grid = draw(hostileDay('\x1b[2Jx', 120, 40));
    expect(grid.toText()).toContain('␛[2Jx');
  });
});

it('is whole at every size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 140 }), fc.integer({ min: 1, max: 50 }), fc.nat(), (width, height, pick) => {
      const all = Object.values(scenes({ width, height }));
      const grid = drawStrictly(all[pick % all.length] as Model);
      expect(grid.outside).toEqual([]);
      expectWhole(grid);
    }),
    { numRuns: 150 },
  );
});

it('draws nothing of the time before on a grid that is used again', () => {
  const size = { width: 80, height: 24 };
  const grid = new CellGrid(80, 24);
  for (const model of Object.values(scenes(size))) {
    render(model, COLOURS, grid);
    expect(grid.toText()).toBe(draw(model).toText());
    expect(grid.cursor).toEqual(draw(model).cursor);
  }
  render(busyDay(size), COLOURS, grid);
  expect([...grid.attrs]).toEqual([...draw(busyDay(size)).attrs]);
});
