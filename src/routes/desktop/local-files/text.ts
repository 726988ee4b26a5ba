/** Files as text: whether they are, and how two of them differ. */

import { createTwoFilesPatch } from 'diff';
import { shown, sizeText } from './shown.ts';

/** More than this is compared by its size alone. */
export const MOST_COMPARED = 2 * 1024 * 1024;
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

/** What is in a file, or of one that is too large to be compared how many bytes. */
export type Content = Uint8Array | number;

/** A unified diff. Undefined content: there is no such file. */
export function diffOf(path: string, before: Content | undefined, after: Content | undefined): string {
  const name = shown(path);
  // Names as people are shown them, not escaped once more.
  const head = `--- ${before === undefined ? '/dev/null' : name}\n+++ ${after === undefined ? '/dev/null' : name}\n`;
  const unlike = (what: string): string => `${head}${what} file: ${sized(before)} → ${sized(after)}\n`;
  if (bytesIn(before) + bytesIn(after) > MOST_COMPARED) return unlike('Large');
  const [old, next] = [before, after].map((content) => (content instanceof Uint8Array ? textOf(content) : ''));
  if (old === undefined || next === undefined) return unlike('Binary');
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

function bytesIn(content: Content | undefined): number {
  return content instanceof Uint8Array ? content.length : (content ?? 0);
}

function sized(content: Content | undefined): string {
  return content === undefined ? 'none' : sizeText(bytesIn(content));
}
