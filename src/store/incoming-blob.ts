/**
 * One blob on its way in: its bytes are appended to a file with one write in flight, while readers follow the file at their own
 * pace. The file is kept when it is closed early, and goes when its bytes are wrong or the disk is full.
 */

import type { FileHandle } from 'node:fs/promises';
import { DispatchError } from '../core/errors.ts';
import type { IncomingBlob } from '../engine/ports.ts';
import { storageError } from './disk-errors.ts';
import { writeAll } from './file-io.ts';

/** Taken and not yet written, above which whoever appends has to wait, and from which down it may go on. */
const HIGH_WATER_BYTES = 8 * 1024 * 1024;
const LOW_WATER_BYTES = 2 * 1024 * 1024;
/** Most in one write; and what is gathered for one, if it comes soon: each write wakes another thread. */
const WRITE_BYTES = 4 * 1024 * 1024;
const GATHER_BYTES = 1024 * 1024;
const GATHER_MS = 4;
const READ_BYTES = 1024 * 1024;

export interface IncomingFile {
  readonly handle: FileHandle;
  readonly path: string;
  /** Bytes that an earlier try left. */
  readonly kept: number;
  readonly sizeBytes: number;
  /** Called as bytes get into the file. */
  readonly onWritten: (size: number) => void;
  /** Whether the bytes of the synced file have the hash that they must have. */
  readonly isRight: () => Promise<boolean>;
  /** Gives the file its final name. */
  readonly keep: () => Promise<void>;
  readonly remove: () => Promise<void>;
  /** Called once, when nothing more is written. Readers may still have it open. */
  readonly onOver: () => void;
}

export class IncomingBlobFile implements IncomingBlob {
  readonly #file: IncomingFile;
  #received: number;
  #written: number;
  #queue: Uint8Array[] = [];
  #writing: Promise<void> | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  /** Ends the gathering that goes on now. */
  #writeNow = (): void => {};
  /** True once the blob is there under its name. */
  #settled = false;
  /** Why no more bytes can come. */
  #ended: { readonly reason: unknown } | undefined;
  readonly #over = Promise.withResolvers<void>();
  #changed = Promise.withResolvers<void>();
  /** Whoever appends, and every reader. */
  #users = 1;

  constructor(file: IncomingFile) {
    this.#file = file;
    this.#received = file.kept;
    this.#written = file.kept;
  }

  get received(): number {
    return this.#received;
  }

  append(bytes: Uint8Array): void | Promise<void> {
    if (this.#ended !== undefined) throw this.#ended.reason;
    const { sizeBytes } = this.#file;
    if (this.#received + bytes.length > sizeBytes) return this.#giveUp(tooMany(sizeBytes));
    this.#received += bytes.length;
    if (bytes.length > 0) this.#queue.push(bytes);
    if (this.#hasGathered()) this.#writeNow();
    this.#writing ??= this.#write();
    if (this.#received - this.#written <= HIGH_WATER_BYTES) return;
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  async settle(): Promise<boolean> {
    await this.#writing;
    if (this.#ended !== undefined) throw this.#ended.reason;
    const { path, sizeBytes } = this.#file;
    if (this.#received !== sizeBytes) throw new Error(`${path} is not complete, so it cannot be settled`);
    const right = await this.#keepIfRight().catch((error: unknown) =>
      this.#giveUp(storageError(`cannot keep what came in ${path}`, error)),
    );
    if (!right) await this.#giveUp(damaged()).catch(() => {});
    else {
      this.#settled = true;
      this.#end(new DispatchError('conflict', 'all of the content has come already'));
    }
    await this.#over.promise;
    return right;
  }

  async close(reason: unknown): Promise<void> {
    this.#end(reason);
    await this.#over.promise;
  }

  async *follow(offset: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { sizeBytes, handle } = this.#file;
    this.#users += 1;
    const wake = (): void => this.#wake();
    signal.addEventListener('abort', wake);
    try {
      for (let position = offset; ; ) {
        if (signal.aborted)
          throw new DispatchError('cancelled', 'reading was cancelled before the end', { cause: signal.reason });
        const limit = this.#settled ? sizeBytes : Math.min(this.#written, sizeBytes - 1);
        if (this.#ended !== undefined && !this.#settled) throw this.#ended.reason;
        if (this.#settled && position >= sizeBytes) return;
        if (position < limit) {
          const length = Math.min(READ_BYTES, limit - position);
          const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(length), 0, length, position);
          if (bytesRead === 0) throw new Error('the file is shorter than what was written to it');
          yield bytesRead === length ? buffer : buffer.subarray(0, bytesRead);
          position += bytesRead;
        } else await this.#changed.promise;
      }
    } catch (error) {
      throw storageError('cannot read content', error);
    } finally {
      signal.removeEventListener('abort', wake);
      this.#leave();
    }
  }

  async #keepIfRight(): Promise<boolean> {
    const { handle, isRight, keep } = this.#file;
    // The disk and the hash work at the same time.
    const [right] = await Promise.all([isRight(), handle.sync()]);
    if (right) await keep();
    return right;
  }

  async #write(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        if (!this.#hasGathered()) await this.#gather();
        const slices = this.#takeSlices();
        await writeAll(this.#file.handle, slices, this.#written, (bytes) => {
          this.#written += bytes;
        });
        this.#file.onWritten(this.#written);
        this.#wake();
        if (this.#received - this.#written <= LOW_WATER_BYTES) this.#giveRoom();
      }
    } catch (error) {
      // What is here takes room that the thread itself needs now.
      await this.#giveUp(storageError(`cannot keep what comes in ${this.#file.path}`, error)).catch(() => {});
    } finally {
      this.#writing = undefined;
      this.#giveRoom();
    }
  }

  #hasGathered(): boolean {
    const isLast = this.#received === this.#file.sizeBytes || this.#ended !== undefined;
    return isLast || this.#received - this.#written >= GATHER_BYTES;
  }

  async #gather(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, GATHER_MS);
      this.#writeNow = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #takeSlices(): Uint8Array[] {
    let count = 0;
    for (let bytes = 0; count < this.#queue.length && bytes < WRITE_BYTES; count += 1) {
      bytes += this.#queue[count]?.length ?? 0;
    }
    return this.#queue.splice(0, count);
  }

  /** Nothing of it is kept. Rejects with the reason. */
  async #giveUp(reason: unknown): Promise<never> {
    this.#queue = [];
    const { remove } = this.#file;
    this.#end(reason);
    await remove().catch(() => {}); // what could not be removed is found wrong, or goes, later
    throw reason;
  }

  #end(reason: unknown): void {
    if (this.#ended !== undefined) return;
    this.#ended = { reason };
    this.#writeNow();
    this.#wake();
    this.#giveRoom();
    void Promise.resolve(this.#writing).then(() => {
      this.#file.onOver();
      this.#over.resolve();
      this.#leave();
    });
  }

  #giveRoom(): void {
    const room = this.#room;
    this.#room = undefined;
    if (this.#ended === undefined || this.#settled) room?.resolve();
    else room?.reject(this.#ended.reason);
  }

  #wake(): void {
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers();
    resolve();
  }

  #leave(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    this.#file.handle.close().catch(() => {}); // everything that matters was synced before
  }
}

function tooMany(sizeBytes: number): DispatchError {
  return new DispatchError('too-large', `more came than the ${sizeBytes} bytes that were announced`, {
    hint: 'look at where it comes from',
  });
}

function damaged(): DispatchError {
  return new DispatchError('unavailable', 'what came was damaged on its way, so it was thrown away', {
    retryable: true,
    hint: 'try again',
  });
}
