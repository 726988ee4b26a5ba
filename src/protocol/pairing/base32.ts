/**
 * Bytes as Crockford base32 (https://www.crockford.com/base32.html): no letter that looks like a digit, either case, with o read as 0
 * and i and l as 1. Reads only what spelling gives: bits that are left over must be zero.
 */

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const VALUES: ReadonlyMap<string, number> = new Map([
  ...Array.from(ALPHABET, (character, value): [string, number] => [character, value]),
  ['o', 0],
  ['i', 1],
  ['l', 1],
]);

/** The five bits of a character; undefined if it has none. */
export function bitsOf(character: string): number | undefined {
  return VALUES.get(character.toLowerCase());
}

export function characterOf(value: number): string {
  return ALPHABET[value] ?? '';
}

export function spellBase32(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += characterOf((held >>> (bits - 5)) & 31);
    held &= 31;
  }
  return bits === 0 ? text : text + characterOf((held << (5 - bits)) & 31);
}

/** Undefined if the text holds another character, or is none that `spellBase32` gives. */
export function readBase32(text: string): Buffer | undefined {
  const bytes = Buffer.alloc(Math.floor((text.length * 5) / 8));
  let held = 0;
  let bits = 0;
  let filled = 0;
  for (const character of text) {
    const value = bitsOf(character);
    if (value === undefined) return undefined;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[filled] = (held >>> bits) & 0xff;
    filled += 1;
  }
  return bits < 5 && (held & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}
