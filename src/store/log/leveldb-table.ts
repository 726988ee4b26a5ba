/** Reads a table file of LevelDB as far as its checksums go: every byte of it belongs to a block with one, or to the footer. */

import { maskedCrc32c } from './crc32c.ts';
import { decompressSnappy, readVarint } from './snappy.ts';

const FOOTER = 48;
const TRAILER = 5;
const MAGIC = Buffer.from('57fb808b247547db', 'hex');
const SNAPPY = 1;

interface Handle {
  readonly offset: number;
  readonly size: number;
}

/** What is wrong with the table, in words; undefined if nothing is. */
export function readTable(bytes: Buffer): string | undefined {
  try {
    const { metaIndex, index } = readFooter(bytes);
    const blocks = [...handlesIn(blockAt(bytes, index)), ...handlesIn(blockAt(bytes, metaIndex)), metaIndex, index];
    blocks.sort((a, b) => a.offset - b.offset);
    let end = 0;
    for (const block of blocks) {
      if (block.offset !== end) throw new Error(`nothing accounts for the bytes from ${end}`);
      checkBlock(bytes, block);
      end = block.offset + block.size + TRAILER;
    }
    return end === bytes.length - FOOTER ? undefined : `nothing accounts for the bytes from ${end}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function readFooter(bytes: Buffer): { metaIndex: Handle; index: Handle } {
  const start = bytes.length - FOOTER;
  if (start < 0 || !bytes.subarray(-MAGIC.length).equals(MAGIC)) throw new Error('its end is not that of a table');
  const first = readHandle(bytes, start);
  const second = readHandle(bytes, first.next);
  const padding = bytes.subarray(second.next, bytes.length - MAGIC.length);
  if (padding.some((byte) => byte !== 0)) throw new Error('its end is not that of a table');
  return { metaIndex: first.handle, index: second.handle };
}

function readHandle(bytes: Buffer, at: number): { handle: Handle; next: number } {
  const offset = readVarint(bytes, at);
  const size = readVarint(bytes, offset.next);
  return { handle: { offset: offset.value, size: size.value }, next: size.next };
}

function checkBlock(bytes: Buffer, { offset, size }: Handle): void {
  const end = offset + size;
  if (end + TRAILER > bytes.length) throw new Error(`a block is said to be at byte ${offset}, beyond its end`);
  if (maskedCrc32c(bytes, offset, end + 1) !== bytes.readUInt32LE(end + 1)) {
    throw new Error(`the block at byte ${offset} does not fit its checksum`);
  }
}

function blockAt(bytes: Buffer, handle: Handle): Buffer {
  checkBlock(bytes, handle);
  const { offset, size } = handle;
  const stored = bytes.subarray(offset, offset + size);
  return bytes[offset + size] === SNAPPY ? decompressSnappy(stored) : stored;
}

/** The values of an index block: where other blocks are. */
function handlesIn(block: Buffer): Handle[] {
  const restarts = block.readUInt32LE(block.length - 4);
  const end = block.length - 4 * (restarts + 1);
  const handles: Handle[] = [];
  let at = 0;
  while (at < end) {
    const shared = readVarint(block, at);
    const unshared = readVarint(block, shared.next);
    const length = readVarint(block, unshared.next);
    const value = length.next + unshared.value;
    handles.push(readHandle(block, value).handle);
    at = value + length.value;
  }
  return handles;
}
