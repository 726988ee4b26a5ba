/** Branded identifiers: a RunId can never be passed where an ApprovalId is meant. Ids are made by the caller and come in as arguments. */

declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

/** One dispatched task. 16 characters of lower-case Crockford base32 (80 random bits). */
export type RunId = Id<'run'>;
/** One request for a person's yes or no. Same form as RunId. */
export type ApprovalId = Id<'approval'>;
/** One file or piece of data that a run made. Same form as RunId. */
export type ArtifactId = Id<'artifact'>;
/** One message of a person or of the assistant. Same form as RunId. */
export type MessageId = Id<'message'>;
/** The identity of a machine. */
export type DeviceId = Id<'device'>;
/** The place of an entry in the thread: compares as a string in the order (at, device, seq). */
export type EntryKey = string;
/** 64 lower-case hexadecimal digits. */
export type Sha256 = Id<'sha256'>;

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

/** What an id looks like; a prefix of one is what people type. */
export const ID_PATTERN = /^[0-9a-hjkmnp-tv-z]{16}$/;

/** Spells 10 random bytes as an id: 16 characters of Crockford base32 (https://www.crockford.com/base32.html), lower case. */
export function spellId(bytes: Uint8Array): string {
  if (bytes.length !== 10) throw new RangeError(`an id takes 10 random bytes, not ${bytes.length}`);
  let bits = 0n;
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
  let text = '';
  for (let shift = 75n; shift >= 0n; shift -= 5n) text += CROCKFORD[Number((bits >> shift) & 31n)];
  return text;
}
