/**
 * Asks the person at this terminal about a request that waits. Only what the request allows can be answered; what was typed before
 * the question was read never answers it, nor does a paste; and a question that was answered elsewhere goes.
 */

import type { ControlClient } from '../control/client/client.ts';
import type { Decision, PendingApproval } from '../core/approvals.ts';
import { asDispatchError } from '../core/errors.ts';
import type { Run } from '../core/runs.ts';
import type { DecideParams } from '../protocol/api.ts';
import { readStory } from './approval-story.ts';
import { proposeAlways } from './approve-always.ts';
import type { CliContext } from './context.ts';
import { answeredText } from './decide.ts';
import { safe } from './print.ts';
import { actorText, approvalLines, whyOver } from './print-approval.ts';
import { findTerminal, type Terminal } from './terminal.ts';
import { watchApproval } from './watch-approval.ts';
import { widthOf, wrapLines } from './wrap-lines.ts';

/** True if it waits for nobody here any more. */
export async function askForApproval(context: CliContext, client: ControlClient, run: Run): Promise<boolean> {
  const { approvals } = await client.call('run.get', { run: run.id });
  const approval = approvals.at(-1);
  if (approval?.status !== 'pending') return approval !== undefined;
  const terminal = findTerminal(context);
  if (terminal === undefined) return false;
  return askAbout(context, client, approval, run, terminal).finally(terminal.close);
}

/** True if it was answered, here or elsewhere. */
export async function askAbout(
  context: CliContext,
  client: ControlClient,
  approval: PendingApproval,
  run: Run,
  terminal: Terminal,
): Promise<boolean> {
  const [known, story, watch] = await Promise.all([
    client.call('devices', {}),
    readStory(client, run.id),
    watchApproval(context, approval),
  ]);
  const width = widthOf(context.stderr);
  const say = (text: string): void => {
    for (const line of wrapLines([text], width)) context.stderr.write(`${line}\n`);
  };
  try {
    for (const line of approvalLines(approval, story, { ...known, now: Date.now(), width }))
      context.stderr.write(`${line}\n`);
    const answer = await questions(context, client, approval, terminal, watch.gone);
    if (answer !== undefined) {
      const given = await client.call('decide', answer);
      say(answeredText(given.approval, given.run, answer.decision));
      return true;
    }
    const now = watch.now();
    if (now.status === 'pending') {
      say('left pending');
      return false;
    }
    const by = watch.by();
    const whose = by === undefined ? '' : ` by ${actorText(by, known)}`;
    if (now.status !== 'expired') say(`${now.status} by ${actorText(now.decidedBy, known)}`);
    else
      say(
        { edited: `replaced by an edited version${whose}`, ended: 'it ended with its run', late: 'it expired' }[
          whyOver(now, undefined)
        ],
      );
    return true;
  } finally {
    watch.close();
  }
}

/** Undefined if it is left pending, or answered elsewhere. */
async function questions(
  context: CliContext,
  client: ControlClient,
  approval: PendingApproval,
  terminal: Terminal,
  gone: AbortSignal,
): Promise<DecideParams | undefined> {
  const { id, digest, decisions } = approval;
  const bound = { approval: id, digest };
  const key = await terminal.key(questionFor(decisions), gone);
  context.stderr.write('\n');
  const wanted = KEYS.find((offer) => offer.key === key && decisions.includes(offer.decision));
  switch (wanted?.key) {
    case 'y':
    case 'r':
    case 'n':
      return { ...bound, decision: wanted.decision };
    case 'N': {
      const reason = await terminal.line('reason (Ctrl-D leaves it pending): ', gone);
      return reason === undefined
        ? undefined
        : { ...bound, decision: 'reject', ...(reason === '' ? {} : { note: reason }) };
    }
    case 'A':
      try {
        return await proposeAlways(context, client, approval, terminal, gone);
      } catch (thrown) {
        const { message, hint } = asDispatchError(thrown);
        context.note(hint === undefined ? safe(message) : `${safe(message)}: ${safe(hint)}`);
        return undefined;
      }
    case undefined:
      return undefined;
  }
}

const KEYS = [
  { key: 'y', decision: 'approve', help: 'approve' },
  { key: 'r', decision: 'approve-for-run', help: 'for this run' },
  { key: 'A', decision: 'approve-always', help: 'always…' },
  { key: 'n', decision: 'reject', help: 'reject' },
  { key: 'N', decision: 'reject', help: 'reject with a reason' },
] as const satisfies readonly { key: string; decision: Decision; help: string }[];

function questionFor(decisions: readonly Decision[]): string {
  const offered = KEYS.filter(({ decision }) => decisions.includes(decision)).map(({ key, help }) => `${key} ${help}`);
  return `${offered.join(', ')}, any other key leaves it pending: `;
}
