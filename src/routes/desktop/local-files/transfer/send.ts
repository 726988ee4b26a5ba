/** The end of a transfer that reads: gives the entries from wherever the other end wants them, as often as it asks. */

import { setImmediate as turn } from 'node:timers/promises';
import { DispatchError } from '../../../../core/errors.ts';
import type { TransferEnd, TransferPosition } from '../../../../core/files.ts';
import type { ExecutionContext, Outcome } from '../../../../engine/executor-ports.ts';
import { enter, type Folder } from '../folder.ts';
import type { Reach } from '../reach.ts';
import { shown, sizeText } from '../shown.ts';
import type { Walked } from '../walk.ts';
import { encode } from './entries.ts';
import { LARGE_BYTES, makePieces, type Pieces } from './pieces.ts';
import { readLarge, readSmall } from './reading.ts';
import { type Listed, type Listing, listTree } from './tree-list.ts';

/** Small files go together until they are this much. */
const TOGETHER_BYTES = 256 * 1024;
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
  let pieces: Pieces | undefined;
  let together: Uint8Array[] = [encode({ entries: entries.length, bytes })];
  let length = 0;
  const add = (part: Uint8Array): void => {
    together.push(part);
    length += part.length;
  };
  const flush = (): Buffer => {
    const whole = Buffer.concat(together);
    together = [];
    length = 0;
    return whole;
  };
  try {
    for (let at = from.entry; at < entries.length; at++) {
      if (signal.aborted) return;
      const listed = entries[at] as Listed;
      const offset = at === from.entry ? from.offset : 0;
      add(encode(headerOf(listed, at, offset)));
      const last = listed.names.at(-1) ?? name;
      if (listed.kind === 'file') {
        const { folder, name: child } = await trail.to(listed.names);
        const path = [real, ...listed.names].join('/');
        const reading = { way: folder.at(child), path, listed: listed.stats, offset };
        if (listed.stats.size < LARGE_BYTES) {
          for (const part of readSmall(reading)) {
            if (length >= TOGETHER_BYTES) yield flush();
            if (signal.aborted) return;
            add(part);
          }
          sent += listed.stats.size - offset;
        } else {
          yield flush();
          pieces ??= makePieces();
          for await (const part of readLarge(reading, pieces)) {
            if (signal.aborted) return;
            yield part;
            sent += part.length;
            onProgress(sent, last);
          }
        }
      }
      if (length >= TOGETHER_BYTES) {
        yield flush();
        onProgress(sent, last);
        await turn();
      }
    }
    add(encode({ end: entries.length }));
    yield flush();
  } finally {
    await pieces?.close();
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
