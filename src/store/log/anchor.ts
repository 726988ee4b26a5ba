/**
 * A small file beside the database that names the newest event known to be on the disk. LevelDB drops what it cannot read at the end
 * of its own log without a word, and then the database alone cannot tell that it once held more. The file is never ahead of the disk.
 */

import { hash } from 'node:crypto';
import { type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises';
import type { Sha256 } from '../../core/ids.ts';

/** One sector: written in place, it is there as it was before or as it is after. */
const RECORD_BYTES = 512;
const SUM_CHARS = 64;
/** How long it stands behind at most while many events are written. */
const REST_MS = 20;
const LOOKS = 5;

/** An event of a device's own log. */
export interface Anchored {
  readonly device: string;
  readonly seq: number;
  readonly hash: Sha256;
}

export type AnchorReading =
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged' }
  | { readonly kind: 'kept'; readonly event: Anchored };

export const anchorOf = (location: string): string => `${location}.anchor`;
/** What an anchor is called that named an event which the database did not have when it was opened. It stays until a person removes it. */
export const brokenAnchorOf = (location: string): string => `${location}.anchor.broken`;

export async function readAnchor(path: string): Promise<AnchorReading> {
  try {
    const event = parse(await readFile(path, 'utf8'));
    return event === undefined ? { kind: 'damaged' } : { kind: 'kept', event };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? { kind: 'missing' } : { kind: 'damaged' };
  }
}

/** Keeps an anchor that does not fit for whoever asks later; the first one tells most. */
export async function setAside(location: string): Promise<void> {
  const broken = brokenAnchorOf(location);
  const there = await stat(broken).then(
    () => true,
    () => false,
  );
  if (there) await rm(anchorOf(location), { force: true });
  else await rename(anchorOf(location), broken);
}

/** Writes the anchor while the store is open. It must never keep a thread from being written: what goes wrong is kept in words. */
export class AnchorWriter {
  readonly #path: string;
  /** What was wrong when the store was opened. */
  readonly #found: string | undefined;
  #file: FileHandle | undefined;
  #wanted: Anchored | undefined;
  #written: Anchored | undefined;
  #writing: Promise<void> | undefined;
  /** Runs for a moment after each write: many in a row are written as a few. */
  #rest: NodeJS.Timeout | undefined;
  #trouble: string | undefined;

  constructor(location: string, found: string | undefined) {
    this.#path = anchorOf(location);
    this.#found = found;
  }

  /** The anchor as it is in the file, once what was asked for is written; and what is wrong with it, in words. */
  async read(): Promise<{ readonly reading: AnchorReading; readonly troubles: readonly string[] }> {
    await this.#catchUp();
    const behind =
      this.#trouble === undefined ? [] : [`the anchor beside the database stands behind: ${this.#trouble}`];
    const found = this.#found === undefined ? [] : [this.#found];
    let reading = await readAnchor(this.#path);
    // Half of it may have been written anew while it was read.
    for (let look = 1; reading.kind === 'damaged' && look < LOOKS; look += 1) reading = await readAnchor(this.#path);
    return { reading, troubles: [...found, ...behind] };
  }

  /** Must be called with what is on the disk already. Nobody waits: of several in a row the last one is written. */
  advance(event: Anchored): void {
    if (this.#written?.seq === event.seq && this.#written.hash === event.hash) return;
    this.#wanted = event;
    if (this.#rest === undefined) this.#writing ??= this.#write();
  }

  /** As `advance`, and resolves when it is written or cannot be. */
  async place(event: Anchored): Promise<void> {
    this.advance(event);
    await this.#catchUp();
  }

  async close(): Promise<void> {
    await this.#catchUp();
    await this.#file?.close();
    this.#file = undefined;
  }

  /** Resolves when what was asked for is written, and no timer is left. */
  async #catchUp(): Promise<void> {
    do {
      await this.#writing;
      clearTimeout(this.#rest);
      this.#rest = undefined;
      if (this.#wanted !== undefined) this.#writing = this.#write();
    } while (this.#writing !== undefined);
  }

  async #write(): Promise<void> {
    const event = this.#wanted;
    this.#wanted = undefined;
    try {
      if (event !== undefined) await this.#put(event);
      this.#trouble = undefined;
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error);
    }
    this.#writing = undefined;
    this.#rest = setTimeout(() => {
      this.#rest = undefined;
      if (this.#wanted !== undefined) this.#writing = this.#write();
    }, REST_MS);
    this.#rest.unref();
  }

  async #put(event: Anchored): Promise<void> {
    this.#file ??= await openOrMake(this.#path);
    await this.#file.write(format(event), 0, RECORD_BYTES, 0);
    this.#written = event;
  }
}

async function openOrMake(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, 'r+');
    await file.truncate(RECORD_BYTES);
    return file;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return open(path, 'wx', 0o600);
  }
}

function format({ device, seq, hash: sha256 }: Anchored): Buffer {
  const body = JSON.stringify({ device, seq, hash: sha256 }).padEnd(RECORD_BYTES - SUM_CHARS - 1);
  return Buffer.from(`${body}${hash('sha256', body)}\n`);
}

function parse(text: string): Anchored | undefined {
  const body = text.slice(0, RECORD_BYTES - SUM_CHARS - 1);
  if (text !== `${body}${hash('sha256', body)}\n` || text.length !== RECORD_BYTES) return undefined;
  return JSON.parse(body) as Anchored;
}
