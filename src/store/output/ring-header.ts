/**
 * The first block of a tail file. It makes the ring readable after a crash: without it nobody could tell where the ring begins.
 * 40 bytes: 8 of magic, then four 64-bit little-endian numbers.
 */

export interface RingHeader {
  /** Offset in the output where the head ends and the ring takes over. */
  readonly headBytes: number;
  /** How many bytes the ring has room for. */
  readonly ringBytes: number;
  /** Every byte before this offset has been written (as far as the ring still holds it). */
  readonly end: number;
  /** A write up to this offset may have begun: what is older than `reach` minus the ring may be overwritten. */
  readonly reach: number;
}

/** The ring's bytes begin at this position of the file. */
export const RING_START = 4096;

const MAGIC = Buffer.from('DSPRING1', 'latin1');
const LENGTH = 40;

export function encodeRingHeader({ headBytes, ringBytes, end, reach }: RingHeader): Uint8Array {
  const bytes = Buffer.alloc(LENGTH);
  MAGIC.copy(bytes);
  for (const [index, value] of [headBytes, ringBytes, end, reach].entries())
    bytes.writeBigUInt64LE(BigInt(value), 8 + index * 8);
  return bytes;
}

/** Undefined if these bytes are not a header that makes sense. */
export function decodeRingHeader(bytes: Uint8Array): RingHeader | undefined {
  if (bytes.length < LENGTH) return undefined;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!view.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const number = (index: number): number => Number(view.readBigUInt64LE(8 + index * 8));
  const header = { headBytes: number(0), ringBytes: number(1), end: number(2), reach: number(3) };
  const sound = Object.values(header).every(Number.isSafeInteger) && header.end <= header.reach;
  return sound && header.end >= header.headBytes ? header : undefined;
}
