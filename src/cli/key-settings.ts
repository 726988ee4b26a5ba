/** `[keys]` of config.toml: read into one list of keys for each binding, and refused as other parts of the file are, with file and line. */

import { placeOf } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { DispatchError } from '../core/errors.ts';
import { KEYMAP } from '../tui/keys/keymap.ts';
import { rebind, type WantedKeys } from '../tui/keys/rebind.ts';

export function readKeySettings({ keys }: Config, file: string): WantedKeys {
  const wanted: Record<string, readonly string[]> = {};
  const add = (id: string, written: string | string[]): void => {
    wanted[id] = typeof written === 'string' ? [written] : written;
  };
  for (const [name, value] of Object.entries(keys)) {
    if (typeof value === 'string' || Array.isArray(value)) add(name, value);
    else for (const [rest, written] of Object.entries(value)) add(`${name}.${rest}`, written);
  }
  const made = rebind(KEYMAP, wanted);
  if (made.ok) return wanted;
  const { id, refusal } = made.bad;
  throw new DispatchError('config', `${placeOf(file, ['keys', ...id.split('.')])}: keys: ${refusal.reason}`, {
    hint: refusal.hint ?? 'docs/KEYS.md has the names and the keys',
  });
}
