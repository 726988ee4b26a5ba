/** The folders that runs leave their artifacts in: one a run, private, listed without following links. */

import { chmod, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DispatchError } from '../core/errors.ts';
import type { RunId } from '../core/ids.ts';
import type { Workspaces } from '../engine/ports.ts';

const MAX_DEPTH = 32;

export function createWorkspaces(root: string): Workspaces {
  const folder = (run: RunId): string => join(root, run, 'artifacts');
  return {
    async create(run) {
      const path = folder(run);
      try {
        await mkdir(path, { recursive: true, mode: 0o700 });
      } catch (error) {
        throw new DispatchError('storage', `cannot make the artifacts folder ${path}: ${(error as Error).message}`, {
          cause: error,
          hint: 'free space or mend the permissions of its parent folder',
        });
      }
      return path;
    },
    async list(run) {
      const found: { name: string; path: string; sizeBytes: number }[] = [];
      await walk(folder(run), '', 0, found);
      return found.sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async remove(run) {
      const path = join(root, run);
      await rm(path, { recursive: true, force: true }).catch(async () => {
        // A command may have left folders without write permission.
        await unlock(path, 0);
        await rm(path, { recursive: true, force: true });
      });
    },
  };
}

async function walk(
  path: string,
  prefix: string,
  depth: number,
  found: { name: string; path: string; sizeBytes: number }[],
): Promise<void> {
  if (depth > MAX_DEPTH) return;
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) await walk(inner, `${prefix}${entry.name}/`, depth + 1, found);
    else if (entry.isFile())
      found.push({ name: prefix + entry.name, path: inner, sizeBytes: (await lstat(inner)).size });
  }
}

async function unlock(path: string, depth: number): Promise<void> {
  if (depth > MAX_DEPTH) return;
  await chmod(path, 0o700);
  for (const entry of await readdir(path, { withFileTypes: true }))
    if (entry.isDirectory()) await unlock(join(path, entry.name), depth + 1);
}
