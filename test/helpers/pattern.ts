// Bytes that tell where they stand: any piece of an output can be checked against its offset alone.

/** The bytes [offset, offset + length) of an endless stream of 32-bit counters, big-endian. */
export function pattern(offset: number, length: number): Buffer {
  const first = offset >>> 2;
  const words = ((offset + length + 3) >>> 2) - first;
  const bytes = Buffer.allocUnsafe(words * 4);
  for (let word = 0; word < words; word += 1) bytes.writeUInt32BE((first + word) >>> 0, word * 4);
  return bytes.subarray(offset - first * 4, offset - first * 4 + length);
}
