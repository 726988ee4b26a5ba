/** What the parts of the engine share: the ports they use and the settings they obey. */

import type { Action } from '../core/actions.ts';
import type { Artifact } from '../core/artifacts.ts';
import type { RunId } from '../core/ids.ts';
import type { RuleBody } from '../core/policy/rules.ts';
import type { DoctorCheck } from '../protocol/api.ts';
import type { Executor } from './executor-ports.ts';
import type { Connectors, OwnerSettings } from './owner-ports.ts';
import type { Ceremonies, Grants, Network, PairingStore } from './peer-ports.ts';
import type {
  BlobStore,
  Clock,
  Identity,
  Ids,
  MimeSniffer,
  OutputStore,
  Prober,
  RunVault,
  SecretFinder,
  Secrets,
  Signer,
  ThreadStore,
  Workspaces,
} from './ports.ts';

export interface EngineSettings {
  /** How long an approval stays open, in milliseconds. */
  readonly approvalTtlMs: number;
  /** How much output of a run is kept, in bytes. */
  readonly outputCapBytes: number;
  /** How many files, and how many bytes of them in all, one run may leave as artifacts. */
  readonly maxArtifacts: number;
  readonly maxArtifactBytes: number;
  /** How long artifacts are kept, in milliseconds, and how many bytes of them altogether; for ever and any number if absent. */
  readonly keepArtifactsMs?: number;
  readonly artifactRoomBytes?: number;
  /** How long a command may run that nobody was asked about, and one in the sandbox, in milliseconds. */
  readonly unaskedTimeMs?: number;
  readonly sandboxTimeMs?: number;
}

export interface EngineDeps {
  readonly store: ThreadStore;
  readonly blobs: BlobStore;
  readonly outputs: OutputStore;
  readonly vault: RunVault;
  readonly workspaces: Workspaces;
  readonly sniffer: MimeSniffer;
  readonly executors: readonly Executor[];
  readonly clock: Clock;
  readonly ids: Ids;
  readonly identity: Identity;
  readonly prober: Prober;
  readonly owner: OwnerSettings;
  readonly connectors: Connectors;
  readonly signer: Signer;
  readonly secrets: Secrets;
  readonly finder: SecretFinder;
  /** A rule as it would stand in config.toml. */
  readonly ruleText: (rule: RuleBody) => string;
  /** The devices that this one is paired with. */
  readonly network: Network;
  readonly pairings: PairingStore;
  /** What paired devices may do here. */
  readonly grants: Grants;
  readonly ceremonies: Ceremonies;
  readonly settings: EngineSettings;
  /** Where programs on this machine can have the bytes of an artifact. */
  readonly downloadUrl: (artifact: Artifact) => string;
  /** Runs that have files in the folder of unfinished runs. */
  readonly leftovers: () => Promise<readonly RunId[]>;
  /** Checks that concern the machine and not the engine. */
  readonly doctor: () => Promise<DoctorCheck[]>;
  /** Something went wrong that nobody is waiting to hear of. */
  readonly onFault: (what: string, error: unknown) => void;
}

export function executorFor(deps: Pick<EngineDeps, 'executors'>, kind: Action['kind']): Executor {
  const executor = deps.executors.find((candidate) => candidate.kind === kind);
  if (executor === undefined) throw new Error(`no executor for ${kind}`);
  return executor;
}

/** The action as it is to be carried out: with its secrets, from the vault, if they were masked in the log. */
export async function rawAction(
  deps: EngineDeps,
  run: { id: RunId; action: Action; masked?: true },
): Promise<Action | undefined> {
  return run.masked === true ? deps.vault.open(run.id) : run.action;
}
