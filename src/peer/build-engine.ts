/** Makes the engine of this device of its adapters. What each of them is, and nothing of when they start and end. */

import { ruleToToml } from '../config/edit-rules.ts';
import { homeFolder, type Paths } from '../config/paths.ts';
import type { Config } from '../config/schema.ts';
import type { DeviceId } from '../core/ids.ts';
import { createEngine, type Engine } from '../engine/engine.ts';
import type { Executor } from '../engine/executor-ports.ts';
import type { OwnerSettings } from '../engine/owner-ports.ts';
import type { Ceremonies, Network, PairingStore } from '../engine/peer-ports.ts';
import type { BlobStore, OutputStore, Prober, SecretFinder, ThreadStore } from '../engine/ports.ts';
import { createCodeExecutor } from '../routes/cloud/code-executor.ts';
import { createKnowledgeExecutor } from '../routes/cloud/knowledge-executor.ts';
import { createFilesExecutor } from '../routes/desktop/local-files/files-executor.ts';
import type { Sandbox } from '../routes/desktop/sandbox/sandbox.ts';
import { createShellExecutor } from '../routes/desktop/shell-executor.ts';
import type { Shells } from '../routes/desktop/shells.ts';
import { createInlineExecutor } from '../routes/inline/executor.ts';
import { createMimeSniffer } from '../store/mime-sniffer.ts';
import { listRunFiles } from '../store/run-files.ts';
import { createRunVault } from '../store/vault.ts';
import { createWorkspaces } from '../store/workspaces.ts';
import { createCloudThread } from './cloud-thread.ts';
import type { PeerConnectors } from './connectors.ts';
import { checkMachine } from './doctor.ts';
import { grantsOf } from './grants.ts';
import type { PeerLog } from './log.ts';
import { createProposals } from './proposals.ts';
import type { OwnSecrets } from './secrets/own-secrets.ts';
import { createSigner } from './signatures.ts';
import { systemClock, systemIds } from './system.ts';
import { createThreadReader } from './thread-reader.ts';

export interface BuildOptions {
  readonly paths: Paths;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
  readonly config: Config;
  readonly configExists: boolean;
  readonly device: DeviceId;
  /** The content of the identity file. */
  readonly key: Uint8Array;
  readonly owner: OwnerSettings;
  readonly store: ThreadStore;
  readonly blobs: BlobStore;
  readonly outputs: OutputStore;
  readonly pairings: PairingStore;
  readonly network: Network;
  readonly ceremonies: Ceremonies;
  readonly shells: Shells;
  readonly sandbox: Sandbox;
  readonly secrets: OwnSecrets;
  readonly finder: SecretFinder;
  readonly prober: Prober;
  readonly connectors: PeerConnectors;
  /** The executors with processes of their own, which whoever starts the peer closes. */
  readonly browser: Executor;
  readonly desktop: Executor;
  /** Folders of Dispatch itself, and what else its owner wants hidden: absolute. */
  readonly own: readonly string[];
  readonly hide: readonly string[];
  readonly downloadUrl: Parameters<typeof createEngine>[0]['downloadUrl'];
  readonly log: PeerLog;
}

export function buildEngine(options: BuildOptions): Engine {
  const { paths, env, version, config, device, pairings, shells, log, sandbox, secrets, owner } = options;
  const { memory, processes } = config.sandbox;
  const home = homeFolder(env);
  const executors: Executor[] = [
    createShellExecutor({
      device,
      home,
      shells,
      slots: config.shell.slots,
      sha256: systemIds.sha256,
      baseEnv: env,
      withheld: keptVariables(config),
      secrets,
      sandbox,
      folders: () => owner.reachableFolders(),
      network: config.sandbox.network,
      limits: { processes, ...(memory === undefined ? {} : { memoryBytes: memory }) },
    }),
    createFilesExecutor({
      device,
      home,
      slots: config.files.slots,
      sha256: systemIds.sha256,
      folders: () => owner.reachableFolders(),
      own: options.own,
      hide: options.hide,
      sandbox,
      path: env.PATH ?? '',
      backupMaxBytes: config.files.backup,
      backups: {
        of: (run) => options.store.artifactsOf(run),
        isCutOff: async (id) => {
          const run = (await options.store.run(id))?.run;
          return run?.status === 'failed' && run.reason === 'interrupted';
        },
        path: (sha256) => options.blobs.path(sha256),
      },
    }),
    createKnowledgeExecutor({
      device,
      sha256: systemIds.sha256,
      slots: config.cloud.slots,
      book: options.connectors,
      thread: createCloudThread(() => engine.api),
      assistant: {
        proposals: createProposals(() => engine, options.finder),
        maxSteps: config.assistant.max_steps,
        ...(config.assistant.connector === undefined ? {} : { connector: config.assistant.connector }),
      },
    }),
    createCodeExecutor({ device, sha256: systemIds.sha256, slots: config.cloud.slots, book: options.connectors }),
    options.browser,
    options.desktop,
    createInlineExecutor({
      device,
      slots: config.inline.slots,
      reader: createThreadReader(() => engine.api),
      workerUrl: new URL(
        import.meta.url.endsWith('.ts') ? '../routes/inline/worker.ts' : './inline-worker.js',
        import.meta.url,
      ),
      sha256: systemIds.sha256,
    }),
  ];
  const engine = createEngine({
    store: options.store,
    blobs: options.blobs,
    outputs: options.outputs,
    vault: createRunVault(paths.runs),
    workspaces: createWorkspaces(paths.runs),
    sniffer: createMimeSniffer(),
    executors,
    clock: systemClock,
    ids: systemIds,
    identity: {
      device,
      platform: process.platform,
      version,
    },
    prober: options.prober,
    owner,
    connectors: options.connectors,
    signer: createSigner(options.key),
    secrets,
    finder: options.finder,
    ruleText: ruleToToml,
    network: options.network,
    pairings,
    grants: grantsOf(pairings),
    ceremonies: options.ceremonies,
    settings: {
      approvalTtlMs: config.approvals.expire,
      outputCapBytes: config.output.cap,
      maxArtifacts: config.artifacts.max_files,
      maxArtifactBytes: config.artifacts.max_bytes,
      artifactRoomBytes: config.artifacts.room,
      ...(config.artifacts.keep === 'forever' ? {} : { keepArtifactsMs: config.artifacts.keep }),
      unaskedTimeMs: config.sandbox.unasked_time,
      ...(config.sandbox.time === undefined ? {} : { sandboxTimeMs: config.sandbox.time }),
    },
    downloadUrl: options.downloadUrl,
    leftovers: () => listRunFiles(paths.runs),
    doctor: async () =>
      checkMachine({
        paths,
        shell: await shells.resolve(),
        sandbox: sandbox.report(),
        probes: options.prober.probes(),
        permissions: owner.permissions(),
        configExists: options.configExists,
        connectors: await options.connectors.list(),
      }),
    onFault: (what, error) => log.error(what, error),
  });
  return engine;
}

/** Variables of this peer that hold what no run may have: secrets, and the keys of connectors. */
function keptVariables({ secrets, connectors }: Config): readonly string[] {
  const sources = [...Object.values(secrets), ...Object.values(connectors).flatMap(({ auth }) => auth?.key ?? [])];
  return sources.flatMap((source) => ('env' in source ? [source.env] : []));
}
