// A text in the editor of the person: in a file that only they can read, which is gone afterwards.

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DispatchError } from '../core/errors.ts';

/** More than anybody types, in bytes. */
const MOST_BYTES = 1024 * 1024;

/**
 * Gives the text as the editor left it; undefined if it ended with another status than 0. Throws what `runEditor` throws, and
 * `too-large` for what cannot be a command.
 */
export async function editInFile(
  text: string,
  runEditor: (path: string) => Promise<number>,
): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'dispatch-edit-'));
  try {
    const path = join(folder, 'command.sh');
    await writeFile(path, `${text}\n`, { mode: 0o600 });
    if ((await runEditor(path)) !== 0) return undefined;
    if ((await stat(path)).size > MOST_BYTES) {
      throw new DispatchError('too-large', 'what the editor left is more than 1 MB', { hint: 'make it shorter' });
    }
    return await readFile(path, 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
