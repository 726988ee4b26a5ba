// The question whether to pair: who it is, the words, what is given, and the keys, which look as they are.

import { canPair } from '../keys/enabled.ts';
import type { ProposalDialog } from '../model/device-dialogs.ts';
import { proposalLayout } from '../rows/proposal-layout.ts';
import { drawField, keySpans, openBox } from './dialog.ts';
import { drawForm, drawNotice } from './form.ts';
import { clip, own, type Paint, type Span } from './paint.ts';

export function drawProposal(outer: Paint, dialog: ProposalDialog): void {
  const { rect, body, field, notice, noticeRows, rows, first } = proposalLayout(outer.model, dialog);
  const name = clip(outer, dialog.proposal.device.name, Math.max(4, rect.width - 22));
  const { paint } = openBox(outer, rect, `${dialog.now === undefined ? 'Pair with' : 'Pair again with'} ${name}?`, {
    window: {
      before: first,
      shown: Math.min(rows.length, body.height),
      after: Math.max(0, rows.length - first - body.height),
    },
  });
  drawForm(paint, body, { rows, first, stop: rows[dialog.row]?.stop });
  if (field !== undefined) {
    drawField(paint, field, dialog.editor, `Type word ${dialog.proposal.askedWord ?? 1} that THEY see`);
  }
  drawNotice(paint, notice, dialog.phase.type === 'open' ? noticeRows : [], noticeSpans(paint, dialog));
}

function noticeSpans(paint: Paint, dialog: ProposalDialog): Span[] {
  if (dialog.phase.type !== 'open') {
    const waits = dialog.proposal.askedWord !== undefined && dialog.phase.type === 'sending';
    const name = clip(paint, dialog.proposal.device.name, 24);
    return [[own(paint, waits ? `waiting for ${name}'s word…` : 'pairing…'), paint.style('info')]];
  }
  const listens = canPair(paint.model) === true;
  const toggles = dialog.proposal.asksMutual;
  if (dialog.proposal.askedWord !== undefined) {
    return keySpans(paint, [
      ['compare.send', 'pair', listens],
      ['compare.refuse', 'refuse'],
      ...(toggles ? ([['compare.toggle', 'switch']] as const) : []),
    ]);
  }
  return keySpans(paint, [
    ['proposal.accept', 'pair', listens],
    ['proposal.refuse', 'refuse'],
    ...(toggles ? ([['proposal.toggle', 'switch']] as const) : []),
    ['proposal.name', 'other name'],
  ]);
}
