// The approval dialog. An answer leaves here only after all guards: it was asked for by the right key, pressed once and on
// its own, long enough after the dialog opened, with the whole request seen, and it carries the digest that was drawn.

import type { Decision, PendingApproval } from '../../core/approvals.ts';
import { approvalText, dialogLayout } from '../dialog-layout.ts';
import { tierOf } from '../geometry.ts';
import type { ApprovalDialog, Model } from '../model.ts';
import { findRun, overlayOf, topOverlay } from '../select.ts';
import { createEditor } from '../terminal/editor.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { patch, pop, push, remove, type Step, step, toast } from './step.ts';

/** Keys are ignored for so long after the dialog opens; each ignored key begins it anew. */
export const DEAF_MS = 350;
/** A held key comes again within this time: X waits up to 660 ms before the first repeat. */
export const REPEAT_MS = 750;

export function openApproval(model: Model, approval: PendingApproval): Model {
  const dialog: ApprovalDialog = {
    kind: 'approval',
    approval,
    deafUntil: model.now + DEAF_MS,
    scroll: 0,
    seen: { width: 0, rows: 0 },
    seenEndAt: undefined,
    phase: { type: 'open' },
    notice: undefined,
  };
  return look(push(model, dialog));
}

/** Notes what the dialog shows now. To be called after everything that changes what it shows. */
export function look(model: Model): Model {
  if (tierOf(model.size) === 'tiny') return model;
  return patch(model, 'approval', (dialog) => {
    // What lies under another overlay is not seen.
    if (topOverlay(model) !== dialog) return dialog;
    const { body, scroll, below } = dialogLayout(model, dialog);
    const shown = scroll + body.height;
    const rows = dialog.seen.width === body.width ? Math.max(dialog.seen.rows, shown) : shown;
    const atEnd = body.height > 0 && below === 0;
    const seenEndAt = dialog.seenEndAt ?? (atEnd ? model.now : undefined);
    const unchanged =
      dialog.scroll === scroll &&
      dialog.seen.rows === rows &&
      dialog.seen.width === body.width &&
      dialog.seenEndAt === seenEndAt;
    return unchanged ? dialog : { ...dialog, scroll, seen: { width: body.width, rows }, seenEndAt };
  });
}

export function scrollApproval(model: Model, move: (scroll: number, page: number, last: number) => number): Model {
  const moved = patch(model, 'approval', (dialog) => {
    const { body, scroll, maxScroll } = dialogLayout(model, dialog);
    return {
      ...dialog,
      scroll: Math.max(0, Math.min(maxScroll, move(scroll, body.height, maxScroll))),
      notice: undefined,
    };
  });
  return look(moved);
}

export const notice = (model: Model, text: string): Model =>
  patch(model, 'approval', (dialog) => (dialog.notice === text ? dialog : { ...dialog, notice: text }));

/** From when on `y` is taken, as far as time and reading go; undefined while there is more to read. */
export const approvableAt = ({ deafUntil, seenEndAt }: ApprovalDialog): number | undefined =>
  seenEndAt === undefined ? undefined : Math.max(deafUntil, seenEndAt + DEAF_MS);

/** Whether the dialog on top does not listen yet; then the key is spent on making it wait longer. */
export function ignoredWhileDeaf(model: Model): Model | undefined {
  const top = topOverlay(model);
  if (top === undefined || (top.kind !== 'approval' && top.kind !== 'confirm') || model.now >= top.deafUntil)
    return undefined;
  const deafUntil = model.now + DEAF_MS;
  if (top.kind === 'confirm') return patch(model, 'confirm', (dialog) => ({ ...dialog, deafUntil }));
  return patch(model, 'approval', (dialog) => ({
    ...dialog,
    deafUntil,
    notice: 'that key came too soon after this opened: read, then press it again',
  }));
}

/** `held` says that the same key came just before. */
export function answer(model: Model, decision: Decision, held: boolean, note?: string): Step {
  const dialog = overlayOf(model, 'approval');
  if (dialog === undefined) return step(model);
  const refusal = whyNot(model, dialog, decision, held);
  if (refusal !== undefined) return step(notice(model, refusal));
  const { id, digest } = dialog.approval;
  const sending = patch(model, 'approval', (open) => ({
    ...open,
    phase: { type: 'sending', decision },
    notice: undefined,
  }));
  return step(sending, { type: 'decide', approval: id, digest, decision, ...(note === undefined ? {} : { note }) });
}

function whyNot(model: Model, dialog: ApprovalDialog, decision: Decision, held: boolean): string | undefined {
  if (dialog.phase.type === 'sending') return 'the answer is on its way';
  if (held) return 'a held key does not answer: let it go, then press it once';
  if (model.connection.state !== 'connected') return 'not connected: nothing was answered';
  if (!dialog.approval.decisions.includes(decision)) return `this request does not allow "${decision}"`;
  if (model.now >= dialog.approval.expiresAt) return 'it has expired: retry the run to be asked again';
  if (decision === 'reject') return undefined;
  if (tierOf(model.size) === 'tiny') return 'the window is too small to read the request';
  if (dialog.seenEndAt === undefined) return 'read to the end first: ↓ or Space';
  if (model.now < dialog.seenEndAt + DEAF_MS) return 'the end has only just appeared: read it, then press y again';
  return undefined;
}

export function askReason(model: Model, held: boolean): Step {
  const dialog = overlayOf(model, 'approval');
  if (dialog === undefined || dialog.phase.type === 'sending') return step(model);
  if (held) return step(notice(model, 'a held key does not answer: let it go, then press it once'));
  const { id } = dialog.approval;
  return step(push(model, { kind: 'reason', approval: id, editor: createEditor(), notice: undefined }));
}

export function rejectWithReason(model: Model): Step {
  const prompt = topOverlay(model);
  if (prompt?.kind !== 'reason') return step(model);
  const note = prompt.editor.text.trim();
  if (note === '') return step(patch(model, 'reason', (open) => ({ ...open, notice: 'type a reason, or Esc' })));
  return answer(look(pop(model)), 'reject', false, note);
}

export function showFullText(model: Model): Step {
  const dialog = overlayOf(model, 'approval');
  if (dialog === undefined) return step(model);
  return step(
    push(model, {
      kind: 'text',
      title: sanitizeLine(dialog.approval.title),
      text: approvalText(model, dialog.approval),
      scroll: 0,
      loading: false,
      footnote: undefined,
      request: undefined,
    }),
  );
}

/** The peer took the answer, or had it already. The change of the approval itself may come before or after. */
export function decided(
  model: Model,
  approval: { readonly id: string; readonly status: string; readonly runId: string },
): Step {
  const closed = closeDialog(model, approval.id);
  const number = findRun(model, approval.runId)?.number;
  const what = number === undefined ? 'the run' : `run ${number}`;
  const tone = approval.status === 'approved' ? 'success' : 'info';
  const others = closed.approvals.filter((pending) => pending.id !== approval.id);
  return step(toast({ ...closed, approvals: others }, tone, `${approval.status}: ${what}`));
}

export function decideFailed(
  model: Model,
  id: string,
  failure: { readonly code: string; readonly message: string },
): Step {
  if (failure.code === 'conflict' || failure.code === 'not-found') {
    return step(toast(closeDialog(model, id), 'error', failure.message));
  }
  const open = patch(model, 'approval', (dialog) =>
    dialog.approval.id === id ? { ...dialog, phase: { type: 'open' }, notice: failure.message } : dialog,
  );
  return step(toast(open, 'error', failure.message));
}

/** Closes a dialog whose approval is no longer the pending one that it shows, and says why. Our own answer closes it itself. */
export function closeStaleDialogs(model: Model): Step {
  const dialog = overlayOf(model, 'approval');
  if (dialog === undefined) return step(model);
  const { approval } = dialog;
  const current = model.approvals.find((pending) => pending.id === approval.id);
  if (current !== undefined && current.digest === approval.digest) return step(model);
  const closed = closeDialog(model, approval.id);
  const title = sanitizeLine(approval.title);
  if (current !== undefined) return step(toast(closed, 'warning', `the request changed, look at it again: ${title}`));
  // After our own answer this is only the confirmation.
  if (dialog.phase.type === 'sending') return step(closed);
  return step(toast(closed, 'warning', `${howItEnded(model, approval.id)}: ${title}`));
}

function howItEnded(model: Model, id: string): string {
  for (const entry of model.thread.entries) {
    if (entry.kind === 'approval' && entry.approval.id === id && entry.approval.status !== 'pending') {
      return entry.approval.status === 'expired' ? 'no longer waiting' : `already ${entry.approval.status}`;
    }
  }
  return 'no longer waiting';
}

function closeDialog(model: Model, id: string): Model {
  const isOpen = overlayOf(model, 'approval')?.approval.id === id;
  if (!isOpen) return model;
  // What was opened from the dialog goes with it.
  const index = model.overlays.findLastIndex((overlay) => overlay.kind === 'approval');
  const closed = remove(model, (overlay) => model.overlays.indexOf(overlay) >= index);
  return closed;
}
