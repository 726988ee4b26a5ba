/** Reads a range of keys in order, a piece at a time, with one value in hand: what merging and comparing need. It only reads. */

import type { Database, Snapshot } from './database.ts';
import type { KeyRange } from './keys.ts';

/** In one go from LevelDB to here. */
const PIECE = 500;

export class Pieces<T> {
  readonly #iterator: ReturnType<typeof pairs>;
  readonly #parse: (key: string, value: string) => T;
  #piece: T[] = [];
  #position = 0;
  #ended = false;

  constructor(db: Database, range: KeyRange, snapshot: Snapshot | undefined, parse: (key: string, value: string) => T) {
    this.#iterator = pairs(db, range, snapshot);
    this.#parse = parse;
  }

  /** The value in hand; undefined at the end, and before `fill` where more is needed. */
  get head(): T | undefined {
    return this.#piece[this.#position];
  }

  /** Asked before each look at the head, so that only an empty hand is waited for. */
  get needsMore(): boolean {
    return this.#position === this.#piece.length && !this.#ended;
  }

  async fill(): Promise<void> {
    const piece = await this.#iterator.nextv(PIECE);
    this.#piece = piece.map(([key, value]) => this.#parse(key, value));
    this.#position = 0;
    this.#ended = piece.length === 0;
  }

  step(): void {
    this.#position += 1;
  }

  close(): Promise<void> {
    return this.#iterator.close();
  }
}

function pairs(db: Database, range: KeyRange, snapshot: Snapshot | undefined) {
  return db.iterator({ ...range, ...(snapshot === undefined ? {} : { snapshot }) });
}
