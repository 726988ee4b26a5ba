// The page of an artifact: its preview or where it comes from, with what was looked for marked.

import type { PreviewDialog } from '../model/artifact-dialogs.ts';
import type { Row } from '../preview/frame.ts';
import { inAscii } from '../preview/layout.ts';
import { lookAttr } from '../preview/look-attr.ts';
import { overlayRect } from '../rows/geometry.ts';
import { previewLayout } from '../rows/preview-layout.ts';
import type { Rect } from '../terminal/cells.ts';
import { stringWidth } from '../terminal/width.ts';
import { matchesIn } from '../update/previews.ts';
import { formatBytes } from '../words/format.ts';
import { openPage } from './dialog.ts';
import { clip, own, type Paint, write } from './paint.ts';

export function drawPreview(paint: Paint, dialog: PreviewDialog): void {
  const { body, rows, note, scroll, last } = previewLayout(paint.model, dialog, lookOf(paint));
  const rect = overlayRect(paint.model, dialog);
  const { name, sizeBytes } = dialog.artifact;
  const size = formatBytes(sizeBytes);
  const what = dialog.section === 'origin' ? 'Where it comes from: ' : '';
  openPage(paint, rect, `${what}${clip(paint, name, Math.max(8, rect.width - size.length - what.length - 10))}`, {
    topRight: [[size, paint.style('muted')]],
    window: { before: scroll, shown: Math.min(rows.length, body.height), after: last - scroll },
    bottomRight:
      last === 0
        ? undefined
        : [[`${Math.min(rows.length, scroll + body.height)}/${rows.length}`, paint.style('muted')]],
  });
  if (dialog.section === 'content' && dialog.content.state === 'loading')
    write(paint, body.x, body.y, [[own(paint, 'loading…'), paint.style('muted')]], body.width);
  const query = dialog.query.toLowerCase();
  rows.slice(scroll, scroll + body.height).forEach((row, index) => {
    const at = { ...body, y: body.y + index, height: 1 };
    drawRow(paint, at, row);
    if (query !== '') mark(paint, at, row, query);
  });
  note.forEach((text, index) => {
    write(paint, body.x, body.y + body.height + index, [[own(paint, text), paint.style('muted')]], body.width);
  });
}

export const lookOf = ({ theme, glyphs }: Paint) => ({ tier: theme.tier, ascii: glyphs.ellipsis !== '…' }) as const;

export function drawRow(paint: Paint, { x, y, width }: Pick<Rect, 'x' | 'y' | 'width'>, row: Row): void {
  const shown = lookOf(paint).ascii ? inAscii(row) : row;
  let used = 0;
  for (const [text, look, link] of shown) {
    const at = x + used;
    const columns = write(paint, at, y, [[text, lookAttr(paint.style, look)]], width - used);
    if (link !== undefined) paint.grid.link({ x: at, y, width: columns, height: 1 }, link);
    used += columns;
  }
}

function mark(paint: Paint, at: Rect, row: Row, query: string): void {
  const text = row.map(([part]) => part).join('');
  for (const found of matchesIn(row, query)) {
    const x = at.x + stringWidth(text.slice(0, found));
    const width = Math.min(stringWidth(text.slice(found, found + query.length)), at.x + at.width - x);
    paint.grid.restyle({ x, y: at.y, width, height: 1 }, () => paint.style('match'));
  }
}
