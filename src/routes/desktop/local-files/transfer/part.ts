/** What has come of a transfer so far: files and folders beside the destination, each where the sender's order has it. */

import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DispatchError } from '../../../../core/errors.ts';
import type { TransferPosition } from '../../../../core/files.ts';
import type { Sha256 } from '../../../../core/ids.ts';
import { enter, type Folder } from '../folder.ts';
import type { Reach } from '../reach.ts';
import type { Walked } from '../walk.ts';
import type { Header, Message, Total } from './entries.ts';
import { receiveLarge } from './large-file.ts';
import { LARGE_BYTES, makePieces, type Pieces } from './pieces.ts';
import { type FileHeader, type ReceivedFile, receiveSmall } from './received-file.ts';

export interface Part {
  /** Where the next byte belongs. */
  readonly position: TransferPosition;
  readonly received: { readonly entries: number; readonly bytes: number; readonly total: Total; readonly name: string };
  readonly isComplete: boolean;
  /** Of what came, if that is one file. */
  readonly sha256: Sha256 | undefined;
  /** The first message of each stream. Throws if what is sent is another than before. */
  begin(total: Total): number;
  /** Gives how many bytes of content follow. */
  take(message: Exclude<Message, Total>): Promise<number>;
  write(bytes: Uint8Array): void | Promise<void>;
  /** Gives folders their modes and times. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

export function createPart({
  to,
  name,
  reach,
}: {
  readonly to: Walked;
  readonly name: string;
  readonly reach: Reach;
}): Part {
  /** Folders that are being filled, from the part itself on. */
  const trail: { readonly name: string; readonly folder: Folder }[] = [];
  const folders: Extract<Header, { kind: 'folder' }>[] = [];
  let total: Total = { entries: 0, bytes: 0 };
  let entry = 0;
  let bytes = 0;
  let current: ReceivedFile | undefined;
  let pieces: Pieces | undefined;
  let last = to.name;
  let complete = false;
  let only: Sha256 | undefined;

  /** The folder that an entry is to be in: one that came before it, and that was made here. */
  const parentOf = async (names: readonly string[]): Promise<{ folder: Folder; name: string }> => {
    if (names.length === 0) return { folder: to.folder, name };
    const wanted = [name, ...names.slice(0, -1)];
    for (let at = 0; at < Math.max(trail.length, wanted.length); at++) {
      if (trail[at] !== undefined && trail[at]?.name === wanted[at]) continue;
      for (const { folder } of trail.splice(at)) await folder.close();
      break;
    }
    for (const each of wanted.slice(trail.length)) {
      // Never through a link: a folder is entered as one, or not at all.
      trail.push({ name: each, folder: await enter(trail.at(-1)?.folder ?? to.folder, each) });
    }
    return { folder: (trail.at(-1) as { folder: Folder }).folder, name: names.at(-1) ?? name };
  };

  const next = (): void => {
    entry += 1;
  };

  const beginFile = (header: FileHeader, way: string): number => {
    if (current === undefined) {
      if (header.offset !== 0) throw wrong('it begins in the middle of a file');
      if (header.size < LARGE_BYTES) current = receiveSmall(way, last, header);
      else {
        pieces ??= makePieces();
        current = receiveLarge(way, last, header, pieces);
      }
    } else if (
      current.header.entry !== header.entry ||
      header.offset !== current.offset ||
      header.size !== current.header.size
    ) {
      throw wrong('it goes on somewhere else');
    }
    return header.size - header.offset;
  };

  const takeHeader = async (header: Header): Promise<number> => {
    if (header.entry !== entry || total.entries === 0) throw wrong('it is out of order');
    if (header.entry >= total.entries) throw wrong('there is more than was announced');
    if ((header.names.length === 0) !== (entry === 0)) throw wrong('it has no beginning');
    const real = join(to.real, ...header.names);
    const why = reach.whyNotPlaced(real);
    if (why !== undefined) throw DispatchError.fromRefusal(why);
    const { folder, name: child } = await parentOf(header.names);
    const way = folder.at(child);
    last = header.names.at(-1) ?? to.name;
    switch (header.kind) {
      case 'file':
        return beginFile(header, way);
      case 'folder':
        mkdirSync(way, { mode: 0o700 });
        folders.push(header);
        next();
        return 0;
      case 'link':
        symlinkSync(header.target, way);
        next();
        return 0;
    }
  };

  const endFile = async (sha256: string): Promise<void> => {
    if (current === undefined || current.offset !== current.header.size) throw wrong('a hash came before its file');
    await current.finish(sha256);
    only = current.header.names.length === 0 ? (sha256 as Sha256) : undefined;
    current = undefined;
    next();
  };

  return {
    get position() {
      return { entry, offset: current?.offset ?? 0 };
    },
    get received() {
      return { entries: entry, bytes, total, name: last };
    },
    get isComplete() {
      return complete;
    },
    get sha256() {
      return only;
    },
    begin(announced) {
      if (total.entries !== 0 && (announced.entries !== total.entries || announced.bytes !== total.bytes)) {
        throw wrong('it is another one than before');
      }
      total = announced;
      return 0;
    },
    async take(message) {
      if ('sha256' in message) {
        await endFile(message.sha256);
        return 0;
      }
      if ('end' in message) {
        if (message.end !== total.entries || entry !== total.entries) throw wrong('it ends too early');
        complete = true;
        return 0;
      }
      return takeHeader(message);
    },
    write(piece) {
      if (current === undefined) throw wrong('bytes came without a file');
      bytes += piece.length;
      if (bytes > total.bytes) throw wrong('there is more than was announced');
      return current.write(piece);
    },
    async finish() {
      for (const { folder } of trail.splice(0)) await folder.close();
      // Those inside first: what is done in a folder changes its time.
      for (const { names, mode, modifiedAt } of folders.toReversed()) {
        const { folder, name: child } = await parentOf(names);
        // As a folder, or not at all: a link may have taken its place.
        const made = await enter(folder, child);
        try {
          await made.setTime(modifiedAt);
          await made.chmod(mode & 0o777);
        } finally {
          await made.close();
        }
      }
      for (const { folder } of trail.splice(0)) await folder.close();
    },
    async close() {
      await current?.close();
      current = undefined;
      await pieces?.close();
      pieces = undefined;
      for (const { folder } of trail.splice(0)) await folder.close();
    },
  };
}

function wrong(why: string): DispatchError {
  return new DispatchError('invalid', `what the other device sends does not fit together: ${why}`, {
    hint: 'start the transfer again',
  });
}
