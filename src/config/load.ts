/** Reads config.toml: whole and valid, or an error that names file, line, key and what was expected. */

import { readFileSync, statSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import type * as z from 'zod';
import { closest } from '../core/closest.ts';
import { DispatchError } from '../core/errors.ts';
import { connectorSchema } from './connector-schema.ts';
import { connectorsOf } from './connectors.ts';
import { locateKey } from './locate.ts';
import { type Config, configSchema } from './schema.ts';

export interface LoadedConfig {
  readonly config: Config;
  readonly file: string;
  /** False if there is no file, so that everything is at its default. */
  readonly exists: boolean;
}

export function loadConfig(file: string): LoadedConfig {
  const text = readText(file);
  if (text !== undefined) refuseForeign(file);
  return { config: parseConfig(text ?? '', file), file, exists: text !== undefined };
}

export function parseConfig(text: string, file: string): Config {
  const result = configSchema.safeParse(parseToml(text, file));
  if (result.success) return result.data;
  throw describeIssue(result.error.issues[0] as z.core.$ZodIssue, text, file);
}

/** Compiles what the connectors are made of; loads what does so only if there are any. Throws as loadConfig does. */
export async function checkConnectors({ config, file }: LoadedConfig): Promise<void> {
  const connectors = connectorsOf(config);
  if (connectors.length === 0) return;
  const { findBroken } = await import('./check-connectors.ts');
  const [broken] = await findBroken(connectors);
  if (broken === undefined) return;
  const path = ['connectors', broken.connector, ...broken.key];
  throw new DispatchError('config', `${place(readText(file) ?? '', file, path)}: ${path.join('.')}: ${broken.why}`, {
    hint: 'mend the template or the expression; docs/CONNECTORS.md describes them',
  });
}

/** Whoever can write the file can name the program that runs commands. */
function refuseForeign(file: string): void {
  if (process.getuid === undefined) return;
  const { uid, mode } = statSync(file);
  const trusted = uid === process.getuid() || uid === 0;
  if (trusted && (mode & 0o022) === 0) return;
  throw new DispatchError('config', `${file} can be written by others`, { hint: `chmod go-w ${file}` });
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new DispatchError('config', `cannot read ${file}: ${(error as Error).message}`, {
      cause: error,
      hint: 'check its permissions',
    });
  }
}

function parseToml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '');
    throw new DispatchError('config', `${file}:${error.line}:${error.column}: not valid TOML: ${reason}`, {
      cause: error,
      hint: 'mend the line',
    });
  }
}

function describeIssue(issue: z.core.$ZodIssue, text: string, file: string): DispatchError {
  const unknownKey = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = [...issue.path.map(String), ...(unknownKey === undefined ? [] : [unknownKey])];
  const where = place(text, file, path);
  const key = path.join('.');
  if (unknownKey === undefined)
    return new DispatchError('config', `${where}: ${key}: ${issue.message}`, {
      hint: 'mend the value; docs/CONFIG.md lists all keys',
    });
  const close = closest(unknownKey, knownKeys(issue.path.map(String)));
  const hint = close === undefined ? 'docs/CONFIG.md lists all keys' : `did you mean "${close}"?`;
  return new DispatchError('config', `${where}: ${key}: there is no such key`, { hint });
}

/** `FILE:LINE` of a key. */
export const placeOf = (file: string, path: readonly string[]): string => place(readText(file) ?? '', file, path);

function place(text: string, file: string, path: readonly string[]): string {
  const line = locateKey(text, path);
  return line === undefined ? file : `${file}:${line}`;
}

/** The keys that may stand in a table of the schema. */
function knownKeys(path: readonly string[]): string[] {
  const ofConnector = path[0] === 'connectors';
  let schema: unknown = ofConnector ? connectorSchema() : configSchema;
  for (const part of ofConnector ? path.slice(2) : path) {
    const { shape, element } = (unwrap(schema) ?? {}) as { shape?: Record<string, unknown>; element?: unknown };
    schema = unwrap(element ?? shape?.[part]);
  }
  return Object.keys((unwrap(schema) as { shape?: Record<string, unknown> } | undefined)?.shape ?? {});
}

function unwrap(schema: unknown): unknown {
  let inner = schema;
  while (inner !== null && typeof inner === 'object' && 'unwrap' in inner && typeof inner.unwrap === 'function')
    inner = inner.unwrap();
  return inner;
}
