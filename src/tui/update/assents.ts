// A yes that reaches further than once: for what else the run asks for, for all that is like it, or for several requests at
// once. The request has to have been read before the second question comes, and that is read and answered like the first.

import type { PendingApproval } from '../../core/approvals.ts';
import { canonicalJson } from '../../core/canonical.ts';
import { deviceName } from '../../core/devices.ts';
import type { RuleBody } from '../../core/policy/rules.ts';
import { type AssentDialog, RUN_TERMS, USUAL_TERM } from '../model/answer-dialogs.ts';
import type { Failure } from '../model/messages.ts';
import type { Model } from '../model/model.ts';
import { overlayOf, topOverlay } from '../model/select.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { answer, type Pressed, whyNot, whyNotOffered } from './approvals.ts';
import { look, notice, unread } from './reading.ts';
import { nextRequest, patch, pop, push, type Step, step } from './step.ts';

/** Asks for how long. */
export const askTerm = (model: Model, pressed: Pressed): Step =>
  ask(model, 'approve-for-run', pressed, (next, dialog) =>
    step(open(next, dialog.approval, { type: 'for-run', term: USUAL_TERM })),
  );

/** Asks the device which rule it would be, and shows that. */
export function askRule(model: Model, pressed: Pressed): Step {
  const asked = askWhyNoRule(model, pressed);
  if (asked !== undefined) return asked;
  return ask(model, 'approve-always', pressed, (before, { approval }) => {
    const [next, request] = nextRequest(before);
    return step(open(next, approval, { type: 'always', request, proposed: undefined }), {
      type: 'propose-rule',
      approval: approval.id,
      request,
    });
  });
}

/** Where "always" is not offered its device says why there can be no rule. Undefined where another answer comes first. */
function askWhyNoRule(model: Model, pressed: Pressed): Step | undefined {
  const dialog = topOverlay(model);
  if (dialog?.kind !== 'approval' || dialog.approval.decisions.includes('approve-always')) return undefined;
  const other = whyNot(model, dialog, 'reject', pressed);
  if (other !== undefined || (dialog.approval.approvers ?? 1) > 1) return undefined;
  const [next, request] = nextRequest(model);
  const told = notice(next, `asking ${sanitizeLine(deviceName(model, dialog.approval.device))} why not…`);
  return step(
    patch(told, 'approval', (open) => ({ ...open, asksWhy: request })),
    { type: 'propose-rule', approval: dialog.approval.id, request },
  );
}

/** Shows all that would be answered together. */
export const askAlike = (model: Model, pressed: Pressed): Step =>
  ask(model, 'approve', pressed, (next, { approval }) => {
    const requests = alikeTo(next, approval);
    if (requests.length < 2) return step(notice(next, 'nothing else that waits is the same but for run and device'));
    return step(open(next, approval, { type: 'alike', requests }));
  });

function ask(
  model: Model,
  decision: 'approve' | 'approve-for-run' | 'approve-always',
  pressed: Pressed,
  then: (model: Model, dialog: { readonly approval: PendingApproval }) => Step,
): Step {
  const dialog = overlayOf(model, 'approval');
  if (dialog === undefined || topOverlay(model) !== dialog) return step(model);
  const why = whyNot(model, dialog, decision, pressed);
  return why === undefined ? then(model, dialog) : step(notice(model, why));
}

function open(model: Model, approval: PendingApproval, to: AssentDialog['to']): Model {
  const plain = patch(model, 'approval', (dialog) => ({ ...dialog, notice: undefined }));
  return look(push(plain, { kind: 'assent', approval, to, ...unread(model) }));
}

/**
 * The requests that a yes to this one may answer too, itself the first. That they are alike is the word of their devices; that
 * they say the same is seen here.
 */
export function alikeTo(
  model: Pick<Model, 'devices' | 'revoked' | 'device' | 'now' | 'approvals'>,
  approval: PendingApproval,
): readonly PendingApproval[] {
  const { likeness } = approval.payload;
  if (likeness === undefined) return [approval];
  const said = sayingOf(approval);
  const others = model.approvals.filter(
    (other) =>
      other.id !== approval.id &&
      other.payload.likeness === likeness &&
      sayingOf(other) === said &&
      other.expiresAt > model.now &&
      whyNotOffered(model, other, 'approve') === undefined,
  );
  return [approval, ...others];
}

/** All that a person reads of it, but for run and device. */
const sayingOf = ({ payload: { rule: _, ...payload }, approvers = 1 }: PendingApproval): string =>
  canonicalJson([payload, approvers]);

export function chooseTerm(model: Model, delta: 1 | -1): Model {
  return patch(model, 'assent', (dialog) => {
    if (dialog.to.type !== 'for-run' || dialog.phase.type !== 'open') return dialog;
    const term = Math.max(0, Math.min(RUN_TERMS.length - 1, dialog.to.term + delta));
    return term === dialog.to.term ? dialog : { ...dialog, to: { type: 'for-run', term }, notice: undefined };
  });
}

export function takeRule(model: Model, request: number, proposed: { rule: RuleBody; toml: string }): Model {
  const asked = overlayOf(model, 'approval');
  if (asked?.asksWhy === request) {
    const why = whyNotOffered(model, asked.approval, 'approve-always') ?? 'it is offered now: press A again';
    return patch(model, 'approval', (open) => ({ ...open, notice: why }));
  }
  const dialog = overlayOf(model, 'assent');
  if (dialog?.to.type !== 'always' || dialog.to.request !== request) return model;
  // It has only just come on the screen, however long the question stood there.
  return look(
    patch(model, 'assent', (asked) => ({ ...asked, ...unread(model), to: { type: 'always', request, proposed } })),
  );
}

/** Without a rule there is nothing to say yes to: back to the request, which says why. */
export function ruleFailed(model: Model, request: number, { message }: Failure): Model {
  const asked = overlayOf(model, 'approval');
  if (asked?.asksWhy === request) return patch(model, 'approval', (open) => ({ ...open, notice: message }));
  const dialog = overlayOf(model, 'assent');
  if (dialog?.to.type !== 'always' || dialog.to.request !== request) return model;
  const back = { ...model, overlays: model.overlays.filter((overlay) => overlay !== dialog) };
  return notice(back, message);
}

export function assent(model: Model, pressed: Pressed): Step {
  const dialog = topOverlay(model);
  if (dialog?.kind !== 'assent') return step(model);
  switch (dialog.to.type) {
    case 'for-run': {
      const forMs = RUN_TERMS[dialog.to.term];
      return forMs === undefined ? step(model) : answer(model, { decision: 'approve-for-run', forMs }, pressed);
    }
    case 'always': {
      const rule = dialog.to.proposed?.rule;
      if (rule === undefined) return step(notice(model, 'the rule has not come yet: wait for it, then read it'));
      return answer(model, { decision: 'approve-always', rule }, pressed);
    }
    case 'alike': {
      const alike = dialog.to.requests.map(({ id, digest }) => ({ approval: id, digest }));
      return answer(model, { decision: 'approve', alike }, pressed);
    }
  }
}

/** Back to the request; what is on its way is not taken back. */
export function leaveAssent(model: Model): Step {
  const dialog = topOverlay(model);
  if (dialog?.kind !== 'assent') return step(model);
  return step(dialog.phase.type === 'sending' ? notice(model, 'the answer is on its way') : pop(model));
}
