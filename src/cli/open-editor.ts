/** Gives a person a text to change, in a private file that is gone afterwards. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DispatchError } from '../core/errors.ts';
import type { CliContext } from './context.ts';
import { runEditor } from './open.ts';

/** The text as it was left, without the newline that editors end a file with. Throws `cancelled` if the editor says that it failed. */
export async function openEditor({ env, interrupted }: CliContext, name: string, text: string): Promise<string> {
  // Ctrl-C is the editor's as long as it has the terminal.
  const onInterrupt = (): void => {};
  interrupted.addEventListener('abort', onInterrupt);
  const folder = await mkdtemp(join(tmpdir(), 'dispatch-edit-')); // mode 0700
  try {
    const path = join(folder, name);
    await writeFile(path, `${text}\n`, { mode: 0o600, flag: 'wx' });
    const code = await runEditor(path, env);
    if (code !== 0)
      throw new DispatchError('cancelled', `the editor exited with ${code}, so nothing was changed`, {
        hint: 'leave it without an error to use what was written',
      });
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  } finally {
    interrupted.removeEventListener('abort', onInterrupt);
    await rm(folder, { recursive: true, force: true });
  }
}
