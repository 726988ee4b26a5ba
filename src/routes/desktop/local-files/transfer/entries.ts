/**
 * What is sent of a file or folder: entries in one order, folders before what is in them, each by its path from the one that is sent.
 * On the wire each is a length and JSON, a file's followed by its bytes and by its hash:
 *
 *   u32 length | {"entry":0,"kind":"folder",…}
 *   u32 length | {"entry":1,"kind":"file","size":5,…} | 5 bytes | u32 length | {"sha256":"…"}
 *   u32 length | {"end":2}
 */

import * as z from 'zod';
import { DispatchError } from '../../../../core/errors.ts';

export const MOST_ENTRIES = 500_000;
export const MOST_DEPTH = 100;
/** Of one header. */
export const MOST_HEADER = 64 * 1024;
const MOST_PATH = 16_384;
const MOST_NAME = 255;

/** Names below the one that is sent; none for itself. A name that leads elsewhere is none. */
const names = z
  .array(
    z
      .string()
      .min(1)
      .max(MOST_NAME)
      .refine((name) => !/[/\0]/.test(name) && name !== '.' && name !== '..', 'a name leads out of its folder'),
  )
  .max(MOST_DEPTH);
const common = {
  entry: z.int().min(0).max(MOST_ENTRIES),
  names,
  mode: z.int().min(0).max(0o7777),
  /** Unix milliseconds. */
  modifiedAt: z.number().min(0).max(8.64e15),
};

const header = z.discriminatedUnion('kind', [
  z.strictObject({ ...common, kind: z.literal('file'), size: z.int().min(0), offset: z.int().min(0) }),
  z.strictObject({ ...common, kind: z.literal('folder') }),
  z.strictObject({ ...common, kind: z.literal('link'), target: z.string().min(1).max(MOST_PATH) }),
]);
/** `offset`: where in the content the bytes that follow begin. */
export type Header = z.output<typeof header>;

const total = z.strictObject({ entries: z.int().min(1).max(MOST_ENTRIES), bytes: z.int().min(0) });
export type Total = z.output<typeof total>;
const hash = z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const end = z.strictObject({ end: z.int().min(0) });

const message = z.union([header, total, hash, end]);
export type Message = z.output<typeof message>;

export function encode(value: Message): Buffer {
  const text = Buffer.from(JSON.stringify(value));
  const bytes = Buffer.allocUnsafe(4 + text.length);
  bytes.writeUInt32BE(text.length);
  text.copy(bytes, 4);
  return bytes;
}

/** Throws `invalid`: the other device is not to be trusted with what it sends. */
export function decode(bytes: Uint8Array): Message {
  try {
    return message.parse(JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')));
  } catch (error) {
    throw new DispatchError('invalid', 'the other device sent something that is no part of a transfer', {
      cause: error,
      hint: 'bring both devices to the same version of Dispatch',
    });
  }
}
