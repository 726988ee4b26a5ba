/**
 * The secrets that the owner of this device keeps for runs: `[secrets]` of its config names a variable or a file for each. Values are
 * read anew each time and kept nowhere; no error holds one.
 */

import { constants, type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/schema.ts';
import { DispatchError } from '../../core/errors.ts';
import type { Secrets } from '../../engine/ports.ts';

export interface OwnSecrets extends Secrets {
  /** All values that can be read now, for whoever hides them. Never rejects. */
  values(): Promise<readonly string[]>;
}

type Source = Config['secrets'][string];

/** What an environment takes for one variable is not much more. */
export const MOST_SECRET_BYTES = 64 * 1024;

export function createSecrets(
  config: Config['secrets'],
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): OwnSecrets {
  const sources = new Map(Object.entries(config));
  const readOne = async (name: string): Promise<string> => {
    const source = sources.get(name);
    if (source === undefined) {
      throw new DispatchError('not-found', `this device keeps no secret ${name}`, {
        hint: 'its owner names it in [secrets] of config.toml',
      });
    }
    return usable(name, await rawValue(name, source, env, home));
  };
  return {
    names: () => [...sources.keys()].sort(),
    async read(names) {
      const values: [string, string][] = [];
      for (const name of names) values.push([name, await readOne(name)]);
      return Object.fromEntries(values);
    },
    async values() {
      const read = await Promise.allSettled([...sources.keys()].map(readOne));
      return read.filter((result) => result.status === 'fulfilled').map(({ value }) => value);
    },
  };
}

async function rawValue(
  name: string,
  source: Source,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): Promise<string> {
  if ('file' in source) return fileValue(name, expand(source.file, home));
  const value = env[source.env];
  if (value === undefined || value === '') {
    throw new DispatchError(
      'unavailable',
      `the secret ${name} cannot be read: the peer has no variable ${source.env}`,
      {
        hint: 'start the peer with it',
      },
    );
  }
  return value;
}

function expand(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
}

async function fileValue(name: string, path: string): Promise<string> {
  // Without waiting for whoever might write to a pipe.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY).catch(
    (error: unknown) => {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      throw new DispatchError('unavailable', `the secret ${name} cannot be read: ${path} cannot be opened (${code})`, {
        hint: 'make the file, readable by you alone, or change [secrets] in config.toml',
      });
    },
  );
  try {
    return await contentOf(name, path, file);
  } finally {
    await file.close();
  }
}

async function contentOf(name: string, path: string, file: FileHandle): Promise<string> {
  const { mode, size } = await file.stat().then((stats) => (stats.isFile() ? stats : { mode: -1, size: 0 }));
  if (mode === -1) throw unfit(name, `${path} is no regular file`, 'name a file');
  if ((mode & 0o077) !== 0 && process.platform !== 'win32') {
    throw unfit(name, `others may read or change ${path}`, `chmod 600 ${path}`);
  }
  // One more than may be: a file may grow after it was looked at.
  const bytes = Buffer.alloc(MOST_SECRET_BYTES + 1);
  let length = 0;
  while (size <= MOST_SECRET_BYTES && length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  try {
    if (size > MOST_SECRET_BYTES || length > MOST_SECRET_BYTES) throw tooLong(name);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
      .decode(bytes.subarray(0, length))
      .replace(/\r?\n$/, '');
  } catch (error) {
    if (error instanceof DispatchError) throw error;
    throw unfit(name, `${path} holds something other than UTF-8 text`, 'keep binary secrets in base64');
  } finally {
    bytes.fill(0);
  }
}

function usable(name: string, value: string): string {
  if (Buffer.byteLength(value) > MOST_SECRET_BYTES) throw tooLong(name);
  if (value === '') throw unfit(name, 'it is empty', 'write it, or take it out of [secrets] in config.toml');
  if (value.includes('\0')) throw unfit(name, 'it holds a NUL, which no variable can', 'keep binary secrets in base64');
  return value;
}

function unfit(name: string, why: string, hint: string): DispatchError {
  return new DispatchError('config', `the secret ${name} cannot be used: ${why}`, { hint });
}

function tooLong(name: string): DispatchError {
  return new DispatchError('too-large', `the secret ${name} has more than ${MOST_SECRET_BYTES / 1024} KiB`, {
    hint: 'give runs the path of its file instead',
  });
}
