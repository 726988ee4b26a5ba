/** What is signed when a person answers, made from the request and the answer: the same on the device that signs and on the one that verifies. */

import {
  type Approval,
  type Decision,
  type DecisionStatement,
  type Signature,
  statementText,
} from '../core/approvals.ts';
import { canonicalJson } from '../core/canonical.ts';
import { DispatchError } from '../core/errors.ts';
import type { DeviceId, Sha256 } from '../core/ids.ts';
import type { RuleBody } from '../core/policy/rules.ts';
import type { EngineDeps } from './context.ts';

/** How long an answer "for this run" covers what the run asks for later, where the person does not say. */
const DEFAULT_FOR_MS = 15 * 60_000;

/** An answer with everything that is signed. */
export interface FullAnswer {
  readonly decision: Decision;
  readonly digest: Sha256;
  readonly note?: string;
  readonly forMs?: number;
  readonly rule?: RuleBody;
}

/** Throws `invalid` for what does not belong to the decision. */
export function completeAnswer(
  asked: Approval,
  answer: { decision: Decision; digest?: string; note?: string; forMs?: number; rule?: RuleBody },
): FullAnswer {
  const { decision, note, rule } = answer;
  const forMs = decision === 'approve-for-run' ? (answer.forMs ?? DEFAULT_FOR_MS) : answer.forMs;
  if (forMs !== undefined && decision !== 'approve-for-run') throw misfit('a time', decision);
  if (rule !== undefined && decision !== 'approve-always') throw misfit('a rule', decision);
  if (rule === undefined && decision === 'approve-always') {
    throw new DispatchError('invalid', 'an answer "always" must hold the rule that the person was shown', {
      hint: 'ask for a proposal first',
    });
  }
  return {
    decision,
    digest: (answer.digest ?? asked.digest) as Sha256,
    ...(note === undefined ? {} : { note }),
    ...(forMs === undefined ? {} : { forMs }),
    ...(rule === undefined ? {} : { rule }),
  };
}

function misfit(what: string, decision: Decision): DispatchError {
  return new DispatchError('invalid', `${what} does not belong to the answer "${decision}"`, { hint: 'leave it out' });
}

export function signAnswer(
  { signer, identity }: Pick<EngineDeps, 'signer' | 'identity'>,
  asked: Approval,
  answer: FullAnswer,
): Signature {
  return signer.sign(statementText(statementOf(asked, answer, identity.device)));
}

export function isSignedBy(
  { signer }: Pick<EngineDeps, 'signer'>,
  device: DeviceId,
  asked: Approval,
  answer: FullAnswer,
  signature: Signature,
): boolean {
  return signer.verify(device, statementText(statementOf(asked, answer, device)), signature);
}

function statementOf(
  { id, expiresAt }: Approval,
  { decision, digest, forMs, rule }: FullAnswer,
  device: DeviceId,
): DecisionStatement {
  return {
    approval: id,
    digest,
    decision,
    device,
    expiresAt,
    ...(forMs === undefined ? {} : { forMs }),
    ...(rule === undefined ? {} : { rule: canonicalJson(rule) }),
  };
}
