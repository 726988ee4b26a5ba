/**
 * One output while its run lives and until its files are removed: takes bytes without ever waiting, brings them to the disk with
 * one write in flight, and wakes followers once a turn of the event loop. A disk that says no ends the keeping, not the run.
 */

import { setImmediate as onNextTurn } from 'node:timers';
import type { OutputSummary } from '../../core/events.ts';
import type { OutputWriter, SealedOutput } from '../../engine/ports.ts';
import type { OutputChunk } from '../../protocol/api.ts';
import { storageError } from '../disk-errors.ts';
import { assemble, type Gap } from './assemble.ts';
import type { OutputFiles } from './files.ts';
import { Window } from './window.ts';

const MIB = 1024 * 1024;

/** All in bytes. */
export interface OutputLimits {
  /** Most in one write to the disk. */
  readonly batch: number;
  /** Unwritten bytes above which the executor should pause reading, and from which down it may go on. */
  readonly highWater: number;
  readonly lowWater: number;
  /** What stays in memory for followers near the end; and where the disk takes no more, so that nothing can be read back. */
  readonly recent: number;
  readonly recentWithoutDisk: number;
  /** The largest piece that a follower is given. */
  readonly chunk: number;
}

/** While bytes flow, the disk and the followers are told of this much at a time, or of what came in a fraction of a frame. */
const GATHER_BYTES = 64 * 1024;
const GATHER_MS = 4;

export const OUTPUT_LIMITS: OutputLimits = {
  batch: MIB,
  highWater: 8 * MIB,
  lowWater: 2 * MIB,
  recent: 2 * MIB,
  recentWithoutDisk: 8 * MIB,
  chunk: 256 * 1024,
};

export class OutputStream implements OutputWriter {
  readonly #files: OutputFiles;
  readonly #limits: OutputLimits;
  readonly #onFault: (error: Error) => void;
  readonly #window = new Window();
  /** Everything before is on the disk, or given up. */
  #settled = 0;
  /** When the first bytes came, Unix milliseconds. */
  #firstAt: number | undefined;
  #flushing: Promise<void> | undefined;
  #turnScheduled = false;
  /** Waits while bytes are gathered. */
  #gathering: NodeJS.Timeout | undefined;
  /** Where the last turn ended, and when. */
  #told = 0;
  #toldAt = 0;
  #pressed = false;
  readonly #drainListeners: (() => void)[] = [];
  #faulted = false;
  #ended = false;
  #sealing: Promise<SealedOutput> | undefined;
  #changed = Promise.withResolvers<void>();
  /** The store itself, and every follower. */
  #users = 1;

  constructor(files: OutputFiles, limits: OutputLimits, onFault: (error: Error) => void) {
    this.#files = files;
    this.#limits = limits;
    this.#onFault = onFault;
  }

  /** Ignored after `seal`: a terminal may still deliver what nobody can keep any more. */
  write(bytes: Uint8Array): void {
    if (this.#ended || bytes.length === 0) return;
    this.#firstAt ??= Date.now();
    this.#window.append(bytes);
    if (this.#window.end - this.#settled > this.#limits.highWater) this.#pressed = true;
    this.#scheduleTurn();
  }

  get pressure(): boolean {
    return this.#pressed;
  }

  /** Called each time that `pressure` ends. */
  onDrain(listener: () => void): void {
    this.#drainListeners.push(listener);
  }

  get size(): number {
    return this.#window.end;
  }

  /** True once no more bytes can come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves at the next change of `size` or `ended`, or at `wake`. */
  changed(): Promise<void> {
    return this.#changed.promise;
  }

  wake(): void {
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers();
    resolve();
  }

  /** The next bytes at the offset, if they are in memory. */
  recent(offset: number): OutputChunk | undefined {
    const bytes = this.#window.at(offset, this.#limits.chunk);
    return bytes === undefined ? undefined : { offset, bytes };
  }

  /** The next bytes at or after an offset that memory does not hold; undefined if all of them were dropped. */
  async older(offset: number): Promise<OutputChunk | undefined> {
    try {
      const chunk = await this.#files.read(offset, this.#limits.chunk);
      // What is dropped from the disk may still be in memory, and then comes first.
      return chunk !== undefined && chunk.offset < this.#window.start
        ? chunk
        : this.recent(Math.max(offset, this.#window.start));
    } catch (error) {
      throw storageError(`cannot read the output back from ${this.#files.paths.head}`, error);
    }
  }

  /**
   * Never rejects because of a full disk: what could be kept is kept, `droppedBytes` counts the rest, the file says so where it
   * is missing, and the fault was reported when it happened. So the run ends as it would have, with an output that is said to
   * be incomplete. Rejects with `storage` only if the kept file cannot be touched at all; then nothing was kept.
   */
  seal(): Promise<SealedOutput> {
    this.#sealing ??= this.#seal();
    return this.#sealing;
  }

  /** For an output that is to be removed: waits for its sealing, or ends its followers and keeps nothing more. Never rejects. */
  async finish(): Promise<void> {
    if (this.#sealing !== undefined) {
      await this.#sealing.catch(() => {}); // who sealed it was told
      return;
    }
    this.#ended = true;
    this.#faulted = true;
    this.wake();
    await this.#flush();
  }

  retain(): void {
    this.#users += 1;
  }

  async release(): Promise<void> {
    this.#users -= 1;
    if (this.#users === 0) await this.#files.close();
  }

  async #seal(): Promise<SealedOutput> {
    this.#ended = true;
    this.wake();
    while (this.#settled < this.size || this.#flushing !== undefined) await this.#flush();
    const gaps = await assemble(this.#files, this.size).catch((error: unknown) => {
      throw storageError(`cannot keep the output in ${this.#files.paths.head}`, error);
    });
    const firstAt = this.#firstAt === undefined ? {} : { firstAt: this.#firstAt };
    return { path: this.#files.paths.head, summary: { ...summaryOf(this.size, gaps), ...firstAt } };
  }

  /**
   * The first bytes after a pause are told of in the next turn of the event loop. Those that follow are gathered: a terminal gives
   * 4 KB at a time, and a write to the disk and to each follower for each of them would cost more than all the rest.
   */
  #scheduleTurn(): void {
    const gathered = this.#window.end - this.#told >= GATHER_BYTES;
    if (this.#gathering !== undefined && gathered) {
      clearTimeout(this.#gathering);
      this.#gathering = undefined;
      this.#turnScheduled = false;
    }
    if (this.#turnScheduled) return;
    this.#turnScheduled = true;
    if (gathered || performance.now() - this.#toldAt >= GATHER_MS) onNextTurn(() => this.#turn());
    else this.#gathering = setTimeout(() => this.#turn(), GATHER_MS);
  }

  #turn(): void {
    this.#turnScheduled = false;
    this.#gathering = undefined;
    this.#told = this.#window.end;
    this.#toldAt = performance.now();
    this.wake();
    void this.#flush();
  }

  /** Resolves when everything that was there is settled. Never rejects. */
  #flush(): Promise<void> {
    this.#flushing ??= this.#store().finally(() => {
      this.#flushing = undefined;
      if (this.#settled < this.size) this.#scheduleTurn(); // what came meanwhile, and has had its turn already
    });
    return this.#flushing;
  }

  /** What comes while it writes is left for the next turn, so that it comes to more than a few bytes. */
  async #store(): Promise<void> {
    const end = this.size;
    while (this.#settled < end) {
      const to = Math.min(end, this.#settled + this.#limits.batch);
      await this.#attempt(() => this.#files.store(this.#settled, this.#window.slices(this.#settled, to)));
      this.#settled = this.#faulted ? this.size : to;
      const recent = this.#faulted ? this.#limits.recentWithoutDisk : this.#limits.recent;
      this.#window.forget(Math.min(this.#settled, this.size - recent));
      this.#relieve();
      if (this.#settled >= end) await this.#attempt(() => this.#files.commit());
    }
  }

  async #attempt(act: () => Promise<void>): Promise<void> {
    if (this.#faulted) return;
    try {
      await act();
    } catch (error) {
      this.#faulted = true;
      this.#onFault(storageError(`cannot keep more of the output in ${this.#files.paths.head}`, error));
    }
  }

  #relieve(): void {
    if (!this.#pressed || this.#window.end - this.#settled > this.#limits.lowWater) return;
    this.#pressed = false;
    for (const listener of [...this.#drainListeners]) listener();
  }
}

export function summaryOf(bytes: number, gaps: readonly Gap[]): OutputSummary {
  const droppedBytes = gaps.reduce((sum, gap) => sum + gap.bytes, 0);
  return gaps.length === 0 ? { bytes, droppedBytes } : { bytes, droppedBytes, gaps };
}
