// Takes the pictures of emoji out of a colour bitmap font (tables cmap, CBLC and CBDT of the OpenType specification),
// because the renderer draws outlines only. It looks at single code points: of a joined sequence it finds the first.
import { readFileSync } from 'node:fs';

export interface EmojiFont {
  /** The PNG for the first code point of `text` that has one. */
  picture(text: string): Buffer | undefined;
}

/** Opens the font, or returns undefined where there is none. */
export function openEmojiFont(path: string): EmojiFont | undefined {
  let font: Buffer;
  try {
    font = readFileSync(path);
  } catch {
    return undefined;
  }
  const tables = readTables(font);
  const [cmap, cblc, cbdt] = [tables.get('cmap'), tables.get('CBLC'), tables.get('CBDT')];
  if (cmap === undefined || cblc === undefined || cbdt === undefined) return undefined;
  return {
    picture(text) {
      for (const character of text) {
        const glyph = findGlyph(cmap, character.codePointAt(0) ?? 0);
        const picture = glyph === 0 ? undefined : findPicture(cblc, cbdt, glyph);
        if (picture !== undefined) return picture;
      }
      return undefined;
    },
  };
}

function readTables(font: Buffer): Map<string, Buffer> {
  const records = Array.from({ length: font.readUInt16BE(4) }, (_, index) => 12 + 16 * index);
  return new Map(
    records.map((at) => {
      const offset = font.readUInt32BE(at + 8);
      return [font.toString('latin1', at, at + 4), font.subarray(offset, offset + font.readUInt32BE(at + 12))];
    }),
  );
}

/** Format 12, the one for all of Unicode: groups of first, last, and the glyph of the first. */
function findGlyph(cmap: Buffer, codePoint: number): number {
  for (let index = 0; index < cmap.readUInt16BE(2); index += 1) {
    const table = cmap.subarray(cmap.readUInt32BE(4 + 8 * index + 4));
    if (table.readUInt16BE(0) !== 12) continue;
    for (let group = 0; group < table.readUInt32BE(12); group += 1) {
      const at = 16 + 12 * group;
      const first = table.readUInt32BE(at);
      if (codePoint >= first && codePoint <= table.readUInt32BE(at + 4)) {
        return table.readUInt32BE(at + 8) + codePoint - first;
      }
    }
  }
  return 0;
}

/** The first strike is enough: colour fonts have one. */
function findPicture(cblc: Buffer, cbdt: Buffer, glyph: number): Buffer | undefined {
  const array = cblc.readUInt32BE(8);
  for (let index = 0; index < cblc.readUInt32BE(16); index += 1) {
    const at = array + 8 * index;
    const first = cblc.readUInt16BE(at);
    if (glyph < first || glyph > cblc.readUInt16BE(at + 2)) continue;
    return readPicture(cblc.subarray(array + cblc.readUInt32BE(at + 4)), cbdt, glyph - first);
  }
  return undefined;
}

// Index formats 1 and 3 differ in the width of an offset; image formats 17 to 19 in what precedes the length.
function readPicture(subtable: Buffer, cbdt: Buffer, index: number): Buffer | undefined {
  const indexFormat = subtable.readUInt16BE(0);
  const header = { 17: 5, 18: 8, 19: 0 }[subtable.readUInt16BE(2)];
  if (header === undefined || (indexFormat !== 1 && indexFormat !== 3)) return undefined;
  const offset = indexFormat === 1 ? subtable.readUInt32BE(8 + 4 * index) : subtable.readUInt16BE(8 + 2 * index);
  const at = subtable.readUInt32BE(4) + offset + header;
  return cbdt.subarray(at + 4, at + 4 + cbdt.readUInt32BE(at));
}
