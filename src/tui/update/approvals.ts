// The approval dialog. An answer leaves here only after all guards: it was asked for by the right key, pressed once and on
// its own, long enough after the dialog opened, with the whole request seen, and it carries the digest that was drawn.

import type { Decision, PendingApproval } from '../../core/approvals.ts';
import { approvalText, dialogLayout } from '../dialog-layout.ts';
import { tierOf } from '../geometry.ts';
import type { Message } from '../messages.ts';
import type { Model } from '../model.ts';
import type { ApprovalDialog } from '../overlay-model.ts';
import { mayAnswer } from '../presence.ts';
import { deviceName, findRun, overlayOf, topOverlay } from '../select.ts';
import { createEditor } from '../terminal/editor.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { patch, pop, push, remove, type Step, step, toast } from './step.ts';

/** Keys are ignored for so long after the dialog opens; each ignored key begins it anew. */
export const DEAF_MS = 350;
/** Keys that come closer than this to each other are a paste, or a program; nobody answers so. */
export const ALONE_MS = 50;
/** A held key comes again within this time: X waits up to 660 ms before the first repeat. */
export const REPEAT_MS = 750;

export function openApproval(model: Model, approval: PendingApproval): Model {
  const dialog: ApprovalDialog = {
    kind: 'approval',
    approval,
    deafUntil: model.clock + DEAF_MS,
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
    const { body, scroll, rows: all } = dialogLayout(model, dialog);
    const shown = scroll + body.height;
    const before = dialog.seen.width === body.width ? dialog.seen.rows : 0;
    // What was jumped over was not seen.
    const rows = scroll <= before ? Math.max(before, shown) : before;
    const seenEndAt = body.height > 0 && rows >= all.length ? (dialog.seenEndAt ?? model.clock) : undefined;
    const unchanged =
      dialog.scroll === scroll &&
      dialog.seen.rows === rows &&
      dialog.seen.width === body.width &&
      dialog.seenEndAt === seenEndAt;
    return unchanged ? dialog : { ...dialog, scroll, seen: { width: body.width, rows }, seenEndAt };
  });
}

/**
 * The size has changed, and with it what stands where. Who had read it all has read it all; anybody else begins anew, or a
 * window that is drawn large for a moment would count as reading. Either way a key that comes with the change was pressed
 * before the dialog stood there as it stands now.
 */
export function resettle(model: Model): Model {
  return patch(model, 'approval', (dialog) => {
    const { body, rows } = dialogLayout(model, dialog);
    const settled = dialog.seenEndAt !== undefined && model.clock - dialog.seenEndAt >= DEAF_MS;
    const deafUntil = Math.max(dialog.deafUntil, model.clock + DEAF_MS);
    if (settled) return { ...dialog, deafUntil, seen: { width: body.width, rows: rows.length } };
    return { ...dialog, deafUntil, scroll: 0, seen: { width: 0, rows: 0 }, seenEndAt: undefined };
  });
}

/**
 * A dialog that comes on top, however it came there, listens only after a moment; and so does what is left when a dialog
 * goes by itself, for the next keys were meant for that.
 */
export function listenLater(before: Model, after: Model, byKey: boolean): Model {
  const was = topOverlay(before);
  const top = topOverlay(after);
  const deafUntil = after.clock + DEAF_MS;
  const open = overlayOf(before, 'approval');
  const gone =
    !byKey && open !== undefined && open.phase.type !== 'sending' && overlayOf(after, 'approval') === undefined;
  const reason = gone ? (overlayOf(before, 'reason')?.editor.text.trim() ?? '') : '';
  const kept = reason === '' ? after : toast(after, 'warning', `${newest(after)}; not sent: ${sanitizeLine(reason)}`);
  const next = gone ? { ...kept, deafUntil } : after;
  if (top?.kind === 'approval' && !(was?.kind === 'approval' && was.approval === top.approval))
    return patch(next, 'approval', (dialog) => ({ ...dialog, deafUntil: Math.max(dialog.deafUntil, deafUntil) }));
  if (top?.kind === 'confirm' && !(was?.kind === 'confirm' && was.question === top.question))
    return patch(next, 'confirm', (dialog) => ({ ...dialog, deafUntil: Math.max(dialog.deafUntil, deafUntil) }));
  if (top?.kind === 'proposal' && !(was?.kind === 'proposal' && was.proposal === top.proposal))
    return patch(next, 'proposal', (dialog) => ({ ...dialog, deafUntil: Math.max(dialog.deafUntil, deafUntil) }));
  return next;
}

const newest = ({ toasts }: Model): string => toasts.at(-1)?.text ?? 'no longer waiting';

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

const TOO_SOON = 'that key came too soon after this opened: read, then press it again';

/** Whether the dialog on top does not listen yet; then the key is spent on making it wait longer. */
export function ignoredWhileDeaf(model: Model): Model | undefined {
  // As long as a held key takes to come again: what it is spent on does not look like a decision later.
  const deafUntil = model.clock + REPEAT_MS;
  if (model.clock < model.deafUntil) return { ...model, deafUntil: model.clock + DEAF_MS };
  const top = topOverlay(model);
  if (top?.kind !== 'approval' && top?.kind !== 'confirm' && top?.kind !== 'proposal') return undefined;
  if (model.clock >= top.deafUntil) return undefined;
  if (top.kind === 'confirm') return patch(model, 'confirm', (dialog) => ({ ...dialog, deafUntil }));
  if (top.kind === 'proposal') return patch(model, 'proposal', (open) => ({ ...open, deafUntil, notice: TOO_SOON }));
  return patch(model, 'approval', (dialog) => ({ ...dialog, deafUntil, notice: TOO_SOON }));
}

/** How a key was pressed: `held` says that the same key came just before, `burst` that others came with it. */
interface Pressed {
  readonly held: boolean;
  readonly burst: boolean;
}

/** Takes the answer; it goes out when no other key has followed for a moment. */
export function answer(model: Model, decision: Decision, pressed: Pressed, note?: string): Step {
  const dialog = overlayOf(model, 'approval');
  if (dialog === undefined) return step(model);
  const refusal = whyNot(model, dialog, decision, pressed);
  if (refusal !== undefined) return step(notice(model, refusal));
  const phase = { type: 'pressed', decision, until: model.clock + ALONE_MS, note } as const;
  return step(patch(model, 'approval', (open) => ({ ...open, phase, notice: undefined })));
}

/** Sends what was pressed, once its time is over; a key before that takes it back. */
export function settlePressed(model: Model, message: Message): Step {
  const dialog = overlayOf(model, 'approval');
  if (dialog?.phase.type !== 'pressed') return step(model);
  const { decision, until, note } = dialog.phase;
  const typed = message.type === 'input' && (message.event.type === 'key' || message.event.type === 'paste');
  if (model.clock < until) return step(typed ? takenBack(model, ANOTHER_KEY) : model);
  if (model.connection.state !== 'connected') return step(takenBack(model, 'not connected: nothing was answered'));
  const { id, digest } = dialog.approval;
  const sending = patch(model, 'approval', (open) => ({ ...open, phase: { type: 'sending', decision } }));
  return step(sending, { type: 'decide', approval: id, digest, decision, ...(note === undefined ? {} : { note }) });
}

export const ANOTHER_KEY = 'other keys came with it, as in a paste: press one key by itself';
export const HELD_KEY = 'a held key does not answer: let it go, then press it once';

const takenBack = (model: Model, why: string): Model =>
  patch(model, 'approval', (open) => ({ ...open, phase: { type: 'open' }, notice: why }));

function whyNot(
  model: Model,
  dialog: ApprovalDialog,
  decision: Decision,
  { held, burst }: Pressed,
): string | undefined {
  if (dialog.phase.type !== 'open') return 'the answer is on its way';
  if (burst) return ANOTHER_KEY;
  if (held) return HELD_KEY;
  if (model.connection.state !== 'connected') return 'not connected: nothing was answered';
  const may = mayAnswer(model, dialog.approval);
  if (may !== true) return may;
  if (!dialog.approval.decisions.includes(decision)) return `this request does not allow "${decision}"`;
  if (model.now >= dialog.approval.expiresAt) return 'it has expired: retry the run to be asked again';
  if (decision === 'reject') return undefined;
  if (tierOf(model.size) === 'tiny') return 'the window is too small to read the request';
  if (dialog.seenEndAt === undefined) return 'read to the end first, without leaving anything out: ↓ or Space';
  if (model.clock < dialog.seenEndAt + DEAF_MS) return 'the end has only just appeared: read it, then press y again';
  return undefined;
}

export function askReason(model: Model, { held, burst }: Pressed): Step {
  const dialog = overlayOf(model, 'approval');
  if (dialog === undefined || dialog.phase.type !== 'open') return step(model);
  if (burst) return step(notice(model, ANOTHER_KEY));
  if (held) return step(notice(model, HELD_KEY));
  const may = mayAnswer(model, dialog.approval);
  if (may !== true) return step(notice(model, may));
  const { id } = dialog.approval;
  return step(push(model, { kind: 'reason', approval: id, editor: createEditor(), notice: undefined }));
}

export function rejectWithReason(model: Model): Step {
  const prompt = topOverlay(model);
  if (prompt?.kind !== 'reason') return step(model);
  const note = prompt.editor.text.trim();
  if (note === '') return step(patch(model, 'reason', (open) => ({ ...open, notice: 'type a reason, or Esc' })));
  return answer(look(pop(model)), 'reject', { held: false, burst: false }, note);
}

export function showFullText(model: Model): Step {
  const dialog = overlayOf(model, 'approval');
  if (dialog === undefined) return step(model);
  return step(
    push(model, {
      kind: 'text',
      title: sanitizeLine(dialog.approval.title),
      text: approvalText(model, dialog.approval, findRun(model, dialog.approval.runId)),
      scroll: 0,
      loading: false,
      footnote: undefined,
      request: undefined,
      exact: true,
    }),
  );
}

/** The peer took the answer, or had it already. The change of the approval itself may come before or after. */
export function decided(
  model: Model,
  approval: { readonly id: string; readonly status: string; readonly runId: string },
): Step {
  const closed = closeDialog(model, approval.id);
  const run = findRun(model, approval.runId);
  const shown = model.approvals.find(({ id }) => id === approval.id);
  const where = shown === undefined ? '' : ` on ${sanitizeLine(deviceName(model, shown.device))}`;
  const what = shown === undefined ? '' : `: ${sanitizeLine(shown.title)}`;
  const number = run === undefined ? '' : ` (run ${run.number})`;
  const tone = approval.status === 'approved' ? 'success' : 'info';
  const others = closed.approvals.filter((pending) => pending.id !== approval.id);
  const text = `${approval.status}${where}${what}${number}`;
  return step(toast({ ...closed, approvals: others }, tone, text, approval.runId));
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
