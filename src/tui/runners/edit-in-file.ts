// A text in the editor of the person: in a file that only they can read. It is gone afterwards, unless what they wrote cannot be used:
// then it is what they have left of their work.

import { isUtf8 } from 'node:buffer';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asDispatchError, DispatchError } from '../../core/errors.ts';

/** More than anybody types, in bytes. */
const MOST_BYTES = 1024 * 1024;

/**
 * Gives the text as the editor left it; undefined if it ended with another status than 0 and changed nothing. Throws what `runEditor`
 * throws, `cancelled` for another status, and `too-large` or `invalid` for what nobody types; the hint names the file that is kept.
 */
export async function editInFile(
  { name, text }: { readonly name: string; readonly text: string },
  runEditor: (path: string) => Promise<number>,
): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'dispatch-edit-'));
  const path = join(folder, name);
  let isKept = false;
  try {
    await writeFile(path, text, { mode: 0o600 });
    const status = await runEditor(path);
    if (status === 0) return await readEdited(path);
    if (!(await isChanged(path, text))) return undefined;
    throw new DispatchError('cancelled', `the editor ended with ${status}, so nothing was sent`);
  } catch (error) {
    if (!(await isChanged(path, text))) throw error;
    isKept = true;
    throw withPlace(error, path);
  } finally {
    if (!isKept) await rm(folder, { recursive: true, force: true });
  }
}

async function readEdited(path: string): Promise<string> {
  if ((await stat(path)).size > MOST_BYTES) {
    throw new DispatchError('too-large', 'what the editor left is more than 1 MB', { hint: 'make it shorter' });
  }
  const bytes = await readFile(path);
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new DispatchError('invalid', 'what the editor left is no text in UTF-8', { hint: 'save it as UTF-8' });
}

/** Nobody misses a file that is not there any more. */
async function isChanged(path: string, text: string): Promise<boolean> {
  const before = Buffer.from(text);
  try {
    return (await stat(path)).size !== before.length || !(await readFile(path)).equals(before);
  } catch {
    return false;
  }
}

function withPlace(error: unknown, path: string): DispatchError {
  const { code, message, hint, details } = asDispatchError(error);
  const kept = `what you wrote is in ${path}`;
  return new DispatchError(code, message, {
    hint: hint === undefined ? kept : `${hint}; ${kept}`,
    cause: error,
    ...(details === undefined ? {} : { details }),
  });
}
