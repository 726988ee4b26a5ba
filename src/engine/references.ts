/** How people name things: an id, the beginning of one, or the short number of a run. */

import type { Artifact } from '../core/artifacts.ts';
import { DispatchError } from '../core/errors.ts';
import type { ApprovalId, ArtifactId, RunId } from '../core/ids.ts';
import type { ThreadStore } from './ports.ts';

const SHOWN = 5;

type Kind = 'run' | 'approval' | 'artifact';
const LIST: Readonly<Record<Kind, string>> = {
  run: 'dispatch ps',
  approval: 'dispatch approvals',
  artifact: 'dispatch artifacts',
};

export async function resolveRun(store: ThreadStore, ref: string): Promise<RunId> {
  if (/^[0-9]{1,9}$/.test(ref)) {
    const numbered = await store.runByNumber(Number(ref));
    if (numbered !== undefined) return numbered;
  }
  return (await byPrefix(store, 'run', ref)) as RunId;
}

/** An approval, or the run whose newest approval is meant. */
export async function resolveApproval(store: ThreadStore, ref: string): Promise<ApprovalId> {
  const run = /^[0-9]{1,9}$/.test(ref) ? await store.runByNumber(Number(ref)) : undefined;
  if (run === undefined) return (await byPrefix(store, 'approval', ref)) as ApprovalId;
  const newest = (await store.approvalsOf(run)).at(-1);
  if (newest === undefined) {
    throw new DispatchError('not-found', `run ${ref} never asked for an approval`, {
      hint: `list them with "${LIST.approval}"`,
    });
  }
  return newest.id;
}

/** An artifact by id, by `RUN/NAME`, or the one artifact of a run besides its output. */
export async function findArtifact(store: ThreadStore, ref: string): Promise<Artifact> {
  const id = await resolveArtifact(store, ref);
  const artifact = await store.artifact(id);
  if (artifact === undefined)
    throw new DispatchError('not-found', `there is no artifact ${id}`, { hint: `list them with "${LIST.artifact}"` });
  return artifact;
}

async function resolveArtifact(store: ThreadStore, ref: string): Promise<ArtifactId> {
  const slash = ref.indexOf('/');
  const runRef = slash === -1 ? ref : ref.slice(0, slash);
  const run =
    slash !== -1
      ? await resolveRun(store, runRef)
      : /^[0-9]{1,9}$/.test(ref)
        ? await store.runByNumber(Number(ref))
        : undefined;
  if (run === undefined) return (await byPrefix(store, 'artifact', ref)) as ArtifactId;
  const all = await store.artifactsOf(run);
  const name = slash === -1 ? undefined : ref.slice(slash + 1);
  const named =
    name === undefined
      ? all.filter((artifact) => artifact.kind !== 'output')
      : all.filter((artifact) => artifact.name === name);
  const found = named.length === 0 && name === undefined ? all : named;
  const [only, second] = found;
  const namesOf = (artifacts: readonly Artifact[]): string =>
    artifacts
      .slice(0, SHOWN)
      .map((artifact) => `${runRef}/${artifact.name}`)
      .join(', ');
  if (only === undefined) {
    throw new DispatchError(
      'not-found',
      `run ${runRef} has no ${name === undefined ? 'artifacts' : `artifact "${name}"`}`,
      {
        hint: all.length === 0 ? `list them with "${LIST.artifact}"` : `it has ${namesOf(all)}`,
      },
    );
  }
  if (second !== undefined)
    throw new DispatchError('ambiguous', `run ${runRef} has ${found.length} artifacts`, {
      hint: `name one of ${namesOf(found)}`,
    });
  return only.id;
}

async function byPrefix(store: ThreadStore, kind: Kind, prefix: string): Promise<string> {
  const ids = /^[0-9a-z]{1,16}$/.test(prefix) ? await store.idsByPrefix(kind, prefix, SHOWN) : [];
  const [first, second] = ids;
  if (first === undefined) {
    throw new DispatchError('not-found', `there is no ${kind} "${prefix}"`, { hint: `list them with "${LIST[kind]}"` });
  }
  if (second !== undefined) {
    throw new DispatchError('ambiguous', `"${prefix}" fits several ${kind}s: ${ids.join(', ')}`, {
      hint: 'write more of the id',
    });
  }
  return first;
}
