// What kind of preview some bytes get: pictures by their first bytes, whatever they are called; text by its type and its name.

import { encodingOf } from '../../core/text-encoding.ts';
import type { PreviewSource } from './document.ts';

export type PreviewKind = 'png' | 'jpeg' | 'gif' | 'markdown' | 'json' | 'diff' | 'text' | 'bytes';

export function previewKind(source: PreviewSource): PreviewKind {
  const picture = pictureKind(source.head);
  if (picture !== undefined) return picture;
  if (decodeText(source.head) === undefined) return 'bytes';
  const name = source.name.toLowerCase();
  const type = (source.mimeType.split(';')[0] ?? '').trim().toLowerCase();
  if (type === 'text/markdown' || /\.(md|markdown)$/.test(name)) return 'markdown';
  if (/^application\/(.*\+)?json$|^application\/x-ndjson$/.test(type) || /\.(json|jsonl|ndjson|geojson)$/.test(name))
    return 'json';
  if (/^text\/x-(diff|patch)$/.test(type) || /\.(diff|patch)$/.test(name)) return 'diff';
  return 'text';
}

/** A type that is drawn as a picture; what its bytes are is found out when they are there. */
export const mayBePicture = ({ mimeType, name }: Pick<PreviewSource, 'mimeType' | 'name'>): boolean =>
  /^image\/(png|apng|jpeg|gif)$/.test(mimeType) || /\.(png|jpe?g|gif)$/i.test(name);

function pictureKind(head: Uint8Array): 'png' | 'jpeg' | 'gif' | undefined {
  const begins = (...bytes: number[]): boolean => bytes.every((byte, index) => head[index] === byte);
  if (begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png';
  if (begins(0xff, 0xd8, 0xff)) return 'jpeg';
  return begins(0x47, 0x49, 0x46, 0x38) ? 'gif' : undefined;
}

/** UTF-8 without a NUL, or UTF-16 that says so; but for a character that the cut went through. Undefined if it is not text. */
export function decodeText(bytes: Uint8Array): string | undefined {
  const encoding = encodingOf(bytes);
  if (encoding === 'utf-8' && bytes.includes(0)) return undefined;
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
