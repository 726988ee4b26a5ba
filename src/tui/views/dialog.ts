// What dialogs share: a box on the dialog's ground with a title, a text field of one line, and a row of keys.

import { type BindingId, keyOf } from '../keys/keymap.ts';
import { inner } from '../rows/geometry.ts';
import type { Rect } from '../terminal/cells.ts';
import { type EditorState, layoutEditor } from '../terminal/editor.ts';
import { bold } from '../terminal/theme.ts';
import { drawFrame, type FrameOptions } from './frame.ts';
import { onGround, own, type Paint, type Span, spansWidth, write } from './paint.ts';

/** Draws the box and answers the brush for what is inside, and the place. */
export function openBox(
  outer: Paint,
  rect: Rect,
  title: readonly Span[] | string,
  corners: Pick<FrameOptions, 'topRight' | 'bottomRight' | 'window'> = {},
): { paint: Paint; box: Rect } {
  const ground = onGround(outer, 'dialog');
  outer.grid.fill(rect, ' ', ground.style('dialog'));
  const edge = ground.style('dialogBorder');
  const framed: Paint = {
    ...ground,
    style: (name) => (name === 'border' || name === 'borderFocused' ? edge : ground.style(name)),
  };
  const spans: readonly Span[] = typeof title === 'string' ? [[title, ground.style('titleFocused')]] : title;
  drawFrame(framed, rect, { title: spans, focused: true, ...corners });
  return { paint: ground, box: inner(rect) };
}

/** A page: the box of an overlay that covers all panes, on the ground of the panes. */
export function openPage(
  paint: Paint,
  rect: Rect,
  title: readonly Span[] | string,
  corners: Pick<FrameOptions, 'topRight' | 'bottomRight' | 'window'> = {},
): Rect {
  paint.grid.fill(rect, ' ', paint.style('text'));
  const spans: readonly Span[] = typeof title === 'string' ? [[title, paint.style('titleFocused')]] : title;
  drawFrame(paint, rect, { title: spans, focused: true, ...corners });
  return inner(rect);
}

/** One line of typed text after a prompt, with the cursor in it. */
export function drawField(
  paint: Paint,
  at: Pick<Rect, 'x' | 'y' | 'width'>,
  editor: EditorState,
  placeholder: string,
): void {
  const { grid, glyphs } = paint;
  grid.write(at.x, at.y, glyphs.prompt, bold(paint.style('accent')));
  const x = at.x + 2;
  const width = Math.max(1, at.width - 3);
  const { lines, cursor } = layoutEditor(editor, width, 1);
  if (editor.text === '') write(paint, x, at.y, [[own(paint, placeholder), paint.style('placeholder')]], width);
  else grid.write(x, at.y, lines[cursor.y] ?? '', paint.style('input'), width);
  grid.cursor = { x: Math.min(x + cursor.x, grid.width - 1), y: at.y };
}

export type KeyHint = readonly [id: BindingId, label: string, enabled?: boolean];

/** `y approve  n reject`: the keys of a dialog, in it. Those that would do nothing now are muted. */
export function keySpans(paint: Paint, keys: readonly KeyHint[]): Span[] {
  const gap: Span = ['   ', paint.style('muted')];
  return keys.flatMap(([id, label, enabled = true], index) => {
    const spans: Span[] = [
      [own(paint, keyOf(id)), paint.style(enabled ? 'footerKey' : 'placeholder')],
      [` ${label}`, paint.style(enabled ? 'text' : 'placeholder')],
    ];
    return index === 0 ? spans : [gap, ...spans];
  });
}

/** Those of them that have room, the most useful first: the footer and help have the others. */
export function fittingKeys(paint: Paint, keys: readonly KeyHint[], width: number): Span[] {
  for (let count = keys.length; count > 2; count -= 1) {
    const spans = keySpans(paint, keys.slice(0, count));
    if (spansWidth(spans) <= width) return spans;
  }
  return keySpans(paint, keys.slice(0, 2));
}
