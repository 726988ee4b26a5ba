// A unified diff: what comes, what goes, and where.

import { type Look, line, MAX_BLOCKS } from './document.ts';
import { linesOf, type ReadText } from './read-text.ts';

export function readDiff(text: string): ReadText {
  const lines = linesOf(text);
  return {
    blocks: lines.slice(0, MAX_BLOCKS).map((content) => line(content, diffLook(content))),
    leftOut: lines.length > MAX_BLOCKS,
  };
}

/** How a line of it looks. */
export function diffLook(content: string): Look {
  if (/^(diff |index |--- |\+\+\+ |new file |deleted file |rename |similarity |Binary files )/.test(content))
    return 'strong';
  if (content.startsWith('@@')) return 'hunk';
  if (content.startsWith('+')) return 'added';
  return content.startsWith('-') ? 'removed' : 'text';
}
