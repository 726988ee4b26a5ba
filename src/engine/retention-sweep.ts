/**
 * One sweep over what is kept: artifacts that are older than the owner keeps them go, then blobs that nothing names, then the oldest
 * artifacts until all fit in their room. What goes is in the log, on the disk, before its bytes go; after a crash the next sweep finds those.
 * It reads a page at a time and remembers of each content one number.
 */

import type { Actor } from '../core/approvals.ts';
import type { Artifact, RemovalReason } from '../core/artifacts.ts';
import { DispatchError } from '../core/errors.ts';
import type { DeviceId, EntryKey, RunId, Sha256 } from '../core/ids.ts';
import type { Journal } from './journal.ts';
import type { NeededRuns } from './needed-runs.ts';
import type { BlobStore, ThreadStore } from './ports.ts';

export interface SweepDeps {
  readonly store: Pick<ThreadStore, 'artifactsAfter' | 'flush'>;
  readonly blobs: Pick<BlobStore, 'list' | 'remove' | 'has'>;
  readonly journal: Pick<Journal, 'apply'>;
  readonly self: DeviceId;
  /** Content that is about to be told of. */
  readonly isHeld: (sha256: Sha256) => boolean;
  readonly needed: Pick<NeededRuns, 'has'>;
}

export interface SweepOptions {
  /** Only tells what would go. */
  readonly dry: boolean;
  readonly by: Actor;
  readonly now: number;
  /** For ever, and any number of bytes, if absent. */
  readonly keepMs?: number;
  readonly roomBytes?: number;
  /** Ends it between two pages. */
  readonly signal: AbortSignal;
}

export interface Swept {
  /** The first of them, oldest first, and how many in all. */
  readonly gone: readonly { readonly artifact: Artifact; readonly reason: RemovalReason }[];
  readonly count: number;
  readonly copies: number;
  readonly leftovers: number;
  readonly bytes: number;
  readonly keptBytes: number;
  /** Of these, what no sweep of now could remove. */
  readonly fixedBytes: number;
}

const PAGE = 500;
const LISTED = 200;
/** What a person may be looking at, and what is on its way into the log. */
const FRESH_MS = 10 * 60_000;
/** Of a hash, in hexadecimal digits: as many as a number holds. Two contents that share them only stay longer. */
const KEY_DIGITS = 13;

const keyOf = (sha256: Sha256): number => Number.parseInt(sha256.slice(0, KEY_DIGITS), 16);

export async function sweepArtifacts(deps: SweepDeps, options: SweepOptions): Promise<Swept> {
  const { dry, now, keepMs = Number.POSITIVE_INFINITY, roomBytes = Number.POSITIVE_INFINITY, signal } = options;
  const fresh = now - FRESH_MS;
  const oldest = now - keepMs;
  /** How many artifacts need a content to stay, which contents no lack of room removes, and which are copies from other devices. */
  const staying = new Map<number, number>();
  const fixed = new Set<number>();
  const copies = new Set<number>();
  /** Contents of artifacts that went in this sweep, or would. */
  const told = new Set<number>();
  const gone: { artifact: Artifact; reason: RemovalReason }[] = [];
  const swept = { count: 0, copies: 0, leftovers: 0, bytes: 0, keptBytes: 0, fixedBytes: 0 };

  const isCopy = ({ device }: Artifact): boolean => device !== deps.self;
  const mayGo = ({ device, runId, createdAt }: Artifact): boolean =>
    device === deps.self && createdAt <= fresh && !deps.needed.has(runId);
  const isOld = (artifact: Artifact): boolean => artifact.createdAt <= oldest && mayGo(artifact);
  const count = (sha256: Sha256, by: 1 | -1): void => {
    const left = (staying.get(keyOf(sha256)) ?? 0) + by;
    if (left > 0) staying.set(keyOf(sha256), left);
    else staying.delete(keyOf(sha256));
  };
  const isFixed = (sha256: Sha256): boolean => fixed.has(keyOf(sha256)) || deps.isHeld(sha256);
  const isWanted = (sha256: Sha256): boolean => staying.has(keyOf(sha256)) || deps.isHeld(sha256);

  /** Gives those that went: a run that something needs since it was looked at keeps its own. */
  const tell = async (going: readonly Artifact[], reason: RemovalReason): Promise<readonly Artifact[]> => {
    const went = dry ? going : await writeRemovals(deps, options.by, going, reason);
    for (const artifact of went) told.add(keyOf(artifact.sha256));
    for (const artifact of went) if (gone.length < LISTED) gone.push({ artifact, reason });
    swept.count += went.length;
    return went;
  };

  const byAge = async (artifacts: readonly Artifact[]): Promise<void> => {
    const own = artifacts.filter((artifact) => !isCopy(artifact) && artifact.removed === undefined);
    for (const artifact of artifacts) if (isCopy(artifact)) copies.add(keyOf(artifact.sha256));
    const went = new Set(await tell(own.filter(isOld), 'age'));
    for (const artifact of own) {
      if (went.has(artifact)) continue;
      count(artifact.sha256, 1);
      if (!mayGo(artifact)) fixed.add(keyOf(artifact.sha256));
    }
  };

  const blobsNobodyNeeds = async (): Promise<void> => {
    for await (const { sha256, sizeBytes, keptAt } of deps.blobs.list()) {
      if (signal.aborted) return;
      const isCopied = copies.has(keyOf(sha256));
      if (keptAt >= fresh || isFixed(sha256)) swept.fixedBytes += sizeBytes;
      if (isWanted(sha256) || keptAt >= fresh || (isCopied && keptAt > oldest)) swept.keptBytes += sizeBytes;
      else {
        const freed = dry ? sizeBytes : await deps.blobs.remove(sha256, fresh);
        swept.bytes += freed;
        if (freed < sizeBytes) swept.keptBytes += sizeBytes;
        else if (isCopied) swept.copies += 1;
        else if (!told.has(keyOf(sha256))) swept.leftovers += 1;
      }
    }
  };

  /** Contents whose bytes went in this sweep, or would. */
  const freed = new Set<number>();
  const free = async ({ sha256, sizeBytes }: Artifact): Promise<number> => {
    if (isWanted(sha256) || freed.has(keyOf(sha256))) return 0;
    freed.add(keyOf(sha256));
    const bytes = dry ? ((await deps.blobs.has(sha256)) ? sizeBytes : 0) : await deps.blobs.remove(sha256, fresh);
    swept.bytes += bytes;
    swept.keptBytes -= bytes;
    return bytes;
  };

  let most = roomBytes;
  const byRoom = async (artifacts: readonly Artifact[]): Promise<void> => {
    for (let rest = artifacts; rest.length > 0 && swept.keptBytes > most; ) {
      const taken = firstOf(rest, swept.keptBytes - most);
      rest = rest.slice(taken.length);
      const own = taken.filter((artifact) => artifact.removed === undefined && mayGo(artifact) && !isOld(artifact));
      const went = await tell(
        own.filter(({ sizeBytes, sha256 }) => sizeBytes > 0 && !isFixed(sha256)),
        'room',
      );
      for (const artifact of went) count(artifact.sha256, -1);
      for (const artifact of went) await free(artifact);
      for (const artifact of taken) if (isCopy(artifact) && (await free(artifact)) > 0) swept.copies += 1;
    }
  };

  await eachPage(deps, signal, byAge);
  await blobsNobodyNeeds();
  // With no room beside what cannot go, the rest has the whole room for itself: to remove all of it would not help.
  most = swept.fixedBytes > roomBytes ? swept.fixedBytes + roomBytes : roomBytes;
  if (swept.keptBytes > most) await eachPage(deps, signal, byRoom, () => swept.keptBytes <= most);
  return { ...swept, gone };
}

/** As many from the front as might free that many bytes. */
function firstOf(artifacts: readonly Artifact[], bytes: number): readonly Artifact[] {
  let sum = 0;
  const end = artifacts.findIndex(({ sizeBytes }) => {
    sum += sizeBytes;
    return sum >= bytes;
  });
  return end === -1 ? artifacts : artifacts.slice(0, end + 1);
}

async function eachPage(
  { store }: SweepDeps,
  signal: AbortSignal,
  take: (artifacts: readonly Artifact[]) => Promise<void>,
  isDone: () => boolean = () => false,
): Promise<void> {
  let place: EntryKey | undefined;
  do {
    if (signal.aborted) throw new DispatchError('unavailable', 'the peer is stopping', { hint: 'try again' });
    const page = await store.artifactsAfter(place, PAGE);
    await take(page.items);
    place = page.last;
  } while (place !== undefined && !isDone());
}

/** On the disk when it resolves. */
async function writeRemovals(
  { journal, needed, store }: SweepDeps,
  by: Actor,
  going: readonly Artifact[],
  reason: RemovalReason,
): Promise<readonly Artifact[]> {
  if (going.length === 0) return going;
  const went: Artifact[] = [];
  for (const [run, artifacts] of Map.groupBy(going, ({ runId }) => runId)) {
    const commands = artifacts.map(({ id }) => ({ type: 'remove-artifact', artifact: id, reason }) as const);
    try {
      await journal.apply(run, commands, { by, sync: false, guard: () => mustNotBeNeeded(needed, run) });
      went.push(...artifacts);
    } catch (error) {
      if (!(error instanceof DispatchError && error.code === 'conflict')) throw error;
    }
  }
  await store.flush();
  return went;
}

/** Asked at the last moment: a run that was submitted since comes before this or after it, and is refused its bytes then. */
function mustNotBeNeeded(needed: Pick<NeededRuns, 'has'>, run: RunId): void {
  if (needed.has(run)) throw new DispatchError('conflict', `something needs what run ${run} left`);
}
