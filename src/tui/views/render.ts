// The whole screen from the model: header, panes, composer, footer, and what lies over them. Pure: it reads the model and
// writes cells, and asks geometry where everything is.

import { type Model, PANES } from '../model/model.ts';
import { layoutOf } from '../rows/geometry.ts';
import { foldToAscii } from '../terminal/ascii-fold.ts';
import type { CellGrid } from '../terminal/cells.ts';
import type { Theme } from '../terminal/theme.ts';
import { drawCompletion, drawComposer, drawHint, drawStrip } from './composer.ts';
import { drawFooter, drawToasts } from './footer.ts';
import { drawBanner, drawHeader, drawTiny } from './header.ts';
import { drawOverlays } from './overlays.ts';
import { hidesPanes } from './pages.ts';
import { createPaint, type Paint } from './paint.ts';
import { drawSide } from './sides.ts';
import { drawThread } from './thread.ts';

/** Draws the model on a grid of the size of its screen. */
export function render(model: Model, theme: Theme, grid: CellGrid): void {
  const paint = createPaint(model, theme, grid);
  grid.clear(theme.style('text'));
  const layout = layoutOf(model);
  if (layout.tier === 'tiny') {
    drawTiny(paint, layout.header);
    return;
  }
  drawHeader(paint, layout.header);
  drawFooter(paint, layout.footer);
  if (!hidesPanes(model)) drawPanes(paint);
  drawOverlays(paint);
  drawToasts(paint);
  if (theme.glyphs.ellipsis !== '…') foldToAscii(grid);
}

function drawPanes(paint: Paint): void {
  const { banner, panes, strip, composer, hint } = layoutOf(paint.model);
  if (banner !== undefined) drawBanner(paint, banner);
  for (const pane of PANES) {
    const rect = panes[pane];
    if (rect === undefined) continue;
    if (pane === 'thread') drawThread(paint, rect);
    else drawSide(paint, pane, rect);
  }
  if (strip !== undefined) drawStrip(paint, strip);
  drawComposer(paint, composer);
  if (hint !== undefined) drawHint(paint, hint);
  drawCompletion(paint);
}
