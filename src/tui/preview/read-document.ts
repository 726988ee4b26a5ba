// Bytes to a document, whatever they are: what cannot be read as what it claims to be is shown as text, and what is no text as bytes.
// It never throws. What a hostile file can make it do is use time, so it runs in a thread that can be ended.

import { formatBytes } from '../words/format.ts';
import { type Document, PICTURE_BYTES, type PreviewSource } from './document.ts';
import { decodeText, type PreviewKind, previewKind } from './kind.ts';
import { readBytes } from './read-bytes.ts';
import { readDiff } from './read-diff.ts';
import { readJson } from './read-json.ts';
import { readMarkdown } from './read-markdown.ts';
import { readPicture } from './read-picture.ts';
import { readSource } from './read-source.ts';
import { readText } from './read-text.ts';

export function readDocument(source: PreviewSource): Document {
  const kind = previewKind(source);
  const told = notShown(source, kind);
  switch (kind) {
    case 'png':
    case 'jpeg':
    case 'gif': {
      if (source.sizeBytes > source.head.length)
        return readBytes(source, `pictures of more than ${formatBytes(PICTURE_BYTES)} are not drawn here`);
      const read = readPicture(kind, source);
      return typeof read === 'string' ? readBytes(source, read) : read;
    }
    case 'bytes':
      return readBytes(source);
    case 'markdown':
    case 'json':
    case 'diff':
    case 'text': {
      const text = decodeText(source.head) ?? '';
      const { blocks, leftOut } = readAs(kind, text, source.name);
      const note = told ?? (leftOut ? 'It has more lines than are shown here.' : undefined);
      return note === undefined ? { type: 'text', blocks } : { type: 'text', blocks, note };
    }
  }
}

/** Of a text that is Markdown: plain where it cannot be taken apart. */
export const readMarkdownText = (text: string): Document => ({
  type: 'text',
  blocks: readAs('markdown', text, '').blocks,
});

function readAs(kind: 'markdown' | 'json' | 'diff' | 'text', text: string, name: string): ReturnType<typeof readText> {
  try {
    switch (kind) {
      case 'markdown':
        return readMarkdown(text) ?? readText(text);
      case 'json':
        return readJson(text) ?? readText(text);
      case 'diff':
        return readDiff(text);
      case 'text':
        return readSource(text, name);
    }
  } catch {
    // Nested so deeply that no parser follows, for one.
    return readText(text);
  }
}

function notShown({ sizeBytes, head }: PreviewSource, kind: PreviewKind): string | undefined {
  if (sizeBytes <= head.length || kind === 'bytes') return undefined;
  return `These are the first ${formatBytes(head.length)}; the other ${formatBytes(sizeBytes - head.length)} are not shown.`;
}
