// The pairing page: its three choices, the rows of the one that is shown, and the QR code of a ticket where there is room.

import { keyOf } from '../keys/keymap.ts';
import type { PairDialog, PairTab, QrModules } from '../model/device-dialogs.ts';
import { PAIR_TABS } from '../model/device-dialogs.ts';
import { pairLayout } from '../rows/pair-layout.ts';
import { AT_ROW, TICKET_ROW } from '../rows/pair-rows.ts';
import type { Rect } from '../terminal/cells.ts';
import { openPage } from './dialog.ts';
import { drawForm, drawNotice } from './form.ts';
import { own, type Paint, type Span, write } from './paint.ts';

const TABS: Readonly<Record<PairTab, { full: string; short: string }>> = {
  show: { full: 'Show a ticket', short: 'Show' },
  use: { full: 'Use a ticket', short: 'Use' },
  nearby: { full: 'Nearby', short: 'Near' },
};

export function drawPair(paint: Paint, dialog: PairDialog): void {
  const layout = pairLayout(paint.model);
  const { rect, tabs, body, notice, rows, first, qr } = layout;
  const after = Math.max(0, rows.length - first - body.height);
  openPage(paint, rect, 'Pair a device', {
    window: { before: first, shown: Math.min(rows.length, body.height), after },
  });
  drawTabs(paint, tabs, dialog.tab);
  drawForm(paint, body, {
    rows,
    first,
    stop: dialog.row[dialog.tab],
    field: (stop) => (stop === AT_ROW ? dialog.at : dialog.ticket),
    ends: TICKET_ROW,
  });
  drawTicket(paint, layout);
  if (qr !== undefined && showsBlocks(paint)) drawQr(paint, qr.rect, qr.modules);
  drawNotice(paint, notice, layout.noticeRows, noticeSpans(paint, dialog, layout.qrNeeds));
}

/** Over the whole width, and over the border: what a mouse marks is the ticket and nothing else. */
function drawTicket(paint: Paint, { rect, body, rows, first }: ReturnType<typeof pairLayout>): void {
  rows.slice(first, first + body.height).forEach(({ style, text }, index) => {
    if (style !== 'ticket') return;
    const at = { x: rect.x, y: body.y + index, width: rect.width, height: 1 };
    paint.grid.fill(at, ' ', paint.style('text'));
    write(paint, at.x, at.y, [[text, paint.style('code')]], at.width);
  });
}

function drawTabs(paint: Paint, at: Rect, shown: PairTab): void {
  const make = (short: boolean): Span[] =>
    PAIR_TABS.flatMap((tab, index): Span[] => {
      const label = short ? TABS[tab].short : TABS[tab].full;
      const span: Span = [` ${label} `, paint.style(tab === shown ? 'titleFocused' : 'muted')];
      return index === 0 ? [span] : [[paint.glyphs.separator, paint.style('border')], span];
    });
  const full = make(false);
  const fits = full.reduce((sum, [text]) => sum + text.length, 0) <= at.width;
  write(paint, at.x, at.y, fits ? full : make(true), at.width);
}

/** Half blocks are not in ASCII. */
const showsBlocks = (paint: Paint): boolean => paint.glyphs.ellipsis === '…';

/** Dark on light, whatever the terminal's own colours are; without colours, by what its background is. */
function drawQr(paint: Paint, rect: Rect, modules: QrModules): void {
  const attr = paint.theme.style('qr');
  const inverted = paint.theme.tier === 'mono' && paint.theme.background === 'dark';
  const inked = (x: number, y: number): boolean => {
    const dark = modules[y]?.[x] ?? false;
    return inverted ? !dark : dark;
  };
  for (let row = 0; row < rect.height; row += 1) {
    let line = '';
    for (let x = 0; x < rect.width; x += 1) {
      const top = inked(x, 2 * row);
      // Below the last row of an odd number of them is light.
      const bottom = 2 * row + 1 < modules.length ? inked(x, 2 * row + 1) : inverted;
      line += top ? (bottom ? '█' : '▀') : bottom ? '▄' : ' ';
    }
    paint.grid.write(rect.x, rect.y + row, line, attr, rect.width);
  }
}

function noticeSpans(paint: Paint, dialog: PairDialog, qrNeeds: { width: number; height: number } | undefined): Span[] {
  const says = whatEnterDoes(dialog);
  if (says !== undefined) return [[own(paint, says), paint.style('muted')]];
  const room =
    qrNeeds !== undefined && showsBlocks(paint) ? `; a QR code needs ${qrNeeds.width}x${qrNeeds.height}` : '';
  return [[own(paint, `${keyOf('pair.close')} closes the session${room}`), paint.style('muted')]];
}

/** Undefined while a session is open: there Enter does nothing. */
function whatEnterDoes({ tab, session, found }: PairDialog): string | undefined {
  const enter = keyOf('pair.enter');
  if (tab === 'use') return `${enter} joins; nothing is kept before you have seen who it is`;
  if (tab === 'nearby') return (found?.length ?? 0) === 0 ? `${keyOf('pair.close')} goes back` : `${enter} chooses it`;
  if (session.phase === 'choosing') return `${keyOf('pair.toggle')} switches, ${enter} makes a ticket`;
  return session.phase === 'over' ? `${enter} begins anew` : undefined;
}
