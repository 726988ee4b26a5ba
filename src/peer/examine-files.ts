/** Looks at the files of the database without a peer, for when none starts over them. It changes nothing. */

import type { Paths } from '../config/paths.ts';
import type { AuditVerification } from '../protocol/audit-api.ts';
import { examineFiles } from '../store/log/verify.ts';

/** Undefined if nothing is wrong with the files: then it is something else that keeps the peer from serving. */
export async function examineWithoutPeer(paths: Paths, signal: AbortSignal): Promise<AuditVerification | undefined> {
  const findings = await examineFiles(paths.thread, signal);
  return findings.length === 0
    ? undefined
    : { ok: false, events: 0, unchained: 0, signatures: 0, findings: [...findings] };
}
