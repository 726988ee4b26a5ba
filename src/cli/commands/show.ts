/** `dispatch show`: everything about one run, or where an artifact comes from. */

import type { ControlClient } from '../../control/client/client.ts';
import type { AccessLevel } from '../../core/access.ts';
import type { PlannedSandbox, ShellAction } from '../../core/actions.ts';
import type { Approval } from '../../core/approvals.ts';
import type { Device } from '../../core/devices.ts';
import { DispatchError } from '../../core/errors.ts';
import { citationText } from '../../core/export.ts';
import type { Run } from '../../core/runs.ts';
import type { Message, ThreadEntry } from '../../core/thread.ts';
import type { KnownDevices, RunDetail } from '../../protocol/api.ts';
import { sanitizeText } from '../../tui/terminal/sanitize.ts';
import { storyOf } from '../approval-story.ts';
import type { Command } from '../command.ts';
import { onlyArgument } from '../command.ts';
import type { CliContext } from '../context.ts';
import { complaintOf } from '../exit-status.ts';
import { artifactRow, bytes, elapsed, safe, statusText, table } from '../print.ts';
import { actorText, approvalLines, sandboxText } from '../print-approval.ts';
import { expiryText, namesOf, whereabouts } from '../print-device.ts';
import { findEntry, showEntry } from '../show-entry.ts';
import { secondColumn, widthOf, wrapLines } from '../wrap-lines.ts';

/** How far back the other runs of a group are looked for. */
const GROUP_WINDOW = 500;

export const command: Command = {
  usage: 'show RUN | ARTIFACT | ID',
  summary: 'Show one run: what it is, how it went, its approvals and its artifacts; or where an artifact comes from.',
  details: [
    'On a terminal, what is in an artifact is shown below: text, Markdown, JSON, a diff, a picture; else its first bytes.',
    'ID is that of any entry of the thread, as C copies it in the dashboard; of a message or an approval one line is shown.',
  ].join('\n'),
  options: {
    preview: { type: 'boolean', help: 'show what is in an artifact, also into a pipe' },
  },
  examples: ['dispatch show 12', 'dispatch show 12/report.pdf', 'dispatch show 12 --json'],
  completes: 'runs',
  async run(context, args) {
    const ref = onlyArgument(args, 'show', 'RUN');
    const client = await context.connect();
    const found = await findShown(client, ref);
    if (found === undefined)
      return (await import('../show-artifact.ts')).showArtifact(
        context,
        client,
        ref,
        args.flag('preview') || context.stdout.isTTY,
      );
    return 'key' in found ? showEntry(context, found) : showRun(context, client, found);
  },
};

/** Undefined where it is the name of an artifact. */
async function findShown(client: ControlClient, ref: string): Promise<RunDetail | ThreadEntry | undefined> {
  if (ref.includes('/')) return undefined;
  try {
    return await client.call('run.get', { run: ref });
  } catch (error) {
    if (!(error instanceof DispatchError && error.code === 'not-found') || /^\d+$/.test(ref)) throw error;
    const isArtifact = await client.call('artifact.get', { artifact: ref }).then(
      () => true,
      () => false,
    );
    if (isArtifact) return undefined;
    const entry = await findEntry(client, ref);
    if (entry === undefined) throw error;
    return entry;
  }
}

async function showRun(context: CliContext, client: ControlClient, detail: RunDetail): Promise<number> {
  const known = await client.call('devices', {});
  if (context.json) {
    context.printJson(detail);
    return 0;
  }
  const { run, approvals, artifacts } = detail;
  const { action } = run;
  const rows: [string, string][] = [
    ['run', `${run.number}  ${run.id}`],
    ['task', safe(run.task)],
    ['status', `${statusText(run)}  ${elapsed(run, Date.now())}`],
    ['route', run.route],
    ...(await placeRows(client, run, known)),
    ...(action.kind === 'shell'
      ? [
          ...reachRows(run, action, approvals, known.devices),
          ['folder', safe(action.cwd ?? 'home')] as [string, string],
        ]
      : []),
    ...(run.rule === undefined ? [] : [['rule', safe(run.rule)] as [string, string]]),
    ['because', run.because.map(safe).join('; ')],
    ...('output' in run && run.output !== undefined
      ? [
          [
            'output',
            `${bytes(run.output.bytes)}${run.output.droppedBytes > 0 ? `, of which ${bytes(run.output.droppedBytes)} were dropped` : ''}`,
          ] as [string, string],
        ]
      : []),
    ...('result' in run && run.result !== undefined ? [['result', safe(run.result)] as [string, string]] : []),
    ...(run.retryOf === undefined ? [] : [['retry of', run.retryOf] as [string, string]]),
    ...(await proposerRows(client, run)),
  ];
  const width = widthOf(context.stdout);
  for (const line of wrapLines(table(rows), width, secondColumn)) context.print(line);
  if ('receipt' in run && run.receipt !== undefined) {
    for (const { pid, command: name, signal } of run.receipt.stopped)
      context.print(`stopped   ${pid}  ${safe(name)}  ${signal}`);
    for (const { pid, command: name } of run.receipt.left) context.print(`still there  ${pid}  ${safe(name)}`);
  }
  const complaint = complaintOf(run, known.devices);
  if (complaint !== undefined) for (const line of wrapLines([complaint], width)) context.print(line);
  const story = await storyOf(client, detail);
  if (detail.answer !== undefined) printAnswer(context, detail.answer, width);
  for (const approval of approvals)
    for (const line of approvalLines(approval, story, { ...known, now: Date.now(), width })) context.print(line);
  for (const line of table(artifacts.map(artifactRow))) context.print(`◆ ${line}`);
  return 0;
}

/** The assistant that wanted it, by the run that it worked for. */
async function proposerRows(client: ControlClient, { proposedBy }: Run): Promise<[string, string][]> {
  if (proposedBy === undefined) return [];
  const { run } = await client.call('run.get', { run: proposedBy });
  return [['proposed by', `the assistant of run ${run.number}`]];
}

/** What a connector said, and who that was. */
function printAnswer(context: CliContext, { text, about }: Message, width: number | undefined): void {
  for (const line of wrapLines(sanitizeText(text).split('\n'), width)) context.print(line);
  if (about === undefined) return;
  const { connector, model, usage, cut, citations = [] } = about;
  if (cut !== undefined) context.print(`not all of it: ${safe(cut)}`);
  for (const [index, citation] of citations.entries()) context.print(`[${index + 1}] ${safe(citationText(citation))}`);
  const tokens = usage === undefined ? [] : [`${usage.input ?? '?'} → ${usage.output ?? '?'} tokens`];
  context.print(`— ${[connector, ...(model === undefined ? [] : [model]), ...tokens].map(safe).join(' · ')}`);
}

const localId = (devices: readonly Device[]): string | undefined => devices.find(({ local }) => local)?.id;

/** What really limits it: the access that its device enforces, and by which sandbox. */
function reachRows(
  run: Run,
  { access, secrets = [] }: ShellAction,
  approvals: readonly Approval[],
  devices: readonly Device[],
): [string, string][] {
  const payload = approvals.at(-1)?.payload;
  const enforced = run.enforced ?? payload?.enforced;
  const sandbox = enforced === undefined || enforced === 'full-access' ? undefined : payload?.sandbox;
  const kind = devices.find(({ id }) => id === run.device)?.sandbox?.kind;
  return [
    ['access', enforced === undefined || enforced === access ? access : `${enforced} (asked for ${access})`],
    ...(enforced === undefined ? [] : [['sandbox', sandboxOf(enforced, sandbox, kind)] as [string, string]]),
    ...(secrets.length === 0 ? [] : [['secrets', secrets.map(safe).join(', ')] as [string, string]]),
  ];
}

function sandboxOf(enforced: AccessLevel, sandbox: PlannedSandbox | undefined, kind: string | undefined): string {
  if (enforced === 'full-access') return 'none: nothing limits it';
  return sandbox === undefined ? (kind ?? 'yes') : sandboxText(sandbox).replace(/^sandbox /, '');
}

/** Where it runs and where it came from, as far as that is not this device; and what belongs to it. */
async function placeRows(client: ControlClient, run: Run, known: KnownDevices): Promise<[string, string][]> {
  const self = localId(known.devices);
  const nameOf = namesOf(known);
  return [
    ...(known.devices.length === 1 && run.device === self
      ? []
      : [['device', whereabouts(run, known, Date.now())] as [string, string]]),
    ...(run.origin === self && run.by.kind === 'human' ? [] : [['from', actorText(run.by, known)] as [string, string]]),
    ...(run.group === undefined ? [] : [['group', await groupText(client, run, nameOf)] as [string, string]]),
    ...(run.expiresAt === undefined || run.status !== 'queued'
      ? []
      : [['expires', `unless it is taken on ${expiryText(run.expiresAt, Date.now())}`] as [string, string]]),
  ];
}

async function groupText(client: ControlClient, run: Run, nameOf: (id: string) => string): Promise<string> {
  const { runs } = await client.call('runs.list', { limit: GROUP_WINDOW });
  const others = runs.filter((other) => other.group === run.group && other.id !== run.id).reverse();
  const listed = others.map((other) => `${other.number} on ${nameOf(other.device)} (${statusText(other)})`);
  return listed.length === 0 ? `${run.group}` : `with ${listed.join(', ')}`;
}
