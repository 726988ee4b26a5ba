/**
 * The public key in a device id, and back: a libp2p peer id of an Ed25519 key spells the key itself
 * (https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md). Other kinds of ids are none of Dispatch.
 */

import { createHash } from 'node:crypto';
import type { DeviceId } from '../../core/ids.ts';

/** Identity multihash of 36 bytes: PublicKey { Type = Ed25519, Data = 32 bytes }. */
const PREFIX = Buffer.from([0x00, 0x24, 0x08, 0x01, 0x12, 0x20]);
export const KEY_BYTES = 32;
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
/** Every such id has this many characters: 38 bytes of which the first is zero. */
const ID_PATTERN = /^1[1-9A-HJ-NP-Za-km-z]{51}$/;

export const FINGERPRINT_BYTES = 10;

/** Undefined if the text is no device id. */
export function keyOf(text: string): Buffer | undefined {
  if (!ID_PATTERN.test(text)) return undefined;
  let value = 0n;
  for (const character of text) value = value * 58n + BigInt(BASE58.indexOf(character));
  const hex = value.toString(16).padStart(2 * (PREFIX.length + KEY_BYTES), '0');
  const bytes = Buffer.from(hex, 'hex');
  if (bytes.length !== PREFIX.length + KEY_BYTES || !bytes.subarray(0, PREFIX.length).equals(PREFIX)) return undefined;
  return bytes.subarray(PREFIX.length);
}

export function deviceOf(key: Uint8Array): DeviceId {
  let value = BigInt(`0x${Buffer.concat([PREFIX, key]).toString('hex')}`);
  let text = '';
  for (; value > 0n; value /= 58n) text = BASE58[Number(value % 58n)] + text;
  return `1${text}` as DeviceId;
}

/** 80 bits that stand for a device where its id is too long to be typed. */
export function fingerprintOf(device: DeviceId): Buffer {
  return createHash('sha256').update('dispatch fingerprint\0').update(device).digest().subarray(0, FINGERPRINT_BYTES);
}
