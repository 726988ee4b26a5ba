/** `dispatch approvals --follow`: what waits for an answer, then each thing that happens to a request, once, over restarts of the peer. */

import type { Actor, Approval } from '../core/approvals.ts';
import { DispatchError } from '../core/errors.ts';
import type { LogEvent } from '../core/events.ts';
import type { Run } from '../core/runs.ts';
import type { KnownDevices, Snapshot } from '../protocol/api.ts';
import { formatClock } from '../tui/words/format.ts';
import type { Arguments } from './command.ts';
import type { CliContext } from './context.ts';
import { openFollower } from './follow.ts';
import { safe } from './print.ts';
import { actorText, agreementText, asksText, decisionText, whyOver } from './print-approval.ts';
import { namesOf } from './print-device.ts';

export type ApprovalEvent = 'requested' | 'agreed' | 'decided' | 'expired';

/** An edit withdraws the request that was shown. */
const EVENTS: Readonly<Partial<Record<LogEvent['type'], ApprovalEvent>>> = {
  'approval.requested': 'requested',
  'approval.agreed': 'agreed',
  'approval.edited': 'expired',
  'approval.decided': 'decided',
  'approval.expired': 'expired',
};

/** What is told of the run of a request. */
type Asked = Pick<Run, 'number' | 'by'>;

/** Until Ctrl-C. If the first connection fails, that is the answer; later ones are waited for. */
export async function followApprovals(context: CliContext, args: Arguments): Promise<number> {
  const foreign = args.flag('all') ? '--all' : args.text('limit') === undefined ? undefined : '--limit';
  if (foreign !== undefined)
    throw new DispatchError('usage', `${foreign} does not go with --follow`, { hint: 'dispatch approvals --help' });
  await context.connect();
  let known: KnownDevices = { devices: [], revoked: [] };
  const runs = new Map<string, Asked>();
  /** Which were told, and as what. */
  const told = new Map<string, string>();
  const tell = (event: ApprovalEvent, approval: Approval, by?: Actor): void => {
    const state = `${event} ${approval.agreed?.length ?? 0}`;
    if (told.get(approval.id) === state) return;
    told.set(approval.id, state);
    const asked = runs.get(approval.runId);
    if (context.json) context.printJson({ event, approval, ...(asked === undefined ? {} : { by: asked.by }) });
    else context.print(eventLine(event, approval, { asked, by, known }));
    if (approval.status !== 'pending') runs.delete(approval.runId);
  };
  const follower = openFollower(context, {
    entries: 1,
    onSnapshot(snapshot: Snapshot) {
      known = { devices: snapshot.devices, revoked: snapshot.revoked };
      for (const { id, number, by } of snapshot.runs) runs.set(id, { number, by });
      for (const approval of snapshot.approvals) tell('requested', approval);
    },
    onChange({ event, entry, run }) {
      const what = EVENTS[event.type];
      if (what === undefined || entry.kind !== 'approval') return;
      if (run !== undefined) runs.set(run.id, { number: run.number, by: run.by });
      tell(what, entry.approval, event.by);
    },
    onDevices(now) {
      known = now;
    },
  });
  await new Promise<void>((resolve) => {
    if (context.interrupted.aborted) resolve();
    context.interrupted.addEventListener('abort', () => resolve(), { once: true });
  });
  follower.close();
  return 0;
}

interface Around {
  readonly asked: Asked | undefined;
  /** Who or what did what happened, where that was seen. */
  readonly by: Actor | undefined;
  readonly known: KnownDevices;
}

function eventLine(event: ApprovalEvent, approval: Approval, around: Around): string {
  const { asked, known } = around;
  const local = known.devices.some((device) => device.local && device.id === approval.device);
  const where = local ? '' : ` on ${namesOf(known)(approval.device)}`;
  const run = asked === undefined ? '' : `  run ${asked.number}`;
  const what = `${approval.id}${run}${where}: ${safe(approval.title)}`;
  return `${formatClock(timeOf(approval))}  ${wordsOf(event, approval, around)}  ${what}`;
}

function wordsOf(event: ApprovalEvent, approval: Approval, { asked, by, known }: Around): string {
  if (event === 'agreed') return `… agreed (${agreementText(approval)})`;
  if (approval.status === 'pending') {
    const who = asked === undefined ? 'requested' : asksText(approval, asked, known);
    return `⚠ ${who} (${approval.payload.enforced})`;
  }
  if (approval.status === 'expired') {
    const whose = by === undefined ? '' : ` by ${actorText(by, known)}`;
    return { edited: `⊘ edited${whose}`, ended: '⊘ ended with its run', late: '⊘ expired' }[
      whyOver(approval, undefined)
    ];
  }
  const decision = approval.decision ?? (approval.status === 'approved' ? 'approve' : 'reject');
  return `${approval.status === 'approved' ? '✓' : '✗'} ${decisionText(decision)} by ${actorText(approval.decidedBy, known)}`;
}

function timeOf(approval: Approval): number {
  if (approval.status !== 'pending') return approval.decidedAt;
  return approval.agreed?.at(-1)?.at ?? approval.requestedAt;
}
