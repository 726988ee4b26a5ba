// What the peer says: the snapshot it starts with, each change after it, presence, and that it is gone. Everything that is
// on the screen follows, including dialogs about something that has just been decided elsewhere.

import type { Approval, PendingApproval } from '../../core/approvals.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import type { Change, Snapshot } from '../../protocol/api.ts';
import type { Effect } from '../model/effects.ts';
import type { Model } from '../model/model.ts';
import { findRun, overlayOf } from '../model/select.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { whoAsksInShort } from '../words/asking.ts';
import { reloadAudit } from './audit.ts';
import { NOT_CONNECTED } from './composer-text.ts';
import { refreshHint } from './hint.ts';
import { listenAgain, sessionLost } from './pair-session.ts';
import { REPEAT_MS } from './reading.ts';
import { followRun } from './runs.ts';
import { closeStaleDialogs } from './stale.ts';
import { andThen, patch, type Step, step, toast } from './step.ts';
import { load, showNewest } from './thread.ts';
import { askedAgain, filteredAgain, lookForRun, takeEntryNow, takeRunNow } from './thread-filter.ts';
import { sendNext, waitAgain } from './waiting.ts';

/** What is said about the connection. */
const PEER = 'peer';

/** Final runs beyond these are let go; the thread has them all. */
const MAX_FINAL_RUNS = 200;

export function takeSnapshot(model: Model, snapshot: Snapshot): Step {
  const again = model.device !== undefined;
  const { list, entries, loading: _, ...rest } = model.thread;
  const filtered = model.thread.filter !== undefined;
  const reading = again && !list.follow && entries.length > 0 && !filtered;
  const whole = model.thread.filter?.aside ?? model.thread;
  const thread = reading
    ? { ...rest, list, entries, loading: undefined }
    : filteredAgain(model.thread, showNewest(whole, snapshot.entries, snapshot.more));
  const fresh: Model = {
    ...model,
    connection: { state: 'connected', since: model.now },
    device: snapshot.device,
    devices: snapshot.devices,
    revoked: snapshot.revoked,
    runs: snapshot.runs,
    routing: snapshot.routing,
    approvals: snapshot.approvals,
    thread,
    tails: keepDone(model),
  };
  const ready = refreshHint(again ? toast(fresh, 'success', 'connected again', PEER) : withoutNotConnected(fresh));
  const key = entries[list.cursor]?.key;
  // Whoever reads further up stays there, with everything as it is now.
  const refreshed = reading && key !== undefined ? load(ready, { kind: 'around', key }) : step(ready);
  return andThen(andThen(andThen(andThen(refreshed, closeStaleDialogs), reloadDetail), listenAgain), sendNext);
}

/** What was said about not being connected is no longer so. */
const withoutNotConnected = (model: Model): Model => ({
  ...model,
  toasts: model.toasts.filter(({ text }) => text !== NOT_CONNECTED),
});

/** The peer is there again; what happened meanwhile comes as changes. */
export function takeConnected(model: Model): Step {
  if (model.connection.state === 'connected' || model.device === undefined) return step(model);
  const back: Model = { ...model, connection: { state: 'connected', since: model.now }, tails: keepDone(model) };
  return andThen(andThen(reloadDetail(toast(back, 'success', 'connected again', PEER)), listenAgain), sendNext);
}

/** Tails of runs that were running may have a gap: they are fetched again. */
const keepDone = (model: Model): Model['tails'] => new Map([...model.tails].filter(([, tail]) => tail.done));

function reloadDetail(model: Model): Step {
  const dialog = overlayOf(model, 'run');
  return dialog === undefined ? step(model) : step(model, { type: 'load-run', run: dialog.run });
}

export function takeLost(model: Model, reason: string): Step {
  if (model.connection.state === 'lost') return step({ ...model, connection: { ...model.connection, reason } });
  if (model.connection.state === 'connecting') {
    return step({ ...model, connection: { state: 'lost', since: model.connection.since, reason } });
  }
  const thread = { ...askedAgain(model).thread, loading: undefined };
  return step({ ...sessionLost(waitAgain(model)), thread, connection: { state: 'lost', since: model.now, reason } });
}

export function takeChange(model: Model, { entry, run, event }: Change): Step {
  let next = takeEntryNow(model, entry);
  if (entry.kind === 'run') next = takeRun(next, entry.run);
  if (run !== undefined) next = lookForRun(takeRun(next, run), run);
  if (entry.kind === 'artifact') {
    next = patch(next, 'run', (dialog) => {
      if (dialog.run !== entry.artifact.runId || dialog.detail === undefined) return dialog;
      const others = dialog.detail.artifacts.filter((artifact) => artifact.id !== entry.artifact.id);
      return { ...dialog, detail: { ...dialog.detail, artifacts: [...others, entry.artifact] } };
    });
  }
  const about = entry.kind === 'run' ? entry.run.id : run?.id;
  const followed = (made: Model): Step => (about === undefined ? step(made) : reloadAudit(made, about));
  if (entry.kind !== 'approval') return followed(next);
  next = takeApproval(next, entry.approval);
  const rings = event.type === 'approval.requested' && !isMyEdit(next, entry.approval);
  const effects: Effect[] = rings ? [announce(next, entry.approval)] : [];
  return andThen(andThen(step(next, ...effects), closeStaleDialogs), followed);
}

/** A run that an answer tells of. Its changes come by themselves, and may have come before the answer. */
export const addRun = (model: Model, run: Run): Model =>
  model.runs.some((known) => known.id === run.id) ? model : takeRun(model, run);

function takeRun(model: Model, run: Run): Model {
  const known = model.runs.findIndex((other) => other.id === run.id);
  let next: Model;
  if (known !== -1) {
    next = { ...model, runs: model.runs.with(known, run) };
  } else {
    const at = model.runs.findIndex((other) => other.submittedAt <= run.submittedAt);
    const place = at === -1 ? model.runs.length : at;
    const { runs } = model.lists;
    const moves = model.runs.length > 0 && place <= runs.cursor && runs.cursor > 0;
    const list = moves ? { ...runs, cursor: runs.cursor + 1 } : runs;
    next = { ...model, runs: trimmed(model.runs.toSpliced(place, 0, run)), lists: { ...model.lists, runs: list } };
  }
  next = followRun(takeRunNow(next, run), run);
  if (!isFinal(run)) return next;
  return patch(next, 'attach', (dialog) =>
    dialog.run === run.id && dialog.phase !== 'ended'
      ? { ...dialog, phase: 'ended', message: undefined, deafUntil: model.clock + REPEAT_MS }
      : dialog,
  );
}

function trimmed(runs: readonly Run[]): readonly Run[] {
  let final = 0;
  return runs.filter((run) => {
    if (!isFinal(run)) return true;
    final += 1;
    return final <= MAX_FINAL_RUNS;
  });
}

function takeApproval(model: Model, approval: Approval): Model {
  const known = model.approvals.findIndex((other) => other.id === approval.id);
  const others = known === -1 ? model.approvals : model.approvals.toSpliced(known, 1);
  const { approvals } = model.lists;
  const cursor = known !== -1 && known < approvals.cursor ? approvals.cursor - 1 : approvals.cursor;
  const next = patch(model, 'run', (dialog) => {
    if (dialog.run !== approval.runId || dialog.detail === undefined) return dialog;
    const rest = dialog.detail.approvals.filter((other) => other.id !== approval.id);
    return { ...dialog, detail: { ...dialog.detail, approvals: [...rest, approval] } };
  });
  if (approval.status !== 'pending') {
    return { ...next, approvals: others, lists: { ...model.lists, approvals: { ...approvals, cursor } } };
  }
  const pending: PendingApproval = approval;
  const at = known === -1 ? others.length : known;
  return { ...next, approvals: others.toSpliced(at, 0, pending) };
}

/** Who has just asked for the new version waits for it on the screen. */
const isMyEdit = (model: Model, { edits }: Approval): boolean => {
  const dialog = overlayOf(model, 'edit');
  return edits !== undefined && dialog?.phase === 'sending' && dialog.approval.id === edits;
};

function announce(model: Model, approval: Approval): Effect {
  const who = whoAsksInShort(model, approval, findRun(model, approval.runId));
  return { type: 'notify', title: `Dispatch: ${who}`, body: sanitizeLine(approval.title) };
}
