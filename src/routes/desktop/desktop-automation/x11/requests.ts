/** Questions to an X server and what its answers mean (X protocol, appendix B). */

import type { Point } from '../../../../core/desktop.ts';
import { type XConnection, XError } from './connection.ts';
import { padded } from './setup.ts';

const OPCODES = {
  attributes: 3,
  geometry: 14,
  tree: 15,
  atom: 16,
  property: 20,
  pointer: 38,
  translate: 40,
  focus: 43,
  keymap: 44,
  extension: 98,
  setKeyboard: 100,
  keyboard: 101,
} as const;

/** Focus values that are no window (X protocol, SetInputFocus). */
export const NO_FOCUS = 0;
export const POINTER_ROOT = 1;

const VIEWABLE = 2;
/** Of one property, in bytes: more is nobody's title. */
const MOST_PROPERTY = 64 * 1024;

function request(opcode: number, data: number, ...words: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 + 4 * words.length);
  bytes.writeUInt8(opcode, 0);
  bytes.writeUInt8(data, 1);
  bytes.writeUInt16LE(bytes.length / 4, 2);
  words.forEach((word, index) => {
    bytes.writeUInt32LE(word >>> 0, 4 + 4 * index);
  });
  return bytes;
}

function named(opcode: number, data: number, name: string): Buffer {
  const text = Buffer.from(name, 'latin1');
  const head = Buffer.alloc(8);
  const body = padded(text);
  head.writeUInt8(opcode, 0);
  head.writeUInt8(data, 1);
  head.writeUInt16LE((head.length + body.length) / 4, 2);
  head.writeUInt16LE(text.length, 4);
  return Buffer.concat([head, body]);
}

export async function hasExtension(x: XConnection, name: string): Promise<boolean> {
  return (await x.ask(named(OPCODES.extension, 0, name))).readUInt8(8) === 1;
}

/** 0 where nothing on that server has the name. */
export async function atomOf(x: XConnection, name: string): Promise<number> {
  return (await x.ask(named(OPCODES.atom, 1, name))).readUInt32LE(8);
}

export async function treeOf(x: XConnection, window: number): Promise<{ parent: number; children: number[] }> {
  const reply = await x.ask(request(OPCODES.tree, 0, window));
  const count = reply.readUInt16LE(16);
  // Lowest first.
  return {
    parent: reply.readUInt32LE(12),
    children: Array.from({ length: count }, (_, at) => reply.readUInt32LE(32 + 4 * at)),
  };
}

export async function attributesOf(
  x: XConnection,
  window: number,
): Promise<{ viewable: boolean; overrideRedirect: boolean }> {
  const reply = await x.ask(request(OPCODES.attributes, 0, window));
  return { viewable: reply.readUInt8(26) === VIEWABLE, overrideRedirect: reply.readUInt8(27) === 1 };
}

export async function sizeOf(x: XConnection, window: number): Promise<{ width: number; height: number }> {
  const reply = await x.ask(request(OPCODES.geometry, 0, window));
  return { width: reply.readUInt16LE(16), height: reply.readUInt16LE(18) };
}

/** Where a point of one window is in another, and the child of that one which is seen there; 0 for none. */
export async function translate(
  x: XConnection,
  from: number,
  to: number,
  [left, top]: Point,
): Promise<{ child: number; point: Point }> {
  const bytes = request(OPCODES.translate, 0, from, to, 0);
  bytes.writeInt16LE(left, 12);
  bytes.writeInt16LE(top, 14);
  const reply = await x.ask(bytes);
  return { child: reply.readUInt32LE(8), point: [reply.readInt16LE(12), reply.readInt16LE(14)] };
}

export async function pointerOf(x: XConnection): Promise<Point> {
  const reply = await x.ask(request(OPCODES.pointer, 0, x.facts.root));
  return [reply.readInt16LE(16), reply.readInt16LE(18)];
}

/** Buttons that are down: 1 to 5, as the server tells no others. */
export async function buttonsDown(x: XConnection): Promise<number[]> {
  const mask = (await x.ask(request(OPCODES.pointer, 0, x.facts.root))).readUInt16LE(24);
  return [1, 2, 3, 4, 5].filter((button) => (mask & (0x80 << button)) !== 0);
}

/** Codes of the keys that are down. */
export async function keysDown(x: XConnection): Promise<number[]> {
  const map = (await x.ask(request(OPCODES.keymap, 0))).subarray(8, 40);
  return Array.from({ length: 256 }, (_, code) => code).filter((code) => ((map[code >> 3] ?? 0) >> (code & 7)) & 1);
}

/** A window, `NO_FOCUS` or `POINTER_ROOT`. */
export async function focusOf(x: XConnection): Promise<number> {
  return (await x.ask(request(OPCODES.focus, 0))).readUInt32LE(8);
}

/** Caps Lock, or what stands in its place. */
export async function isLocked(x: XConnection): Promise<boolean> {
  return ((await x.ask(request(OPCODES.pointer, 0, x.facts.root))).readUInt16LE(24) & 0x02) !== 0;
}

/** The symbols of each key, by its code. */
export async function keyboardOf(x: XConnection): Promise<ReadonlyMap<number, readonly number[]>> {
  const [first, last] = x.facts.keyCodes;
  const count = last - first + 1;
  const reply = await x.ask(request(OPCODES.keyboard, 0, first | (count << 8)));
  const each = reply.readUInt8(1);
  const symbolsOf = (key: number): number[] =>
    Array.from({ length: each }, (_, at) => reply.readUInt32LE(32 + 4 * (key * each + at)));
  return new Map(Array.from({ length: count }, (_, key) => [first + key, symbolsOf(key)]));
}

/** Gives a key one symbol; 0 takes it away. */
export function setKey(x: XConnection, code: number, symbol: number): void {
  x.tell(request(OPCODES.setKeyboard, 1, code | (1 << 8), symbol));
}

export interface Property {
  /** Bits of one item: 8, 16, 32. */
  readonly format: number;
  readonly value: Buffer;
}

/** Undefined if the window has no such property. */
export async function propertyOf(x: XConnection, window: number, atom: number): Promise<Property | undefined> {
  if (atom === 0) return undefined;
  const reply = await x.ask(request(OPCODES.property, 0, window, atom, 0, 0, MOST_PROPERTY / 4));
  const format = reply.readUInt8(1);
  if (format === 0) return undefined;
  const length = reply.readUInt32LE(16) * (format / 8);
  return { format, value: reply.subarray(32, 32 + length) };
}

export function numbersIn(property: Property | undefined): number[] {
  if (property?.format !== 32) return [];
  return Array.from({ length: Math.floor(property.value.length / 4) }, (_, at) => property.value.readUInt32LE(4 * at));
}

/** Windows go while they are looked at: then there is nothing. */
export async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof XError) return undefined;
    throw error;
  }
}
