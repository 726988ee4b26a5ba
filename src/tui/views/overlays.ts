// What lies over the panes: each overlay to its own view, in the order in which they were opened. What is below a dialog is
// dimmed, so that the eye goes where the keys go.

import type { Overlay } from '../model/overlay-model.ts';
import { layoutOf } from '../rows/geometry.ts';
import { type Attr, attrBg, attrFg, makeAttr } from '../terminal/cells.ts';
import { drawApprovalDialog, drawAssent } from './approval-dialog.ts';
import { drawArtifacts } from './artifacts.ts';
import { drawAttach } from './attach.ts';
import { drawDevicePage } from './device.ts';
import { drawEdit } from './edit.ts';
import { drawHelp } from './help.ts';
import { isPage } from './pages.ts';
import type { Paint } from './paint.ts';
import { drawPair } from './pair.ts';
import { drawPalette } from './palette.ts';
import { drawCheck, drawPolicy } from './policy.ts';
import { drawPreview } from './preview.ts';
import { drawProposal } from './proposal.ts';
import {
  drawAccess,
  drawConfirm,
  drawFind,
  drawFolder,
  drawReason,
  drawRename,
  drawRevoke,
  drawSave,
  drawSignals,
} from './questions.ts';
import { drawRecall } from './recall.ts';
import { drawRunDetail } from './run-detail.ts';
import { drawRunList } from './run-list.ts';
import { drawSearch } from './search.ts';
import { drawSeek } from './seek.ts';
import { drawText } from './text.ts';
import { drawThemes } from './themes.ts';
import { drawWaiting } from './waiting.ts';

export function drawOverlays(paint: Paint): void {
  const { overlays } = paint.model;
  const first = Math.max(0, overlays.findLastIndex(isPage));
  const shown = overlays.slice(first).filter((overlay, index, all) => !isHidden(overlay, all[index + 1]));
  for (const overlay of shown) {
    if (!isPage(overlay) && !LOOKED_PAST.has(overlay.kind)) dim(paint);
    paint.grid.cursor = undefined;
    drawOverlay(paint, overlay);
  }
}

/** What is done in these is seen around them. */
const LOOKED_PAST: ReadonlySet<Overlay['kind']> = new Set(['seek', 'theme']);

/** What is asked about a request stands in its place: two boxes of one width behind each other look like one. */
const isHidden = (overlay: Overlay, above: Overlay | undefined): boolean =>
  overlay.kind === 'approval' && (above?.kind === 'assent' || above?.kind === 'edit');

function drawOverlay(paint: Paint, overlay: Overlay): void {
  switch (overlay.kind) {
    case 'palette':
      drawPalette(paint, overlay);
      return;
    case 'recall':
      drawRecall(paint, overlay);
      return;
    case 'waiting':
      drawWaiting(paint, overlay);
      return;
    case 'help':
      drawHelp(paint, overlay);
      return;
    case 'search':
      drawSearch(paint, overlay);
      return;
    case 'run':
      drawRunDetail(paint, overlay);
      return;
    case 'approval':
      drawApprovalDialog(paint, overlay);
      return;
    case 'assent':
      drawAssent(paint, overlay);
      return;
    case 'edit':
      drawEdit(paint, overlay);
      return;
    case 'reason':
      drawReason(paint, overlay);
      return;
    case 'confirm':
      drawConfirm(paint, overlay);
      return;
    case 'text':
      drawText(paint, overlay);
      return;
    case 'signal':
      drawSignals(paint, overlay);
      return;
    case 'theme':
      drawThemes(paint, overlay);
      return;
    case 'access':
      drawAccess(paint, overlay);
      return;
    case 'save':
      drawSave(paint, overlay);
      return;
    case 'attach':
      drawAttach(paint, overlay);
      return;
    case 'device':
      drawDevicePage(paint, overlay);
      return;
    case 'runs':
      drawRunList(paint, overlay);
      return;
    case 'pair':
      drawPair(paint, overlay);
      return;
    case 'proposal':
      drawProposal(paint, overlay);
      return;
    case 'preview':
      drawPreview(paint, overlay);
      return;
    case 'seek':
      drawSeek(paint, overlay);
      return;
    case 'find':
      drawFind(paint, overlay);
      return;
    case 'artifacts':
      drawArtifacts(paint, overlay);
      return;
    case 'policy':
      drawPolicy(paint, overlay);
      return;
    case 'check':
      drawCheck(paint, overlay);
      return;
    case 'folder':
      drawFolder(paint, overlay);
      return;
    case 'rename':
      drawRename(paint, overlay);
      return;
    case 'revoke':
      drawRevoke(paint, overlay);
      return;
  }
}

/** All but the footer, which has the keys of the dialog. Without colours there is nothing to take away. */
function dim(paint: Paint): void {
  if (paint.theme.tier === 'mono') return;
  const { footer } = layoutOf(paint.model);
  const fg = attrFg(paint.theme.style('border'));
  const grounds = (['text', 'header', 'dialog'] as const).map((name) => attrBg(paint.theme.style(name)));
  const header = attrBg(paint.theme.style('header'));
  const patch = (attr: Attr): Attr => {
    const bg = attrBg(attr);
    return makeAttr(fg, grounds.includes(bg) ? bg : header);
  };
  paint.grid.restyle({ x: 0, y: 0, width: footer.width, height: footer.y }, patch);
}
