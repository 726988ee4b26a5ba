/**
 * Who this device is: one Ed25519 key in a 0600 file, and the libp2p peer id that follows from it. The file is libp2p's
 * protobuf form of a private key (https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md), so that the network host
 * can use it as it is.
 */

import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { DispatchError } from '../core/errors.ts';
import type { DeviceId } from '../core/ids.ts';

/** PrivateKey { Type = Ed25519 (field 1 = 1), Data = 64 bytes (field 2): seed, then public key }. */
const PRIVATE_PREFIX = Buffer.from([0x08, 0x01, 0x12, 0x40]);
const KEY_FILE_BYTES = 68;
/** Identity multihash of 36 bytes: PublicKey { Type = Ed25519, Data = 32 bytes }. */
const PEER_ID_PREFIX = Buffer.from([0x00, 0x24, 0x08, 0x01, 0x12, 0x20]);
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Reads the key file, making it on the first start. */
export function loadIdentity(file: string): { device: DeviceId; key: Uint8Array } {
  const key = readKey(file) ?? createKey(file);
  if (key.length !== KEY_FILE_BYTES || !key.subarray(0, 4).equals(PRIVATE_PREFIX)) {
    throw new DispatchError('storage', `${file} is not an Ed25519 key of libp2p`, {
      hint: 'put the right file back; moving it away makes this a new device',
    });
  }
  return { device: base58(Buffer.concat([PEER_ID_PREFIX, key.subarray(36)])) as DeviceId, key };
}

/** The public key that a device's id is made of. Throws `invalid` for what is no id of an Ed25519 key. */
export function keyOfDevice(device: DeviceId): Uint8Array {
  const bytes = fromBase58(device);
  if (bytes?.length === PEER_ID_PREFIX.length + 32 && bytes.subarray(0, PEER_ID_PREFIX.length).equals(PEER_ID_PREFIX)) {
    return bytes.subarray(PEER_ID_PREFIX.length);
  }
  throw new DispatchError('invalid', 'the id of a device holds no Ed25519 key', { hint: 'pair the device anew' });
}

function readKey(file: string): Buffer | undefined {
  try {
    // Somebody may have copied it about with looser permissions.
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(file, error);
  }
}

function createKey(file: string): Buffer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url');
  const point = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const key = Buffer.concat([PRIVATE_PREFIX, seed, point]);
  const temporary = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const handle = openSync(temporary, 'wx', 0o600);
    writeSync(handle, key);
    fsyncSync(handle);
    closeSync(handle);
    linkSync(temporary, file); // unlike rename, fails if another peer was faster
    syncFolder(dirname(file));
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return readFileSync(file);
    throw unusable(file, error);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** A new name is on the disk when its folder is. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

function unusable(file: string, error: unknown): DispatchError {
  return new DispatchError('storage', `cannot use the identity file ${file}: ${(error as Error).message}`, {
    cause: error,
    hint: 'mend the permissions of its folder, or set DISPATCH_HOME to a folder that can be written',
  });
}

function base58(bytes: Buffer): string {
  let value = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (; value > 0n; value /= 58n) text = BASE58[Number(value % 58n)] + text;
  for (const byte of bytes) {
    if (byte !== 0) break;
    text = `1${text}`;
  }
  return text;
}

/** Of an id, which never begins with a zero byte but for its one leading `1`. */
function fromBase58(text: string): Buffer | undefined {
  if (text.length > 128) return undefined;
  let value = 0n;
  for (const letter of text) {
    const digit = BASE58.indexOf(letter);
    if (digit === -1) return undefined;
    value = value * 58n + BigInt(digit);
  }
  const zeros = /^1*/.exec(text)?.[0].length ?? 0;
  const hex = value === 0n ? '' : value.toString(16);
  return Buffer.concat([Buffer.alloc(zeros), Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')]);
}
