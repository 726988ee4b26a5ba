// Pictures out of a colour bitmap font, from the smallest font that has one: one glyph, for one code point.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEmojiFont } from '../../../scripts/lib/emoji-font.ts';

const ROCKET = 0x1f680;
const GLYPH = 7;

const u16 = (...values: number[]): Buffer =>
  Buffer.concat(values.map((value) => Buffer.from([value >> 8, value & 255])));
const u32 = (...values: number[]): Buffer =>
  Buffer.concat(values.map((value) => u16(Math.floor(value / 65536), value & 0xffff)));

function smallestFont(): Buffer {
  const cmap = Buffer.concat([u16(0, 1, 3, 10), u32(12), u16(12, 0), u32(28, 0, 1, ROCKET, ROCKET, GLYPH)]);
  const strike = Buffer.concat([u32(56, 24, 1, 0), Buffer.alloc(32)]);
  const index = Buffer.concat([u16(GLYPH, GLYPH), u32(8), u16(1, 17), u32(4), u32(0, 12)]);
  const cblc = Buffer.concat([u32(0x00030000, 1), strike, index]);
  const cbdt = Buffer.concat([u32(0x00030000), Buffer.alloc(5), u32(3), Buffer.from('PNG')]);
  const tables = [
    ['cmap', cmap],
    ['CBLC', cblc],
    ['CBDT', cbdt],
  ] as const;
  let offset = 12 + 16 * tables.length;
  const records = tables.map(([name, table]) => {
    const record = Buffer.concat([Buffer.from(name), u32(0, offset, table.length)]);
    offset += table.length;
    return record;
  });
  const head = Buffer.concat([u32(0x00010000), u16(tables.length, 0, 0, 0)]);
  return Buffer.concat([head, ...records, ...tables.map(([, table]) => table)]);
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dispatch-font-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the picture of an emoji is found, and of a joined one that of its first part', () => {
  writeFileSync(join(folder, 'font.ttf'), smallestFont());
  const font = openEmojiFont(join(folder, 'font.ttf'));
  expect(font?.picture('🚀')?.toString()).toBe('PNG');
  expect(font?.picture('🚀\u200d✨')?.toString()).toBe('PNG');
});

test('what has no picture has none', () => {
  writeFileSync(join(folder, 'font.ttf'), smallestFont());
  expect(openEmojiFont(join(folder, 'font.ttf'))?.picture('a')).toBeUndefined();
});

test('without the font there is nothing to open', () => {
  expect(openEmojiFont(join(folder, 'none.ttf'))).toBeUndefined();
});
