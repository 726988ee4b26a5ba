/**
 * What a run took away or replaced, kept as artifacts of the kind `backup` together with a list of what was where, so that another run
 * can put it back. The list is the last thing that is written before anything is changed.
 */

import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Artifact } from '../../../core/artifacts.ts';
import { DispatchError } from '../../../core/errors.ts';
import type { RunId, Sha256 } from '../../../core/ids.ts';
import type { ExecutionContext, LeftAbout } from '../../../engine/executor-ports.ts';
import { openFile } from './open-file.ts';
import { shown, sizeText } from './shown.ts';
import { explain, type Walked } from './walk.ts';

const FOLDER = 'backup';
const LIST = `${FOLDER}/undo.json`;
const NEXT_LIST = `${FOLDER}/.next-undo.json`;

const path = z.string().min(1).max(4096);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const mode = z.int().min(0).max(0o7777);
const content = z.strictObject({ sha256: hash, mode });

/** What was done, in order; undoing goes backwards. Paths are absolute, links resolved. */
const done = z.discriminatedUnion('did', [
  /** Without `before` it was new. */
  z.strictObject({ did: z.literal('wrote'), path, before: z.exactOptional(content), after: hash }),
  z.strictObject({ did: z.literal('deleted'), path, before: content }),
  z.strictObject({ did: z.literal('unlinked'), path, target: z.string().max(4096) }),
  z.strictObject({ did: z.literal('linked'), path, target: z.string().max(4096) }),
  z.strictObject({ did: z.literal('made-folder'), path }),
  z.strictObject({ did: z.literal('removed-folder'), path, mode }),
  z.strictObject({ did: z.literal('moved'), from: path, to: path }),
]);
export type Done = z.output<typeof done>;
const list = z.strictObject({ version: z.literal(1), done: z.array(done).max(200_000) });

export function pathsOfDone(each: Done): readonly string[] {
  return each.did === 'moved' ? [each.from, each.to] : [each.path];
}

/** What is said of a file that a run leaves, by its name. */
export function backupAbout(name: string): LeftAbout | undefined {
  if (!name.startsWith(`${FOLDER}/`)) return undefined;
  return { kind: 'backup', ...(name === LIST ? { mimeType: 'application/json' } : {}) };
}

export interface Backups {
  /** Copies a file and gives what tells of it; the same content once. Throws `conflict` if it is not what was planned. */
  keep(walked: Walked, expected: Sha256): Promise<{ sha256: Sha256; mode: number }>;
  /** Writes the list of what is about to be done. */
  announce(steps: readonly Done[]): Promise<void>;
}

export function createBackups(
  context: Pick<ExecutionContext, 'artifactsDir' | 'describe'>,
  mostBytes: number,
): Backups {
  const { artifactsDir } = context;
  const kept = new Set<string>();
  const count = countReplaced(mostBytes);
  let made = false;
  const makeFolder = async (): Promise<void> => {
    if (!made) await mkdir(join(artifactsDir, FOLDER), { recursive: true, mode: 0o700 });
    made = true;
  };
  return {
    async keep(walked, expected) {
      await makeFolder();
      const { handle, stats } = await openFile(walked);
      try {
        const known = kept.has(expected);
        count(stats);
        const name = `${FOLDER}/${expected.slice(0, 16)}-${walked.name.replace(/[^\w.-]/g, '_').slice(-80)}`;
        const digest = createHash('sha256');
        const copy = known ? undefined : await open(join(artifactsDir, name), 'wx', 0o600);
        try {
          for await (const chunk of handle.createReadStream({ autoClose: false, highWaterMark: 1024 * 1024 })) {
            digest.update(chunk as Buffer);
            await copy?.writeFile(chunk as Buffer);
          }
          await copy?.sync();
        } finally {
          await copy?.close();
        }
        if (digest.digest('hex') !== expected) throw changedSince(walked.real);
        if (!known) context.describe(name, backupAbout(name) ?? {});
        kept.add(expected);
        return { sha256: expected, mode: stats.mode & 0o7777 };
      } catch (error) {
        throw explain(error, walked.real);
      } finally {
        await handle.close();
      }
    },
    async announce(steps) {
      const text = `${JSON.stringify({ version: 1, done: steps })}\n`;
      try {
        await makeFolder();
        // As a whole: the one before it must be there if the peer is lost meanwhile.
        await writeFile(join(artifactsDir, NEXT_LIST), text, { mode: 0o600, flush: true });
        await rename(join(artifactsDir, NEXT_LIST), join(artifactsDir, LIST));
      } catch (error) {
        throw explain(error, 'what is kept to undo it');
      }
      context.describe(LIST, backupAbout(LIST) ?? {});
    },
  };
}

export function changedSince(real: string): DispatchError {
  return new DispatchError('conflict', `${shown(real)} has changed since it was looked at`, {
    hint: 'start over from what it is now',
  });
}

/** For plans: what goes is counted before anybody is asked. */
export function countReplaced(mostBytes: number): (stats: Pick<Stats, 'size'>) => void {
  let bytes = 0;
  return ({ size }) => {
    bytes += size;
    if (bytes > mostBytes) throw tooMuch(mostBytes);
  };
}

function tooMuch(mostBytes: number): DispatchError {
  return new DispatchError(
    'too-large',
    `it would replace or delete more than ${sizeText(mostBytes)}, which is what is kept to undo it`,
    {
      hint: 'do it in parts, raise [files] backup, or use a shell command',
    },
  );
}

export interface KeptBackups {
  of(run: RunId): Promise<readonly Artifact[]>;
  /** Whether the run was cut off, so that it may have done less than it had announced. */
  isCutOff(run: RunId): Promise<boolean>;
  path(sha256: Sha256): string;
}

/** What a run has done, from the list that it left. Throws `not-found` where it left none. */
export async function readDone(
  run: RunId,
  backups: KeptBackups,
): Promise<{ done: readonly Done[]; artifacts: readonly Artifact[] }> {
  const artifacts = (await backups.of(run)).filter(({ kind }) => kind === 'backup');
  const found = artifacts.find(({ name }) => name === LIST);
  if (found === undefined) {
    throw new DispatchError('not-found', `run ${run} left nothing that could be undone here`, {
      hint: 'undo it on the device where it ran; only changes of files can be undone',
    });
  }
  const gone = artifacts.find(({ removed }) => removed !== undefined);
  if (gone !== undefined) {
    throw new DispatchError('not-found', 'what it replaced was kept as long as artifacts are, and is gone', {
      hint: 'a longer [artifacts] keep helps the next time',
    });
  }
  try {
    const handle = await open(backups.path(found.sha256), 'r');
    try {
      const parsed = list.parse(JSON.parse(await handle.readFile('utf8')));
      return { done: parsed.done, artifacts };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new DispatchError('storage', `the list of what run ${run} changed cannot be read`, {
      cause: error,
      hint: 'run "dispatch audit verify --artifacts"',
    });
  }
}
