/** What an edit makes of a text: exact replacements, or a unified diff. Pure; it applies wholly or not at all. */

import { applyPatch, parsePatch } from 'diff';
import { DispatchError } from '../../../core/errors.ts';
import type { FileOperation } from '../../../core/files.ts';
import { shown } from './shown.ts';

type Edit = Extract<FileOperation, { op: 'edit' }>;

/** Throws `invalid` where it does not apply, with what does not. */
export function applyEdit(text: string, { path, replace, diff }: Edit): string {
  if ((replace === undefined) === (diff === undefined)) {
    throw new DispatchError('invalid', 'an edit has either texts to replace or a diff', {
      hint: 'give one of the two',
    });
  }
  const edited = diff === undefined ? replaceAll(text, path, replace ?? []) : patched(text, path, diff);
  if (edited === text) {
    throw new DispatchError('invalid', `the edit changes nothing in ${shown(path)}`, {
      hint: 'look at the file again',
    });
  }
  return edited;
}

function replaceAll(text: string, path: string, replacements: NonNullable<Edit['replace']>): string {
  return replacements.reduce((current, { find, with: next, all }, index) => {
    const which = replacements.length === 1 ? 'the text' : `text ${index + 1} of ${replacements.length}`;
    // Files of Windows are edited by people who never see what their lines end in.
    const [wanted, put] = current.includes(find) || !current.includes('\r\n') ? [find, next] : [crlf(find), crlf(next)];
    const parts = current.split(wanted);
    if (parts.length === 1) {
      throw new DispatchError('invalid', `${which} to replace is not in ${shown(path)}`, {
        hint: 'it must be there exactly, blanks and line ends included',
      });
    }
    if (parts.length > 2 && all !== true) {
      throw new DispatchError('invalid', `${which} to replace is in ${shown(path)} ${parts.length - 1} times`, {
        hint: 'give more of what is around it, or replace all of them',
      });
    }
    return parts.join(put);
  }, text);
}

function crlf(text: string): string {
  return text.replace(/\r?\n/g, '\r\n');
}

function patched(text: string, path: string, diff: string): string {
  const wrong = (why: string): DispatchError =>
    new DispatchError('invalid', `the diff does not fit ${shown(path)}: ${why}`, {
      hint: 'make it from the file as it is now',
    });
  let files: ReturnType<typeof parsePatch>;
  try {
    files = parsePatch(diff);
  } catch (error) {
    throw wrong((error as Error).message);
  }
  const [file, another] = files;
  if (file === undefined || file.hunks.length === 0) throw wrong('there is no change in it');
  if (another !== undefined) throw wrong('it is about several files, and an edit is about one');
  const edited = applyPatch(text, file, { autoConvertLineEndings: true });
  if (edited !== false) return edited;
  const at = file.hunks.findIndex((hunk) => applyPatch(text, { ...file, hunks: [hunk] }) === false);
  const hunk = file.hunks[at];
  throw wrong(
    hunk === undefined ? 'its parts overlap' : `part ${at + 1} of ${file.hunks.length}, at line ${hunk.oldStart}`,
  );
}
