/** Where an artifact comes from: the run that made it, the devices, who allowed it, the hash that its bytes must have, and where they are. */

import { titleOf } from './actions.ts';
import type { Actor, Approval } from './approvals.ts';
import type { PublishedArtifact, RemovalReason } from './artifacts.ts';
import type { Run } from './runs.ts';

/** How whoever shows it says these things. */
export interface ProvenanceWords {
  time(at: number): string;
  size(bytes: number): string;
  device(id: string): string;
  /** It is the device that is asked. */
  isHere(device: string): boolean;
  actor(actor: Actor): string;
  status(run: Run): string;
}

/** A label of at most eight characters, and what is so: not sanitised. */
export type ProvenanceFact = readonly [label: string, value: string];

const GONE: Readonly<Record<RemovalReason, string>> = {
  age: 'it was older than its device keeps artifacts',
  room: 'its device had no room for more',
};

export function provenanceOf(
  artifact: PublishedArtifact,
  run: Run,
  approvals: readonly Approval[],
  words: ProvenanceWords,
): ProvenanceFact[] {
  const { id, name, kind, mimeType, sizeBytes, sha256, device, createdAt } = artifact;
  return [
    ['artifact', `${name}  ${id}`],
    ['kind', `${kind}, ${mimeType}`],
    ['size', words.size(sizeBytes)],
    ['sha256', sha256],
    ['made', `${words.time(createdAt)} on ${words.device(device)}`],
    ['by run', `${run.number}  ${titleOf(run.action)}  (${words.status(run)})`],
    ['route', run.route],
    ['asked by', words.actor(run.by)],
    ...allowed(run, approvals, words).map((text): ProvenanceFact => ['allowed', text]),
    ...whereabouts(artifact, run, words),
  ];
}

/** Where its bytes are, or since when they are nowhere. */
function whereabouts({ removed, device, name }: PublishedArtifact, run: Run, words: ProvenanceWords): ProvenanceFact[] {
  if (removed !== undefined) return [['gone', `${words.time(removed.at)}: ${GONE[removed.reason]}`]];
  const where = words.isHere(device) ? 'on this device' : `on ${words.device(device)}, and here once they were fetched`;
  return [
    ['bytes', where],
    ['get it', `dispatch get ${run.number}/${name}`],
  ];
}

/** Each yes that let it run, or the rule that needed none. */
function allowed(run: Run, approvals: readonly Approval[], words: ProvenanceWords): string[] {
  const given = approvals.flatMap((approval) => {
    if (approval.status !== 'approved') return [];
    const signed = approval.signature === undefined ? '' : ', signed';
    return [`${words.time(approval.decidedAt)} by ${words.actor(approval.decidedBy)}${signed}`];
  });
  if (given.length > 0) return given;
  return run.rule === undefined ? [] : [`by the rule ${run.rule}`];
}
