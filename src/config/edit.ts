/**
 * Sets keys in config.toml as a careful person would: comments, order and everything else stay as they are. The result is read
 * again before it is written, and refused if anything but the keys would change; the file is replaced whole or not at all.
 */

import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { parse, stringify } from 'smol-toml';
import { DispatchError } from '../core/errors.ts';
import { loadConfig, parseConfig } from './load.ts';
import { replaceFile } from './replace-file.ts';
import type { Config } from './schema.ts';
import { findStatements, type Statement } from './statements.ts';

/** `[table]` and `key` of the schema, and what it is to be. */
export interface ConfigEdit {
  readonly table: string;
  readonly key: string;
  readonly value: string | boolean | number | readonly string[];
}

/** Gives what holds afterwards. Throws `config` and leaves the file alone if the file or the outcome is not valid. */
export function setConfigValues(file: string, edits: readonly ConfigEdit[]): Config {
  const { exists } = loadConfig(file); // refuses a broken one, and one that others can write
  const before = exists ? readFileSync(file, 'utf8') : '';
  const after = edits.reduce(setValue, before);
  refuseOtherChanges(file, before, after, edits);
  const config = parseConfig(after, file);
  if (after !== before) replaceFile(file, after);
  return config;
}

/** The text with one key set. */
function setValue(text: string, { table, key, value }: ConfigEdit): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const assignment = `${key} = ${toToml(value)}`;
  const statements = findStatements(text);
  const values = statements.filter((statement) => statement.kind === 'value');
  const same = values.find(({ path }) => path.length === 2 && path[0] === table && path[1] === key);
  if (same !== undefined) return replace(text, same.valueStart, same.valueEnd, toToml(value));

  const inline = values.find(({ path }) => path.length === 1 && path[0] === table);
  // Over several lines it may hold comments: then what follows clashes with it, and is refused.
  if (inline !== undefined && !text.slice(inline.valueStart, inline.valueEnd).includes('\n')) {
    const whole = parse(`it = ${text.slice(inline.valueStart, inline.valueEnd)}`).it as object;
    return replace(text, inline.valueStart, inline.valueEnd, toInlineTable({ ...whole, [key]: value }));
  }
  const dotted = values.findLast(({ path, inTable }) => inTable === 0 && path.length > 1 && path[0] === table);
  if (dotted !== undefined) return replace(text, dotted.end, dotted.end, `${newline}${table}.${assignment}`);

  const last = lastOfTable(statements, table);
  if (last !== undefined) return replace(text, last.end, last.end, `${newline}${assignment}`);

  const gap = text === '' ? '' : `${text.endsWith('\n') ? '' : newline}${newline}`;
  return `${text}${gap}[${table}]${newline}${assignment}${newline}`;
}

/** The last statement of the section of a table, which may be its header. */
function lastOfTable(statements: readonly Statement[], table: string): Statement | undefined {
  const header = statements.findIndex(({ kind, path }) => kind === 'table' && path.length === 1 && path[0] === table);
  if (header === -1) return undefined;
  const next = statements.findIndex(({ kind }, index) => index > header && kind !== 'value');
  return statements[(next === -1 ? statements.length : next) - 1];
}

function replace(text: string, start: number, end: number, by: string): string {
  return text.slice(0, start) + by + text.slice(end);
}

function toToml(value: unknown): string {
  return stringify({ value }).slice('value = '.length).trimEnd();
}

function toInlineTable(table: object): string {
  const pairs = Object.entries(table).map(([key, value]) => stringify({ [key]: value }).trimEnd());
  return `{ ${pairs.join(', ')} }`;
}

function refuseOtherChanges(file: string, before: string, after: string, edits: readonly ConfigEdit[]): void {
  const wanted = parse(before) as Record<string, Record<string, unknown>>;
  for (const { table, key, value } of edits) {
    wanted[table] ??= {};
    (wanted[table] as Record<string, unknown>)[key] = value;
  }
  if (isDeepStrictEqual(plain(readBack(after)), plain(wanted))) return;
  const [{ table, key } = { table: '', key: '' }] = edits;
  throw new DispatchError('config', `${table}.${key} cannot be set in ${file} without changing something else in it`, {
    hint: 'edit the file by hand; "dispatch config check" checks it',
  });
}

function readBack(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** Tables of the parser have no prototype, which is no difference. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
