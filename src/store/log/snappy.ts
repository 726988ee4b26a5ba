/** Unpacks Snappy (https://github.com/google/snappy/blob/main/format_description.txt), in which LevelDB packs the blocks of its tables. */

/** A number in groups of seven bits, the lowest first. */
export function readVarint(bytes: Buffer, at: number): { value: number; next: number } {
  let value = 0;
  for (let index = 0; index < 8; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, next: at + index + 1 };
  }
  throw new Error(`there is no number at byte ${at}`);
}

/** Throws if the bytes are none that Snappy made. */
export function decompressSnappy(packed: Buffer): Buffer {
  const { value: size, next } = readVarint(packed, 0);
  // No element makes more than 64 bytes of two.
  if (size > packed.length * 32) throw new Error('what is packed is too small for what it is said to hold');
  const out = Buffer.alloc(size);
  let at = next;
  let end = 0;
  while (at < packed.length) {
    const tag = packed[at] ?? 0;
    const kind = tag & 3;
    at += 1;
    if (kind === 0) {
      const extra = Math.max(0, (tag >> 2) - 59);
      const length = (extra === 0 ? tag >> 2 : packed.readUIntLE(at, extra)) + 1;
      at += extra;
      if (at + length > packed.length || end + length > size) throw new Error('what is packed goes beyond its end');
      packed.copy(out, end, at, at + length);
      at += length;
      end += length;
      continue;
    }
    const width = kind === 3 ? 4 : kind;
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const offset = packed.readUIntLE(at, width) + (kind === 1 ? (tag >> 5) << 8 : 0);
    at += width;
    if (offset === 0 || offset > end || end + length > size) throw new Error('what is packed goes beyond its end');
    // One by one: what is copied may be what this copies.
    for (let index = 0; index < length; index += 1) out[end + index] = out[end - offset + index] ?? 0;
    end += length;
  }
  if (end !== size) throw new Error('what is packed ends too early');
  return out;
}
