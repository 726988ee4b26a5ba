/** Whether the signatures in a log are those of the devices that are said to have given them: what was signed is made again from events. */

import { beforehandText, statementText } from '../core/approvals.ts';
import type { LogEvent } from '../core/events.ts';
import type { ApprovalId, DeviceId, RunId, Sha256 } from '../core/ids.ts';
import type { Signer } from './ports.ts';

/** What an answer must agree with. */
interface Request {
  readonly digest: Sha256;
  readonly expiresAt: number;
}

export interface SignatureCheck {
  /** Must see the events of a log in their order. Undefined for what carries no signature. */
  look(event: LogEvent): 'valid' | 'invalid' | undefined;
}

/** Keeps the requests that are open, and forgets them when they are answered. */
export function createSignatureCheck({ verify }: Pick<Signer, 'verify'>): SignatureCheck {
  const open = new Map<ApprovalId, Request>();
  const judge = (device: DeviceId, text: string, signature: string): 'valid' | 'invalid' =>
    isTrue(() => verify(device, text, signature)) ? 'valid' : 'invalid';

  return {
    look(event) {
      switch (event.type) {
        case 'run.submitted':
        case 'run.received': {
          const { beforehand, device: executor } = event.data;
          if (beforehand === undefined) return undefined;
          const device = event.by.device;
          const statement = { run: event.stream as RunId, executor, action: beforehand.action, device };
          return judge(device, beforehandText(statement), beforehand.signature);
        }
        case 'approval.requested': {
          const { approval, digest, expiresAt } = event.data;
          open.set(approval, { digest, expiresAt });
          return undefined;
        }
        case 'approval.agreed':
        case 'approval.decided': {
          const request = open.get(event.data.approval);
          if (event.type === 'approval.decided') open.delete(event.data.approval);
          if (event.data.signature === undefined) return mayBeUnsigned(event) ? undefined : 'invalid';
          const text = textOf(event, request);
          return text === undefined ? 'invalid' : judge(event.by.device, text, event.data.signature);
        }
        case 'approval.edited':
        case 'approval.expired':
          open.delete(event.data.approval);
          return undefined;
        default:
          return undefined;
      }
    },
  };
}

/** The bytes that must have been signed; undefined where the answer is to nothing that was asked. */
function textOf(
  event: Extract<LogEvent, { type: 'approval.agreed' | 'approval.decided' }>,
  request: Request | undefined,
): string | undefined {
  const { data, by, device: executor } = event;
  if (request === undefined || request.digest !== data.digest) return undefined;
  const { device } = by;
  if (data.beforehand !== undefined) {
    return beforehandText({ run: event.stream as RunId, executor, action: data.beforehand, device });
  }
  const { approval, digest } = data;
  const asked = { approval, digest, device, expiresAt: request.expiresAt };
  if (event.type === 'approval.agreed') return statementText({ ...asked, decision: 'approve' });
  const { decision, forMs, rule } = event.data;
  return statementText({
    ...asked,
    decision,
    ...(forMs === undefined ? {} : { forMs }),
    ...(rule === undefined ? {} : { rule }),
  });
}

/** A key or a signature that is none at all is as wrong as one that does not fit. */
function isTrue(verify: () => boolean): boolean {
  try {
    return verify();
  } catch {
    return false;
  }
}

/** What an older version wrote, before there was a chain; and what an answer "for this run" covered, which nobody gave anew. */
function mayBeUnsigned(event: Extract<LogEvent, { type: 'approval.agreed' | 'approval.decided' }>): boolean {
  return event.prev === undefined || (event.type === 'approval.decided' && event.data.under !== undefined);
}
