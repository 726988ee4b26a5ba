/**
 * Messages on a peer stream: a 4-byte big-endian length, then that many bytes. What a message means is for who reads it. A length
 * alone costs nothing: memory comes as the bytes do.
 */

import { DispatchError } from '../core/errors.ts';
import { FRESH_ROOM, ROOM_BYTES, type Room } from './message-room.ts';

const LENGTH_BYTES = 4;

/** What goes before a message that is not copied together with it. */
export function messageHead(parts: readonly Uint8Array[], bodyLength: number): Buffer {
  const frame = frameMessage(parts);
  frame.writeUInt32BE(frame.length - LENGTH_BYTES + bodyLength, 0);
  return frame;
}

/** The message with its length before it, copied together: one write is one piece for everything below. */
export function frameMessage(parts: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const part of parts) length += part.byteLength;
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + length);
  frame.writeUInt32BE(length, 0);
  let at = LENGTH_BYTES;
  for (const part of parts) {
    frame.set(part, at);
    at += part.byteLength;
  }
  return frame;
}

/**
 * Takes bytes as they come and gives whole messages; what lies whole in one piece is given uncopied. Throws `too-large` for a longer
 * message than `limit`, and then on every call: nobody can tell any more where the next one begins. `room` is where the others lie.
 */
export function createMessageReader(
  onMessage: (message: Uint8Array) => void,
  limit: number,
  room: Room = FRESH_ROOM,
): (piece: Uint8Array) => void {
  const length = Buffer.alloc(LENGTH_BYTES);
  let lengthFilled = 0;
  let body: Buffer | undefined;
  let filled = 0;
  let wanted = 0;
  let fault: DispatchError | undefined;

  const takeLength = (piece: Uint8Array, from: number): number => {
    const taken = Math.min(LENGTH_BYTES - lengthFilled, piece.byteLength - from);
    length.set(piece.subarray(from, from + taken), lengthFilled);
    lengthFilled += taken;
    if (lengthFilled < LENGTH_BYTES) return taken;
    wanted = length.readUInt32BE(0);
    if (wanted > limit) {
      throw new DispatchError('too-large', `a message of ${wanted} bytes is over the limit of ${limit}`, {
        hint: 'the other side is no Dispatch, or it is broken',
      });
    }
    filled = 0;
    return taken;
  };
  const finish = (message: Uint8Array): void => {
    lengthFilled = 0;
    body = undefined;
    onMessage(message);
  };
  const takeBody = (piece: Uint8Array, from: number): number => {
    const taken = Math.min(wanted - filled, piece.byteLength - from);
    const bytes = piece.subarray(from, from + taken);
    if (filled === 0 && taken === wanted) {
      finish(bytes);
      return taken;
    }
    body = withRoom(room, body, filled, filled + taken, wanted);
    body.set(bytes, filled);
    filled += taken;
    if (filled === wanted) finish(body.subarray(0, wanted));
    return taken;
  };
  return (piece) => {
    if (fault !== undefined) throw fault;
    try {
      for (let from = 0; from < piece.byteLength; ) {
        if (lengthFilled < LENGTH_BYTES) {
          from += takeLength(piece, from);
          if (lengthFilled === LENGTH_BYTES && wanted === 0) finish(new Uint8Array());
        } else {
          from += takeBody(piece, from);
        }
      }
    } catch (error) {
      if (error instanceof DispatchError) fault = error;
      throw error;
    }
  };
}

function withRoom(room: Room, body: Buffer | undefined, filled: number, needed: number, wanted: number): Buffer {
  if (body !== undefined && body.length >= needed) return body;
  const larger = room.take(Math.min(wanted, Math.max(needed, (body?.length ?? 0) * 2, ROOM_BYTES)));
  body?.copy(larger, 0, 0, filled);
  return larger;
}
