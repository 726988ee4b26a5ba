/**
 * The newest bytes of an output in memory, in blocks that are filled once and never changed: followers near the end and the
 * disk writer take views of them without copying. It decides nothing about what may be forgotten.
 */

const FIRST_BLOCK = 4 * 1024;
const LARGEST_BLOCK = 256 * 1024;

interface Block {
  /** Where it stands in the output. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  filled: number;
}

export class Window {
  #blocks: Block[] = [];
  #end = 0;

  /** Offset after the newest byte. */
  get end(): number {
    return this.#end;
  }

  /** Offset of the oldest byte that is still here. */
  get start(): number {
    return this.#blocks[0]?.offset ?? this.#end;
  }

  /** Copies the bytes in: pieces as small as a terminal gives them are not worth keeping apart. */
  append(bytes: Uint8Array): void {
    let taken = 0;
    while (taken < bytes.length) {
      const block = this.#blockWithRoom();
      const length = Math.min(block.bytes.length - block.filled, bytes.length - taken);
      const whole = taken === 0 && length === bytes.length;
      block.bytes.set(whole ? bytes : bytes.subarray(taken, taken + length), block.filled);
      block.filled += length;
      taken += length;
      this.#end += length;
    }
  }

  /** A view of at most `length` bytes from the offset on; undefined if that byte is not here. */
  at(offset: number, length: number): Uint8Array | undefined {
    if (offset < this.start || offset >= this.#end) return undefined;
    const block = this.#blocks[this.#indexOf(offset)]!;
    const from = offset - block.offset;
    return block.bytes.subarray(from, Math.min(block.filled, from + length));
  }

  /** Views of all bytes in [from, to), which must be here. */
  slices(from: number, to: number): Uint8Array[] {
    const views: Uint8Array[] = [];
    for (let offset = from; offset < to; ) {
      const view = this.at(offset, to - offset);
      if (view === undefined) throw new RangeError(`byte ${offset} is not in [${this.start}, ${this.#end})`);
      views.push(view);
      offset += view.length;
    }
    return views;
  }

  /** Forgets whole blocks that end at or before the offset. */
  forget(before: number): void {
    let gone = 0;
    while (gone < this.#blocks.length && this.#blocks[gone]!.offset + this.#blocks[gone]!.filled <= before) gone += 1;
    if (gone > 0) this.#blocks.splice(0, gone);
  }

  #blockWithRoom(): Block {
    const last = this.#blocks.at(-1);
    if (last !== undefined && last.filled < last.bytes.length) return last;
    const size = last === undefined && this.#end === 0 ? FIRST_BLOCK : this.#grown(last);
    const block: Block = { offset: this.#end, bytes: Buffer.allocUnsafeSlow(size), filled: 0 };
    this.#blocks.push(block);
    return block;
  }

  #grown(last: Block | undefined): number {
    return last === undefined ? LARGEST_BLOCK : Math.min(LARGEST_BLOCK, last.bytes.length * 4);
  }

  #indexOf(offset: number): number {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#blocks[middle]!.offset <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
