/** Where an artifact comes from: the run that made it, the device, who allowed it, and the hash that its bytes must have. */

import type { ControlClient } from '../control/client/client.ts';
import { type Action, titleOf } from '../core/actions.ts';
import type { Approval } from '../core/approvals.ts';
import type { PublishedArtifact, RemovalReason } from '../core/artifacts.ts';
import type { Device } from '../core/devices.ts';
import type { Run } from '../core/runs.ts';
import { formatTime } from '../tui/format.ts';
import type { CliContext } from './context.ts';
import { bytes, safe, statusText, table } from './print.ts';
import { actorText } from './print-approval.ts';
import { namesOf } from './print-device.ts';

export async function showArtifact(context: CliContext, client: ControlClient, ref: string): Promise<number> {
  const { artifact } = await client.call('artifact.get', { artifact: ref });
  const [{ run, approvals }, { devices }] = await Promise.all([
    client.call('run.get', { run: artifact.runId }),
    client.call('devices', {}),
  ]);
  if (context.json) {
    context.printJson({ artifact, run, approvals });
    return 0;
  }
  const now = Date.now();
  for (const line of table(provenance(artifact, run, approvals, { devices, now }))) context.print(line);
  return 0;
}

const GONE: Readonly<Record<RemovalReason, string>> = {
  age: 'it was kept as long as its device keeps such',
  room: 'its device had no room for more',
};

/** As rows of two columns. */
export function provenance(
  artifact: PublishedArtifact,
  run: Run,
  approvals: readonly Approval[],
  { devices, now }: { readonly devices: readonly Device[]; readonly now: number },
): [string, string][] {
  const { id, name, kind, mimeType, sizeBytes, sha256, device, createdAt, removed } = artifact;
  return [
    ['artifact', `${safe(name)}  ${id}`],
    ['kind', `${kind}, ${safe(mimeType)}`],
    ['size', bytes(sizeBytes)],
    ['sha256', sha256],
    ['made', `${formatTime(createdAt, now)} on ${namesOf(devices)(device)}`],
    ['by run', `${run.number}  ${taskOf(run.action)}  (${statusText(run)})`],
    ['asked by', actorText(run.by, devices)],
    ...allowed(run, approvals, devices, now).map((text): [string, string] => ['allowed', text]),
    ...(removed === undefined
      ? [['get it', `dispatch get ${run.number}/${safe(name)}`] as [string, string]]
      : [['gone', `${formatTime(removed.at, now)}: ${GONE[removed.reason]}`] as [string, string]]),
  ];
}

const taskOf = (action: Action): string => safe(titleOf(action));

/** Each yes that let it run, or the rule that needed none. */
function allowed(run: Run, approvals: readonly Approval[], devices: readonly Device[], now: number): string[] {
  const given = approvals.flatMap((approval) =>
    approval.status === 'approved'
      ? [
          `${formatTime(approval.decidedAt, now)} by ${actorText(approval.decidedBy, devices)}${approval.signature === undefined ? '' : ', signed'}`,
        ]
      : [],
  );
  if (given.length > 0) return given;
  return run.rule === undefined ? [] : [`by the rule ${safe(run.rule)}`];
}
