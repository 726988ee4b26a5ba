/** Requests for a yes or no as lines of text: what would run, how far it reaches, and who has said what of it from where. */

import type { PlannedProgram, PlannedSandbox } from '../core/actions.ts';
import type { Actor, Approval, ApprovalPayload, Decision } from '../core/approvals.ts';
import { isFinal, type Run } from '../core/runs.ts';
import type { KnownDevices } from '../protocol/api.ts';
import { formatDuration, formatTime } from '../tui/words/format.ts';
import type { ApprovalStory } from './approval-story.ts';
import { safe } from './print.ts';
import { changeLines } from './print-changes.ts';
import { namesOf } from './print-device.ts';
import { wrapLines } from './wrap-lines.ts';

/** What the words are found in. */
export interface ApprovalContext extends Readonly<KnownDevices> {
  /** Unix milliseconds. */
  readonly now: number;
  /** Of the terminal, in cells; absent where it is none, and nothing is wrapped. */
  readonly width?: number | undefined;
}

const GLYPHS: Readonly<Record<Approval['status'], string>> = {
  pending: '⚠',
  approved: '✓',
  rejected: '✗',
  expired: '⊘',
};

/** Programs that are named with the command; more of them are counted. */
const PROGRAMS_SHOWN = 5;
const HASH_SHOWN = 12;

/** The whole request. The first line begins `⚠ ID  run N`: completion reads it. */
export function approvalLines(approval: Approval, story: ApprovalStory, known: ApprovalContext): string[] {
  const { payload, description } = approval;
  const { cwd, executable, envNames, secrets = [], programs = [] } = payload;
  const where = whereOf(approval, known);
  const variables = [...envNames, ...secrets.map((name) => `secret ${name}`)];
  const about = [
    `${GLYPHS[approval.status]} ${approval.id}  run ${story.run.number}  ${leftOf(approval, story.run, known.now)}${where === undefined ? '' : `  on ${where}`}`,
    `    ${asksText(approval, story.run, known)}`,
  ];
  const facts = [
    `    ${cwd === '' ? '' : `in ${safe(cwd)} `}as ${safe(executable)}${variables.length === 0 ? '' : ` with ${variables.map(safe).join(', ')}`}`,
    `    ${reachText(payload, where ?? 'this device')}`,
    ...(payload.sandbox === undefined ? [] : [`    ${sandboxText(payload.sandbox)}`]),
    ...(programs.length === 0 ? [] : [`    runs ${programsText(programs)}`]),
    ...(description === '' ? [] : [`    ${safe(description)}`]),
    ...answerLines(approval, story, known).map((line) => `    ${line}`),
  ];
  // The command stays in one piece: where a line of it ends must be for the terminal alone to say.
  const changes = changeLines(payload, String(story.run.number)).map((line) => `    ${line}`);
  return [
    ...wrapLines(about, known.width),
    `    ${safe(payload.command)}`,
    ...changes,
    ...wrapLines(facts, known.width),
  ];
}

/** `you ask`, `an agent on laptop asks`; of what does not wait any more, that it was so. */
export function asksText({ status }: Pick<Approval, 'status'>, { by }: Pick<Run, 'by'>, known: KnownDevices): string {
  const isYou = by.kind === 'human' && isHere(by.device, known);
  if (status !== 'pending') return `${isYou ? 'you' : actorText(by, known)} asked`;
  return isYou ? 'you ask' : `${actorText(by, known)} asks`;
}

function isHere(device: string, { devices }: KnownDevices): boolean {
  return devices.some(({ id, local }) => local && id === device);
}

/** Undefined where it is this device. */
function whereOf({ device }: Approval, known: KnownDevices): string | undefined {
  return isHere(device, known) ? undefined : namesOf(known)(device);
}

function leftOf(approval: Approval, run: Run, now: number): string {
  if (approval.status === 'expired')
    return { edited: 'replaced', ended: 'ended with its run', late: 'expired' }[whyOver(approval, run)];
  if (approval.status !== 'pending') return approval.status;
  return `${formatDuration(approval.expiresAt - now, true)} left`;
}

function reachText({ access, enforced, sandbox }: ApprovalPayload, where: string): string {
  if (access === enforced) return enforced === 'full-access' ? '⚠ full-access: nothing limits it' : enforced;
  if (sandbox !== undefined) return `${enforced} (asked for ${access})`;
  return `⚠ ${enforced} (asked for ${access}, but ${where} has no sandbox to enforce it)`;
}

/** `bubblewrap: writes in /home/me/src, network`. */
export function sandboxText({ kind, writable, network, limits }: PlannedSandbox): string {
  const { memoryBytes, processes } = limits;
  const parts = [
    writable.length === 0 ? 'writes nothing' : `writes in ${writable.map(safe).join(', ')}`,
    network ? 'reaches the network' : 'no network',
    ...(memoryBytes === undefined ? [] : [`at most ${Math.round(memoryBytes / 2 ** 20)} MiB a process`]),
    ...(processes === undefined ? [] : [`at most ${processes} processes`]),
  ];
  return `sandbox ${kind}: ${parts.join(', ')}`;
}

function programsText(programs: readonly PlannedProgram[]): string {
  const shown = programs
    .slice(0, PROGRAMS_SHOWN)
    .map(({ path, sha256 }) => `${safe(path)} (sha256 ${safe(sha256.slice(0, HASH_SHOWN))}…)`);
  const more = programs.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}

/** Who has answered, from where and when; what it is an edited version of, or was replaced by. */
function answerLines(approval: Approval, story: ApprovalStory, known: ApprovalContext): string[] {
  const { agreed = [], edits } = approval;
  const pending = approval.status === 'pending';
  return [
    ...(edits === undefined ? [] : [`an edited version of ${safe(edits)}${commandOf(story, edits, ', which was: ')}`]),
    ...agreed.map(({ by, at }) => `${actorText(by, known)} agreed at ${formatTime(at, known.now)}`),
    ...(pending && neededBy(approval) > 1 ? [agreementText(approval)] : []),
    ...(pending ? [] : [outcomeText(approval, story, known)]),
  ];
}

function commandOf({ approvals }: ApprovalStory, id: string, before: string): string {
  const command = approvals.find((approval) => approval.id === id)?.payload.command;
  return command === undefined ? '' : `${before}${safe(command)}`;
}

type Expired = Extract<Approval, { status: 'expired' }>;

/** Why a request is over that nobody answered: it was edited, its run ended first, or nobody answered in time. */
export function whyOver(approval: Expired, run: Run | undefined): 'edited' | 'ended' | 'late' {
  if (approval.replacedBy !== undefined) return 'edited';
  if (run !== undefined && isFinal(run))
    return run.status === 'cancelled' && run.reason === 'expired' ? 'late' : 'ended';
  return approval.decidedAt < approval.expiresAt ? 'ended' : 'late';
}

function expiredText(approval: Expired, story: ApprovalStory, known: ApprovalContext): string {
  const when = formatTime(approval.decidedAt, known.now);
  switch (whyOver(approval, story.run)) {
    case 'edited': {
      const next = approval.replacedBy ?? '';
      const editor = story.editors.get(approval.id);
      const by = editor === undefined ? '' : `by ${actorText(editor, known)}, `;
      return `replaced by an edited version (${by}${when}), ${safe(next)}${commandOf(story, next, ': ')}`;
    }
    case 'ended':
      return `ended with its run at ${when}: ${endText(story.run)}`;
    case 'late':
      return `nobody had answered by ${when}`;
  }
}

function endText(run: Run): string {
  if (run.status === 'failed') return `it failed (${run.reason})`;
  if (run.status !== 'cancelled') return 'it is over';
  return run.reason === 'revoked' ? 'its permission was revoked' : 'it was cancelled';
}

function outcomeText(
  approval: Exclude<Approval, { status: 'pending' }>,
  story: ApprovalStory,
  known: ApprovalContext,
): string {
  if (approval.status === 'expired') return expiredText(approval, story, known);
  const when = formatTime(approval.decidedAt, known.now);
  const { status, decidedBy, decision, note, under, rule, signature } = approval;
  return [
    `${status} at ${when} by ${actorText(decidedBy, known)}`,
    ...(under === undefined ? [] : [`as ${safe(under)} was, for this run`]),
    ...(decision === 'approve-for-run' ? ['for this run'] : []),
    ...(decision === 'approve-always' ? ['for always'] : []),
    ...(rule === undefined ? [] : [`with the rule ${safe(rule)}`]),
    ...(signature === undefined ? [] : ['signed']),
    ...(note === undefined ? [] : [`“${safe(note)}”`]),
  ].join(', ');
}

/** `you on this device`, `a person on laptop`, `an agent on gpu-box`. */
export function actorText({ kind, device }: Actor, known: KnownDevices): string {
  const local = isHere(device, known);
  const where = local ? 'this device' : namesOf(known)(device);
  if (kind === 'device') return where;
  if (kind === 'human') return local ? 'you on this device' : `a person on ${where}`;
  return `an ${kind} on ${where}`;
}

/** How many devices must say yes. */
function neededBy({ approvers = 1 }: Approval): number {
  return approvers;
}

/** `1 of 2 has agreed: one more device must`. */
export function agreementText(approval: Approval): string {
  const agreed = approval.agreed?.length ?? 0;
  const needed = neededBy(approval);
  const more = needed - agreed;
  const have = `${agreed === 0 ? 'none' : agreed} of ${needed} ${agreed > 1 ? 'have' : 'has'} agreed`;
  if (agreed === 0) return `${have}: ${more} devices must`;
  return `${have}: ${more === 1 ? 'one more device must' : `${more} more devices must`}`;
}

/** What the answer means, for a line that says that it counts. */
export function decisionText(decision: Decision): string {
  switch (decision) {
    case 'approve':
      return 'approved';
    case 'approve-for-run':
      return 'approved for this run';
    case 'approve-always':
      return 'approved for always';
    case 'reject':
      return 'rejected';
  }
}
