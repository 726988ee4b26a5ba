/**
 * Quotes what a service wrote so that people can read it and nothing leaks: without the key in any of its spellings, without control
 * characters, and short. It refuses to guess at keys that it was not told.
 */

const MOST_QUOTED = 300;
const MASK = '•••';
/** Shorter ones would be found in any text; the key itself is masked however short. */
const SHORTEST_SPELLING = 4;
/** `\u0041`. */
const LONGEST_ESCAPE = 6;
/** Controls, and what changes the direction of text or is not seen. */
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

export interface Scrubber {
  /** All of the text, with masks. */
  scrub(text: string): string;
  /** The beginning of it, on one line. `cut`: it is not the whole of what was written, so its end may hold half a secret. */
  quote(text: string, cut?: boolean): string;
}

export function createScrubber(secrets: readonly string[]): Scrubber {
  const spellings = secrets.flatMap(spellingsOf).sort((a, b) => b.length - a.length);
  const patterns = [...spellings.map(escapePattern), ...secrets.filter((secret) => secret !== '').map(inJson)];
  const pattern = patterns.length === 0 ? undefined : new RegExp(patterns.join('|'), 'gi');
  const longest = Math.max(0, ...secrets.map((secret) => secret.length * LONGEST_ESCAPE), spellings[0]?.length ?? 0);
  const scrub = (text: string): string => (pattern === undefined ? text : text.replace(pattern, MASK));
  return {
    scrub,
    quote(text, cut = false) {
      const whole = scrub(text);
      const sure = cut ? whole.slice(0, Math.max(0, whole.length - longest)) : whole;
      const line = sure.replace(/\s+/g, ' ').trim().replace(UNPRINTABLE, escaped);
      const most = line.length > MOST_QUOTED ? `${line.slice(0, MOST_QUOTED)}…` : line;
      return scrub(most);
    },
  };
}

/** As it is, and as it looks inside JSON in any of its spellings, a URL, hex and Base64, there also as a part of something longer. */
function spellingsOf(secret: string): string[] {
  if (secret === '') return [];
  const bytes = Buffer.from(secret);
  const other = [
    encodeURIComponent(secret),
    new URLSearchParams({ k: secret }).toString().slice(2),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    bytes.toString('hex'),
    ...[0, 1, 2].flatMap((before) => {
      const inside = base64Inside(bytes, before);
      return [inside, inside.replaceAll('+', '-').replaceAll('/', '_')];
    }),
  ];
  return [...new Set([secret, ...other.filter((text) => text.length >= SHORTEST_SPELLING)])];
}

/**
 * A pattern for every spelling in a JSON text (RFC 8259, 7): "/" may be escaped, and any character may be a number, so that there are more
 * spellings than could be listed. Each character matches in one way only, or long keys would take for ever.
 */
function inJson(secret: string): string {
  return Array.from({ length: secret.length }, (_, index) => {
    const character = secret.charAt(index);
    const number = escapePattern(escaped(character));
    const plain = character === '\\' ? '\\\\\\\\' : `\\\\?${escapePattern(character)}`;
    return `(?:${plain}|${number})`;
  }).join('');
}

/** The characters that stand for these bytes and nothing else, where `before` bytes of others come first. */
function base64Inside(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const shared = (before + bytes.length) % 3 === 0 ? 0 : 1;
  return text.slice(Math.ceil((before * 8) / 6), text.length - shared);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
