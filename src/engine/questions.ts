/**
 * What the router leaves open of a question: which answer it follows up, and which artifacts go along. Nothing is guessed: what is not found,
 * or may be several, is refused.
 */

import type { Action } from '../core/actions.ts';
import type { Artifact } from '../core/artifacts.ts';
import type { Attachment, KnowledgeAction } from '../core/cloud.ts';
import type { Device } from '../core/devices.ts';
import { DispatchError } from '../core/errors.ts';
import type { RunId } from '../core/ids.ts';
import type { RouteAnswer } from '../core/routing/route-answer.ts';
import type { Run } from '../core/runs.ts';
import type { ThreadStore } from './ports.ts';
import { findArtifact } from './references.ts';

const PAGE = 200;
/** Of the newest runs that are over: an answer that is further back is not what anybody means. */
const MOST_LOOKED_AT = 2000;
/** Of the newest artifacts, those that are found by their name alone. */
const MOST_NAMED = 1000;
const SHOWN = 5;

export async function completeAction(
  store: ThreadStore,
  devices: readonly Device[],
  { action, attach = [], followUp, devices: chosen }: RouteAnswer,
): Promise<Action> {
  if (action.kind !== 'knowledge') return action;
  const attached: Attachment[] = [];
  for (const name of attach) {
    const artifact = await findAttached(store, name);
    attached.push({ artifact: artifact.id, name: artifact.name });
  }
  const along = attached.length === 0 ? {} : { attach: attached };
  if (followUp !== true) return { ...action, ...along };
  const [device, another] = chosen;
  if (device === undefined || another !== undefined)
    throw new DispatchError('usage', 'a question follows up one answer, on one device', { hint: 'name one device' });
  return followUpTo(store, devices, device, { ...action, ...along });
}

/** The question as the one after the newest answer that its device gave to a person here; it goes to the same connector. */
export async function followUpTo(
  store: ThreadStore,
  devices: readonly Device[],
  device: Device,
  action: KnowledgeAction,
): Promise<KnowledgeAction> {
  const { id, action: before } = await answeredRun(store, devices, device);
  const connector = action.connector ?? (before.kind === 'knowledge' ? before.connector : undefined);
  return { ...action, after: id, ...(connector === undefined ? {} : { connector }) };
}

/** By what people write: `RUN/NAME`, the beginning of an id, or a name that one run alone has left. */
async function findAttached(store: ThreadStore, ref: string): Promise<Artifact> {
  const named = (await store.artifacts(MOST_NAMED)).filter(({ name }) => name === ref);
  const [first, second] = named;
  if (second !== undefined) {
    const places = await Promise.all(named.slice(0, SHOWN).map((artifact) => placeOf(store, artifact)));
    throw new DispatchError('ambiguous', `several runs have left "${ref}"`, {
      hint: `name one: ${places.join(', ')}`,
      details: { choices: places },
    });
  }
  const found = first ?? (await findArtifact(store, ref).catch(unknownAttachment(ref)));
  if (found.removed === undefined) return found;
  throw new DispatchError('not-found', `+${ref} is kept no longer: only what is known of it is left`, {
    hint: 'make it again, or leave it out',
  });
}

function unknownAttachment(ref: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof DispatchError) || error.code !== 'not-found') throw error;
    const hint = `${error.hint ?? 'list them with "dispatch artifacts"'}; quote it ('+${ref}') if it belongs to the question`;
    throw new DispatchError('not-found', `+${ref} is nothing that could go along: ${error.message}`, { hint });
  };
}

async function placeOf(store: ThreadStore, { runId, name }: Artifact): Promise<string> {
  return `+${(await store.run(runId))?.run.number ?? runId}/${name}`;
}

/** The newest answer of the device. What another one answered is in its thread, and it has to go on. */
async function answeredRun(store: ThreadStore, devices: readonly Device[], device: Device): Promise<Run> {
  const self = devices.find(({ local }) => local)?.id;
  let elsewhere: Run | undefined;
  let before: RunId | undefined;
  for (let seen = 0; seen < MOST_LOOKED_AT; seen += PAGE) {
    const page = await store.runs({ status: ['completed'], limit: PAGE, ...(before === undefined ? {} : { before }) });
    for (const run of page.items) {
      // A conversation of another device, or of a program, is not one of the person here.
      if (run.action.kind !== 'knowledge' || run.by.kind !== 'human' || run.origin !== self) continue;
      if (run.device === device.id) return run;
      elsewhere ??= run;
    }
    before = page.items.at(-1)?.id;
    if (!page.more || before === undefined) break;
  }
  if (elsewhere === undefined) {
    throw new DispatchError('not-found', 'there is no answer yet that this could follow up', {
      hint: 'ask it with one "?"',
    });
  }
  const other = devices.find(({ id }) => id === elsewhere.device);
  throw new DispatchError('not-found', `${device.name} has answered nothing that this could follow up`, {
    hint:
      other === undefined
        ? 'ask it with one "?"'
        : `the newest answer is that of run ${elsewhere.number} on ${other.name}: write @${other.name} ??…`,
  });
}
