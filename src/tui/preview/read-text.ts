// Text as it is, line by line: escape sequences taken out, what could mislead made visible.

import { stripAnsi } from '../terminal/sanitize.ts';
import { type Block, line, MAX_BLOCKS } from './document.ts';

export interface ReadText {
  readonly blocks: readonly Block[];
  /** There were more lines. */
  readonly leftOut: boolean;
}

export function readText(text: string): ReadText {
  const lines = linesOf(text);
  return {
    blocks: lines.slice(0, MAX_BLOCKS).map((content) => line(content)),
    leftOut: lines.length > MAX_BLOCKS,
  };
}

/** Sanitised; the newline at the end ends the last line and begins no other. */
export const linesOf = (text: string): string[] => stripAnsi(text).replace(/\n$/, '').split('\n');
