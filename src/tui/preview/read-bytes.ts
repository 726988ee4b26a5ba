// The first bytes of what is neither text nor a picture, as numbers and as letters.

import { sanitizeLine } from '../terminal/sanitize.ts';
import { formatBytes } from '../words/format.ts';
import { type Block, type Document, line, type PreviewSource } from './document.ts';

const HEX_BYTES = 2 * 1024;
/** So that a row fits into 60 columns with its border. */
const ROW_BYTES = 8;

/** `why`: why it is not shown as what it is. */
export function readBytes({ head, mimeType, sizeBytes }: PreviewSource, why?: string): Document {
  const blocks: Block[] = [];
  for (let at = 0; at < Math.min(head.length, HEX_BYTES); at += ROW_BYTES) {
    const part = [...head.subarray(at, at + ROW_BYTES)];
    const hex = part.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    blocks.push({
      type: 'line',
      wrap: 'edge',
      pieces: [
        [`${at.toString(16).padStart(8, '0')}  `, 'muted'],
        [hex.padEnd(ROW_BYTES * 3 + 1), 'text'],
        [text, 'string'],
      ],
    });
  }
  if (sizeBytes === 0) return { type: 'text', blocks: [line('It is empty.', 'muted')] };
  const what = `${sanitizeLine(mimeType)}, ${formatBytes(sizeBytes)}`;
  const reason = why ?? 'this is not text';
  return { type: 'text', blocks, note: `${what}: ${reason}, so here is its beginning.` };
}
