/** What people write to say where a device is, and what kind of secret they hold. Checks the form only: the peer reads the content. */

import { DispatchError } from '../core/errors.ts';

/** Where a peer listens if it was not told otherwise. */
const DEFAULT_PORT = 4747;
/** A code has 28 characters and what separates its groups; a ticket holds a whole device id and is far longer. */
const LONGEST_CODE = 60;

/** `host:port`, from `host`, `host:port`, `[v6]`, `[v6]:port` or a bare IPv6 address. Throws `usage`. */
export function placeOf(text: string): string {
  if (/^12D3KooW[1-9A-HJ-NP-Za-km-z]{20,}$/.test(text)) return text; // an id, as --lan lists them
  const bracketed = /^\[([0-9a-fA-F:.%\w]+)\](?::(\d+))?$/.exec(text);
  const bare = /^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(?:%\w+)?$/.test(text);
  const plain = /^([^\s:/[\]@]+)(?::(\d+))?$/.exec(text);
  const [host, port] = bare ? [text, undefined] : [bracketed?.[1] ?? plain?.[1], bracketed?.[2] ?? plain?.[2]];
  const number = port === undefined ? DEFAULT_PORT : Number(port);
  if (host === undefined || number < 1 || number > 65_535)
    throw new DispatchError('usage', `--at ${text}: expected HOST or HOST:PORT`, {
      hint: 'the other device shows where it listens, for example 192.168.1.5:4747',
    });
  return `${host.includes(':') ? `[${host}]` : host}:${number}`;
}

/** Which of the two it is meant as. */
export function secretOf(words: readonly string[]): { kind: 'ticket' | 'code'; text: string } {
  const text = words.join(' ').trim();
  return { kind: /^\W*dispatch\d*:/i.test(text) || text.length > LONGEST_CODE ? 'ticket' : 'code', text };
}
