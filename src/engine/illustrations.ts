/**
 * What a person is shown of a plan besides its text: a diff, steps, a picture, warnings. Found by the executor when somebody is about to
 * be asked; secrets in texts are masked, and what is too long for a request is kept as an artifact of the run.
 */

import type { ApprovalPayload } from '../core/approvals.ts';
import type { NewArtifact } from '../core/artifacts.ts';
import type { RunCommand } from '../core/commands.ts';
import type { ArtifactId } from '../core/ids.ts';
import { checkGate } from '../core/policy/gate.ts';
import type { Run } from '../core/runs.ts';
import { type CheckedPlan, gateRequest, requesterOf } from './checks.ts';
import { type EngineDeps, executorFor } from './context.ts';
import type { Illustration } from './executor-ports.ts';

/** How much of a diff a request holds, in characters; the rest is one key away. */
const MOST_DIFF = 64 * 1024;
const MOST_WARNINGS = 50;
const MOST_STEPS = 1000;
/** Of one sentence. */
const MOST_SENTENCE = 10_000;

export type Shown = Pick<ApprovalPayload, 'diff' | 'diffArtifact' | 'steps' | 'picture' | 'warnings'>;

export interface Illustrated {
  readonly shown: Shown;
  /** The artifacts that it names: to be written with the request. Their bytes are on disk. */
  readonly commands: readonly RunCommand[];
}

const NOTHING: Illustrated = { shown: {}, commands: [] };

export async function illustrate(deps: EngineDeps, run: Run, checked: CheckedPlan): Promise<Illustrated> {
  const { action, plan } = checked;
  const executor = executorFor(deps, action.kind);
  if (executor.illustrate === undefined) return NOTHING;
  const all = await executor.illustrate(action, plan);
  const found = all.diff === undefined || mayRead(deps, run, checked) ? all : withoutDiff(all);
  const commands: RunCommand[] = [];
  const keep = async (
    name: string,
    kind: NewArtifact['kind'],
    mimeType: string,
    bytes: Uint8Array,
  ): Promise<ArtifactId> => {
    const id = deps.ids.next() as ArtifactId;
    const blob = await deps.blobs.put(once(bytes));
    commands.push({ type: 'add-artifact', artifact: { id, name, kind, mimeType, ...blob } });
    return id;
  };
  const sentences = (texts: readonly string[], most: number): Promise<string[]> =>
    Promise.all(texts.slice(0, most).map(async (text) => shortened(await deps.finder.mask(text))));

  const diff = found.diff === undefined ? undefined : await deps.finder.mask(found.diff);
  const short = diff === undefined ? undefined : firstLines(diff, MOST_DIFF);
  const isCut = short !== diff;
  const picture = found.picture;
  const shown: Shown = {
    ...(short === undefined ? {} : { diff: short }),
    ...(isCut && diff !== undefined
      ? { diffArtifact: await keep('approval/changes.diff', 'code', 'text/x-diff', Buffer.from(diff)) }
      : {}),
    ...(found.steps === undefined ? {} : { steps: await sentences(found.steps, MOST_STEPS) }),
    ...(picture === undefined
      ? {}
      : { picture: await keep('approval/before.png', 'image', picture.mimeType, picture.bytes) }),
    ...(found.warnings === undefined || found.warnings.length === 0
      ? {}
      : { warnings: await sentences(found.warnings, MOST_WARNINGS) }),
  };
  return { shown, commands };
}

/**
 * Whether whoever asks could read the files without being asked about it. The request goes to their device, too: asking to delete a file
 * must not tell what is in it.
 */
function mayRead(deps: EngineDeps, run: Run, { action, plan, facts }: CheckedPlan): boolean {
  const grants = deps.grants.of(run.origin);
  if (action.kind !== 'files' || run.origin === deps.identity.device || grants.includes('approve')) return true;
  const paths = [
    ...facts.paths,
    ...(plan.changes ?? []).map(({ path }) => ({ written: path, real: path, use: 'file' as const })),
  ];
  const reading = { kind: 'files', operation: { op: 'read', path: paths[0]?.real ?? '/' } } as const;
  const gate = checkGate(gateRequest(deps, reading, requesterOf(deps, run)), { paths, operations: ['files.read'] });
  return gate.verdict === 'allow';
}

function withoutDiff({ diff: _, warnings = [], ...rest }: Illustration): Illustration {
  const why =
    'what is in the files is not shown, as whoever asks may not read them unasked: look at them on the device';
  return { ...rest, warnings: [...warnings, why] };
}

/** Whoever reads it must know that there is more. Masked before: half a secret is not known as one. */
function shortened(text: string): string {
  const more = text.length - MOST_SENTENCE;
  return more <= 0 ? text : `${text.slice(0, MOST_SENTENCE)}… and ${more} more characters: the command has all of it`;
}

/** Whole lines, as many as there is room for. */
function firstLines(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = text.lastIndexOf('\n', most);
  return text.slice(0, end === -1 ? most : end + 1);
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
