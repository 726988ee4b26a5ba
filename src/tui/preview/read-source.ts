// Source code: of a file, or of a block in Markdown. Coloured where its language is known; a difference by what comes and goes.

import { line, MAX_BLOCKS, type Piece } from './document.ts';
import { highlighted, languageOf } from './highlight.ts';
import { diffLook } from './read-diff.ts';
import { linesOf, type ReadText, readText } from './read-text.ts';

/** The lines of a block of code. `language`: what it says that it is, in Markdown. */
export function codeLines(text: string, language: string): readonly (readonly Piece[])[] {
  const lines = linesOf(text);
  if (/^(?:diff|patch)$/.test(language)) return lines.map((content) => [[content, diffLook(content)]]);
  return highlighted(lines.join('\n'), language) ?? lines.map((content) => [[content, 'code']]);
}

export function readSource(text: string, name: string): ReadText {
  const language = languageOf(name);
  const lines = language === undefined ? undefined : highlighted(linesOf(text).join('\n'), language);
  if (lines === undefined) return readText(text);
  return {
    blocks: lines.slice(0, MAX_BLOCKS).map((pieces) => ({ ...line(''), pieces })),
    leftOut: lines.length > MAX_BLOCKS,
  };
}
