// Rows of a form: text, switches, fields, things to choose from. Where they stand and what they say is decided elsewhere.

import type { FormRow } from '../rows/pair-rows.ts';
import type { Rect } from '../terminal/cells.ts';
import { createEditor, type EditorState } from '../terminal/editor.ts';
import { bold, type StyleName } from '../terminal/theme.ts';
import { drawField } from './dialog.ts';
import { own, type Paint, type Span, select, write } from './paint.ts';

const STYLES: Readonly<Record<Exclude<FormRow['style'], 'toggle' | 'field'>, StyleName>> = {
  heading: 'accent',
  text: 'text',
  muted: 'muted',
  secret: 'code',
  ticket: 'code',
  words: 'warning',
  warning: 'warning',
  success: 'success',
  item: 'text',
};

export interface FormOptions {
  readonly rows: readonly FormRow[];
  readonly first: number;
  /** The number of the row that has the keys. */
  readonly stop: number | undefined;
  /** What stands in a field. */
  readonly field?: (stop: number) => EditorState;
  /** The field whose text is shown by its beginning and its end where it is longer. */
  readonly ends?: number;
}

export function drawForm(paint: Paint, body: Rect, { rows, first, stop, field, ends }: FormOptions): void {
  rows.slice(first, first + body.height).forEach((row, index) => {
    const at = { ...body, y: body.y + index, height: 1 };
    const active = row.stop !== undefined && row.stop === stop;
    if (row.style === 'field' && field !== undefined) {
      drawFieldRow(paint, at, row, active, field(row.stop ?? 0), row.stop === ends);
      return;
    }
    write(paint, at.x, at.y, spansOf(paint, row), at.width);
    if (active) select(paint, at);
  });
}

/** What went wrong, in its rows; else one row of something else. */
export function drawNotice(paint: Paint, at: Rect, rows: readonly string[], otherwise: readonly Span[]): void {
  if (rows.length === 0) write(paint, at.x, at.y, otherwise, at.width);
  rows.slice(0, at.height).forEach((row, index) => {
    write(paint, at.x, at.y + index, [[own(paint, row), paint.style('warning')]], at.width);
  });
}

/** The cursor is in the field that has the keys, and in no other. */
function drawFieldRow(paint: Paint, at: Rect, row: FormRow, active: boolean, editor: EditorState, ends: boolean): void {
  const { cursor } = paint.grid;
  drawField(paint, at, ends ? shortened(paint, editor, at.width - 4) : editor, row.text);
  if (!active) paint.grid.cursor = cursor;
}

/** A long text by its beginning and its end, while the cursor stands behind it: elsewhere somebody edits. */
function shortened({ glyphs }: Paint, editor: EditorState, width: number): EditorState {
  const { text, cursor } = editor;
  const mark = glyphs.ellipsis;
  if (text.length <= width || cursor !== text.length || !/^[!-~]+$/.test(text)) return editor;
  const half = Math.max(1, Math.floor((width - mark.length) / 2));
  return createEditor(text.slice(0, half) + mark + text.slice(-half));
}

function spansOf(paint: Paint, { style, text, on }: FormRow): Span[] {
  if (style === 'toggle') {
    return [
      [on === true ? '[x] ' : '[ ] ', paint.style(on === true ? 'accent' : 'muted')],
      [own(paint, text), paint.style('text')],
    ];
  }
  if (style === 'field') return [[own(paint, text), paint.style('placeholder')]];
  const attr = paint.style(STYLES[style]);
  return [[own(paint, text), style === 'words' ? bold(attr) : attr]];
}
