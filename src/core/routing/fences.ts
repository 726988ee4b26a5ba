/**
 * Programs as they are typed: a fenced block, ```` ```python ````, or `/code python print(1)`. Only a block that is the whole task is a
 * program; with words around it, it is part of a text. The source is never changed.
 */

import { type Refusal, refuse } from '../errors.ts';

export interface TypedCode {
  readonly ok: true;
  readonly language: string;
  readonly source: string;
  /** What follows the block; empty after `/code`. */
  readonly rest: string;
  readonly because: string;
}

const OPENING = /^(`{3,}|~{3,})[ \t]*([^\s`~]*)([^\n]*)$/;
const CLOSING = /^ {0,3}(`{3,}|~{3,})[ \t]*(.*)$/;
const LANGUAGE = /^[A-Za-z][A-Za-z0-9+#._-]*$/;
const COMMAND = /^\/code(?=\s|$)/;
const MOST_LANGUAGE = 64;

const LANGUAGE_MISSING = 'for example: /code python print(1), or a block that begins with ```python';

/** Undefined for what is no program. `text`: without space around it, and without marks before it. */
export function readCode(text: string): TypedCode | Refusal | undefined {
  if (COMMAND.test(text)) return readCommand(text.slice('/code'.length));
  return /^(?:```|~~~)/.test(text) ? readFence(text) : undefined;
}

function readCommand(rest: string): TypedCode | Refusal {
  const typed = rest.trimStart();
  if (/^(?:```|~~~)/.test(typed)) {
    const fence = readFence(typed);
    if (fence !== undefined) return fence;
  }
  const language = /^\S*/.exec(typed)?.[0] ?? '';
  if (language === '') return refuse('usage', 'there is no program after "/code"', LANGUAGE_MISSING);
  if (!isLanguage(language)) return refuse('usage', `"${language.slice(0, 40)}" is no language`, LANGUAGE_MISSING);
  const source = typed.slice(language.length).replace(/^[ \t]*(?:\r?\n)?/, '');
  if (source.trim() === '') return refuse('usage', `there is no program after "/code ${language}"`, LANGUAGE_MISSING);
  return { ok: true, language, source, rest: '', because: '"/code" means a program' };
}

function readFence(text: string): TypedCode | Refusal | undefined {
  const lines = text.split('\n');
  const [, fence = '', language = '', info = ''] = OPENING.exec(withoutReturn(lines[0] ?? '')) ?? [];
  // More of the like in the first line is a piece of text in fences, as in CommonMark.
  if (fence === '' || (fence.startsWith('`') && info.includes('`'))) return undefined;
  const end = lines.findIndex((line, index) => index > 0 && closes(withoutReturn(line), fence));
  if (end === -1) {
    return refuse('usage', 'the block of code is not closed', `end it with ${fence} on a line of its own`);
  }
  const source = lines.slice(1, end).join('\n');
  const [, , after = ''] = CLOSING.exec(withoutReturn(lines[end] ?? '')) ?? [];
  const rest = [after, ...lines.slice(end + 1)].join('\n').trim();
  if (rest !== '' && !rest.split(/\s+/).every((word) => /^[@#+]/.test(word))) return undefined;
  if (!isLanguage(language)) {
    const what = language === '' ? 'the block does not say its language' : `"${language.slice(0, 40)}" is no language`;
    return refuse('usage', what, LANGUAGE_MISSING);
  }
  if (source.trim() === '') return refuse('usage', 'the block of code is empty', LANGUAGE_MISSING);
  return { ok: true, language, source, rest, because: 'a block of code means a program' };
}

/** At least as long as the one that opened it. Only marks may follow on its line: ` ```js ` in a block opens nothing and closes nothing. */
function closes(line: string, fence: string): boolean {
  const [, closing = '', after = ''] = CLOSING.exec(line) ?? [];
  return closing.startsWith(fence) && (after === '' || /^[@#+]/.test(after));
}

function isLanguage(word: string): boolean {
  return word.length <= MOST_LANGUAGE && LANGUAGE.test(word);
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
