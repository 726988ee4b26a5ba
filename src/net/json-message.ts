/** JSON messages between peers: written with no more than JSON can carry, read against a schema and never trusted before. */

import { isUtf8 } from 'node:buffer';
import type { ZodType } from 'zod';
import { asDispatchError, DispatchError, type WireError } from '../core/errors.ts';
import { WIRE_ERROR } from '../protocol/peer-schemas.ts';

export function encodeMessage(message: unknown): Buffer {
  return Buffer.from(JSON.stringify(message));
}

/** Throws `invalid` for bytes that are no JSON. */
export function decodeMessage(bytes: Uint8Array): unknown {
  try {
    if (isUtf8(bytes))
      return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    // told below
  }
  throw malformed('a message that is no JSON');
}

/** Throws `invalid` for what does not fit, and says where. */
export function check<T>(value: unknown, schema: ZodType<T>, what: string): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const issue = error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.').slice(0, 200)}`;
  throw malformed(`${what} that is not right${where}${issue === undefined ? '' : ` (${issue.message.slice(0, 300)})`}`);
}

/** The error that the other side sent; one that is none is an error too. */
export function errorFrom(value: unknown): DispatchError {
  const parsed = WIRE_ERROR.safeParse(value);
  return parsed.success ? DispatchError.fromWire(parsed.data) : malformed('an error that is none');
}

export function toWire(thrown: unknown): WireError {
  return asDispatchError(thrown).toWire();
}

function malformed(what: string): DispatchError {
  return new DispatchError('invalid', `the other device sent ${what}`, {
    hint: 'the two may be of versions that do not fit: update Dispatch on both',
  });
}
