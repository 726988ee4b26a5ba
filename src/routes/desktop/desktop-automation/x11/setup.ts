/** The first words that are exchanged with an X server: who asks, and what the server says of itself (X protocol, section 8). */

import { COOKIE_PROTOCOL } from './authority.ts';

/** The screen that is driven, and how ids are given out on this server. */
export interface ServerFacts {
  readonly root: number;
  readonly width: number;
  readonly height: number;
  /** The bits of an id that differ between the windows of one client; the others tell clients apart. */
  readonly resourceMask: number;
  /** The first and the last code that a key can have. */
  readonly keyCodes: readonly [first: number, last: number];
}

export function setupRequest(cookie: Buffer | undefined): Buffer {
  const name = Buffer.from(cookie === undefined ? '' : COOKIE_PROTOCOL);
  const data = cookie ?? Buffer.alloc(0);
  const head = Buffer.alloc(12);
  head.write('l', 0, 'latin1'); // little endian from here on
  head.writeUInt16LE(11, 2);
  head.writeUInt16LE(name.length, 6);
  head.writeUInt16LE(data.length, 8);
  return Buffer.concat([head, padded(name), padded(data)]);
}

/** How long the whole answer is; undefined until that can be told. */
export function setupLength(bytes: Buffer): number | undefined {
  return bytes.length < 8 ? undefined : 8 + 4 * bytes.readUInt16LE(6);
}

/** Throws with what the server said if it refuses. */
export function readSetup(bytes: Buffer, screen: number): ServerFacts {
  if (bytes[0] !== 1) {
    const length = bytes[0] === 0 ? (bytes[1] ?? 0) : bytes.length - 8;
    throw new Error(bytes.toString('latin1', 8, 8 + length).trim() || 'it gave no reason');
  }
  const resourceMask = bytes.readUInt32LE(16);
  const vendor = bytes.readUInt16LE(24);
  const screens = bytes.readUInt8(28);
  if (screen >= screens) throw new Error(`it has ${screens} screens, and no screen ${screen}`);
  let at = 40 + roundUp(vendor) + 8 * bytes.readUInt8(29);
  for (let skipped = 0; skipped < screen; skipped += 1) at = afterScreen(bytes, at);
  return {
    root: bytes.readUInt32LE(at),
    width: bytes.readUInt16LE(at + 20),
    height: bytes.readUInt16LE(at + 22),
    resourceMask,
    keyCodes: [bytes.readUInt8(34), bytes.readUInt8(35)],
  };
}

function afterScreen(bytes: Buffer, start: number): number {
  let at = start + 40;
  for (let depth = bytes.readUInt8(start + 39); depth > 0; depth -= 1) at += 8 + 24 * bytes.readUInt16LE(at + 2);
  return at;
}

export function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(roundUp(bytes.length) - bytes.length)]);
}

function roundUp(length: number): number {
  return Math.ceil(length / 4) * 4;
}
