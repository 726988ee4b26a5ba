/** Reads a range of keys in order, a piece at a time, with one value in hand: what merging and comparing need. It only reads. */

import type { Database, Snapshot } from './database.ts';
import type { KeyRange } from './keys.ts';

/** In one go from LevelDB to here. */
const PIECE = 500;

/** What an iterator of the database gives. */
interface Source<D> {
  nextv(size: number): Promise<[D, D][]>;
  close(): Promise<void>;
}

export class Pieces<T, D = string> {
  readonly #source: Source<D>;
  readonly #parse: (key: D, value: D) => T | undefined;
  #piece: T[] = [];
  #position = 0;
  #ended = false;

  /** Where `parse` gives undefined, the pair is passed over. */
  constructor(source: Source<D>, parse: (key: D, value: D) => T | undefined) {
    this.#source = source;
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
    this.#piece = [];
    this.#position = 0;
    while (this.#piece.length === 0 && !this.#ended) {
      const piece = await this.#source.nextv(PIECE);
      for (const [key, value] of piece) {
        const parsed = this.#parse(key, value);
        if (parsed !== undefined) this.#piece.push(parsed);
      }
      this.#ended = piece.length === 0;
    }
  }

  step(): void {
    this.#position += 1;
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}

export function textPieces<T>(
  db: Database,
  range: KeyRange,
  snapshot: Snapshot | undefined,
  parse: (key: string, value: string) => T | undefined,
): Pieces<T> {
  return new Pieces(db.iterator({ ...range, ...(snapshot === undefined ? {} : { snapshot }) }), parse);
}

/** The bytes as they are stored: text that is no UTF-8 would not read as what it is. */
export function rawPieces(
  db: Database,
  { gte, lt }: { readonly gte?: string; readonly lt?: string },
  snapshot: Snapshot | undefined,
): Pieces<readonly [Buffer, Buffer], Buffer> {
  const source = db.iterator<Buffer, Buffer>({
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
    ...(gte === undefined ? {} : { gte: Buffer.from(gte) }),
    ...(lt === undefined ? {} : { lt: Buffer.from(lt) }),
    ...(snapshot === undefined ? {} : { snapshot }),
  });
  return new Pieces(source, (key, value) => [key, value] as const);
}
