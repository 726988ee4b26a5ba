// Dialogs about a request that is no longer what they show: answered elsewhere, edited, expired, or one yes further. They go
// or follow, and say why in one sentence.

import type { PendingApproval } from '../../core/approvals.ts';
import { canonicalJson } from '../../core/canonical.ts';
import { deviceName } from '../../core/devices.ts';
import { requestsOf } from '../model/groups.ts';
import type { Model } from '../model/model.ts';
import { findRun, overlayOf } from '../model/select.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { howItEnded } from '../words/ended-requests.ts';
import { closeDialog } from './approvals.ts';
import { readingOf, resettle } from './reading.ts';
import { patch, remove, type Step, step, toast } from './step.ts';

/** To be called after every change of what waits. Our own answer closes its dialog itself. */
export function closeStaleDialogs(model: Model): Step {
  const dialog = overlayOf(model, 'approval');
  if (dialog === undefined) return step(model);
  const { approval } = dialog;
  const current = model.approvals.find(({ id }) => id === approval.id);
  if (current !== undefined && current.digest === approval.digest) return step(keepUp(model, current));
  // The answer to our own edit brings the new version.
  if (overlayOf(model, 'edit')?.phase === 'sending') return step(model);
  const closed = closeDialog(model, approval.id);
  const title = sanitizeLine(approval.title);
  if (current !== undefined) return step(toast(closed, 'warning', `the request changed, look at it again: ${title}`));
  // After our own answer this is only the confirmation.
  if (readingOf(model)?.phase.type === 'sending') return step(closed);
  return step(toast(closed, 'warning', `${whyGone(model, approval.id)}: ${title}`));
}

/** The request is still the one that is shown: who has agreed may be new, and others that are alike may be gone. */
function keepUp(model: Model, current: PendingApproval): Model {
  const shown = overlayOf(model, 'approval')?.approval;
  if (shown === undefined) return model;
  const changed = canonicalJson([shown.agreed, shown.decisions]) !== canonicalJson([current.agreed, current.decisions]);
  const renewed = changed
    ? resettle(
        patch(
          patch(model, 'approval', (open) => ({ ...open, approval: current })),
          'assent',
          (open) => ({ ...open, approval: current }),
        ),
      )
    : model;
  return withoutAnswered(renewed);
}

/** Of several that were to be answered together: those that no longer wait as they were shown are not answered. */
function withoutAnswered(model: Model): Model {
  const assent = overlayOf(model, 'assent');
  if (assent?.to.type !== 'alike' || assent.phase.type === 'sending') return model;
  const { requests } = assent.to;
  const left = requests.filter(({ id, digest }) =>
    model.approvals.some((pending) => pending.id === id && pending.digest === digest),
  );
  if (left.length === requests.length) return model;
  const gone = requests.length - left.length;
  const told = toast(model, 'warning', gone === 1 ? '1 of them no longer waits' : `${gone} of them no longer wait`);
  if (left.length < 2) return remove(told, ({ kind }) => kind === 'assent');
  return resettle(
    patch(told, 'assent', (open) => ({
      ...open,
      to: { type: 'alike', requests: left },
      phase: { type: 'open' },
    })),
  );
}

function whyGone(model: Model, id: string): string {
  for (const approval of model.thread.entries.flatMap(requestsOf)) {
    if (approval.id !== id || approval.status === 'pending') continue;
    if (approval.status === 'expired')
      return approval.replacedBy === undefined
        ? `no longer waiting: ${howItEnded(approval, findRun(model, approval.runId))}`
        : `${howItEnded(approval, undefined)}, which waits to be read`;
    return `already ${approval.status} on ${sanitizeLine(deviceName(model, approval.decidedBy.device))}`;
  }
  return 'no longer waiting';
}
