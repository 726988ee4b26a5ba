// The heart of the dashboard: a model and a message make a new model and what is to be done. Pure: it reads no clock, starts
// nothing, and for the same arguments gives the same answer.

import type { Message } from '../model/messages.ts';
import type { Model, Tail } from '../model/model.ts';
import { stirred } from '../model/stirring.ts';
import { createHistory } from '../terminal/history.ts';
import { forgetProgress, takeProgress } from '../words/progress.ts';
import { ranked } from './actions.ts';
import { decided, decidedAlike, decideFailed, settlePressed, takeEarlier, takePicture } from './approvals.ts';
import { artifactsFailed, takeArtifacts } from './artifact-list.ts';
import { ruleFailed, takeRule } from './assents.ts';
import { auditFailed, takeAudit, takeVerification, verifyFailed } from './audit.ts';
import { compareFailed, takeComparison } from './compare.ts';
import { submitFailed, submitted } from './composer.ts';
import { renamed, renameFailed, revoked, revokeFailed, takeDevices } from './devices.ts';
import { readVisible, takeDocument } from './documents.ts';
import { textEdited } from './edit-text.ts';
import { edited, editedOutside, editFailed } from './editing.ts';
import { takeFetch } from './fetching.ts';
import { notWritten, readFailed, takeRead } from './file-edit.ts';
import { askDevices, recheckHint, refreshHint, takeChecked } from './hint.ts';
import { takeInput } from './input.ts';
import { takeEntry } from './jumps.ts';
import { limitsFailed, limitsSet } from './limits.ts';
import {
  closeAbandoned,
  joinFailed,
  openFailed,
  refreshNearby,
  takeNearby,
  takeOpened,
  takePairEvent,
  takeProposal,
  takeQr,
} from './pair-session.ts';
import { settleLists } from './panes.ts';
import { addRun, takeChange, takeConnected, takeLost, takeSnapshot } from './peer.ts';
import { placesFailed, takePlaces } from './place-completion.ts';
import { checkFailed, ruleRemoved, rulesFailed, takeCheckAnswer, takeRules } from './policy.ts';
import { originFailed, previewFailed, takeOrigin, takePreview } from './previews.ts';
import { confirmed, confirmFailed, resettleProposal, settleProposal } from './proposal.ts';
import { listenLater, look } from './reading.ts';
import { rerouted } from './reroute.ts';
import { detailFailed, resized, retried, retryFailed, saveFailed, takeDetail, takeOutput } from './runs.ts';
import { searchFailed, takeFound } from './search.ts';
import { andThen, currentToasts, type Step, say, step, toast } from './step.ts';
import { settleThread, takePage, withThread } from './thread.ts';
import { askedAgain } from './thread-filter.ts';
import { takeDraft, takeWaiting, waitingFailed, waitingSent } from './waiting.ts';

export function update(model: Model, message: Message): Step {
  const current = atTime(model, message.at, message.clock ?? message.at);
  const settled = andThen(settlePressed(current, message), (next) => settleProposal(next, message));
  const handled = closeAbandoned(
    settled.model,
    andThen(settled, (next) => handle(next, message)),
  );
  return andThen(
    andThen(handled, (next) => step(look(listenLater(current, settleLists(next), message.type === 'input')))),
    (next) => andThen(andThen(settleThread(next), readVisible), askDevices),
  );
}

const MAX_TAILS = 200;

/** The oldest are let go; they are fetched again when they are looked at again. */
function takeTail(model: Model, run: string, tail: Tail): Model {
  const tails = new Map(model.tails);
  const before = tails.get(run);
  // What was there when one began to look is no news.
  const isNews = before !== undefined && !tail.done && !isSame(before.lines, tail.lines);
  tails.delete(run);
  tails.set(run, tail);
  for (const oldest of tails.keys()) {
    if (tails.size <= MAX_TAILS) break;
    tails.delete(oldest);
  }
  return isNews ? stirred({ ...model, tails }, run) : { ...model, tails };
}

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((line, index) => line === other[index]);

/** The time of day may be set back; the clock that guards count in does not go back. */
function atTime(model: Model, now: number, at: number): Model {
  const clock = Math.max(model.clock, at);
  const toasts = currentToasts(model.toasts, clock);
  const same = now === model.now && clock === model.clock && toasts === model.toasts;
  return same ? model : { ...model, now, clock, toasts };
}

function handle(model: Model, message: Message): Step {
  switch (message.type) {
    case 'input':
      return takeInput(
        model.thread.stalled ? withThread(model, { stalled: false }) : model,
        message.event,
        message.raw,
        message.burst === true,
      );
    case 'resized':
      return andThen(resized(model, message.size), (next) => step(refreshHint(resettleProposal(model, next))));
    case 'tick':
      return refreshNearby(model);
    case 'history':
      return step({ ...model, composer: { ...model.composer, history: createHistory(message.lines) } });
    case 'uses':
      return step({ ...model, uses: message.uses });
    case 'snapshot':
      return takeSnapshot(model, message.snapshot);
    case 'connected':
      return takeConnected(model);
    case 'lost':
      return takeLost(model, message.reason);
    case 'change':
      return takeChange(forgetProgress(model, message.change.run), message.change);
    case 'devices':
      return takeDevices(model, message, message.routing);
    case 'page':
      return step(takePage(model, message));
    case 'page-failed':
      if (model.thread.filter?.query !== message.query) return step(model);
      return say(
        withThread(askedAgain(model), { loading: undefined, stalled: true }),
        'error',
        message.failure.message,
      );
    case 'submitted':
      return (
        waitingSent(message.runs.reduce(addRun, model), message.id) ??
        step(message.runs.reduce(addRun, submitted(model)))
      );
    case 'task-waits':
      return takeWaiting(model, message.task);
    case 'draft':
      return takeDraft(model, message.draft);
    case 'submit-failed':
      return (
        waitingFailed(model, message.id, message.failure) ??
        step(submitFailed(model, message.id, message.text, message.failure))
      );
    case 'decided':
      return decided(recheckHint(model), message.approval);
    case 'decide-failed':
      return decideFailed(model, message.approval, message.failure);
    case 'decided-alike':
      return decidedAlike(model, message.approval, message.answered, message.failures);
    case 'rule-proposed':
      return step(takeRule(model, message.request, { rule: message.rule, toml: message.toml }));
    case 'rule-failed':
      return step(ruleFailed(model, message.request, message.failure));
    case 'edited':
      return edited(model, message.of, message.approval);
    case 'edit-failed':
      return editFailed(model, message.of, message.failure);
    case 'edited-outside':
      return step(editedOutside(model, message.approval, message.text, message.failure));
    case 'text-edited':
      return step(textEdited(model, message.text, message.failure));
    case 'retried':
      return step(retried(addRun(model, message.run), message.run, message.of));
    case 'rerouted':
      return step(rerouted(addRun(model, message.run), message.run, message.of));
    case 'retry-failed':
      return step(retryFailed(model, message.of, message.failure));
    case 'run-loaded':
      return step(takeEarlier(takeOrigin(takeDetail(model, message.detail), message.detail), message.detail.approvals));
    case 'run-failed':
      return step(originFailed(detailFailed(model, message.run, message.failure), message.run, message.failure));
    case 'found':
      return takeFound(model, message);
    case 'entry-found':
      return takeEntry(model, message);
    case 'search-failed':
      return step(searchFailed(model, message.request, message.failure));
    case 'ranked':
      return ranked(model, message.request, message.matches);
    case 'compared':
      return step(takeComparison(model, message));
    case 'compare-failed':
      return step(compareFailed(model, message.request, message.failure));
    case 'preview':
      return step(takePreview(model, message.request, message.document));
    case 'save-failed':
      return saveFailed(model, message.artifact, message.path, message.failure);
    case 'preview-failed':
      return step(previewFailed(model, message.request, message.failure));
    case 'text-read':
      return step(takeDocument(model, message.id, message.document));
    case 'artifacts':
      return step(takeArtifacts(model, message.request, message.artifacts));
    case 'artifacts-failed':
      return step(artifactsFailed(model, message.request, message.failure));
    case 'picture':
      return step(takePicture(model, message.artifact, message.document));
    case 'file-read':
      return takeRead(model, message.request, message.file, message.asked);
    case 'read-failed':
      return step(readFailed(model, message.request, message.failure));
    case 'not-written':
      return step(notWritten(model, message.file, message.text, message.failure));
    case 'places':
      return step(refreshHint(takePlaces(model, message.request, message.completions)));
    case 'places-failed':
      return step(placesFailed(model, message.request, message.failure));
    case 'toast':
      return step(toast(model, message.toast.tone, message.toast.text, message.toast.about));
    case 'pair':
      return takePairEvent(model, message.event);
    case 'pair-opened':
      return takeOpened(model, message.request, message.session);
    case 'pair-failed':
      return step(openFailed(model, message.request, message.failure));
    case 'pair-proposal':
      return takeProposal(model, message.request, message.proposal);
    case 'join-failed':
      return step(joinFailed(model, message.request, message.failure));
    case 'confirmed':
      return confirmed(model, message.proposal, message.device);
    case 'confirm-failed':
      return step(confirmFailed(model, message.proposal, message.failure));
    case 'nearby':
      return step(takeNearby(model, message.found));
    case 'qr':
      return step(takeQr(model, message.ticket, message.modules));
    case 'renamed':
      return step(renamed(model, message.device));
    case 'rename-failed':
      return step(renameFailed(model, message.device, message.failure));
    case 'revoked':
      return revoked(model, message.device, message.name);
    case 'revoke-failed':
      return step(revokeFailed(model, message.device, message.failure));
    case 'checked':
      return step(
        takeCheckAnswer(takeChecked(model, message.request, message.answers), message.request, message.answers[0]),
      );
    case 'check-failed':
      return step(checkFailed(model, message.request, message.failure));
    case 'rules':
      return step(takeRules(model, message.rules));
    case 'rules-failed':
      return step(rulesFailed(model, message.failure));
    case 'rule-removed':
      return ruleRemoved(model, message.name);
    case 'limits-set':
      return step(limitsSet(model, message.told, message.limits));
    case 'limits-failed':
      return step(limitsFailed(model, message.failure));
    case 'audit-loaded':
      return step(takeAudit(model, message.run, message.steps));
    case 'audit-failed':
      return step(auditFailed(model, message.run, message.failure));
    case 'audit-verified':
      return step(takeVerification(model, message.request, message.verification));
    case 'verify-failed':
      return step(verifyFailed(model, message.request, message.failure));
    case 'progress':
      return step(takeProgress(model, message.run, message.progress));
    case 'fetch':
      return step(takeFetch(model, message.progress));
    case 'tail':
      return step(takeTail(model, message.run, message.tail));
    case 'output':
      return step(takeOutput(model, message.run, message.output));
  }
}
