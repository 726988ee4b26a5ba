/**
 * The typed form of a ticket: seven groups of four base32 characters. The first four groups are the fingerprint of the issuer, the
 * next two the secret, the last one checks them and tells which group has a typo. Case, dashes and spaces do not matter.
 */

import { DispatchError } from '../../core/errors.ts';
import type { DeviceId } from '../../core/ids.ts';
import { bitsOf, characterOf, readBase32, spellBase32 } from './base32.ts';
import { checksOf, findTypos, fits } from './code-check.ts';
import { FINGERPRINT_BYTES, fingerprintOf } from './device-key.ts';
import { WORDS } from './word-list.ts';

export const CODE_SECRET_BYTES = 5;
const GROUP = 4;
const GROUPS = 7;
const DATA = 24;
const LENGTH = GROUP * GROUPS;

export interface Code {
  readonly fingerprint: Uint8Array;
  readonly secret: Uint8Array;
}

export function formatCode(issuer: DeviceId, secret: Uint8Array): string {
  const data = spellBase32(Buffer.concat([fingerprintOf(issuer), secret]));
  const text = data + checksOf(valuesOf(data)).map(characterOf).join('');
  return groupsOf(text.toUpperCase()).join('-');
}

/** Throws `invalid`, naming the group that is wrong where that can be told, and never showing what was typed. */
export function parseCode(typed: string): Code {
  const parts = typed
    .trim()
    .split(/[\s\p{Pd}_.·]+/u)
    .filter((part) => part !== '');
  refuseOther(typed, parts);
  const text = parts.join('').toLowerCase();
  refuseCharacters(text, parts);
  if (text.length !== LENGTH) throw wrongLength(text.length, parts);
  const values = valuesOf(text);
  if (!fits(values)) throw explainTypos(values);
  const bytes = readBase32(text.slice(0, DATA)) ?? Buffer.alloc(0);
  return { fingerprint: bytes.subarray(0, FINGERPRINT_BYTES), secret: bytes.subarray(FINGERPRINT_BYTES) };
}

function valuesOf(text: string): number[] {
  return Array.from(text, (character) => bitsOf(character) ?? 0);
}

function groupsOf(text: string): string[] {
  return text.match(/.{1,4}/g) ?? [];
}

function refuseOther(typed: string, parts: readonly string[]): void {
  if (parts.length === 0) throw invalid('nothing was typed where a code was expected');
  if (/^\W*dispatch\d+:/i.test(typed)) {
    throw invalid('that is a ticket and not a code', 'give it without an address: dispatch pair TICKET');
  }
  if (parts.length <= 4 && parts.every((part) => WORDS.includes(part.toLowerCase()))) {
    throw invalid('that is a word to compare and not a code', 'type it where the two screens are compared');
  }
}

function refuseCharacters(text: string, parts: readonly string[]): void {
  const bad = Array.from(text).findIndex((character) => bitsOf(character) === undefined);
  if (bad < 0) return;
  const held = isGrouped(parts) ? groupHolding(parts, bad) : Math.floor(bad / GROUP) + 1;
  if (held > GROUPS) throw invalid('that is no code');
  throw invalid(`group ${held} of the code has a typo: it holds a character that no code has`);
}

/** Whether the separators stand where groups end, more or less. */
function isGrouped(parts: readonly string[]): boolean {
  return parts.length === GROUPS;
}

function groupHolding(parts: readonly string[], index: number): number {
  let group = 0;
  for (let left = index; left >= 0; group += 1) left -= parts[group]?.length ?? LENGTH;
  return group;
}

function wrongLength(length: number, parts: readonly string[]): DispatchError {
  const odd = isGrouped(parts) ? parts.findIndex((part) => part.length !== GROUP) : -1;
  if (odd >= 0) {
    return invalid(
      `group ${odd + 1} of the code has a typo: it has ${parts[odd]?.length} characters and not ${GROUP}`,
      HINT,
    );
  }
  return invalid(`the code has ${length} characters and not ${LENGTH}`);
}

function explainTypos(values: readonly number[]): DispatchError {
  const swapped = findSwapped(values);
  if (swapped !== undefined) return invalid(`groups ${swapped.join(' and ')} of the code changed places`);
  const groups = [...new Set(findTypos(values)?.map((index) => Math.floor(index / GROUP) + 1))];
  if (groups.length === 0) return invalid('the code has several typos');
  if (groups.length === 1) return invalid(`group ${groups[0]} of the code has a typo`);
  return invalid(`groups ${groups.join(' and ')} of the code have a typo`);
}

/** Two groups in each other's place, from 1, if that explains it all. */
function findSwapped(values: readonly number[]): readonly [number, number] | undefined {
  for (let one = 1; one <= GROUPS; one += 1) {
    for (let other = one + 1; other <= GROUPS; other += 1) {
      const swapped = values.map((_, index) => {
        const group = Math.floor(index / GROUP) + 1;
        const from = group === one ? other : group === other ? one : group;
        return values[(from - 1) * GROUP + (index % GROUP)] ?? 0;
      });
      if (fits(swapped)) return [one, other];
    }
  }
  return undefined;
}

const HINT = 'compare it, group by group, with what the other device shows';

function invalid(message: string, hint = HINT): DispatchError {
  return new DispatchError('invalid', message, { hint });
}
