/** Names that a path may go on with, of what is reachable and not hidden. */

import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Completion } from '../../../protocol/api.ts';
import type { Reach } from './reach.ts';
import { walk } from './walk.ts';

/** `full` is absolute; `written` as it was typed: what comes after its last slash is being typed. Nothing where there is no such folder. */
export async function completeNames(
  full: string,
  written: string,
  reach: Reach,
  limit: number,
): Promise<readonly Completion[]> {
  const isFolder = written === '' || written.endsWith('/');
  const folder = isFolder ? full : dirname(full);
  const begun = isFolder ? '' : basename(full);
  const walked = await walk(folder, { follow: true }).catch(() => undefined);
  if (walked === undefined) return [];
  try {
    if (walked.stats?.isDirectory() !== true || reach.whyNotRead(walked.real) !== undefined) return [];
    const entries = await readdir(walked.folder.at(walked.name), { withFileTypes: true });
    return entries
      .filter(
        ({ name }) =>
          name.startsWith(begun) &&
          (begun.startsWith('.') || !name.startsWith('.')) &&
          reach.whyHidden(join(walked.real, name)) === undefined,
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .slice(0, limit)
      .map((entry) => ({ name: entry.name, folder: entry.isDirectory() }));
  } catch {
    return []; // not readable for this account
  } finally {
    await walked.folder.close();
  }
}
