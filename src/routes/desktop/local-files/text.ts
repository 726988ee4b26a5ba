/** Files as text: whether they are, and how two of them differ. */

import { createTwoFilesPatch } from 'diff';
import { shown, sizeText } from './shown.ts';

/** More than this is compared by its size alone. */
const MOST_COMPARED = 2 * 1024 * 1024;
/** How long the comparison of two files may take; what takes longer is shown as replaced. */
const COMPARE_MS = 2000;

/** The text of it, or undefined for what is none: NUL bytes, or no UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A unified diff. Undefined content: there is no such file. */
export function diffOf(path: string, before: Uint8Array | undefined, after: Uint8Array | undefined): string {
  const name = shown(path);
  // Names as people are shown them, not escaped once more.
  const head = `--- ${before === undefined ? '/dev/null' : name}\n+++ ${after === undefined ? '/dev/null' : name}\n`;
  const [old, next] = [before, after].map((bytes) => (bytes === undefined ? '' : textOf(bytes)));
  const tooLarge = (before?.length ?? 0) + (after?.length ?? 0) > MOST_COMPARED;
  if (old === undefined || next === undefined || tooLarge) {
    const what = old === undefined || next === undefined ? 'Binary' : 'Large';
    return `${head}${what} file: ${sized(before)} → ${sized(after)}\n`;
  }
  const patch = createTwoFilesPatch('old', 'new', old, next, undefined, undefined, { context: 3, timeout: COMPARE_MS });
  const hunks =
    patch === undefined ? replaced(old, next) : patch.slice(patch.indexOf('+++ new\n') + '+++ new\n'.length);
  return `${head}${hunks}`;
}

function replaced(old: string, next: string): string {
  const lines = (text: string, sign: string): string =>
    text
      .split('\n')
      .map((line) => `${sign}${line}\n`)
      .join('');
  return `@@ all of it @@\n${lines(old, '-')}${lines(next, '+')}`;
}

function sized(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? 'none' : sizeText(bytes.length);
}
