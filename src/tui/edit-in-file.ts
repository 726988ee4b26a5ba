// A text in the editor of the person: in a file that only they can read, which is gone afterwards.

import { isUtf8 } from 'node:buffer';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DispatchError } from '../core/errors.ts';

/** More than anybody types, in bytes. */
const MOST_BYTES = 1024 * 1024;

/**
 * Gives the text as the editor left it; undefined if it ended with another status than 0. Throws what `runEditor` throws, and
 * `too-large` or `invalid` for what nobody types.
 */
export async function editInFile(
  { name, text }: { readonly name: string; readonly text: string },
  runEditor: (path: string) => Promise<number>,
): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'dispatch-edit-'));
  try {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o600 });
    if ((await runEditor(path)) !== 0) return undefined;
    if ((await stat(path)).size > MOST_BYTES) {
      throw new DispatchError('too-large', 'what the editor left is more than 1 MB', { hint: 'make it shorter' });
    }
    const bytes = await readFile(path);
    if (isUtf8(bytes)) return bytes.toString('utf8');
    throw new DispatchError('invalid', 'what the editor left is no text in UTF-8', { hint: 'save it as UTF-8' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
