/**
 * Frames on the control socket: a 4-byte big-endian length of what follows, one byte for the kind, then the payload.
 * JSON frames hold one JSON-RPC 2.0 message; raw frames hold a stream's bytes, so that bulk data is never escaped or parsed.
 *
 *   length u32 | kind u8 = 0 | UTF-8 JSON
 *   length u32 | kind u8 = 1 | stream u32 | offset u64 | bytes
 *   length u32 | kind u8 = 2 | stream u32 | bytes consumed u32       (credit: the reader is ready for that many more)
 */

import { isUtf8 } from 'node:buffer';
import { DispatchError } from '../core/errors.ts';

const LENGTH_BYTES = 4;
/** The longest frame that a peer takes: room for a task of 1 MiB however it is escaped, and its action beside it. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024;
/** The longest frame that a client takes: a change tells of a task several times over, and a page holds many. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** How much of a stream is sent in one raw frame. */
export const RAW_CHUNK_BYTES = 256 * 1024;
/** How many bytes of a stream may be on their way before the reader has said that it consumed some. */
export const STREAM_WINDOW_BYTES = 2 * 1024 * 1024;
/** A reader says what it consumed when it comes to this much: seldom enough to cost nothing, soon enough never to stall. */
export const CREDIT_BATCH_BYTES = STREAM_WINDOW_BYTES / 4;

/** A raw frame may be given in several pieces, as its bytes arrive; the offset is that of the piece. */
export type Frame =
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'raw'; readonly stream: number; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: 'credit'; readonly stream: number; readonly bytes: number };

const JSON_KIND = 0;
const RAW_KIND = 1;
const CREDIT_KIND = 2;
const PREFIX_BYTES = LENGTH_BYTES + 1;
const RAW_FIELDS_BYTES = 12;
const RAW_HEADER_BYTES = PREFIX_BYTES + RAW_FIELDS_BYTES;
const CREDIT_FRAME_BYTES = PREFIX_BYTES + 8;
/** A long body gets its memory as it arrives: a length alone costs nothing. */
const FIRST_BODY_BYTES = 64 * 1024;

/** Throws `too-large` if the frame would be longer than the other side takes. */
export function encodeJson(message: unknown, limit = MAX_FRAME_BYTES): Buffer {
  const text = stringify(message);
  const length = Buffer.byteLength(text) + 1;
  if (length > limit)
    throw tooLarge(`a message of ${length} bytes is over the limit of ${limit}`, 'ask for less at once');
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + length);
  frame.writeUInt32BE(length, 0);
  frame[LENGTH_BYTES] = JSON_KIND;
  frame.write(text, PREFIX_BYTES);
  return frame;
}

function stringify(message: unknown): string {
  try {
    return JSON.stringify(message);
  } catch (error) {
    // A string of V8 holds about half a GiB.
    if (error instanceof RangeError) throw tooLarge('a message is longer than any text can be', 'ask for less at once');
    throw error;
  }
}

/** The header of a raw frame; the bytes are written after it, uncopied. */
export function encodeRawHeader(stream: number, offset: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(RAW_HEADER_BYTES);
  header.writeUInt32BE(RAW_HEADER_BYTES - LENGTH_BYTES + length, 0);
  header[LENGTH_BYTES] = RAW_KIND;
  header.writeUInt32BE(stream, PREFIX_BYTES);
  header.writeBigUInt64BE(BigInt(offset), PREFIX_BYTES + 4);
  return header;
}

export function encodeCredit(stream: number, bytes: number): Buffer {
  const frame = Buffer.allocUnsafe(CREDIT_FRAME_BYTES);
  frame.writeUInt32BE(CREDIT_FRAME_BYTES - LENGTH_BYTES, 0);
  frame[LENGTH_BYTES] = CREDIT_KIND;
  frame.writeUInt32BE(stream, PREFIX_BYTES);
  frame.writeUInt32BE(bytes, PREFIX_BYTES + 4);
  return frame;
}

/** What is being read: the first bytes of a frame, a body to be kept whole, or raw bytes that pass through. */
type Reading =
  | { readonly part: 'prefix'; readonly wanted: number }
  | { readonly part: 'raw-header'; readonly wanted: number; readonly length: number }
  | { readonly part: 'body'; readonly kind: number; readonly wanted: number }
  | { readonly part: 'raw'; readonly stream: number; offset: number; left: number };

const PREFIX: Reading = { part: 'prefix', wanted: PREFIX_BYTES };

/**
 * Takes bytes as they come and gives frames. Raw bytes are passed on as they arrive, without a copy. Throws `too-large` or
 * `invalid`, and then on every call: nobody can tell any more where the next frame begins.
 */
export function createFrameReader(onFrame: (frame: Frame) => void, limit = MAX_FRAME_BYTES): (chunk: Buffer) => void {
  const collector = createCollector();
  let reading: Reading = PREFIX;
  let fault: DispatchError | undefined;
  /** Takes what it can from the chunk; gives how much that was. */
  const step = (chunk: Buffer, from: number): number => {
    if (reading.part === 'raw') {
      const bytes = chunk.subarray(from, from + reading.left);
      const { stream, offset } = reading;
      reading.offset += bytes.length;
      reading.left -= bytes.length;
      if (reading.left === 0) reading = PREFIX;
      onFrame({ kind: 'raw', stream, offset, bytes });
      return bytes.length;
    }
    const { taken, whole } = collector.take(chunk, from, reading.wanted);
    if (whole === undefined) return taken;
    if (reading.part === 'body') {
      const { kind } = reading;
      reading = PREFIX;
      onFrame(decodeBody(kind, whole));
    } else if (reading.part === 'prefix') {
      reading = afterPrefix(whole, limit);
    } else {
      const { length: left } = reading;
      const offset = safeOffset(whole.readBigUInt64BE(4));
      reading = left === 0 ? PREFIX : { part: 'raw', stream: whole.readUInt32BE(0), offset, left };
    }
    return taken;
  };
  return (chunk) => {
    if (fault !== undefined) throw fault;
    try {
      for (let from = 0; from < chunk.length; ) from += step(chunk, from);
    } catch (error) {
      if (error instanceof DispatchError) fault = error;
      throw error;
    }
  };
}

function afterPrefix(prefix: Buffer, limit: number): Reading {
  const length = prefix.readUInt32BE(0);
  if (length === 0) throw malformed('a frame of no length');
  if (length > limit) {
    throw tooLarge(
      `a frame of ${length} bytes is over the limit of ${limit}`,
      'the other side is no Dispatch, or it is broken',
    );
  }
  const kind = prefix[LENGTH_BYTES];
  if (kind === JSON_KIND && length > 1) return { part: 'body', kind, wanted: length - 1 };
  if (kind === CREDIT_KIND && length === CREDIT_FRAME_BYTES - LENGTH_BYTES)
    return { part: 'body', kind, wanted: length - 1 };
  const payload = length - 1 - RAW_FIELDS_BYTES;
  if (kind === RAW_KIND && payload >= 0) return { part: 'raw-header', wanted: RAW_FIELDS_BYTES, length: payload };
  throw malformed(`a frame of ${length} bytes and kind ${kind}`);
}

function decodeBody(kind: number, body: Buffer): Frame {
  if (kind === CREDIT_KIND) return { kind: 'credit', stream: body.readUInt32BE(0), bytes: body.readUInt32BE(4) };
  if (!isUtf8(body)) throw malformed('a message that is not UTF-8');
  return { kind: 'json', text: body.toString('utf8') };
}

function safeOffset(offset: bigint): number {
  if (offset > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(`a stream's offset of ${offset}`);
  return Number(offset);
}

/** Puts together what comes in pieces; what lies whole in one chunk is given as it lies there. */
function createCollector(): {
  take(chunk: Buffer, from: number, wanted: number): { taken: number; whole: Buffer | undefined };
} {
  let kept = Buffer.alloc(0);
  let filled = 0;
  return {
    take(chunk, from, wanted) {
      if (filled === 0 && chunk.length - from >= wanted)
        return { taken: wanted, whole: chunk.subarray(from, from + wanted) };
      const taken = Math.min(wanted - filled, chunk.length - from);
      if (filled + taken > kept.length) {
        const larger = Buffer.allocUnsafe(
          Math.min(wanted, Math.max(filled + taken, kept.length * 2, FIRST_BODY_BYTES)),
        );
        kept.copy(larger, 0, 0, filled);
        kept = larger;
      }
      chunk.copy(kept, filled, from, from + taken);
      filled += taken;
      if (filled < wanted) return { taken, whole: undefined };
      const whole = kept.subarray(0, wanted);
      kept = Buffer.alloc(0);
      filled = 0;
      return { taken, whole };
    },
  };
}

function tooLarge(message: string, hint: string): DispatchError {
  return new DispatchError('too-large', message, { hint });
}

function malformed(what: string): DispatchError {
  return new DispatchError('invalid', `${what} on the control socket`, {
    hint: 'the other side is no Dispatch, or it is broken',
  });
}
