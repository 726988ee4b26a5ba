// What an engine is given that is paired with no other device, and an owner whose settings are kept in memory.
import type { AccessLevel } from '../../src/core/access.ts';
import type { Permissions } from '../../src/core/devices.ts';
import { DispatchError } from '../../src/core/errors.ts';
import { BUILT_IN_RULES } from '../../src/core/policy/builtin.ts';
import type { Rule } from '../../src/core/policy/rules.ts';
import { EMBEDDED_SUMMARY } from '../../src/core/routing/context.ts';
import type { Connectors, OwnerSettings } from '../../src/engine/owner-ports.ts';
import type { Ceremonies, Grants, Network, PairingStore } from '../../src/engine/peer-ports.ts';

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
  onProgress: () => unsubscribe,
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
  revoked: () => [],
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

/** A device whose owner configured no connector. */
export const NO_CONNECTORS: Connectors = {
  routing: () => ({ connectors: [EMBEDDED_SUMMARY] }),
  list: async () => [],
  onChange: () => unsubscribe,
  keys: async () => [],
  show: (name) => {
    throw new DispatchError('not-found', `there is no connector "${name}"`);
  },
  test: async (name) => {
    throw new DispatchError('not-found', `there is no connector "${name}"`);
  },
  keepKey: async () => alone(),
  forgetKey: async () => false,
};

export interface OwnerOptions {
  readonly permissions?: Partial<Permissions>;
  /** Absolute, links resolved; everything if absent. */
  readonly folders?: readonly string[];
  readonly maxAccess?: AccessLevel;
  readonly rules?: readonly Rule[];
  /** A function may give another number later. */
  readonly approvers?: number | (() => number);
  /** As where the file cannot be written. */
  readonly refusesRules?: boolean;
}

export function createOwner(first: string, given: OwnerOptions = {}): OwnerSettings {
  let folders = given.folders ?? ['/'];
  let maxAccess = given.maxAccess ?? 'full-access';
  let own = given.rules ?? [];
  let name = first;
  let permissions: Permissions = {
    shell: true,
    local_files: true,
    browser_automation: false,
    desktop_automation: false,
    ...given.permissions,
  };
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  return {
    name: () => name,
    permissions: () => permissions,
    reachableFolders: () => folders,
    maxAccess: () => maxAccess,
    rules: () => [...BUILT_IN_RULES, ...own],
    fullAccessApprovers: () => (typeof given.approvers === 'function' ? given.approvers() : (given.approvers ?? 1)),
    async rename(next) {
      name = next;
      tell();
    },
    async setPermissions(change) {
      permissions = { ...permissions, ...change.permissions };
      const { addFolders = [], removeFolders = [] } = change;
      folders = (change.reachableFolders ?? [...folders, ...addFolders]).filter(
        (folder) => !removeFolders.includes(folder),
      );
      maxAccess = change.maxAccess ?? maxAccess;
      tell();
    },
    async addRule(rule) {
      if (given.refusesRules === true)
        throw new DispatchError('storage', 'the rule cannot be written', { hint: 'free some space' });
      const added: Rule = { ...rule, source: 'config' };
      own = [...own, added];
      tell();
      return added;
    },
    async removeRule(unwanted) {
      const rule = own.find((known) => known.name === unwanted);
      if (rule === undefined) throw new DispatchError('not-found', `there is no rule called "${unwanted}"`);
      own = own.filter((known) => known !== rule);
      tell();
      return rule;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
