// Files to preview, and previews as text.

import { deflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import type { Document, PreviewSource } from '../../../../src/tui/preview/document.ts';
import type { Frame } from '../../../../src/tui/preview/frame.ts';
import { layout } from '../../../../src/tui/preview/layout.ts';
import { readDocument } from '../../../../src/tui/preview/read-document.ts';

export function source(name: string, content: string | Uint8Array, change: Partial<PreviewSource> = {}): PreviewSource {
  const head = typeof content === 'string' ? Buffer.from(content) : content;
  return { name, mimeType: 'application/octet-stream', sizeBytes: head.length, head, ...change };
}

/** The rows, each as `text` or, where `looks` says so, as `text‹look›`. */
export function shown(
  from: PreviewSource | Document,
  frame: Partial<Frame> & { readonly looks?: true } = {},
): readonly string[] {
  const document = 'head' in from ? readDocument(from) : from;
  return layout(document, { width: 80, height: 24, tier: '256', ascii: false, ...frame }).map((row) =>
    row
      .map(([text, look]) =>
        frame.looks !== true ? text : `${text}‹${typeof look === 'string' ? look : `${look.fg}/${look.bg}`}›`,
      )
      .join('')
      .trimEnd(),
  );
}

/** A PNG of which each pixel is what `colour` says: 0xRRGGBB, or undefined where nothing is. */
export function png(width: number, height: number, colour: (x: number, y: number) => number | undefined): Uint8Array {
  const picture = new PNG({ width, height });
  for (let at = 0; at < width * height; at += 1) {
    const rgb = colour(at % width, Math.floor(at / width));
    picture.data.set(
      [(rgb ?? 0) >> 16, ((rgb ?? 0) >> 8) & 0xff, (rgb ?? 0) & 0xff, rgb === undefined ? 0 : 255],
      at * 4,
    );
  }
  return PNG.sync.write(picture);
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A PNG whose header says one thing and whose data may be another. */
export function forgedPng(width: number, height: number, { interlaced = false, unpacks = 64 } = {}): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, interlaced ? 1 : 0], 8);
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(unpacks))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([SIGNATURE, ...chunks]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc(body), 4 + body.length);
  return frame;
}

/** As PNG defines it. */
function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 0 ? value >>> 1 : (value >>> 1) ^ 0xedb88320;
  }
  return (value ^ 0xffffffff) >>> 0;
}
