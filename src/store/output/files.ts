/**
 * The two files of an output: `<run>.head` holds the first bytes at their own offsets, `<run>.tail` the last bytes in a ring
 * behind a header. Knows where every kept byte stands; one write at a time, any number of reads beside it.
 */

import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunId } from '../../core/ids.ts';
import type { OutputChunk } from '../../protocol/api.ts';
import { cut, lengthOf, openIfThere, readFully, writeAll } from '../file-io.ts';
import { decodeRingHeader, encodeRingHeader, RING_START, type RingHeader } from './ring-header.ts';

/** Bytes from `start` up to, not including, `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface OutputPaths {
  readonly head: string;
  readonly tail: string;
}

export function outputPaths(dir: string, run: RunId): OutputPaths {
  return { head: join(dir, `${run}.head`), tail: join(dir, `${run}.tail`) };
}

const PRIVATE = 0o600;

interface Layout {
  /** How many bytes the head and the ring may hold. */
  readonly headBytes: number;
  readonly ringBytes: number;
  /** Offsets after the last byte that each of them holds. */
  readonly headEnd: number;
  readonly ringEnd: number;
  readonly reach: number;
}

export class OutputFiles {
  readonly paths: OutputPaths;
  readonly #head: FileHandle;
  #tail: FileHandle | undefined;
  readonly #headBytes: number;
  readonly #ringBytes: number;
  #headEnd: number;
  #ringEnd: number;
  /** A ring write up to here may have begun. */
  #reach: number;

  private constructor(paths: OutputPaths, head: FileHandle, tail: FileHandle | undefined, layout: Layout) {
    this.paths = paths;
    this.#head = head;
    this.#tail = tail;
    this.#headBytes = layout.headBytes;
    this.#ringBytes = layout.ringBytes;
    this.#headEnd = layout.headEnd;
    this.#ringEnd = layout.ringEnd;
    this.#reach = layout.reach;
  }

  /** New files; fails with EEXIST where the run has some. The first half of the cap is the head's. */
  static async create(paths: OutputPaths, capBytes: number): Promise<OutputFiles> {
    const headBytes = Math.floor(capBytes / 2);
    const head = await open(paths.head, 'wx+', PRIVATE);
    return new OutputFiles(paths, head, undefined, {
      headBytes,
      ringBytes: capBytes - headBytes,
      headEnd: 0,
      ringEnd: headBytes,
      reach: headBytes,
    });
  }

  /**
   * What a process that ended at any moment left behind; undefined if there is nothing. The header of the ring tells what it
   * holds; a ring without one was never written to. A head longer than the header allows had begun to be sealed.
   */
  static async reopen(paths: OutputPaths): Promise<OutputFiles | undefined> {
    const head = await openIfThere(paths.head);
    if (head === undefined) return undefined;
    let tail: FileHandle | undefined;
    try {
      tail = await openIfThere(paths.tail);
      return new OutputFiles(paths, head, tail, await findLayout(head, tail));
    } catch (error) {
      await Promise.all([head.close(), tail?.close()]);
      throw error;
    }
  }

  get headEnd(): number {
    return this.#headEnd;
  }

  /** Offset after the last byte that was stored, kept or not. */
  get end(): number {
    return this.#tail === undefined ? this.#headEnd : this.#ringEnd;
  }

  /** What can be read back now, in order: head and ring, where they hold anything. */
  kept(): Range[] {
    const ranges = [
      { start: 0, end: this.#headEnd },
      { start: Math.max(this.#headBytes, this.#reach - this.#ringBytes), end: this.#ringEnd },
    ];
    return ranges.filter(({ start, end }) => start < end);
  }

  /** Writes the bytes that begin at offset `from`, the end of what was written before. Not to be called twice at a time. */
  async store(from: number, slices: readonly Uint8Array[]): Promise<void> {
    const to = from + lengthOf(slices);
    const inHead = Math.max(0, Math.min(to, this.#headBytes) - from);
    if (inHead > 0) {
      await writeAll(this.#head, cut(slices, 0, inHead), from, (written) => {
        this.#headEnd += written;
      });
    }
    if (to > this.#headBytes) await this.#storeInRing(from + inHead, cut(slices, inHead, to - from), to);
  }

  /** Tells the header how far the ring has come; for when nothing more is waiting to be stored. */
  async commit(): Promise<void> {
    if (this.#tail !== undefined) await this.#writeHeader(this.#ringEnd);
  }

  /**
   * At most `length` bytes from the first kept one at or after the offset; undefined if nothing there is kept. What a
   * concurrent write may have overtaken is left out.
   */
  async read(offset: number, length: number): Promise<OutputChunk | undefined> {
    for (let from = offset; ; ) {
      const range = this.kept().find(({ end }) => from < end);
      if (range === undefined) return undefined;
      const start = Math.max(from, range.start);
      const bytes = await this.#readRange(start, Math.min(length, range.end - start));
      const valid = this.kept().find(({ end }) => start < end);
      const skip = valid === undefined ? bytes.length : Math.max(0, valid.start - start);
      if (skip < bytes.length) {
        const end = Math.min(bytes.length, valid!.end - start);
        return { offset: start + skip, bytes: skip === 0 && end === bytes.length ? bytes : bytes.subarray(skip, end) };
      }
      from = start + bytes.length;
    }
  }

  /** Writes past the head, for sealing. */
  async extendHead(position: number, bytes: Uint8Array): Promise<void> {
    await writeAll(this.#head, [bytes], position, () => {});
  }

  /** Forgets what was written past the end of the head. */
  async truncateHead(): Promise<void> {
    await this.#head.truncate(this.#headEnd);
  }

  /** Gives up the last bytes of the head, and puts others into their room, which the disk has already granted. */
  async replaceHeadEnd(bytes: Uint8Array): Promise<void> {
    this.#headEnd -= bytes.length;
    await writeAll(this.#head, [bytes], this.#headEnd, () => {});
  }

  async close(): Promise<void> {
    await Promise.all([this.#head.close(), this.#tail?.close()]);
  }

  async remove(): Promise<void> {
    await removeFiles(this.paths);
  }

  async #storeInRing(from: number, slices: readonly Uint8Array[], to: number): Promise<void> {
    this.#tail ??= await open(this.paths.tail, 'wx+', PRIVATE);
    await this.#writeHeader(to);
    const start = Math.max(from, to - this.#ringBytes);
    if (start < to) await this.#writeRing(this.#tail, start, cut(slices, start - from, to - from));
    this.#ringEnd = to;
  }

  async #writeRing(tail: FileHandle, start: number, slices: readonly Uint8Array[]): Promise<void> {
    const length = lengthOf(slices);
    const position = (start - this.#headBytes) % this.#ringBytes;
    const beforeWrap = Math.min(length, this.#ringBytes - position);
    await writeAll(tail, cut(slices, 0, beforeWrap), RING_START + position, () => {});
    if (beforeWrap < length) await writeAll(tail, cut(slices, beforeWrap, length), RING_START, () => {});
  }

  async #writeHeader(reach: number): Promise<void> {
    // From here on no read may trust what a write up to `reach` overwrites.
    this.#reach = reach;
    const header = encodeRingHeader({
      headBytes: this.#headBytes,
      ringBytes: this.#ringBytes,
      end: this.#ringEnd,
      reach,
    });
    await writeAll(this.#tail!, [header], 0, () => {});
  }

  async #readRange(start: number, length: number): Promise<Uint8Array> {
    const bytes = Buffer.allocUnsafeSlow(length);
    if (start < this.#headBytes) return readFully(this.#head, bytes, start);
    const position = (start - this.#headBytes) % this.#ringBytes;
    const beforeWrap = Math.min(length, this.#ringBytes - position);
    return readFully(this.#tail!, bytes.subarray(0, beforeWrap), RING_START + position);
  }
}

export async function removeFiles({ head, tail }: OutputPaths): Promise<void> {
  // The ring first: a head alone is a whole output, a ring alone is nothing.
  await rm(tail, { force: true });
  await rm(head, { force: true });
}

async function findLayout(head: FileHandle, tail: FileHandle | undefined): Promise<Layout> {
  const { size } = await head.stat();
  const header = tail === undefined ? undefined : await readHeader(tail);
  if (header === undefined) return { headBytes: size, ringBytes: 0, headEnd: size, ringEnd: size, reach: size };
  const { headBytes, ringBytes, end, reach } = header;
  return { headBytes, ringBytes, headEnd: Math.min(size, headBytes), ringEnd: end, reach };
}

async function readHeader(tail: FileHandle): Promise<RingHeader | undefined> {
  const bytes = Buffer.alloc(RING_START);
  const { bytesRead } = await tail.read(bytes, 0, RING_START, 0);
  return decodeRingHeader(bytes.subarray(0, bytesRead));
}
