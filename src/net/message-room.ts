/** Where messages lie while they are put together: in new memory each, or in memory that is used again once they have been taken. */

/** The longest pieces of bulk, and what goes before them. */
export const ROOM_BYTES = 288 * 1024;
/** Below this, many messages that wait would hold much more than their bytes. */
const LEAST_BYTES = 64 * 1024;
/** Of a stream that brings faster than it is read; more than its window holds would never be used. */
const MOST_ROOMS = 8;

export interface Room {
  take(bytes: number): Buffer;
  /** Nobody looks at the message any more. */
  giveBack(message: Uint8Array): void;
}

export const FRESH_ROOM: Room = { take: (bytes) => Buffer.allocUnsafe(bytes), giveBack: () => {} };

/**
 * For streams of bulk: memory that is new for each message costs more than the copying, in the memory's own making and in collecting it.
 */
export function createReusedRoom(): Room {
  const free: Buffer[] = [];
  const ours = new WeakSet<ArrayBufferLike>();
  return {
    take(bytes) {
      if (bytes < LEAST_BYTES || bytes > ROOM_BYTES) return FRESH_ROOM.take(bytes);
      const room = free.pop() ?? Buffer.allocUnsafeSlow(ROOM_BYTES);
      ours.add(room.buffer);
      return room;
    },
    giveBack({ buffer }) {
      if (ours.has(buffer) && free.length < MOST_ROOMS) free.push(Buffer.from(buffer as ArrayBuffer));
    },
  };
}
