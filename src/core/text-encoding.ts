/** How a text is encoded, by the mark that it may begin with. */

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** How many bytes the mark has. */
export const MARK_BYTES = 2;

/** UTF-8, where there is no mark of another: it needs none. */
export function encodingOf([first, second]: Uint8Array): TextEncoding {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}
