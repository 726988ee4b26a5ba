/** Each event of a run as one sentence for people. Text from elsewhere stands in it as it is: whoever shows it escapes it. */

import type { AccessLevel } from '../core/access.ts';
import { type Action, type PlannedProgram, type PlannedSandbox, type StartedPlan, textOf } from '../core/actions.ts';
import type { Actor, ApprovalPayload } from '../core/approvals.ts';
import type { RemovalReason } from '../core/artifacts.ts';
import type { LogEvent, OutputSummary, StopReceipt } from '../core/events.ts';
import type { ArtifactId, DeviceId } from '../core/ids.ts';
import { CHECKS } from '../core/policy/gate.ts';
import { ruleSubject } from '../core/policy/rule-words.ts';
import type { RuleBody } from '../core/policy/rules.ts';

/** What people call a device. */
export type NameOf = (device: DeviceId) => string;

/** As many digits of a hash tell it apart by eye. */
const SHORT_HASH = 12;
const short = (sha256: string): string => sha256.slice(0, SHORT_HASH);

/** `left`: what the run has left, by name. */
export function sentenceOf(event: LogEvent, nameOf: NameOf, left: ReadonlyMap<ArtifactId, string>): string {
  const who = whoOf(event.by, nameOf);
  const here = nameOf(event.device);
  switch (event.type) {
    case 'run.submitted':
      return `${who} asked for ${taskOf(event.data, nameOf)}`;
    case 'run.received':
      return `${here} received it from ${nameOf(event.data.origin)}, where ${who} asked for ${taskOf(event.data, nameOf)}`;
    case 'run.offered':
      return `${here} offered it to the device that is to run it`;
    case 'run.cancel_requested':
      return `${who} wanted it ended`;
    case 'run.accepted':
      return acceptedText(event.data, here);
    case 'approval.requested':
      return requestedText(event.data, here);
    case 'approval.agreed':
      return `${who} said yes${beforehandText(event.data)} (${refText(event.data)}). Somebody else must too`;
    case 'approval.edited':
      return `${who} changed it to ${actionText(event.data.action)}. The request ${event.data.next} took the place of ${event.data.approval}`;
    case 'approval.decided':
      return decidedText(event.data, who, nameOf);
    case 'approval.expired':
      return `the request ${event.data.approval} ended without an answer`;
    case 'run.started':
      return `it started (plan ${short(event.data.digest)})${startedText(event.data.plan)}`;
    case 'run.answered': {
      const { connector, model, text, cut } = event.data;
      const by = model === undefined ? connector : `${connector} (${model})`;
      return `${by} answered with ${text.length} characters${cut === undefined ? '' : `, and not all of it: ${cut}`}`;
    }
    case 'run.completed':
      return `it ended with exit status ${event.data.exitCode}${outputText(event.data.output)}`;
    case 'run.failed':
      return failedText(event.data);
    case 'run.cancelled':
      return cancelledText(event.data, who);
    case 'artifact.created': {
      const { name, kind, sizeBytes, sha256 } = event.data.artifact;
      return `it left "${name}" (${kind}, ${bytesText(sizeBytes)}, SHA-256 ${short(sha256)})`;
    }
    case 'artifact.removed':
      return removedText(event.data, who, left.get(event.data.artifact));
    case 'message.said':
      return `${who} said "${event.data.text}"`;
  }
}

/** An artifact that the log does not tell of, as far as it is known here, has no name. */
function removedText(
  { artifact, reason }: { artifact: ArtifactId; reason: RemovalReason },
  who: string,
  name: string | undefined,
): string {
  const what = name === undefined ? `artifact ${artifact}` : `"${name}"`;
  return `${who} removed the bytes of ${what}: ${REMOVED[reason]}`;
}

const REMOVED: Readonly<Record<RemovalReason, string>> = {
  age: 'they were older than artifacts are kept',
  room: 'artifacts took more room than they may',
};

function whoOf({ kind, device }: Actor, nameOf: NameOf): string {
  const name = nameOf(device);
  switch (kind) {
    case 'human':
      return `a person on ${name}`;
    case 'assistant':
      return `the assistant on ${name}`;
    case 'agent':
      return `an agent on ${name}`;
    case 'device':
      return name;
  }
}

function taskOf(data: Extract<LogEvent, { type: 'run.submitted' }>['data'], nameOf: NameOf): string {
  const parts = [
    `${actionText(data.action)} on ${nameOf(data.device)}`,
    ...(data.masked === true ? ['secrets in it are masked here'] : []),
    ...(data.retryOf === undefined ? [] : [`again, after run ${data.retryOf}`]),
    ...(data.approved === true ? ['and said yes beforehand'] : []),
    ...(data.noWait === true ? ['not to wait for a yes'] : []),
  ];
  return parts.join(', ');
}

function actionText(action: Action): string {
  if (action.kind === 'inline') return `the ${action.language} "${action.source}"`;
  if (action.kind !== 'shell') return `"${textOf(action)}"`;
  const { command, access, cwd, secrets = [] } = action;
  const folder = cwd === undefined ? '' : ` in ${cwd}`;
  const names = secrets.length === 0 ? '' : ` with the secrets ${secrets.join(', ')}`;
  return `"${command}"${folder} at ${access}${names}`;
}

function acceptedText(data: Extract<LogEvent, { type: 'run.accepted' }>['data'], here: string): string {
  const { rule, access, because } = data;
  const reach = access === undefined ? '' : `, at ${access}`;
  const by = rule === undefined ? [] : [`by the rule "${rule}"`];
  const why = [...by, ...because.map(withoutCheck)].join('; ');
  return `${here} took it on${reach}${why === '' ? '' : `: ${why}`}`;
}

/** `policy: no rule allows it` without the name of the check. */
function withoutCheck(because: string): string {
  const check = CHECKS.find((name) => because.startsWith(`${name}: `));
  return check === undefined ? because : because.slice(check.length + 2);
}

function requestedText(data: Extract<LogEvent, { type: 'approval.requested' }>['data'], here: string): string {
  const { payload, approvers = 1 } = data;
  const why = payload.rule === undefined ? '' : `, as the rule "${payload.rule}" says`;
  const many = approvers > 1 ? ` from ${approvers} devices` : '';
  return `${here} asked for a yes${many}${why} (${refText(data)}): "${payload.command}"${payloadText(payload)}`;
}

/** What an answer names: `request k3fz, plan 0a1b2c3d4e5f`. */
function refText({ approval, digest }: { readonly approval: string; readonly digest: string }): string {
  return `request ${approval}, plan ${short(digest)}`;
}

function payloadText(payload: ApprovalPayload): string {
  const { cwd, executable, access, enforced, sandbox, programs = [], envNames, secrets = [] } = payload;
  const asked = access === enforced ? '' : ` (asked for ${access})`;
  return `${meansText(cwd, executable)}. It gets ${reachText(executable, enforced, sandbox)}${asked}${extrasText({ programs, envNames, secrets })}`;
}

function startedText(plan: StartedPlan | undefined): string {
  if (plan === undefined) return '';
  const { cwd, executable, executableSha256, enforced, sandbox } = plan;
  const hash = executableSha256 === undefined ? '' : ` ${short(executableSha256)}`;
  return `${meansText(cwd, executable)}${hash}. It got ${reachText(executable, enforced, sandbox)}${extrasText(plan)}`;
}

/** Only a program has a path; the rest is what Dispatch does itself. */
const isProgram = (executable: string): boolean => executable.startsWith('/');

function meansText(cwd: string, executable: string): string {
  if (cwd === '') return `, by ${executable}`;
  return isProgram(executable) ? ` in ${cwd}, by ${executable}` : ` from ${cwd}, by Dispatch itself (${executable})`;
}

/** What the access level meant for it. What Dispatch does itself is limited by what it is: a sandbox is for programs. */
function reachText(executable: string, enforced: AccessLevel, sandbox: PlannedSandbox | undefined): string {
  if (sandbox === undefined) return isProgram(executable) ? `${enforced} without a sandbox` : enforced;
  const { kind, writable, network, limits } = sandbox;
  const parts = [
    writable.length === 0 ? 'no writing' : `writing in ${writable.join(', ')}`,
    network ? 'network' : 'no network',
    ...(limits.memoryBytes === undefined ? [] : [`at most ${bytesText(limits.memoryBytes)} of memory a process`]),
    ...(limits.processes === undefined ? [] : [`at most ${limits.processes} processes`]),
  ];
  return `${enforced} in ${kind}: ${parts.join(', ')}`;
}

function extrasText(plan: {
  readonly programs: readonly PlannedProgram[];
  readonly envNames: readonly string[];
  readonly secrets: readonly string[];
}): string {
  const programs = plan.programs.map(({ name, path, sha256 }) => `${name} is ${path} ${short(sha256)}`);
  return [
    programs.length === 0 ? '' : `. Programs: ${programs.join(', ')}`,
    plan.envNames.length === 0 ? '' : `. Variables: ${plan.envNames.join(', ')}`,
    plan.secrets.length === 0 ? '' : `. Secrets: ${plan.secrets.join(', ')}`,
  ].join('');
}

function decidedText(
  data: Extract<LogEvent, { type: 'approval.decided' }>['data'],
  who: string,
  nameOf: NameOf,
): string {
  const { decision, note, forMs = 0, uses, rule, under } = data;
  const to = `(${refText(data)})`;
  const said = note === undefined ? '' : `. The note: "${note}"`;
  if (under !== undefined) return `the answer "for this run" to the request ${under} covered it ${to}`;
  switch (decision) {
    case 'approve':
      return `${who} approved it once${beforehandText(data)} ${to}${said}`;
    case 'approve-for-run': {
      const times = uses === undefined ? '' : `, ${uses} times at most`;
      return `${who} approved it, and what the run asks for in the next ${Math.ceil(forMs / 1000)} s${times} ${to}${said}`;
    }
    case 'approve-always':
      return `${who} approved it and its like from then on ${to}${rule === undefined ? '' : `. The rule: ${ruleText(rule, nameOf)}`}${said}`;
    case 'reject':
      return `${who} rejected it ${to}${said}`;
  }
}

/** The JSON that was signed, as people read rules; as it is where it is no rule. */
function ruleText(json: string, nameOf: NameOf): string {
  try {
    const rule = JSON.parse(json) as RuleBody;
    return `${rule.decision} ${rule.name}: ${ruleSubject(rule, (id) => nameOf(id as DeviceId), { whole: true })}`;
  } catch {
    return json;
  }
}

function beforehandText({ beforehand }: { readonly beforehand?: string }): string {
  return beforehand === undefined ? '' : ', beforehand';
}

function failedText(data: Extract<LogEvent, { type: 'run.failed' }>['data']): string {
  const { reason, message, exitCode, signal, output, receipt } = data;
  const how = [
    ...(exitCode === undefined ? [] : [`exit status ${exitCode}`]),
    ...(signal === undefined ? [] : [`signal ${signal}`]),
  ].join(', ');
  return `it failed (${reason}${how === '' ? '' : `, ${how}`}): ${message}${outputText(output)}${receiptText(receipt)}`;
}

function cancelledText(data: Extract<LogEvent, { type: 'run.cancelled' }>['data'], who: string): string {
  const { reason, note, output, receipt } = data;
  const said = note === undefined ? '' : `: "${note}"`;
  const by = {
    user: ` by ${who}`,
    rejected: ', as it was rejected',
    expired: ', as nobody answered in time',
    revoked: ', as it was no longer allowed',
  };
  return `it was cancelled${by[reason]}${said}${outputText(output)}${receiptText(receipt)}`;
}

function outputText(output: OutputSummary | undefined): string {
  if (output === undefined) return '';
  const dropped = output.droppedBytes === 0 ? '' : `, of which ${bytesText(output.droppedBytes)} were not kept`;
  return `. It printed ${bytesText(output.bytes)}${dropped}`;
}

function receiptText(receipt: StopReceipt | undefined): string {
  if (receipt === undefined) return '';
  const stopped = receipt.stopped.map(({ pid, command, signal }) => `"${command}" (process ${pid}, ${signal})`);
  const left = receipt.left.map(({ pid, command }) => `"${command}" (process ${pid})`);
  return [
    stopped.length === 0 ? '' : `. Stopped: ${stopped.join(', ')}`,
    left.length === 0 ? '' : `. Still there: ${left.join(', ')}`,
  ].join('');
}

function bytesText(bytes: number): string {
  return bytes === 1 ? '1 byte' : `${bytes} bytes`;
}
