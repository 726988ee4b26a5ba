// Answering a request. An answer leaves here only after all guards: it was asked for by the right key, pressed once and on
// its own, long enough after the dialog opened, with the whole request seen, and it carries the digest that was drawn.

import { type Approval, type Decision, isYes, type PendingApproval } from '../../core/approvals.ts';
import { deviceName } from '../../core/devices.ts';
import type { Answer, ApprovalDialog, Reading } from '../model/answer-dialogs.ts';
import type { Effect } from '../model/effects.ts';
import { requestsOf } from '../model/groups.ts';
import type { Message } from '../model/messages.ts';
import type { Model } from '../model/model.ts';
import { findRun, overlayOf, topOverlay } from '../model/select.ts';
import type { Document } from '../preview/document.ts';
import { tierOf } from '../rows/geometry.ts';
import { agreement, approvalText, commandOf } from '../rows/request-rows.ts';
import { createEditor } from '../terminal/editor.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { mayAnswer } from '../words/presence.ts';
import { ALONE_MS, DEAF_MS, isComplete, look, notice, patchReading, readingOf, resettle, unread } from './reading.ts';
import { patch, pop, push, remove, type Step, say, step, toast } from './step.ts';

export function openApproval(model: Model, approval: PendingApproval): Step {
  const before = commandOf(endedRequests(model), approval.edits);
  const dialog: ApprovalDialog = {
    kind: 'approval',
    approval,
    ...unread(model),
    ...(before === undefined ? {} : { before }),
  };
  const opened = look(push(model, dialog));
  const { picture } = approval.payload;
  const effects: Effect[] = picture === undefined ? [] : [{ type: 'load-picture', artifact: picture }];
  if (approval.edits === undefined || before !== undefined) return step(opened, ...effects);
  return step(opened, ...effects, { type: 'load-run', run: approval.runId });
}

/**
 * The picture of what it will touch has come: from now on it is a part of what has to be read. Whoever had read all of the rest
 * reads on from the start, and a key that was on its way answers nothing.
 */
export function takePicture(model: Model, artifact: string, document: Document | undefined): Model {
  const dialog = overlayOf(model, 'approval');
  if (dialog?.approval.payload.picture !== artifact || document === undefined || dialog.picture !== undefined)
    return model;
  // What was sent was an answer to what was shown.
  if (dialog.phase.type === 'sending') return model;
  const begun = patch(model, 'approval', (open) => ({ ...open, ...unread(model), picture: document }));
  const { type } = dialog.phase;
  return look(type === 'pressed' ? patch(begun, 'approval', (open) => ({ ...open, notice: PICTURE_CAME })) : begun);
}

const PICTURE_CAME = 'the picture has just come: look at it, then press the key again';

/** In the browser of the person; where there is none, here, over the request. */
export function openPicture(model: Model): Step {
  const dialog = overlayOf(model, 'approval');
  const artifact = dialog?.approval.payload.picture;
  if (dialog === undefined || artifact === undefined) return step(model);
  if (model.settings.opener) return step(model, { type: 'open-picture', artifact });
  return say(model, 'info', 'there is no display here to open it on: make this window larger to see more of it');
}

const endedRequests = ({ thread }: Model): Approval[] => thread.entries.flatMap(requestsOf);

/** All requests of a run: one of them may be the one before an edited one that is being read. */
export function takeEarlier(model: Model, approvals: readonly Approval[]): Model {
  const dialog = overlayOf(model, 'approval');
  if (dialog === undefined || dialog.before !== undefined) return model;
  const before = commandOf(approvals, dialog.approval.edits);
  return before === undefined ? model : resettle(patch(model, 'approval', (open) => ({ ...open, before })));
}

/** How a key was pressed: `held` says that the same key came just before, `burst` that others came with it. */
export interface Pressed {
  readonly held: boolean;
  readonly burst: boolean;
}

/** Takes the answer; it goes out when no other key has followed for a moment. */
export function answer(model: Model, given: Answer, pressed: Pressed): Step {
  const dialog = readingOf(model);
  if (dialog === undefined) return step(model);
  const refusal = whyNot(model, dialog, given.decision, pressed);
  if (refusal !== undefined) return step(notice(model, refusal));
  const phase = { type: 'pressed', answer: given, until: model.clock + ALONE_MS } as const;
  return step(patchReading(model, (open) => ({ ...open, phase, notice: undefined })));
}

/** Sends what was pressed, once its time is over; a key before that takes it back. */
export function settlePressed(model: Model, message: Message): Step {
  const dialog = readingOf(model);
  if (dialog?.phase.type !== 'pressed') return step(model);
  const { answer: given, until } = dialog.phase;
  const typed = message.type === 'input' && (message.event.type === 'key' || message.event.type === 'paste');
  if (model.clock < until) return step(typed ? takenBack(model, ANOTHER_KEY) : model);
  if (model.connection.state !== 'connected') return step(takenBack(model, NOT_CONNECTED));
  const sending = patchReading(model, (open) => ({ ...open, phase: { type: 'sending', answer: given } }));
  return step(sending, toSend(dialog.approval, given));
}

function toSend({ id, digest }: PendingApproval, given: Answer): Effect {
  if ('alike' in given) return { type: 'decide-alike', approval: id, requests: given.alike };
  return { type: 'decide', approval: id, digest, ...given };
}

export const ANOTHER_KEY = 'other keys came with it, as in a paste: press one key by itself';
export const HELD_KEY = 'a held key does not answer: let it go, then press it once';
const NOT_CONNECTED = 'not connected: nothing was answered';

const takenBack = (model: Model, why: string): Model =>
  patchReading(model, (open) => ({ ...open, phase: { type: 'open' }, notice: why }));

/** Why the key does not say that; undefined if it does. */
export function whyNot(
  model: Model,
  dialog: Reading & Parameters<typeof isComplete>[0],
  decision: Decision,
  { held, burst }: Pressed,
): string | undefined {
  if (dialog.phase.type !== 'open') return 'the answer is on its way';
  if (burst) return ANOTHER_KEY;
  if (held) return HELD_KEY;
  if (model.connection.state !== 'connected') return NOT_CONNECTED;
  const offered = whyNotOffered(model, dialog.approval, decision);
  if (offered !== undefined) return offered;
  if (model.now >= dialog.approval.expiresAt) return 'it has expired: retry the run to be asked again';
  if (decision === 'reject') return undefined;
  if (tierOf(model.size) === 'tiny') return 'the window is too small to read the request';
  if (!isComplete(dialog)) return 'the rule has not come yet: wait for it, then read it';
  if (dialog.seenEndAt === undefined) return 'read to the end first, without leaving anything out: ↓ or Space';
  if (model.clock < dialog.seenEndAt + DEAF_MS)
    return 'the end has only just appeared: read it, then press the key again';
  return undefined;
}

const DECISION_WORDS: Readonly<Record<Decision, string>> = {
  approve: 'a yes',
  'approve-for-run': '"for this run"',
  'approve-always': '"always"',
  reject: 'a no',
};

/** Why that answer cannot be given from here, whatever is pressed; undefined if it can. */
export function whyNotOffered(
  model: Pick<Model, 'devices' | 'revoked' | 'device' | 'now'>,
  approval: PendingApproval,
  decision: Decision,
): string | undefined {
  const may = mayAnswer(model, approval);
  if (may !== true) return may;
  const device = sanitizeLine(deviceName(model, approval.device));
  if (!approval.decisions.includes(decision)) {
    const { approvers = 1 } = approval;
    const why = isYes(decision) && approvers > 1 ? `: ${approvers} devices must agree, each time anew` : '';
    return `${device} does not take ${DECISION_WORDS[decision]} for this${why}`;
  }
  const mine = model.device?.id;
  const agreed = decision !== 'reject' && approval.agreed?.some(({ by }) => by.device === mine) === true;
  return agreed ? 'this device has said yes already: another device must' : undefined;
}

export function askReason(model: Model, { held, burst }: Pressed): Step {
  const dialog = overlayOf(model, 'approval');
  if (dialog === undefined || dialog.phase.type !== 'open') return step(model);
  if (burst) return step(notice(model, ANOTHER_KEY));
  if (held) return step(notice(model, HELD_KEY));
  const why = whyNotOffered(model, dialog.approval, 'reject');
  if (why !== undefined) return step(notice(model, why));
  const { id } = dialog.approval;
  return step(push(model, { kind: 'reason', approval: id, editor: createEditor(), notice: undefined }));
}

export function rejectWithReason(model: Model): Step {
  const prompt = topOverlay(model);
  if (prompt?.kind !== 'reason') return step(model);
  const note = prompt.editor.text.trim();
  if (note === '') return step(patch(model, 'reason', (open) => ({ ...open, notice: 'type a reason, or Esc' })));
  return answer(look(pop(model)), { decision: 'reject', note }, { held: false, burst: false });
}

export function showFullText(model: Model): Step {
  const dialog = overlayOf(model, 'approval');
  if (dialog === undefined) return step(model);
  const { approval, before } = dialog;
  return step(
    push(model, {
      kind: 'text',
      title: sanitizeLine(approval.title),
      text: approvalText(model, approval, findRun(model, approval.runId), before),
      scroll: 0,
      loading: false,
      footnote: undefined,
      request: undefined,
      exact: true,
    }),
  );
}

/** The peer took the answer, or had it already. The change of the approval itself may come before or after. */
export function decided(model: Model, approval: Approval): Step {
  const closed = closeDialog(model, approval.id);
  const run = findRun(model, approval.runId);
  const shown = model.approvals.find(({ id }) => id === approval.id);
  const where = shown === undefined ? '' : ` on ${sanitizeLine(deviceName(model, shown.device))}`;
  const what = shown === undefined ? '' : `: ${sanitizeLine(shown.title)}`;
  const number = run === undefined ? '' : ` (run ${run.number})`;
  if (approval.status === 'pending') {
    // One yes of several: it goes on waiting.
    const agreed = closed.approvals.map((pending) => (pending.id === approval.id ? approval : pending));
    const text = `agreed${where}${what}${number}; ${agreement(model, approval)}`;
    return step(toast({ ...closed, approvals: agreed }, 'success', text, approval.runId));
  }
  const tone = approval.status === 'approved' ? 'success' : 'info';
  const others = closed.approvals.filter((pending) => pending.id !== approval.id);
  const text = `${approval.status}${where}${what}${number}${more(model, approval)}`;
  return step(toast({ ...closed, approvals: others }, tone, text, approval.runId));
}

/** What came of it besides: of an answer that reaches further than once. */
function more(model: Model, approval: Approval): string {
  if (approval.status !== 'approved') return '';
  if (approval.rule !== undefined)
    return `; rule ${sanitizeLine(approval.rule)} kept on ${sanitizeLine(deviceName(model, approval.device))}`;
  return approval.decision === 'approve-for-run' ? '; also if exactly this is asked again before it starts' : '';
}

/** What became of the answers to several at once, in one sentence. */
export function decidedAlike(
  model: Model,
  id: string,
  answered: readonly Approval[],
  failures: readonly string[],
): Step {
  const closed = closeDialog(model, id);
  const ids = new Set<string>(answered.filter(({ status }) => status !== 'pending').map((approval) => approval.id));
  const approvals = closed.approvals.filter((pending) => !ids.has(pending.id));
  const all = answered.length + failures.length;
  const text = `approved ${answered.length} of ${all}${failures.length === 0 ? '' : `; not the rest: ${failures.join('; ')}`}`;
  return step(toast({ ...closed, approvals }, failures.length === 0 ? 'success' : 'error', text));
}

export function decideFailed(
  model: Model,
  id: string,
  failure: { readonly code: string; readonly message: string },
): Step {
  if (failure.code === 'conflict' || failure.code === 'not-found') {
    return step(toast(closeDialog(model, id), 'error', failure.message));
  }
  const open = patchReading(model, (dialog) =>
    dialog.approval.id === id ? { ...dialog, phase: { type: 'open' }, notice: failure.message } : dialog,
  );
  return step(toast(open, 'error', failure.message));
}

/** Takes the dialog of a request away, and what was opened from it. */
export function closeDialog(model: Model, id: string): Model {
  if (overlayOf(model, 'approval')?.approval.id !== id) return model;
  const index = model.overlays.findLastIndex((overlay) => overlay.kind === 'approval');
  return remove(model, (overlay) => model.overlays.indexOf(overlay) >= index);
}
