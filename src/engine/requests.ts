/** What a person is asked, and what is written down of a plan. Secrets are masked: the action that is shown is the one in the log. */

import {
  type Action,
  accessOf,
  canonicalLikeness,
  type PlannedProgram,
  type StartedPlan,
  textOf,
  titleOf,
} from '../core/actions.ts';
import { type ApprovalPayload, DECISIONS } from '../core/approvals.ts';
import { canonicalJson } from '../core/canonical.ts';
import type { RunCommand } from '../core/commands.ts';
import type { ApprovalId } from '../core/ids.ts';
import type { Run } from '../core/runs.ts';
import type { CheckedPlan } from './checks.ts';
import type { EngineDeps } from './context.ts';
import type { Shown } from './illustrations.ts';
import { maskReasons } from './masking.ts';
import { proposalFor } from './proposals.ts';

/** The command that asks a person about exactly this plan. `action` of the run is what may be written down of it. */
export function askFor(
  deps: EngineDeps,
  run: Pick<Run, 'by' | 'origin' | 'action' | 'masked'>,
  checked: CheckedPlan,
  illustrated: Shown,
  /** Why a person is asked who has been asked before, as a phrase. */
  again?: string,
): Extract<RunCommand, { type: 'request-approval' }> {
  const { plan, digest, action, facts } = checked;
  const { action: shown } = run;
  const masked = run.masked === true;
  const approvers = plan.enforced === 'full-access' ? deps.owner.fullAccessApprovers() : 1;
  return {
    type: 'request-approval',
    approval: deps.ids.next() as ApprovalId,
    title: titleOf(shown),
    description: `${again === undefined ? '' : `You are asked again: ${again}. `}${describe(deps.owner.name(), shown, checked, masked)}`,
    payload: payloadFor(deps, shown, checked, illustrated),
    digest,
    // What several people must agree on is agreed on each time.
    decisions: DECISIONS.filter(
      (decision) =>
        decision === 'approve' ||
        decision === 'reject' ||
        (approvers === 1 &&
          (decision !== 'approve-always' || proposalFor(deps, run, { action, facts, cwd: plan.cwd, masked }).ok)),
    ),
    expiresAt: deps.clock.now() + deps.settings.approvalTtlMs,
    ...(approvers > 1 ? { approvers } : {}),
  };
}

/** What a person is shown of a plan. */
export function payloadFor(
  { ids }: Pick<EngineDeps, 'ids'>,
  shown: Action,
  { plan, gate, action: { timeoutMs }, told }: CheckedPlan,
  illustrated: Shown = {},
): ApprovalPayload {
  const { cwd, executable, sandbox, programs } = told;
  return {
    command: textOf(shown),
    cwd,
    executable,
    envNames: plan.envNames,
    access: accessOf(shown),
    enforced: plan.enforced,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(sandbox === undefined ? {} : { sandbox }),
    ...(programs.length === 0 ? {} : { programs }),
    ...(plan.secrets.length === 0 ? {} : { secrets: plan.secrets }),
    ...(told.changes === undefined ? {} : { changes: told.changes }),
    ...(told.targets === undefined ? {} : { targets: told.targets }),
    ...illustrated,
    ...(gate.rule === undefined ? {} : { rule: gate.rule }),
    likeness: ids.sha256(canonicalLikeness(plan)),
  };
}

/** What of a request is not as it was in an earlier one, as people see it; undefined if both look the same. */
export function whatDiffers(before: ApprovalPayload, now: ApprovalPayload): string | undefined {
  const others = changedPrograms(before, now);
  if (others.length > 0) return others.join(', ');
  const changed = (Object.keys(PARTS) as (keyof typeof PARTS)[]).filter(
    (part) => canonicalJson(before[part]) !== canonicalJson(now[part]),
  );
  return changed.length === 0 ? undefined : changed.map((part) => PARTS[part]).join(', ');
}

/** Not those that only show what others of them hold: the steps are in the command, the diff in the hashes of the files. */
const PARTS: Readonly<Record<Exclude<keyof ApprovalPayload, 'programs' | 'likeness' | keyof Shown>, string>> = {
  command: 'the command',
  cwd: 'its folder',
  executable: 'the shell',
  envNames: 'the names of its variables',
  access: 'the access that it asks for',
  enforced: 'the access that it gets',
  timeoutMs: 'its time limit',
  sandbox: 'what the sandbox lets it reach',
  secrets: 'the names of its secrets',
  changes: 'the files that it changes',
  targets: 'what it touches',
  rule: 'the rule that makes it ask',
};

/** Programs and scripts that are others now, as the command names them. */
function changedPrograms(
  { programs: before = [] }: ApprovalPayload,
  { programs: now = [] }: ApprovalPayload,
): string[] {
  const has = (list: readonly PlannedProgram[], wanted: PlannedProgram): boolean =>
    list.some((each) => canonicalJson(each) === canonicalJson(wanted));
  const others = [...now.filter((each) => !has(before, each)), ...before.filter((each) => !has(now, each))];
  return [...new Set(others.map(({ name }) => name))];
}

function describe(device: string, shown: Action, { plan, gate, told }: CheckedPlan, masked: boolean): string {
  const unheld = maskReasons(plan.unheld ?? [], masked);
  const change = unheld.length === 0 ? '' : ` A yes does not hold to what it is now: ${unheld.join('; ')}.`;
  return `${DONE[shown.kind]} on ${device}${told.cwd === '' ? '' : ` in ${told.cwd}`}. You are asked because of ${gate.because.join('; ')}.${change}`;
}

const DONE: Readonly<Record<Action['kind'], string>> = {
  shell: 'Run a shell command',
  files: 'Work on files',
  browser: 'Use the browser',
  desktop: 'Use the screen, keyboard and mouse',
  knowledge: 'Send a question, and what goes along with it, to a connector',
  code: 'Run code at a connector',
  inline: 'Run inline code',
};

export function acceptance({ gate }: CheckedPlan): RunCommand {
  return {
    type: 'accept',
    because: gate.because,
    access: gate.access,
    ...(gate.rule === undefined ? {} : { rule: gate.rule }),
  };
}

/** What is kept of a plan when it starts. */
export function startedPlan({ plan, told }: CheckedPlan): StartedPlan {
  const { executableSha256, enforced, envNames, secrets } = plan;
  const { cwd, executable, sandbox, programs } = told;
  return {
    cwd,
    executable,
    ...(executableSha256 === undefined ? {} : { executableSha256 }),
    enforced,
    ...(sandbox === undefined ? {} : { sandbox }),
    envNames,
    secrets,
    programs,
  };
}
