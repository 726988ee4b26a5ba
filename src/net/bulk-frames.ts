/**
 * What goes over a stream after its opening: one byte for the kind, then the payload. The end is said: a stream that merely stops has
 * been cut, and a killed process looks like one that closed.
 *
 *   0 | offset u64 | bytes        raw bytes, at their place
 *   1 | UTF-8 JSON                one batch of a log
 *   2                             the end
 *   3 | UTF-8 JSON                an error in wire form, and the end
 */

import { DispatchError } from '../core/errors.ts';
import type { OutputChunk } from '../protocol/api.ts';
import { decodeMessage, encodeMessage, errorFrom, toWire } from './json-message.ts';

const BYTES = 0;
const BATCH = 1;
const END = 2;
const FAILURE = 3;
const BYTES_HEADER = 9;

export type BulkFrame =
  | { readonly kind: 'bytes'; readonly chunk: OutputChunk }
  | { readonly kind: 'batch'; readonly value: unknown }
  | { readonly kind: 'end' }
  | { readonly kind: 'failure'; readonly error: DispatchError };

/** Goes before the bytes. */
export function bytesHeader(offset: number): Buffer {
  const header = Buffer.allocUnsafe(BYTES_HEADER);
  header[0] = BYTES;
  header.writeBigUInt64BE(BigInt(offset), 1);
  return header;
}

export function batchFrame(value: unknown): Buffer[] {
  return [Buffer.from([BATCH]), encodeMessage(value)];
}

export const END_FRAME: Uint8Array = Buffer.from([END]);

export function failureFrame(thrown: unknown): Buffer[] {
  return [Buffer.from([FAILURE]), encodeMessage(toWire(thrown))];
}

/** The bytes stay where they lie in the message. Throws `invalid`. */
export function readBulkFrame(message: Uint8Array): BulkFrame {
  const rest = message.subarray(1);
  switch (message[0]) {
    case BYTES: {
      if (message.byteLength < BYTES_HEADER) break;
      const offset = new DataView(message.buffer, message.byteOffset).getBigUint64(1);
      if (offset > BigInt(Number.MAX_SAFE_INTEGER)) break;
      return { kind: 'bytes', chunk: { offset: Number(offset), bytes: message.subarray(BYTES_HEADER) } };
    }
    case BATCH:
      return { kind: 'batch', value: decodeMessage(rest) };
    case END:
      return { kind: 'end' };
    case FAILURE:
      return { kind: 'failure', error: errorFrom(decodeMessage(rest)) };
    default:
      break;
  }
  throw new DispatchError('invalid', `the other device sent a frame of ${message.byteLength} bytes that is none`, {
    hint: 'the two may be of versions that do not fit: update Dispatch on both',
  });
}
