/**
 * Frames on the control socket: a 4-byte big-endian length of what follows, one byte for the kind, then the payload.
 * JSON frames hold one JSON-RPC 2.0 message; raw frames hold a stream's bytes, so that bulk data is never escaped or parsed.
 *
 *   length u32 | kind u8 = 0 | UTF-8 JSON
 *   length u32 | kind u8 = 1 | stream u32 | offset u64 | bytes
 *   length u32 | kind u8 = 2 | stream u32 | bytes consumed u32       (credit: the reader is ready for that many more)
 */

import { DispatchError } from '../core/errors.ts';

const HEADER_BYTES = 4;
/** Larger than any snapshot page; a longer frame is hostile or a bug. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024;
/** How much of a stream is sent in one raw frame. */
export const RAW_CHUNK_BYTES = 256 * 1024;
/** How many bytes of a stream may be on their way before the reader has said that it consumed some. */
export const STREAM_WINDOW_BYTES = 2 * 1024 * 1024;

export type Frame =
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'raw'; readonly stream: number; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: 'credit'; readonly stream: number; readonly bytes: number };

const JSON_KIND = 0;
const RAW_KIND = 1;
const CREDIT_KIND = 2;
const RAW_PREFIX_BYTES = 12;

export function encodeJson(message: unknown): Buffer {
  const text = JSON.stringify(message);
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + 1 + length);
  frame.writeUInt32BE(length + 1, 0);
  frame[HEADER_BYTES] = JSON_KIND;
  frame.write(text, HEADER_BYTES + 1);
  return frame;
}

/** The header of a raw frame; the bytes are written after it, uncopied. */
export function encodeRawHeader(stream: number, offset: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES + 1 + RAW_PREFIX_BYTES);
  header.writeUInt32BE(1 + RAW_PREFIX_BYTES + length, 0);
  header[HEADER_BYTES] = RAW_KIND;
  header.writeUInt32BE(stream, HEADER_BYTES + 1);
  header.writeBigUInt64BE(BigInt(offset), HEADER_BYTES + 5);
  return header;
}

export function encodeCredit(stream: number, bytes: number): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + 9);
  frame.writeUInt32BE(9, 0);
  frame[HEADER_BYTES] = CREDIT_KIND;
  frame.writeUInt32BE(stream, HEADER_BYTES + 1);
  frame.writeUInt32BE(bytes, HEADER_BYTES + 5);
  return frame;
}

/**
 * Takes bytes as they come and gives whole frames. Throws `too-large` or `invalid`; after that the connection is of no use,
 * because nobody can tell where the next frame begins.
 */
export function createFrameReader(onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let wanted = HEADER_BYTES;
  let inBody = false;
  const take = (): Buffer => {
    const whole = pending.length === 1 ? (pending[0] as Buffer) : Buffer.concat(pending, pendingBytes);
    pending = whole.length > wanted ? [whole.subarray(wanted)] : [];
    pendingBytes = whole.length - wanted;
    return whole.subarray(0, wanted);
  };
  return (chunk) => {
    pending.push(chunk);
    pendingBytes += chunk.length;
    while (pendingBytes >= wanted) {
      const part = take();
      if (inBody) {
        inBody = false;
        wanted = HEADER_BYTES;
        onFrame(decodeBody(part));
      } else {
        wanted = bodyLength(part);
        inBody = true;
      }
    }
  };
}

function bodyLength(header: Buffer): number {
  const length = header.readUInt32BE(0);
  if (length === 0)
    throw new DispatchError('invalid', 'a frame of no length', { hint: 'this is not a Dispatch client' });
  if (length > MAX_FRAME_BYTES) {
    throw new DispatchError('too-large', `a frame of ${length} bytes is over the limit of ${MAX_FRAME_BYTES}`, {
      hint: 'this is not a Dispatch client, or it is broken',
    });
  }
  return length;
}

function decodeBody(body: Buffer): Frame {
  const kind = body[0];
  if (kind === JSON_KIND) return { kind: 'json', text: body.toString('utf8', 1) };
  if (kind === RAW_KIND && body.length >= 1 + RAW_PREFIX_BYTES) {
    return {
      kind: 'raw',
      stream: body.readUInt32BE(1),
      offset: Number(body.readBigUInt64BE(5)),
      bytes: body.subarray(1 + RAW_PREFIX_BYTES),
    };
  }
  if (kind === CREDIT_KIND && body.length === 9) {
    return { kind: 'credit', stream: body.readUInt32BE(1), bytes: body.readUInt32BE(5) };
  }
  throw new DispatchError('invalid', `a frame of unknown kind ${kind}`, {
    hint: 'this is not a Dispatch client, or it is broken',
  });
}
