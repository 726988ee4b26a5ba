/** What the owner of this device says of it: in config.toml, where a person can read it, and obeyed as soon as it is there. */

import { type ConfigEdit, setConfigValues } from '../config/edit.ts';
import { addRule, removeRule } from '../config/edit-rules.ts';
import { loadConfig } from '../config/load.ts';
import { ruleOf } from '../config/rules.ts';
import type { Config } from '../config/schema.ts';
import { DispatchError } from '../core/errors.ts';
import { BUILT_IN_RULES } from '../core/policy/builtin.ts';
import type { Rule } from '../core/policy/rules.ts';
import type { OwnerSettings, PermissionsChange } from '../engine/owner-ports.ts';
import { expandHome, resolveFolders } from './reachable-folders.ts';
import { checkRules } from './rule-examples.ts';

export function createOwner(options: {
  configFile: string;
  config: Config;
  /** The home folder, which `~` stands for. */
  home: string;
  /** Given when the peer was started; nothing in the file goes before it. */
  fixedName: string | undefined;
  /** Where nothing names it. */
  fallbackName: string;
}): OwnerSettings {
  const { configFile, home } = options;
  /** Rules that somebody wrote into the file meanwhile come into force with the next change: not without a look at them. */
  const checkFile = (): void => checkOwnersRules(loadConfig(configFile).config);
  let held = hold(options.config, home);
  let name = options.fixedName ?? options.config.device.name ?? options.fallbackName;
  const listeners = new Set<() => void>();
  const keep = (config: Config): void => {
    held = hold(config, home);
    for (const listener of [...listeners]) listener();
  };
  return {
    name: () => name,
    permissions: () => held.permissions,
    reachableFolders: () => resolveFolders(held.folders, home),
    maxAccess: () => held.maxAccess,
    rules: () => held.rules,
    fullAccessApprovers: () => held.approvers,
    async rename(next) {
      if (options.fixedName !== undefined) {
        throw new DispatchError('conflict', `this peer was started with --name ${options.fixedName}`, {
          hint: 'start it without --name, then rename it',
        });
      }
      checkFile();
      const config = setConfigValues(configFile, [{ table: 'device', key: 'name', value: next }]);
      name = next;
      keep(config);
    },
    async setPermissions(change) {
      const folders = foldersAfter(change, held.folders, home);
      for (const folder of folders ?? []) refuseUnusable(folder, home, held.folders);
      checkFile();
      const edits = editsOf(change, folders);
      if (edits.length > 0) keep(setConfigValues(configFile, edits));
    },
    async addRule(rule) {
      if (held.rules.some((known) => known.name === rule.name)) {
        throw new DispatchError('conflict', `there is a rule called "${rule.name}" already`, {
          hint: 'give it another name, or remove that one first',
        });
      }
      checkFile();
      checkRules([rule], { taken: [], inFile: false });
      keep(addRule(configFile, rule));
      return atHome({ ...rule, source: 'config' }, home);
    },
    async removeRule(unwanted) {
      const rule = held.rules.find((known) => known.name === unwanted);
      if (rule === undefined) {
        throw new DispatchError('not-found', `there is no rule called "${unwanted}"`, {
          hint: 'list them with "dispatch policy list"',
        });
      }
      if (rule.source === 'built-in') {
        throw new DispatchError('refused', `the rule "${unwanted}" is built in and cannot be removed`, {
          hint: 'add a stricter one: of several that match, the strictest decides',
        });
      }
      checkFile();
      keep(removeRule(configFile, unwanted));
      return rule;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** What of a config is obeyed without a new start. */
function hold(
  { permissions: section, rules, approvals }: Config,
  home: string,
): {
  readonly permissions: ReturnType<OwnerSettings['permissions']>;
  readonly folders: readonly string[];
  readonly maxAccess: ReturnType<OwnerSettings['maxAccess']>;
  readonly rules: readonly Rule[];
  readonly approvers: number;
} {
  const { max_access, reachable_folders, ...permissions } = section;
  const own = rules.map((table) => atHome({ ...ruleOf(table), source: 'config' }, home));
  return {
    permissions,
    folders: reachable_folders,
    maxAccess: max_access,
    rules: [...BUILT_IN_RULES, ...own],
    approvers: approvals.full_access_approvers,
  };
}

/** With whole paths: rules are held against where paths really lead. */
function atHome(rule: Rule, home: string): Rule {
  return rule.paths === undefined ? rule : { ...rule, paths: rule.paths.map((path) => expandHome(path, home)) };
}

/** As they are to stand in the file; undefined if they stay. A folder is taken away however it is written. */
function foldersAfter(
  { reachableFolders, addFolders = [], removeFolders = [] }: PermissionsChange,
  written: readonly string[],
  home: string,
): readonly string[] | undefined {
  if (reachableFolders !== undefined) return reachableFolders;
  if (addFolders.length === 0 && removeFolders.length === 0) return undefined;
  const same = (one: string, other: string): boolean =>
    expandHome(one, home) === expandHome(other, home) || resolveFolders([one], home)[0] === expandHome(other, home);
  for (const folder of removeFolders) {
    if (written.some((known) => same(known, folder))) continue;
    throw new DispatchError('not-found', `${folder} is none of the reachable folders`, {
      hint: `they are ${written.join(', ') || 'none'}`,
    });
  }
  const left = written.filter((known) => !removeFolders.some((folder) => same(known, folder)));
  return [...left, ...addFolders.filter((folder) => !left.some((known) => same(known, folder)))];
}

function editsOf(
  { permissions = {}, maxAccess }: PermissionsChange,
  reachableFolders: readonly string[] | undefined,
): ConfigEdit[] {
  const edits: ConfigEdit[] = Object.entries(permissions).map(([key, value]) => ({ table: 'permissions', key, value }));
  if (maxAccess !== undefined) edits.push({ table: 'permissions', key: 'max_access', value: maxAccess });
  if (reachableFolders !== undefined) {
    edits.push({ table: 'permissions', key: 'reachable_folders', value: [...new Set(reachableFolders)] });
  }
  return edits;
}

/** One that is there already may stay, whatever became of it. */
function refuseUnusable(folder: string, home: string, before: readonly string[]): void {
  if (before.includes(folder)) return;
  const [real] = resolveFolders([folder], home);
  const shown = expandHome(folder, home);
  if (real === undefined) {
    throw new DispatchError('invalid', `${shown} is no folder here`, { hint: 'make it first, or name another one' });
  }
  if (real === '/') {
    throw new DispatchError('invalid', 'the whole disk cannot be a reachable folder', {
      hint: 'name the folders that runs need; full access reaches everything, and asks',
    });
  }
}

/** Throws `config` where a rule of the file contradicts its own examples. */
export function checkOwnersRules({ rules }: Config): void {
  checkRules(rules.map(ruleOf), { taken: BUILT_IN_RULES.map(({ name }) => name), inFile: true });
}
