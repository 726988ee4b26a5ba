/** Saves an artifact under a name: whole, with the right hash, or not at all; what is there is replaced only where that was asked for. */

import { createHash, randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ControlClient } from '../control/client/client.ts';
import type { PublishedArtifact } from '../core/artifacts.ts';
import { DispatchError } from '../core/errors.ts';
import type { OutputChunk } from '../protocol/api.ts';
import type { CliContext } from './context.ts';
import { findDestination, isThere } from './destination.ts';

export interface Saving {
  /** A file or a folder, as it was typed; its own name, here, if absent. */
  readonly to: string | undefined;
  readonly force: boolean;
}

/** Gives where it lies. What lies on another device is fetched first. */
export async function saveArtifact(
  context: CliContext,
  client: ControlClient,
  meant: PublishedArtifact,
  { to, force }: Saving,
): Promise<string> {
  const path = await findDestination(to, basename(meant.name), force);
  await bringHere(context, client, meant);
  const { artifact, chunks } = await client.blob({ artifact: meant.id, offset: 0 });
  await save(artifact, untilInterrupted(context, chunks), path, force);
  return path;
}

/** So that its bytes are on this device. */
export async function bringHere(
  context: CliContext,
  client: ControlClient,
  artifact: PublishedArtifact,
): Promise<void> {
  if (artifact.device === (await client.peer).id) return;
  await (await import('./fetch.ts')).fetchArtifact(context, client, artifact);
}

/** Ctrl-C leaves no half file behind. */
async function* untilInterrupted(
  { interrupted }: CliContext,
  chunks: AsyncIterable<OutputChunk>,
): AsyncIterable<OutputChunk> {
  for await (const chunk of chunks) {
    if (interrupted.aborted) throw new DispatchError('cancelled', 'it was not saved', { hint: 'do it again' });
    yield chunk;
  }
}

async function save(
  artifact: PublishedArtifact,
  chunks: AsyncIterable<OutputChunk>,
  path: string,
  force: boolean,
): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.part`;
  const hash = createHash('sha256');
  try {
    const file = await open(temporary, 'wx');
    try {
      for await (const { bytes } of chunks) {
        hash.update(bytes);
        await file.write(bytes);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    if (hash.digest('hex') !== artifact.sha256) {
      throw new DispatchError('storage', `${artifact.name} arrived damaged: its hash is not ${artifact.sha256}`, {
        hint: 'try again; "dispatch doctor" checks the store',
      });
    }
    if (force) await rename(temporary, path);
    else await link(temporary, path); // fails if there is a file, which rename would replace
  } catch (error) {
    throw describe(error, path);
  } finally {
    await rm(temporary, { force: true }).catch(() => {}); // where nothing can be written nothing was
  }
}

function describe(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof DispatchError || code === undefined) return error;
  if (code === 'EEXIST') return isThere(path); // since it was looked for
  return new DispatchError('storage', `cannot write ${path}: ${message}`, {
    cause: error,
    hint: 'name another place with -o PATH',
  });
}
