// When a key does something: each function answers true, or the reason why not, as the footer and the palette say it. Pure.

import type { Decision } from '../../core/approvals.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import type { Model } from '../model/model.ts';
import {
  listedRuns,
  overlayOf,
  subjectApproval,
  subjectArtifact,
  subjectGroup,
  subjectRun,
  topOverlay,
} from '../model/select.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { whyNotOffered } from '../update/approvals.ts';
import { alikeTo } from '../update/assents.ts';
import { subjectDevice } from '../update/devices.ts';
import { whyNotEdited } from '../update/editing.ts';
import { isOnToggle } from '../update/pairing.ts';
import { selectedRule } from '../update/policy.ts';
import { approvableAt } from '../update/reading.ts';
import { mayAnswer, whyOffline } from '../words/presence.ts';
import { whyNotUndone } from '../words/undo.ts';

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

export const connected: EnabledWhen = ({ connection }) =>
  connection.state === 'connected' ||
  (connection.state === 'lost' ? 'the peer is not reachable now' : 'still connecting');

export const disconnected: EnabledWhen = ({ connection }) => connection.state === 'lost' || 'the peer is running';

const onRun =
  (check: (run: Run) => Enabled): EnabledWhen =>
  (model) => {
    const run = subjectRun(model);
    if (run !== undefined) return check(run);
    return subjectGroup(model) !== undefined ? 'Enter lists the runs of the group: choose one' : 'select a run first';
  };

const inTerminal = (run: Run): Enabled => {
  if (isFinal(run)) return `run ${run.number} is over`;
  if (run.status !== 'running' || run.startedAt === undefined) return `run ${run.number} has not started`;
  return run.action.kind === 'shell' || `run ${run.number} has no terminal`;
};

export const hasRun: EnabledWhen = onRun(() => true);
export const canCompare: EnabledWhen = all(connected, hasRun);
/** The terminal of a run is where its device is. */
const inReach: EnabledWhen = (model) => {
  const run = subjectRun(model);
  const device = model.devices.find(({ id }) => id === run?.device);
  const offline = device === undefined || device.local ? undefined : whyOffline(device, model.now);
  return offline === undefined || `${sanitizeLine(device?.name ?? '')} is ${offline}`;
};

export const canAttach: EnabledWhen = all(connected, onRun(inTerminal), inReach);
const cancellable = (run: Run): boolean => !isFinal(run) && run.cancelRequested !== true;
const someOf = (runs: readonly Run[]): Enabled => runs.some(cancellable) || 'all of them are over, or being cancelled';

export const canCancel: EnabledWhen = all(connected, (model) => {
  const group = subjectGroup(model);
  if (group !== undefined) return someOf(group);
  return onRun((run) => {
    if (isFinal(run)) return `run ${run.number} is over`;
    return run.cancelRequested !== true || `run ${run.number} is being cancelled`;
  })(model);
});
export const canCancelListed: EnabledWhen = all(connected, (model) => {
  const list = overlayOf(model, 'runs');
  return list === undefined ? 'no runs are listed' : someOf(listedRuns(model, { of: list.of }));
});
export const isGroup: EnabledWhen = (model) =>
  overlayOf(model, 'runs')?.of.type === 'group' || 'these are not the runs of one task';
export const hasFailed: EnabledWhen = all(connected, isGroup, (model) => {
  const list = overlayOf(model, 'runs');
  const failed = list === undefined ? [] : listedRuns(model, { of: list.of, failedOnly: true });
  return failed.length > 0 || 'none of them has failed';
});
export const canRetry: EnabledWhen = all(
  connected,
  onRun((run) => isFinal(run) || `run ${run.number} is not over`),
);

export const canReroute: EnabledWhen = all(
  connected,
  onRun((run) => run.status === 'queued' || `run ${run.number} is ${isFinal(run) ? 'over' : 'begun'}`),
);

export const canUndo: EnabledWhen = all(
  connected,
  onRun((run) => whyNotUndone(run) ?? true),
);

export const hasArtifact: EnabledWhen = all(connected, (model) =>
  subjectArtifact(model) === undefined ? 'select an artifact, or open its run' : true,
);

/** Another is never opened on top of one that is being read. */
export const hasNextApproval: EnabledWhen = (model) => {
  if (overlayOf(model, 'approval') !== undefined) return 'answer this one first, or leave it pending';
  return model.approvals.length > 0 || 'nothing waits for an answer';
};

/** Where it cannot be answered here it can be looked at. */
export function nextApprovalLabel(model: Model): string {
  const approval = subjectApproval(model) ?? model.approvals[0];
  return approval === undefined || mayAnswer(model, approval) === true ? 'approve…' : 'look…';
}

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

export const hasWaiting: EnabledWhen = ({ composer }) => composer.waiting.length > 0 || 'nothing waits to be sent';

export const hasHistory: EnabledWhen = ({ composer }) =>
  composer.history.entries.length > 0 || 'no task was sent from here yet';

/** Something was looked for in the preview. */
export const hasQuery: EnabledWhen = (model) => {
  const dialog = topOverlay(model);
  return (dialog?.kind === 'preview' && dialog.query !== '') || 'look for something first, with /';
};

/** Something was looked for in the output. */
export const hasFound: EnabledWhen = (model) =>
  overlayOf(model, 'run')?.find !== undefined || 'look for something first, with /';

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
  const why = whyNotOffered(model, dialog.approval, 'reject');
  if (why !== undefined) return why;
  return model.clock >= dialog.deafUntil || 'read it first';
};

/** Reading to the end comes before a yes, and takes its time. The other guards say why in the dialog itself. */
export const canDecide =
  (decision: Exclude<Decision, 'reject'>): EnabledWhen =>
  (model) => {
    const dialog = topOverlay(model);
    if (dialog?.kind !== 'approval') return 'no approval is open';
    return whyNotOffered(model, dialog.approval, decision) ?? isRead(model, dialog);
  };

function isRead(model: Model, dialog: Parameters<typeof approvableAt>[0]): Enabled {
  const at = approvableAt(dialog);
  if (at === undefined) return 'read to the end first';
  return model.clock >= at || 'read it first';
}

export const canApprove: EnabledWhen = canDecide('approve');

/** The second question is read like the first. */
export const canAssent: EnabledWhen = (model) => {
  const dialog = topOverlay(model);
  return dialog?.kind === 'assent' ? isRead(model, dialog) : 'nothing is asked';
};

export const canApproveAlike: EnabledWhen = (model) => {
  const dialog = topOverlay(model);
  if (dialog?.kind !== 'approval') return 'no approval is open';
  if (alikeTo(model, dialog.approval).length < 2) return 'nothing else that waits is the same but for run and device';
  return canApprove(model);
};

/** `all 3 alike…` */
export function alikeLabel(model: Model): string {
  const dialog = topOverlay(model);
  return dialog?.kind === 'approval' ? `all ${alikeTo(model, dialog.approval).length} alike…` : 'all alike…';
}

export const hasPicture: EnabledWhen = all(connected, (model) => {
  const dialog = topOverlay(model);
  return (dialog?.kind === 'approval' && dialog.approval.payload.picture !== undefined) || 'it shows no picture';
});

export const canEdit: EnabledWhen = (model) => {
  const dialog = topOverlay(model);
  if (dialog?.kind !== 'approval') return 'no approval is open';
  return (
    whyNotEdited(model, dialog.approval, subjectRun(model)) ?? (model.clock >= dialog.deafUntil || 'read it first')
  );
};

/** A device other than this one, and the peer there to do it. */
export const canRevoke: EnabledWhen = all(connected, (model) => {
  const device = subjectDevice(model);
  if (device === undefined) return 'select a device first';
  return !device.local || 'this is the device that you are on';
});
export const canRename: EnabledWhen = all(
  connected,
  (model) => subjectDevice(model) !== undefined || 'select a device first',
);

/** What is built in stays; a stricter rule of one's own wins over it. */
export const canRemoveRule: EnabledWhen = all(connected, (model) => {
  const rule = selectedRule(model);
  if (rule === undefined) return 'there is no rule to remove';
  return rule.source === 'config' || 'it is built in: a rule of your own in config.toml can be stricter';
});

/** Where a switch has the keys. */
export const canToggle: EnabledWhen = (model) => {
  const page = topOverlay(model);
  if (page?.kind !== 'pair') return 'nothing is asked';
  return isOnToggle(page) || 'there is nothing to switch here';
};

/** While a session is open, Enter has nothing to do. */
export const canEnter: EnabledWhen = (model) => {
  const page = topOverlay(model);
  if (page?.kind !== 'pair') return 'nothing is asked';
  const { phase } = page.session;
  return page.tab !== 'show' || phase === 'choosing' || phase === 'over' || 'the session is open: Esc closes it';
};

export const hasTicket: EnabledWhen = (model) => {
  const page = topOverlay(model);
  const session = page?.kind === 'pair' && page.tab === 'show' ? page.session : undefined;
  return (session?.phase === 'open' && session.session.ticket !== '') || 'there is no ticket on the screen';
};

/** What was typed ahead is no answer here either. */
export const canPair: EnabledWhen = all(connected, (model) => {
  const dialog = topOverlay(model);
  if (dialog?.kind !== 'proposal') return 'nothing is asked';
  return model.clock >= dialog.deafUntil || 'read it first';
});
export const asksGrants: EnabledWhen = (model) => {
  const dialog = topOverlay(model);
  return (dialog?.kind === 'proposal' && dialog.proposal.asksMutual) || 'it asks for nothing in return';
};
