/**
 * Quotes what a service wrote so that people can read it and nothing leaks: without the key in any of its spellings, without control
 * characters, and short. It refuses to guess at keys that it was not told.
 */

const MOST_QUOTED = 300;
const MASK = '•••';
/** Shorter ones would be found in any text; the key itself is masked however short. */
const SHORTEST_SPELLING = 4;
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
  const pattern = spellings.length === 0 ? undefined : new RegExp(spellings.map(escapePattern).join('|'), 'gi');
  const scrub = (text: string): string => (pattern === undefined ? text : text.replace(pattern, MASK));
  return {
    scrub,
    quote(text, cut = false) {
      const whole = scrub(text);
      const sure = cut ? whole.slice(0, Math.max(0, whole.length - (spellings[0]?.length ?? 0))) : whole;
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
    ...inJson(secret),
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

/** RFC 8259, 7: "/" may be escaped, and what is dangerous in HTML, or is not ASCII, or all of it, may be a number. */
function inJson(secret: string): string[] {
  const plain = JSON.stringify(secret).slice(1, -1);
  const numbered = (text: string, which: RegExp): string => text.replace(which, escaped);
  const slashed = (text: string): string => text.replaceAll('/', '\\/');
  const careful = [/[<>&'+=]/g, /[<>&']/g, /[^\x20-\x7e]/g].map((which) => numbered(plain, which));
  const letters = numbered(secret, /[^A-Za-z0-9]/g);
  return [plain, ...careful, letters, numbered(secret, /./gs)].flatMap((text) => [text, slashed(text)]);
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
