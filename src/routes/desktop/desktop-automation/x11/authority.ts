/** The cookie that lets a program talk to an X server, as `xauth` keeps it. Read when it is needed, and never told to anybody else. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const COOKIE_PROTOCOL = 'MIT-MAGIC-COOKIE-1';

/** Families of addresses (Xauth.h): a name of this machine, and one that fits every display. */
const LOCAL = 256;
const WILD = 65_535;

/** The file that the X libraries would read; or, where nobody says which, the one that a display manager made for this person. */
export function authorityFile(env: NodeJS.ProcessEnv): string | undefined {
  if (env.XAUTHORITY !== undefined && env.XAUTHORITY !== '') return env.XAUTHORITY;
  const runtime = env.XDG_RUNTIME_DIR;
  const candidates = [join(env.HOME ?? homedir(), '.Xauthority')];
  if (runtime !== undefined && runtime !== '') candidates.push(join(runtime, 'gdm', 'Xauthority'), ...ofKde(runtime));
  return candidates.find((file) => existsSync(file));
}

function ofKde(runtime: string): string[] {
  try {
    return readdirSync(runtime)
      .filter((name) => name.startsWith('xauth_'))
      .sort()
      .map((name) => join(runtime, name));
  } catch {
    return []; // there is no such folder
  }
}

/** The cookie for a display; undefined if there is none, and then the server decides by who asks. */
export function cookieFor(file: string | undefined, display: number, host: string): Buffer | undefined {
  if (file === undefined) return undefined;
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return undefined; // the server says whether it needs one
  }
  const fitting = entriesOf(bytes).filter(
    (entry) => entry.protocol === COOKIE_PROTOCOL && (entry.number === '' || entry.number === String(display)),
  );
  const named = fitting.find(({ family, address }) => family === LOCAL && address === host);
  return (named ?? fitting.find(({ family }) => family === WILD) ?? fitting[0])?.data;
}

interface Entry {
  readonly family: number;
  readonly address: string;
  readonly number: string;
  readonly protocol: string;
  readonly data: Buffer;
}

/** Each entry is a family and four strings with their lengths before them, all in big endian. */
function entriesOf(bytes: Buffer): Entry[] {
  const entries: Entry[] = [];
  let at = 0;
  const part = (): Buffer => {
    const length = bytes.readUInt16BE(at);
    const value = bytes.subarray(at + 2, at + 2 + length);
    at += 2 + length;
    return value;
  };
  try {
    while (at < bytes.length) {
      const family = bytes.readUInt16BE(at);
      at += 2;
      const [address, number, protocol, data] = [part(), part(), part(), part()];
      entries.push({
        family,
        address: address.toString('latin1'),
        number: number.toString('latin1'),
        protocol: protocol.toString('latin1'),
        data,
      });
    }
  } catch {
    // a file that ends too early: what came before counts
  }
  return entries;
}
