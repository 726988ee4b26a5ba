/** Presets of connectors: tables as a person would write them, in files beside this one. A table of config.toml goes on top of one. */

import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'smol-toml';

type Table = Readonly<Record<string, unknown>>;

/** presets/ beside the sources, and beside the bundles. */
const FOLDER = new URL('./presets/', import.meta.url);

const EXTENSION = '.toml';
/** One of them replaces another: they have no keys in common. */
const WHOLE = new Set(['key']);

export function presetNames(): string[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(EXTENSION));
  return files.map((name) => name.slice(0, -EXTENSION.length)).sort();
}

/** The table, or undefined if there is no such preset. */
export function readPreset(name: string): Table | undefined {
  if (!presetNames().includes(name)) return undefined;
  return parse(readFileSync(new URL(`${name}${EXTENSION}`, FOLDER), 'utf8'));
}

/** Tables become one; anything else of the upper replaces what is beneath it, and `false` takes a table or a list away. */
export function layTables(lower: Table, upper: Table): Record<string, unknown> {
  const result: Record<string, unknown> = { ...lower };
  for (const [key, value] of Object.entries(upper)) {
    const beneath = result[key];
    if (value === false && typeof beneath === 'object' && !WHOLE.has(key)) delete result[key];
    else result[key] = isTable(value) && isTable(beneath) && !WHOLE.has(key) ? layTables(beneath, value) : value;
  }
  return result;
}

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
