/** What the owner of this device says of it: in config.toml, where a person can read it, and obeyed as soon as it is there. */

import { type ConfigEdit, setConfigValues } from '../config/edit.ts';
import type { Config } from '../config/schema.ts';
import type { Permissions } from '../core/devices.ts';
import { DispatchError } from '../core/errors.ts';
import type { OwnerSettings } from '../engine/ports.ts';

export function createOwner(options: {
  configFile: string;
  config: Config;
  /** Given when the peer was started; nothing in the file goes before it. */
  fixedName: string | undefined;
  /** Where nothing names it. */
  fallbackName: string;
}): OwnerSettings {
  let { permissions } = options.config;
  let name = options.fixedName ?? options.config.device.name ?? options.fallbackName;
  const listeners = new Set<() => void>();
  const keep = (edits: readonly ConfigEdit[]): Config => {
    const config = setConfigValues(options.configFile, edits);
    permissions = config.permissions;
    return config;
  };
  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  return {
    name: () => name,
    permissions: () => permissions,
    async rename(next) {
      if (options.fixedName !== undefined) {
        throw new DispatchError('conflict', `this peer was started with --name ${options.fixedName}`, {
          hint: 'start it without --name, then rename it',
        });
      }
      keep([{ table: 'device', key: 'name', value: next }]);
      name = next;
      tell();
    },
    async setPermissions(change: Partial<Permissions>) {
      const edits = Object.entries(change).map(([key, value]) => ({ table: 'permissions', key, value }));
      if (edits.length > 0) keep(edits);
      tell();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
