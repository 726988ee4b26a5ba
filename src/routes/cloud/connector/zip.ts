/** Packs a few files into a ZIP, without compressing them. Format: PKWARE's APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12 and 4.3.16. */

import { crc32 } from 'node:zlib';

export interface ZipFile {
  readonly name: string;
  readonly base64: string;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
/** Bit 11: names are UTF-8. */
const FLAGS = 0x0800;
/** The first day that its dates know, so that the same files give the same bytes. */
const DATE = 0x0021;

export function zip(files: readonly ZipFile[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, base64 } of files) {
    const title = Buffer.from(name);
    const bytes = Buffer.from(base64, 'base64');
    const common = describe(title, bytes);
    const part = Buffer.concat([word(LOCAL), common, title, bytes]);
    local.push(part);
    central.push(Buffer.concat([word(CENTRAL), half(VERSION), common, Buffer.alloc(10), word(offset), title]));
    offset += part.length;
  }
  const directory = Buffer.concat(central);
  const counts = [half(0), half(0), half(files.length), half(files.length)];
  return Buffer.concat([...local, directory, word(END), ...counts, word(directory.length), word(offset), half(0)]);
}

/** What both headers of a file have in common. */
function describe(title: Buffer, bytes: Buffer): Buffer {
  const size = word(bytes.length);
  const head = [half(VERSION), half(FLAGS), half(0), half(0), half(DATE), word(crc32(bytes))];
  return Buffer.concat([...head, size, size, half(title.length), half(0)]);
}

function half(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
