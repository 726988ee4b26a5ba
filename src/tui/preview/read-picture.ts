// A PNG, JPEG or GIF as a small picture. Its header says how large it is before a byte of it is unpacked, and what unpacks to more than that is refused;
// a string says why there is no picture.

import { inflateSync } from 'node:zlib';
import { decode as decodeJpeg } from 'jpeg-js';
import { GifReader } from 'omggif';
import { PNG } from 'pngjs';
import { formatBytes } from '../words/format.ts';
import type { Document, Picture, PreviewSource } from './document.ts';
import { pixelSize } from './image-size.ts';
import { shrink } from './shrink.ts';

/** 4096 × 4096, which as pixels are 64 MiB. */
const MAX_PIXELS = 16 * 1024 * 1024;
const JPEG_MEMORY_MB = 512;
/** As many as a wide terminal has columns, and for long pages several screens of rows. */
const KEPT = { width: 320, height: 1280 };

type Kind = 'png' | 'jpeg' | 'gif';

export function readPicture(kind: Kind, { head, sizeBytes }: PreviewSource): Document | string {
  const size = pixelSize(kind, head);
  const name = kind.toUpperCase();
  if (size === undefined || size.width === 0 || size.height === 0) return `this ${name} does not say how large it is`;
  const pixels = `${size.width} × ${size.height} pixels`;
  if (size.width * size.height > MAX_PIXELS) return `its ${pixels} are more than are drawn here`;
  try {
    const picture = shrink(decode(kind, head), KEPT);
    return { type: 'picture', picture, note: `${name}, ${pixels}, ${formatBytes(sizeBytes)}` };
  } catch {
    return `this ${name} is damaged`;
  }
}

function decode(kind: Kind, bytes: Uint8Array): Picture {
  switch (kind) {
    case 'png':
      return decodePng(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    case 'jpeg': {
      const limits = { maxResolutionInMP: MAX_PIXELS / 1e6, maxMemoryUsageInMB: JPEG_MEMORY_MB };
      const { width, height, data } = decodeJpeg(bytes, { useTArray: true, formatAsRGBA: true, ...limits });
      return { width, height, rgba: data };
    }
    case 'gif':
      return decodeGif(bytes);
  }
}

/** The decoder bounds what it unpacks only where the rows come in order, so for the others it is tried first. */
function decodePng(bytes: Buffer): Picture {
  const INTERLACE = 28;
  if (bytes[INTERLACE] === 1) inflateSync(imageData(bytes), { maxOutputLength: MAX_PIXELS * 9 });
  const { width, height, data } = PNG.sync.read(bytes);
  return { width, height, rgba: data };
}

/** What its chunks IDAT hold. */
function imageData(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return Buffer.concat(parts);
}

/** Its first frame. */
function decodeGif(bytes: Uint8Array): Picture {
  const reader = new GifReader(bytes);
  const { width, height } = reader;
  const frame = reader.frameInfo(0);
  if (frame.x + frame.width > width || frame.y + frame.height > height)
    throw new RangeError('a frame outside the picture');
  const rgba = new Uint8Array(width * height * 4);
  reader.decodeAndBlitFrameRGBA(0, rgba);
  return { width, height, rgba };
}
