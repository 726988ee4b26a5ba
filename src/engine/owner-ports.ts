/** What the engine needs of the owner of this device: their settings, which are obeyed at once. Adapters implement it. */

import type { AccessLevel } from '../core/access.ts';
import type { Connector, ConnectorSummary } from '../core/connectors.ts';
import type { Permissions } from '../core/devices.ts';
import type { Rule, RuleBody } from '../core/policy/rules.ts';
import type { RouteSources } from '../core/routing/context.ts';
import type { ConnectorStage } from '../protocol/connector-api.ts';

/** What the owner wants changed. */
export interface PermissionsChange {
  readonly permissions?: Partial<Permissions>;
  /** All of them, as people write them: `~` is the home folder. */
  readonly reachableFolders?: readonly string[];
  /** One more, or fewer, than there are. */
  readonly addFolders?: readonly string[];
  readonly removeFolders?: readonly string[];
  readonly maxAccess?: AccessLevel;
}

/** What the owner of this device says of it, kept where a person can read it. Changes are obeyed at once. */
export interface OwnerSettings {
  name(): string;
  permissions(): Permissions;
  /** The folders that runs may reach: absolute, links resolved, those that do not exist left out. */
  reachableFolders(): readonly string[];
  maxAccess(): AccessLevel;
  /** Built-in rules and those of the owner. */
  rules(): readonly Rule[];
  /** How many devices must say yes to `full-access`. */
  fullAccessApprovers(): number;
  /** Throws `conflict` where something else sets it (an option of the peer), `config` if it cannot be kept. */
  rename(name: string): Promise<void>;
  setPermissions(change: PermissionsChange): Promise<void>;
  /** Throws `invalid` where the rule contradicts its own examples, `conflict` where another one has its name. */
  addRule(rule: RuleBody): Promise<Rule>;
  /** Throws `not-found`, or `refused` for a built-in one. */
  removeRule(name: string): Promise<Rule>;
  onChange(listener: () => void): () => void;
}

/** The connectors that the owner configured, and the embedded one. */
export interface Connectors {
  /** What tasks are routed by: the connectors as they were when they were listed last, and what the owner set besides. */
  routing(): RouteSources;
  list(): Promise<readonly ConnectorSummary[]>;
  /** Calls back when what they are routed by is not as it was: a key has come. */
  onChange(listener: () => void): () => void;
  /** The keys themselves, as they are now: what comes from a connector may repeat its own. Never rejects. */
  keys(): Promise<readonly string[]>;
  /** Throws `not-found`. */
  show(name: string): Connector;
  /** Makes a real call, and never rejects for what it finds. Throws `not-found`. */
  test(name: string): Promise<readonly ConnectorStage[]>;
  /** Keeps a key where connectors find it by that name; says where, in words. */
  keepKey(name: string, key: string): Promise<string>;
  /** False if there was none. */
  forgetKey(name: string): Promise<boolean>;
}
