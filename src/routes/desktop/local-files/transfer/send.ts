/** The end of a transfer that reads: gives the entries from wherever the other end wants them, as often as it asks. */

import { createHash, type Hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { DispatchError } from '../../../../core/errors.ts';
import type { TransferEnd, TransferPosition } from '../../../../core/files.ts';
import type { ExecutionContext, Outcome } from '../../../../engine/ports.ts';
import { enter, type Folder } from '../folder.ts';
import type { Reach } from '../reach.ts';
import { shown, sizeText } from '../shown.ts';
import { explain, type Walked } from '../walk.ts';
import { encode } from './entries.ts';
import { type Listed, type Listing, listTree } from './tree-list.ts';

/** Small files go together in pieces of this size; larger ones in pieces of their own. */
const PIECE = 256 * 1024;
/** Below this a file is read without waiting: the wait would take longer than the reading. */
const SMALL = 64 * 1024;
const NOTHING_LEFT = { stopped: [], left: [] } as const;

/** Resolves when the other end has told how it ended, or the run is stopped. */
export async function sendFiles(walked: Walked, reach: Reach, context: ExecutionContext): Promise<Outcome> {
  const { signal, progress, output } = context;
  const listing = await listTree(walked, reach, signal);
  const { entries, bytes } = listing;
  output.write(Buffer.from(`${entriesText(entries.length)}, ${sizeText(bytes)}: waits for the other device\n`));
  const ended = Promise.withResolvers<TransferEnd>();
  const over = new AbortController();
  let reading = new AbortController();
  context.attach({
    input: () => {},
    endInput: () => {},
    resize: () => {},
    kill: () => {},
    give: {
      read(position, wanted) {
        // Whoever asks again has lost what it asked for before.
        reading.abort();
        reading = new AbortController();
        const stop = AbortSignal.any([wanted, reading.signal, over.signal]);
        return give(walked, listing, position, stop, (sent, name) =>
          progress({ text: `sends ${shown(name)}`, bytes: sent, totalBytes: bytes }),
        );
      },
      end: ended.resolve,
    },
  });
  const stopped = Promise.withResolvers<undefined>();
  const stop = (): void => stopped.resolve(undefined);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const end = await Promise.race([ended.promise, stopped.promise]);
  signal.removeEventListener('abort', stop);
  over.abort();
  if (end === undefined) return { kind: 'stopped', receipt: NOTHING_LEFT };
  if (!end.ok) return { kind: 'exit', exitCode: 1, message: `the other device did not take it: ${shown(end.message)}` };
  output.write(Buffer.from('all of it is there\n'));
  return { kind: 'exit', exitCode: 0, result: `${entriesText(end.entries)}, ${sizeText(end.bytes)}` };
}

export function entriesText(count: number): string {
  return count === 1 ? '1 file' : `${count} files and folders`;
}

async function* give(
  { folder: parent, name, real }: Walked,
  { entries, bytes }: Listing,
  from: TransferPosition,
  signal: AbortSignal,
  onProgress: (sent: number, name: string) => void,
): AsyncGenerator<Uint8Array> {
  if (from.entry > entries.length) throw outOfPlace();
  const trail = createTrail(parent, name);
  let sent = entries
    .slice(0, from.entry)
    .reduce((sum, { kind, stats }) => sum + (kind === 'file' ? stats.size : 0), from.offset);
  let pieces: Uint8Array[] = [encode({ entries: entries.length, bytes })];
  let length = 0;
  const add = (piece: Uint8Array): void => {
    pieces.push(piece);
    length += piece.length;
  };
  const flush = (): Buffer => {
    const whole = Buffer.concat(pieces);
    pieces = [];
    length = 0;
    return whole;
  };
  try {
    for (let at = from.entry; at < entries.length; at++) {
      if (signal.aborted) return;
      const listed = entries[at] as Listed;
      const offset = at === from.entry ? from.offset : 0;
      add(encode(headerOf(listed, at, offset)));
      if (listed.kind === 'file') {
        const last = listed.names.at(-1) ?? name;
        const place = await trail.to(listed.names);
        const path = [real, ...listed.names].join('/');
        if (listed.stats.size <= SMALL) add(readSmall(place.folder.at(place.name), path, listed.stats, offset));
        else {
          yield flush();
          for await (const piece of readLarge(place.folder.at(place.name), path, listed.stats, offset)) {
            if (signal.aborted) return;
            yield piece;
            sent += piece.length;
            onProgress(sent, last);
          }
          continue;
        }
        sent += listed.stats.size - offset;
      }
      if (length >= PIECE) {
        yield flush();
        onProgress(sent, listed.names.at(-1) ?? name);
        await turn();
      }
    }
    add(encode({ end: entries.length }));
    yield flush();
  } finally {
    await trail.close();
  }
}

function headerOf({ names, kind, stats, target }: Listed, entry: number, offset: number) {
  const common = {
    entry,
    names: [...names],
    mode: stats.mode & 0o7777,
    modifiedAt: Math.max(0, Math.floor(stats.mtimeMs)),
  };
  switch (kind) {
    case 'file':
      return { ...common, kind, size: stats.size, offset };
    case 'folder':
      return { ...common, kind };
    case 'link':
      return { ...common, kind, target: target ?? '' };
  }
}

/** The content from the offset on, and its hash. The hash is of all of it. */
function readSmall(way: string, path: string, listed: Stats, offset: number): Buffer {
  let file: number;
  try {
    file = openSync(way, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw explain(error, path);
  }
  try {
    const buffer = Buffer.allocUnsafe(listed.size);
    if (isAnother(fstatSync(file), listed) || readSync(file, buffer, 0, listed.size, 0) !== listed.size)
      throw changed(path);
    const sha256 = createHash('sha256').update(buffer).digest('hex');
    return Buffer.concat([buffer.subarray(offset), encode({ sha256 })]);
  } finally {
    closeSync(file);
  }
}

async function* readLarge(way: string, path: string, listed: Stats, offset: number): AsyncGenerator<Uint8Array> {
  try {
    const handle = await open(way, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (isAnother(await handle.stat(), listed)) throw changed(path);
      const hash: Hash = createHash('sha256');
      // What the other end has already is read for the hash alone.
      for (let at = 0; at < listed.size; ) {
        const most = at < offset ? Math.min(4 * PIECE, offset - at) : Math.min(4 * PIECE, listed.size - at);
        const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(most), 0, most, at);
        if (bytesRead === 0) throw changed(path);
        const piece = buffer.subarray(0, bytesRead);
        hash.update(piece);
        at += bytesRead;
        if (at > offset) yield piece;
      }
      if (isAnother(await handle.stat(), listed)) throw changed(path);
      yield encode({ sha256: hash.digest('hex') });
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw explain(error, path);
  }
}

function isAnother(now: Stats, listed: Stats): boolean {
  return now.ino !== listed.ino || now.dev !== listed.dev || now.size !== listed.size || now.mtimeMs !== listed.mtimeMs;
}

function changed(path: string): DispatchError {
  return new DispatchError('conflict', `${shown(path)} changed while it was sent`, {
    hint: 'send it again when nothing writes to it',
  });
}

function outOfPlace(): DispatchError {
  return new DispatchError('invalid', 'the other device asks for more than there is', {
    hint: 'start the transfer again',
  });
}

/** The folders on the way to an entry, kept open from one to the next. */
function createTrail(parent: Folder, root: string) {
  const open: { readonly name: string; readonly folder: Folder }[] = [];
  return {
    async to(names: readonly string[]): Promise<{ folder: Folder; name: string }> {
      const [last = root, ...above] = [...names].reverse();
      if (names.length === 0) return { folder: parent, name: last };
      const wanted = [root, ...above.reverse()];
      let same = 0;
      while (same < open.length && open[same]?.name === wanted[same]) same += 1;
      for (const { folder } of open.splice(same)) await folder.close();
      for (const name of wanted.slice(same))
        open.push({ name, folder: await enter(open.at(-1)?.folder ?? parent, name) });
      return { folder: open.at(-1)?.folder ?? parent, name: last };
    },
    async close(): Promise<void> {
      for (const { folder } of open.splice(0)) await folder.close();
    },
  };
}
