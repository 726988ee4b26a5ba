/**
 * The devices that this one is paired with, and those that it has thrown out: one small private file, written whole, synced and
 * renamed for each change. Knows nothing of whether a pairing is right; it only never half-keeps or forgets one.
 */

import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { shortDeviceId } from '../core/devices.ts';
import { DispatchError } from '../core/errors.ts';
import type { DeviceId } from '../core/ids.ts';
import type { Pairing, PairingStore } from '../engine/peer-ports.ts';
import { storageError } from './disk-errors.ts';
import { syncFolder, writeAll } from './file-io.ts';
import { type PairingBook, parseBook, spellBook } from './pairing-book.ts';

/** `now` gives Unix milliseconds. Rejects with `storage` if the file is damaged: then nobody is let in. */
export async function openPairingStore(path: string, now: () => number): Promise<PairingStore> {
  let book = await read(path);
  let turn: Promise<unknown> = Promise.resolve();
  /** How often each device was revoked since the store was opened: what was put before that is void. */
  const revocations = new Map<DeviceId, number>();
  const listeners = new Set<() => void>();

  const change = (next: PairingBook): void => {
    book = withoutLapsed(next, now());
    for (const listener of [...listeners]) listener();
  };
  /** One write after the other, each of the book as it is when its turn comes. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => {});
    return done;
  };
  let noticed = false;
  /** Nobody tells when a time is over: whoever looks sees it, and the others are told then. */
  const notice = (): void => {
    if (noticed) return;
    noticed = true;
    queueMicrotask(() => {
      noticed = false;
      change(book);
    });
  };
  const get = (device: DeviceId): Pairing | undefined => {
    const trial = book.trials.get(device);
    if (trial !== undefined && now() < trial.until) return trial.pairing;
    if (trial !== undefined) notice();
    return book.pairings.get(device);
  };

  /** `make` sees what is there when its turn comes. */
  const keep = (device: DeviceId, make: () => Pairing | undefined, until?: number): Promise<void> => {
    const before = revocations.get(device);
    return inTurn(async () => {
      const pairing = make();
      if (pairing === undefined) return;
      const refuseRevoked = (): void => {
        if (revocations.get(device) !== before) throw revokedMeanwhile(pairing);
      };
      refuseRevoked();
      await write(path, withoutLapsed(withPairing(book, pairing, until), now()));
      refuseRevoked();
      change(withPairing(book, pairing, until));
    });
  };

  return {
    get,
    all() {
      const devices = new Set([...book.pairings.keys(), ...book.trials.keys()]);
      return [...devices].flatMap((device) => get(device) ?? []);
    },
    put: (pairing, until) => keep(pairing.device, () => pairing, until),
    update: (device, change) =>
      keep(device, () => {
        const pairing = get(device);
        return pairing === undefined ? undefined : { ...change(pairing), device };
      }),
    async revoke(device, name) {
      revocations.set(device, (revocations.get(device) ?? 0) + 1);
      change(withTombstone(book, device, name));
      await inTurn(() => write(path, book));
    },
    revoked: () =>
      [...book.revoked]
        .filter(([id]) => get(id) === undefined)
        .map(([id, name]) => ({ id, name: name ?? shortDeviceId(id) })),
    isRevoked: (device) => book.revoked.has(device) && get(device) === undefined,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function withPairing(book: PairingBook, pairing: Pairing, until: number | undefined): PairingBook {
  const trials = new Map(book.trials);
  if (until !== undefined) return { ...book, trials: trials.set(pairing.device, { pairing, until }) };
  trials.delete(pairing.device);
  const revoked = new Map(book.revoked);
  revoked.delete(pairing.device);
  return { pairings: new Map(book.pairings).set(pairing.device, pairing), trials, revoked };
}

function withoutLapsed(book: PairingBook, at: number): PairingBook {
  return { ...book, trials: new Map([...book.trials].filter(([, trial]) => at < trial.until)) };
}

function withTombstone(book: PairingBook, device: DeviceId, name: string): PairingBook {
  const pairings = new Map(book.pairings);
  const trials = new Map(book.trials);
  pairings.delete(device);
  trials.delete(device);
  return { pairings, trials, revoked: new Map(book.revoked).set(device, name) };
}

function revokedMeanwhile(pairing: Pairing): DispatchError {
  return new DispatchError('refused', `${pairing.alias ?? pairing.name} was revoked meanwhile, so it was not paired`, {
    hint: 'pair it anew if that was not meant',
  });
}

async function read(path: string): Promise<PairingBook> {
  try {
    await rm(partOf(path), { force: true }); // of a crash
    // Somebody may have copied it about with looser permissions.
    if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o600);
    return parseBook(await readFile(path), path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return { pairings: new Map(), trials: new Map(), revoked: new Map() };
    }
    throw storageError(`cannot read the pairings in ${path}`, error);
  }
}

async function write(path: string, book: PairingBook): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await rm(partOf(path), { force: true }); // its mode would stay
    const part = await open(partOf(path), 'wx', 0o600);
    try {
      await writeAll(part, [spellBook(book)], 0, () => {});
      await part.sync();
    } finally {
      await part.close();
    }
    await rename(partOf(path), path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(partOf(path), { force: true }).catch(() => {}); // it goes at the next start
    throw storageError(`cannot keep the pairings in ${path}`, error);
  }
}

function partOf(path: string): string {
  return `${path}.part`;
}
