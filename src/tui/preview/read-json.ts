// JSON laid out with a member a line, from its tokens: so that a beginning without an end can be shown too, and no depth of nesting needs a stack.
// Undefined if it is not JSON.

import { sanitizeLine } from '../terminal/sanitize.ts';
import { type Block, type Look, MAX_BLOCKS, type Piece } from './document.ts';
import type { ReadText } from './read-text.ts';

const TOKEN =
  /[ \t\r\n]+|("(?:[^"\\\n]|\\.)*")([ \t\r\n]*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)|([{}[\],])|("(?:[^"\\\n]|\\.)*\\?$)/y;
const INDENT = 2;
/** Deeper is not indented further: a row must have room for what stands in it. */
const MAX_INDENT = 24;

export function readJson(text: string): ReadText | undefined {
  const blocks: Block[] = [];
  let pieces: Piece[] = [];
  let depth = 0;
  /** The newest token was an opening bracket. */
  let opened = false;
  const end = (): void => {
    if (pieces.length > 0) blocks.push({ type: 'line', wrap: 'edge', pieces });
    pieces = [];
  };
  const put = (content: string, look: Look): void => {
    if (pieces.length === 0 && depth > 0) pieces.push([' '.repeat(Math.min(MAX_INDENT, depth * INDENT)), 'text']);
    pieces.push([content, look]);
  };
  const value = (content: string, look: Look): void => {
    if (opened || depth === 0) end();
    opened = false;
    put(sanitizeLine(content), look);
  };
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length && blocks.length < MAX_BLOCKS) {
    const found = TOKEN.exec(text);
    if (found === null) return undefined;
    const [, string, colon, number, constant, mark, cut] = found;
    if (string !== undefined && colon !== undefined) {
      value(string, 'key');
      put(': ', 'text');
    } else if (string !== undefined || cut !== undefined) afterKey(string ?? cut ?? '', 'string');
    else if (number !== undefined) afterKey(number, 'number');
    else if (constant !== undefined) afterKey(constant, 'constant');
    else if (mark === '{' || mark === '[') {
      afterKey(mark, 'text');
      depth += 1;
      opened = true;
    } else if (mark === '}' || mark === ']') {
      depth = Math.max(0, depth - 1);
      // What is empty stays on one line.
      if (!opened) end();
      opened = false;
      put(mark, 'text');
    } else if (mark === ',') {
      put(',', 'text');
      end();
    }
  }
  end();
  return blocks.length === 0 ? undefined : { blocks, leftOut: TOKEN.lastIndex < text.length };

  /** A value goes on the line of its key, if it has one. */
  function afterKey(content: string, look: Look): void {
    const [last] = pieces.at(-1) ?? [''];
    if (last === ': ') {
      opened = false;
      put(sanitizeLine(content), look);
    } else value(content, look);
  }
}
