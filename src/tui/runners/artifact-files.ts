// Artifacts on this machine: saved under a name. A file appears under its
// final name whole or not at all, and nothing that is there is replaced.

import { createHash, randomBytes } from 'node:crypto';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { ControlClient } from '../../control/client/client.ts';
import type { PublishedArtifact } from '../../core/artifacts.ts';
import { DispatchError } from '../../core/errors.ts';

/** Has the bytes on this machine before they are asked for: from another device they come in pieces, and it is told how far they are. */
export async function bringHere(client: ControlClient, artifact: PublishedArtifact): Promise<void> {
  await client.call('artifact.fetch', { artifact: artifact.id });
}

/** Its address on this machine. Rejects where the bytes were removed, as the peer says it: nothing is there to be read. */
export async function linkOf(client: ControlClient, id: string): Promise<string> {
  const { artifact } = await client.call('artifact.get', { artifact: id });
  if (artifact.removed !== undefined) {
    // A copy of what another device removed may be here. The peer looks before it sends, and after the last byte there is nothing.
    const { chunks } = await client.blob({ artifact: artifact.id, offset: artifact.sizeBytes });
    for await (const _ of chunks);
  }
  return artifact.downloadUrl;
}

/** Where a typed path leads: `~` is the home folder, a folder gets the artifact's name. */
export async function destination(
  path: string,
  artifact: PublishedArtifact,
  cwd: string,
  home: string,
): Promise<string> {
  const expanded = path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
  const full = resolve(cwd, expanded);
  const isFolder =
    expanded.endsWith('/') ||
    (await stat(full).then(
      (found) => found.isDirectory(),
      () => false,
    ));
  return isFolder ? join(full, safeName(artifact)) : full;
}

const safeName = ({ name, id }: PublishedArtifact): string => {
  const last = basename(name.replaceAll('\\', '/'));
  return last === '' || last === '.' || last === '..' ? id : last;
};

export async function saveTo(client: ControlClient, artifact: PublishedArtifact, path: string): Promise<void> {
  const part = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.part`);
  try {
    await download(client, artifact, part);
    // A link, unlike a rename, does not replace what is there.
    await link(part, path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') throw error;
      if (
        await stat(path).then(
          () => true,
          () => false,
        )
      )
        throw Object.assign(error, { code: 'EEXIST' });
      await rename(part, path);
    });
  } catch (error) {
    throw storageError(error, path);
  } finally {
    await rm(part, { force: true });
  }
}

async function download(client: ControlClient, artifact: PublishedArtifact, part: string): Promise<void> {
  const file = await open(part, 'wx', 0o600);
  try {
    const hash = createHash('sha256');
    const { chunks } = await client.blob({ artifact: artifact.id, offset: 0 });
    for await (const { bytes } of chunks) {
      hash.update(bytes);
      await file.write(bytes);
    }
    if (hash.digest('hex') !== artifact.sha256) {
      throw new DispatchError('storage', `what arrived of ${artifact.name} is not what it was`, {
        hint: 'try again; if it stays so, run "dispatch doctor"',
      });
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

function storageError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (error instanceof DispatchError || typeof code !== 'string') return error;
  if (code === 'EEXIST')
    return new DispatchError('conflict', `${path} is there already`, {
      hint: 'save it under another name',
      cause: error,
    });
  const folder = code === 'ENOENT' ? 'its folder is not there' : (error as Error).message;
  return new DispatchError('storage', `cannot save ${path}: ${folder}`, { cause: error, hint: 'choose another place' });
}
