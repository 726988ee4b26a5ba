// What happened to a run and whether the log is whole, as the peer tells it.

import type { AuditStep, AuditVerification } from '../../protocol/audit-api.ts';
import type { Failure } from '../model/messages.ts';
import type { Model } from '../model/model.ts';
import { overlayOf } from '../model/select.ts';
import { verificationText } from '../rows/audit-rows.ts';
import { nextRequest, patch, push, type Step, step } from './step.ts';

/** It has come to be looked at, or something has happened to the run: what is on the screen follows. */
export function reloadAudit(model: Model, run: string): Step {
  const dialog = overlayOf(model, 'run');
  if (dialog?.run !== run || dialog.section !== 'audit' || model.connection.state !== 'connected') return step(model);
  return step(model, { type: 'load-audit', run });
}

export const takeAudit = (model: Model, run: string, steps: readonly AuditStep[]): Model =>
  patch(model, 'run', (dialog) => (dialog.run === run ? { ...dialog, audit: { steps, message: undefined } } : dialog));

export const auditFailed = (model: Model, run: string, { message }: Failure): Model =>
  patch(model, 'run', (dialog) =>
    dialog.run === run ? { ...dialog, audit: { steps: dialog.audit?.steps, message } } : dialog,
  );

/** Walks over the whole log: that may take a while, and the text says so until it is done. */
export function verifyAudit(model: Model): Step {
  const [next, request] = nextRequest(model);
  const text = { kind: 'text', title: 'Audit: is the log what was written?', text: '', scroll: 0 } as const;
  return step(push(next, { ...text, loading: true, footnote: undefined, request }), { type: 'verify-audit', request });
}

export const takeVerification = (model: Model, request: number, found: AuditVerification): Model =>
  fill(model, request, verificationText(found), undefined);

export const verifyFailed = (model: Model, request: number, { message }: Failure): Model =>
  fill(model, request, '', message);

const fill = (model: Model, request: number, text: string, footnote: string | undefined): Model =>
  patch(model, 'text', (dialog) =>
    dialog.request === request ? { ...dialog, text, footnote, loading: false } : dialog,
  );
