// Reading before answering: what has been on the screen of a dialog, from when on it listens, and which keys are spent on
// making it wait. Every dialog that a yes can leave from is guarded here, the second questions like the first.

import type { ApprovalDialog, AssentDialog } from '../model/answer-dialogs.ts';
import type { Model } from '../model/model.ts';
import { overlayOf, topOverlay } from '../model/select.ts';
import { dialogLayout } from '../rows/dialog-layout.ts';
import { tierOf } from '../rows/geometry.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { patch, toast } from './step.ts';

/** Keys are ignored for so long after the dialog opens; each ignored key begins it anew. */
export const DEAF_MS = 350;
/** Keys that come closer than this to each other are a paste, or a program; nobody answers so. */
export const ALONE_MS = 50;
/** A held key comes again within this time: X waits up to 660 ms before the first repeat. */
export const REPEAT_MS = 750;

export type ReadingDialog = ApprovalDialog | AssentDialog;

/** What a dialog begins as: deaf, and nothing of it seen. */
export const unread = ({ clock }: Model) =>
  ({
    deafUntil: clock + DEAF_MS,
    scroll: 0,
    seen: { width: 0, rows: 0 },
    seenEndAt: undefined,
    phase: { type: 'open' },
    notice: undefined,
  }) as const;

/** The dialog that is read now: the second question, if one is asked. */
export function readingOf(model: Model): ReadingDialog | undefined {
  return overlayOf(model, 'assent') ?? overlayOf(model, 'approval');
}

/** Changes that dialog. */
export function patchReading(model: Model, change: <D extends ReadingDialog>(dialog: D) => D): Model {
  return overlayOf(model, 'assent') === undefined ? patch(model, 'approval', change) : patch(model, 'assent', change);
}

/** Changes all of them: what has happened to the screen has happened to each. */
function patchAllReading(model: Model, change: <D extends ReadingDialog>(dialog: D) => D): Model {
  return patch(patch(model, 'approval', change), 'assent', change);
}

/** Notes what the dialog shows now. To be called after everything that changes what it shows. */
export function look(model: Model): Model {
  if (tierOf(model.size) === 'tiny') return model;
  return patchReading(model, (dialog) => {
    // What lies under another overlay is not seen.
    if (topOverlay(model) !== dialog) return dialog;
    const { body, scroll, rows: all } = dialogLayout(model, dialog);
    const shown = scroll + body.height;
    const before = dialog.seen.width === body.width ? dialog.seen.rows : 0;
    // What was jumped over was not seen.
    const rows = scroll <= before ? Math.max(before, shown) : before;
    const whole = body.height > 0 && rows >= all.length && isComplete(dialog);
    const seenEndAt = whole ? (dialog.seenEndAt ?? model.clock) : undefined;
    const unchanged =
      dialog.scroll === scroll &&
      dialog.seen.rows === rows &&
      dialog.seen.width === body.width &&
      dialog.seenEndAt === seenEndAt;
    return unchanged ? dialog : { ...dialog, scroll, seen: { width: body.width, rows }, seenEndAt };
  });
}

/** What is still on its way cannot have been read. */
export const isComplete = (dialog: ReadingDialog): boolean =>
  dialog.kind !== 'assent' || dialog.to.type !== 'always' || dialog.to.proposed !== undefined;

/**
 * What stands where has changed, by another size or by what has come to be known. Who had read it all has read it all;
 * anybody else begins anew, or a window that is drawn large for a moment would count as reading. Either way a key that comes
 * with the change was pressed before the dialog stood there as it stands now.
 */
export function resettle(model: Model): Model {
  return patchAllReading(model, (dialog) => {
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
  const open = readingOf(before);
  const gone =
    !byKey && open !== undefined && open.phase.type !== 'sending' && overlayOf(after, 'approval') === undefined;
  const typed = gone ? unsent(before) : '';
  const kept = typed === '' ? after : toast(after, 'warning', `${newest(after)}; not sent: ${sanitizeLine(typed)}`);
  const next = gone ? { ...kept, deafUntil } : after;
  const later = <D extends { readonly deafUntil: number }>(dialog: D): D => ({
    ...dialog,
    deafUntil: Math.max(dialog.deafUntil, deafUntil),
  });
  if (top?.kind === 'approval' && !(was?.kind === 'approval' && was.approval === top.approval))
    return patch(next, 'approval', later);
  if (top?.kind === 'assent' && !(was?.kind === 'assent' && isSameQuestion(was, top)))
    return patch(next, 'assent', later);
  if (top?.kind === 'confirm' && !(was?.kind === 'confirm' && was.question === top.question))
    return patch(next, 'confirm', later);
  if (top?.kind === 'proposal' && !(was?.kind === 'proposal' && was.proposal === top.proposal))
    return patch(next, 'proposal', later);
  return next;
}

/** For how long is chosen in the question itself. */
const isSameQuestion = (one: AssentDialog, other: AssentDialog): boolean =>
  one.approval === other.approval &&
  (one.to === other.to || (one.to.type === 'for-run' && other.to.type === 'for-run'));

/** What was being typed for a request: a reason, or another version of its command. */
function unsent(model: Model): string {
  const reason = overlayOf(model, 'reason')?.editor.text.trim();
  if (reason !== undefined && reason !== '') return reason;
  const edit = overlayOf(model, 'edit');
  return edit === undefined || edit.editor.text === edit.approval.payload.command ? '' : edit.editor.text.trim();
}

const newest = ({ toasts }: Model): string => toasts.at(-1)?.text ?? 'no longer waiting';

export function scrollReading(model: Model, move: (scroll: number, page: number, last: number) => number): Model {
  const moved = patchReading(model, (dialog) => {
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
  patchReading(model, (dialog) => (dialog.notice === text ? dialog : { ...dialog, notice: text }));

/** From when on a yes is taken, as far as time and reading go; undefined while there is more to read. */
export const approvableAt = ({ deafUntil, seenEndAt }: ReadingDialog): number | undefined =>
  seenEndAt === undefined ? undefined : Math.max(deafUntil, seenEndAt + DEAF_MS);

const TOO_SOON = 'that key came too soon after this opened: read, then press it again';

/** Whether the dialog on top does not listen yet; then the key is spent on making it wait longer. */
export function ignoredWhileDeaf(model: Model): Model | undefined {
  // As long as a held key takes to come again: what it is spent on does not look like a decision later.
  const deafUntil = model.clock + REPEAT_MS;
  if (model.clock < model.deafUntil) return { ...model, deafUntil: model.clock + DEAF_MS };
  const top = topOverlay(model);
  switch (top?.kind) {
    case 'approval':
    case 'assent':
      if (model.clock >= top.deafUntil) return undefined;
      return patchReading(model, (dialog) => ({ ...dialog, deafUntil, notice: TOO_SOON }));
    case 'confirm':
      if (model.clock >= top.deafUntil) return undefined;
      return patch(model, 'confirm', (dialog) => ({ ...dialog, deafUntil }));
    case 'proposal':
      if (model.clock >= top.deafUntil) return undefined;
      return patch(model, 'proposal', (open) => ({ ...open, deafUntil, notice: TOO_SOON }));
    default:
      return undefined;
  }
}
