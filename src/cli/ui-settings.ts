/**
 * What config.toml says of the dashboard. Reading a configuration takes as long as all the rest of a start, and it seldom changes:
 * what was found valid once is kept, and taken for as long as neither the file nor this program is another one.
 */

import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Paths } from '../config/paths.ts';
import type { Config } from '../config/schema.ts';
import type { WantedKeys } from '../tui/keys/rebind.ts';

/** `keys`: absent where none is another than it comes with. */
type UiSettings = Config['ui'] & { readonly keys?: WantedKeys };

interface Kept {
  readonly of: string;
  readonly ui: UiSettings;
}

/** Throws as loadConfig does where the file is wrong. */
export async function readUiSettings(paths: Pick<Paths, 'configFile' | 'uiFile'>): Promise<UiSettings> {
  const of = stampOf(paths.configFile);
  // Most people have no config file, and then nothing that reads one is loaded.
  if (of === undefined) return { background: 'auto', theme: 'auto', mouse: true, ascii: false, bell: true };
  const kept = readKept(paths.uiFile);
  if (kept?.of === of) return kept.ui;
  const { loadConfig } = await import('../config/load.ts');
  const { config } = loadConfig(paths.configFile);
  const ui = { ...config.ui, ...(await keysOf(config, paths.configFile)) };
  keep(paths.uiFile, { of, ui });
  return ui;
}

async function keysOf(config: Config, file: string): Promise<Pick<UiSettings, 'keys'>> {
  if (Object.keys(config.keys).length === 0) return {};
  const { readKeySettings } = await import('./key-settings.ts');
  return { keys: readKeySettings(config, file) };
}

/** Another for every change of the file, its owner or who may write it included, and for every version of this program. */
function stampOf(file: string): string | undefined {
  const config = statSync(file, { throwIfNoEntry: false, bigint: true });
  if (config === undefined) return undefined;
  const program = statSync(fileURLToPath(import.meta.url), { bigint: true });
  return [config.dev, config.ino, config.size, config.mtimeNs, config.ctimeNs, program.ino, program.mtimeNs].join(' ');
}

function readKept(file: string): Kept | undefined {
  try {
    const { uid, mode } = statSync(file);
    if (uid !== process.getuid?.() || (mode & OTHERS_WRITE) !== 0) return undefined;
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Partial<Kept> | null;
    return typeof kept?.of === 'string' && isUi(kept.ui) ? { of: kept.of, ui: kept.ui } : undefined;
  } catch {
    return undefined;
  }
}

const OTHERS_WRITE = 0o022;

/** It was checked when it was written; this is for a file that somebody else has changed: then config.toml is read anew. */
function isUi(value: unknown): value is UiSettings {
  const { background, theme, mouse, ascii, bell, keys = {} } = (value ?? {}) as Record<string, unknown>;
  const areWords = [background, theme].every((word) => typeof word === 'string');
  const areSwitches = [mouse, ascii, bell].every((one) => typeof one === 'boolean');
  if (!areWords || !areSwitches || typeof keys !== 'object' || keys === null) return false;
  return Object.values(keys).every(
    (list: unknown) => Array.isArray(list) && list.every((word) => typeof word === 'string'),
  );
}

function keep(file: string, kept: Kept): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const part = `${file}.${process.pid}`;
    writeFileSync(part, JSON.stringify(kept), { mode: 0o600 });
    renameSync(part, file);
  } catch {
    // Then the next start takes as long as this one.
  }
}
