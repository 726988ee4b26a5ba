/** A real engine on real adapters in a folder of its own, for tests of what the parts do together. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ruleToToml } from '../../src/config/edit-rules.ts';
import type { Permissions } from '../../src/core/devices.ts';
import { DispatchError } from '../../src/core/errors.ts';
import type { DeviceId } from '../../src/core/ids.ts';
import type { Run, RunStatus } from '../../src/core/runs.ts';
import type { EngineDeps, EngineSettings } from '../../src/engine/context.ts';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import type { Executor } from '../../src/engine/executor-ports.ts';
import type { Connectors } from '../../src/engine/owner-ports.ts';
import type { Grants, Network, PairingStore } from '../../src/engine/peer-ports.ts';
import type { BlobStore, Clock, Prober, Secrets, ThreadStore } from '../../src/engine/ports.ts';
import { createSecretFinder } from '../../src/peer/secrets/finder.ts';
import { systemClock, systemIds } from '../../src/peer/system.ts';
import type { Change, SubmitParams } from '../../src/protocol/api.ts';
import { createShellExecutor, type ShellExecutorOptions } from '../../src/routes/desktop/shell-executor.ts';
import { createBlobStore } from '../../src/store/blobs.ts';
import { openThreadStore } from '../../src/store/log/thread-store.ts';
import { createMimeSniffer } from '../../src/store/mime-sniffer.ts';
import { createOutputStore } from '../../src/store/output/output-store.ts';
import { listRunFiles } from '../../src/store/run-files.ts';
import { createRunVault } from '../../src/store/vault.ts';
import { createWorkspaces } from '../../src/store/workspaces.ts';
import {
  createOwner,
  LONELY,
  NO_CEREMONIES,
  NO_CONNECTORS,
  NO_GRANTS,
  NO_PAIRINGS,
  type OwnerOptions,
} from './lonely.ts';
import { createProber } from './prober.ts';
import { createTestSigner } from './signer.ts';

export const DEVICE = '12D3KooWEngineUnderTest' as DeviceId;

export interface EngineOptions {
  readonly home?: string;
  readonly slots?: number;
  readonly shell?: string;
  /** The environment of the peer. */
  readonly baseEnv?: NodeJS.ProcessEnv;
  /** False: the test starts it. */
  readonly start?: boolean;
  readonly permissions?: Partial<Permissions>;
  /** What else the owner of the device has set. */
  readonly owner?: Omit<OwnerOptions, 'permissions'>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** How shell commands are kept in bounds; by nothing if absent. */
  readonly sandbox?: Partial<ShellExecutorOptions>;
  readonly settings?: Partial<EngineSettings>;
  readonly device?: DeviceId;
  readonly name?: string;
  /** The device is paired with none if absent. */
  readonly network?: Network;
  readonly grants?: Grants;
  readonly pairings?: PairingStore;
  readonly connectors?: Connectors;
  /** Besides the shell. */
  readonly executors?: readonly Executor[];
  /** What the device can do; a shell alone if absent. */
  readonly prober?: Prober;
  /** The time as the engine and the log tell it; that of the machine if absent. */
  readonly clock?: Clock;
  /** What the engine has in the place of the blobs of its folder. */
  readonly blobs?: (blobs: BlobStore) => BlobStore;
  /** Where the blob lies, if absent. */
  readonly downloadUrl?: EngineDeps['downloadUrl'];
}

export interface TestEngine {
  readonly home: string;
  readonly engine: Engine;
  readonly store: ThreadStore;
  readonly changes: Change[];
  readonly faults: string[];
  submit(
    command: string,
    more?: Partial<SubmitParams> & { tty?: { cols: number; rows: number }; env?: Record<string, string> },
  ): Promise<Run>;
  /** The run once it has one of the statuses; fails after 10 s. */
  until(id: string, ...statuses: RunStatus[]): Promise<Run>;
  done(id: string): Promise<Run>;
  /** All the output of a run, read through the API. */
  output(id: string): Promise<string>;
  /** Types of the events of a run, in order. */
  story(id: string): string[];
  close(): Promise<void>;
  /** Lets go of the database as a killed peer would, with whatever runs still running. */
  abandon(): Promise<void>;
  dispose(): Promise<void>;
}

const WAIT_MS = 10_000;

export async function startEngine(options: EngineOptions = {}): Promise<TestEngine> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'dispatch-engine-')));
  const device = options.device ?? DEVICE;
  const clock = options.clock ?? systemClock;
  const store = await openThreadStore({ location: join(home, 'thread'), device, now: clock.now });
  const kept = createBlobStore(join(home, 'blobs'));
  const blobs = options.blobs?.(kept) ?? kept;
  const runs = join(home, 'runs');
  const faults: string[] = [];
  const owner = createOwner(options.name ?? 'here', {
    ...options.owner,
    ...(options.permissions === undefined ? {} : { permissions: options.permissions }),
  });
  const secrets: Secrets = {
    names: () => Object.keys(options.secrets ?? {}),
    read: async (names) =>
      Object.fromEntries(
        names.map((name) => {
          const value = options.secrets?.[name];
          if (value === undefined) throw new DispatchError('not-found', `there is no secret ${name}`);
          return [name, value];
        }),
      ),
  };
  const engine = createEngine({
    store,
    blobs,
    outputs: createOutputStore(runs),
    vault: createRunVault(runs),
    workspaces: createWorkspaces(runs),
    sniffer: createMimeSniffer(),
    executors: [
      ...(options.executors ?? []),
      createShellExecutor({
        device,
        home,
        slots: options.slots ?? 4,
        stopGraceMs: 1_000,
        sha256: systemIds.sha256,
        secrets,
        folders: () => owner.reachableFolders(),
        ...options.sandbox,
        ...(options.shell === undefined ? {} : { shell: options.shell }),
        ...(options.baseEnv === undefined ? {} : { baseEnv: options.baseEnv }),
      }),
    ],
    clock,
    ids: systemIds,
    identity: {
      device,
      platform: process.platform,
      version: '0.0.0',
    },
    prober: options.prober ?? createProber(),
    owner,
    connectors: options.connectors ?? NO_CONNECTORS,
    signer: createTestSigner(device),
    secrets,
    finder: createSecretFinder(),
    ruleText: ruleToToml,
    network: options.network ?? LONELY,
    grants: options.grants ?? NO_GRANTS,
    pairings: options.pairings ?? NO_PAIRINGS,
    ceremonies: NO_CEREMONIES,
    settings: {
      approvalTtlMs: 60_000,
      outputCapBytes: 8 * 2 ** 20,
      maxArtifacts: 100,
      maxArtifactBytes: 2 ** 30,
      ...options.settings,
    },
    downloadUrl: options.downloadUrl ?? (({ sha256 }) => pathToFileURL(blobs.path(sha256)).href),
    leftovers: () => listRunFiles(runs),
    doctor: async () => [],
    onFault: (what, error) => faults.push(`${what}: ${String(error)}`),
  });
  const changes: Change[] = [];
  const following = new AbortController();
  await engine.api.follow(store.cursor(), (change) => changes.push(change), following.signal);
  if (options.start !== false) await engine.start();

  const get = async (id: string): Promise<Run> => (await engine.api['run.get']({ run: id })).run;
  const until = async (id: string, ...statuses: RunStatus[]): Promise<Run> => {
    const deadline = AbortSignal.timeout(WAIT_MS);
    return new Promise((resolve, reject) => {
      const stopping = new AbortController();
      const check = (run: Run): void => {
        if (!statuses.includes(run.status)) return;
        stopping.abort();
        resolve(run);
      };
      deadline.addEventListener('abort', () => {
        stopping.abort();
        get(id).then(
          (run) => reject(new Error(`run ${id} is ${JSON.stringify(run)}, not ${statuses.join(' or ')}`)),
          reject,
        );
      });
      engine.api
        .follow(store.cursor(), (change) => change.run?.id === id && check(change.run), stopping.signal)
        .then(() => get(id))
        .then(check, (error: unknown) => {
          // A run of another device may not have come here yet.
          if (!(error instanceof DispatchError && error.code === 'not-found')) reject(error);
        });
    });
  };
  const close = async (): Promise<void> => {
    following.abort();
    await engine.close();
    await store.close();
  };
  return {
    home,
    engine,
    store,
    changes,
    faults,
    async submit(command, { tty, env, ...more } = {}) {
      const action = {
        kind: 'shell',
        command,
        access: 'workspace-write',
        cwd: home,
        ...(tty ? { tty } : {}),
        ...(env ? { env } : {}),
      } as const;
      return (await engine.api.submit({ id: systemIds.next(), task: `!${command}`, action, ...more })).run;
    },
    until,
    done: (id) => until(id, 'completed', 'failed', 'cancelled'),
    async output(id) {
      const { chunks } = await engine.api.output({ run: id, offset: 0 }, AbortSignal.timeout(WAIT_MS));
      const parts: Uint8Array[] = [];
      for await (const { bytes } of chunks) parts.push(Buffer.from(bytes));
      return Buffer.concat(parts).toString('utf8');
    },
    story: (id) => changes.filter(({ event }) => event.stream === id).map(({ event }) => event.type),
    close,
    async abandon() {
      following.abort();
      await store.close();
    },
    async dispose() {
      await close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
