/** Gives answers to requests, one after the other, and says what came of each. */

import type { ControlClient } from '../control/client/client.ts';
import type { Approval } from '../core/approvals.ts';
import { asDispatchError, type DispatchError, exitCodeOf } from '../core/errors.ts';
import type { Run } from '../core/runs.ts';
import type { DecideParams, KnownDevices } from '../protocol/api.ts';
import { formatTime } from '../tui/words/format.ts';
import type { CliContext } from './context.ts';
import { actorText, agreementText, decisionText } from './print-approval.ts';

/** What one answer of the peer lists at most. */
const LIST_MAX = 1000;

/** What came of an answer that counts, in a line. */
export function answeredText(approval: Approval, run: Run, decision: DecideParams['decision']): string {
  if (approval.status === 'pending') return `agreed to run ${run.number}: ${agreementText(approval)}`;
  return `${decisionText(decision)}: run ${run.number}`;
}

/** What an answer changed nothing about, as it had been given before, in a line. */
function alreadyText(approval: Approval, run: Run, known: KnownDevices): string {
  if (approval.status === 'pending') return `you agreed to run ${run.number} already: ${agreementText(approval)}`;
  if (approval.status === 'expired') return `run ${run.number} does not wait for an answer any more`;
  const { status, decidedBy, decidedAt } = approval;
  return `run ${run.number} was already ${status} at ${formatTime(decidedAt, Date.now())} by ${actorText(decidedBy, known)}`;
}

/** What waited before an answer was given: whether it was given already. */
interface Before {
  readonly known: KnownDevices;
  wasGiven(answered: Approval): boolean;
}

async function lookBefore(client: ControlClient): Promise<Before> {
  const [known, { approvals }] = await Promise.all([
    client.call('devices', {}),
    client.call('approvals.list', { limit: LIST_MAX }),
  ]);
  const waited = new Map(approvals.map((approval) => [approval.id, approval]));
  const here = known.devices.find(({ local }) => local)?.id;
  return {
    known,
    wasGiven({ id, ...answered }) {
      const before = waited.get(id);
      if (answered.status === 'pending') return before?.agreed?.some(({ by }) => by.device === here) === true;
      if (answered.status !== 'expired' && answered.decidedBy.device !== here) return true;
      return before === undefined && approvals.length < LIST_MAX;
    },
  };
}

/** `several`: --json is an array, and one that fails does not keep the others from being answered. */
export async function decideAll(
  context: CliContext,
  client: ControlClient,
  answers: readonly DecideParams[],
  { several }: { several: boolean },
): Promise<number> {
  const before = await lookBefore(client);
  const approvals: Approval[] = [];
  let failed: DispatchError | undefined;
  for (const answer of answers) {
    try {
      const { approval, run } = await client.call('decide', answer);
      approvals.push(approval);
      if (context.json) continue;
      if (before.wasGiven(approval)) context.print(alreadyText(approval, run, before.known));
      else context.print(answeredText(approval, run, answer.decision));
    } catch (thrown) {
      const error = asDispatchError(thrown);
      if (!several) throw error;
      failed ??= error;
      context.note(error.hint === undefined ? error.message : `${error.message}: ${error.hint}`);
    }
  }
  if (context.json) context.printJson(several ? approvals : approvals[0]);
  if (failed !== undefined) context.note(`${approvals.length} of ${answers.length} answers were taken`);
  return failed === undefined ? 0 : exitCodeOf(failed.code);
}
