// What an engine is given that is paired with no other device, and an owner whose settings are kept in memory.
import type { Permissions } from '../../src/core/devices.ts';
import { DispatchError } from '../../src/core/errors.ts';
import type { Ceremonies, Grants, Network, PairingStore } from '../../src/engine/peer-ports.ts';
import type { OwnerSettings } from '../../src/engine/ports.ts';

const unsubscribe = (): void => {};
const alone = (): never => {
  throw new DispatchError('unavailable', 'this engine has no network', { hint: 'give the test one' });
};

export const LONELY: Network = {
  devices: () => [],
  onDevices: () => unsubscribe,
  link: () => undefined,
  onLink: () => unsubscribe,
  onRevoked: () => unsubscribe,
  expel: async () => {},
};

export const NO_GRANTS: Grants = { of: () => [], onChange: () => unsubscribe };

export const NO_PAIRINGS: PairingStore = {
  all: () => [],
  get: () => undefined,
  put: async () => alone(),
  update: async () => alone(),
  revoke: async () => alone(),
  isRevoked: () => false,
  onChange: () => unsubscribe,
};

export const NO_CEREMONIES: Ceremonies = {
  open: async () => alone(),
  close: async () => false,
  join: async () => alone(),
  confirm: async () => alone(),
  lan: () => [],
  onEvent: () => unsubscribe,
};

export function createOwner(first: string, given: Partial<Permissions> = {}): OwnerSettings {
  let name = first;
  let permissions: Permissions = {
    shell: true,
    local_files: true,
    browser_automation: false,
    desktop_automation: false,
    ...given,
  };
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  return {
    name: () => name,
    permissions: () => permissions,
    async rename(next) {
      name = next;
      tell();
    },
    async setPermissions(change) {
      permissions = { ...permissions, ...change };
      tell();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
