// When a key does something: each function answers true, or the reason why not, as the footer and the palette say it. Pure.

import { isFinal, type Run } from '../core/runs.ts';
import type { Model } from './model.ts';
import { overlayOf, subjectArtifact, subjectRun, topOverlay } from './select.ts';
import { approvableAt } from './update/approvals.ts';

export type Enabled = true | string;
export type EnabledWhen = (model: Model) => Enabled;

export const always: EnabledWhen = () => true;

const all =
  (...checks: readonly EnabledWhen[]): EnabledWhen =>
  (model) => {
    for (const check of checks) {
      const answer = check(model);
      if (answer !== true) return answer;
    }
    return true;
  };

const connected: EnabledWhen = ({ connection }) =>
  connection.state === 'connected' ||
  (connection.state === 'lost' ? 'the peer is not reachable now' : 'still connecting');

export const disconnected: EnabledWhen = ({ connection }) => connection.state === 'lost' || 'the peer is running';

const onRun =
  (check: (run: Run) => Enabled): EnabledWhen =>
  (model) => {
    const run = subjectRun(model);
    return run === undefined ? 'select a run first' : check(run);
  };

const inTerminal = (run: Run): Enabled => {
  if (isFinal(run)) return `run ${run.number} is over`;
  if (run.status !== 'running' || run.startedAt === undefined) return `run ${run.number} has not started`;
  return run.action.kind === 'shell' || `run ${run.number} has no terminal`;
};

export const hasRun: EnabledWhen = onRun(() => true);
export const canAttach: EnabledWhen = all(connected, onRun(inTerminal));
export const canCancel: EnabledWhen = all(
  connected,
  onRun((run) => (isFinal(run) ? `run ${run.number} is over` : true)),
);
export const canRetry: EnabledWhen = all(
  connected,
  onRun((run) => isFinal(run) || `run ${run.number} is not over`),
);

export const hasArtifact: EnabledWhen = all(connected, (model) =>
  subjectArtifact(model) === undefined ? 'select an artifact, or open its run' : true,
);

/** Another is never opened on top of one that is being read. */
export const hasNextApproval: EnabledWhen = (model) => {
  if (overlayOf(model, 'approval') !== undefined) return 'answer this one first, or leave it pending';
  return model.approvals.length > 0 || 'nothing waits for an answer';
};

export const hasSearch: EnabledWhen = ({ search }) => search.results.length > 0 || 'search first, with /';

export const hasSelection: EnabledWhen = ({ focus, thread, approvals, runs, devices }) => {
  const counts = {
    thread: thread.entries.length,
    approvals: approvals.length,
    runs: runs.length,
    devices: devices.length,
    composer: 0,
  };
  return counts[focus] > 0 || 'nothing is selected';
};

export const hasText: EnabledWhen = ({ composer }) => composer.editor.text.trim() !== '' || 'type a task first';

export const hasArtifactsInDialog: EnabledWhen = (model) =>
  (overlayOf(model, 'run')?.detail?.artifacts.length ?? 0) > 1 || 'there is nothing to choose from';

/** What was typed ahead is no answer. */
export const canConfirm: EnabledWhen = (model) => {
  const dialog = topOverlay(model);
  if (dialog?.kind !== 'confirm') return 'nothing is asked';
  return model.clock >= dialog.deafUntil || 'read it first';
};

/** Nor is it one here. */
export const canAnswer: EnabledWhen = (model) => {
  const dialog = topOverlay(model);
  if (dialog?.kind !== 'approval') return 'no approval is open';
  return model.clock >= dialog.deafUntil || 'read it first';
};

/** Reading to the end comes before y, and takes its time. The other guards say why in the dialog itself. */
export const canApprove: EnabledWhen = (model) => {
  const dialog = topOverlay(model);
  if (dialog?.kind !== 'approval') return 'no approval is open';
  const at = approvableAt(dialog);
  if (at === undefined) return 'read to the end first';
  return model.clock >= at || 'read it first';
};
