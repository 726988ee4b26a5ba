/**
 * The composition root: the one place that wires adapters into an engine. The lock of the database decides which of several
 * peers that start at once is the one.
 */

import { hostname } from 'node:os';
import { loadConfig } from '../config/load.ts';
import { makePrivateFolder } from '../config/make-folder.ts';
import { homeFolder, type Paths } from '../config/paths.ts';
import type { Config } from '../config/schema.ts';
import { createControlServer } from '../control/server/server.ts';
import { DispatchError } from '../core/errors.ts';
import type { DeviceId } from '../core/ids.ts';
import { createEngine, type Engine } from '../engine/engine.ts';
import type { Executor, ThreadStore } from '../engine/ports.ts';
import { type PeerStatus, PROTOCOL_VERSION } from '../protocol/api.ts';
import { createShellExecutor } from '../routes/desktop/shell-executor.ts';
import { createShells, type Shells } from '../routes/desktop/shells.ts';
import { createInlineExecutor } from '../routes/inline/executor.ts';
import { createBlobStore } from '../store/blobs.ts';
import { openThreadStore } from '../store/log/thread-store.ts';
import { createMimeSniffer } from '../store/mime-sniffer.ts';
import { createOutputStore } from '../store/output/output-store.ts';
import { listRunFiles } from '../store/run-files.ts';
import { createRunVault } from '../store/vault.ts';
import { createWorkspaces } from '../store/workspaces.ts';
import { checkMachine } from './doctor.ts';
import { loadIdentity } from './identity.ts';
import { createPeerLog, type PeerLog } from './log.ts';
import { takePlace } from './place.ts';
import { systemClock, systemIds } from './system.ts';
import { createThreadReader } from './thread-reader.ts';

export interface PeerOptions {
  readonly paths: Paths;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
  readonly name?: string;
  readonly writeLog: (line: string) => void;
}

export interface Peer {
  readonly status: PeerStatus;
  /** Resolves when everything is closed. */
  readonly closed: Promise<void>;
  /** Stops what runs and closes everything, once. */
  close(reason: string): Promise<void>;
}

export async function startPeer(options: PeerOptions): Promise<Peer> {
  const { paths } = options;
  const log = createPeerLog(options.writeLog);
  const loaded = loadConfig(paths.configFile);
  makeFolders(paths);
  const { device } = loadIdentity(paths.identityFile);
  const store = await takePlace({ socket: paths.socket, version: options.version }, () =>
    openThreadStore({ location: paths.thread, device, now: systemClock.now }),
  );
  try {
    return await serve(options, loaded, store, device, log);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function serve(
  options: PeerOptions,
  loaded: ReturnType<typeof loadConfig>,
  store: ThreadStore,
  device: DeviceId,
  log: PeerLog,
): Promise<Peer> {
  const { paths } = options;
  const { config } = loaded;
  const name = options.name ?? config.device.name ?? deviceName();
  const shells = createShells(config.shell.program, options.env.PATH ?? '');
  const hasShell = (await shells.resolve()).ok;
  const engine = buildEngine({
    ...options,
    config,
    configExists: loaded.exists,
    store,
    device,
    name,
    shells,
    hasShell,
    log,
  });
  const status = (): PeerStatus => ({
    pid: process.pid,
    id: device,
    name,
    version: options.version,
    protocol: PROTOCOL_VERSION,
    instance: instance,
    addresses: [],
    home: paths.home,
    startedAt,
    load: engine.load(),
  });
  const startedAt = systemClock.now();
  const instance = systemIds.next();
  let resolveClosed: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    resolveClosed = resolve;
  });
  let closing: Promise<void> | undefined;
  const close = (reason: string): Promise<void> => {
    closing ??= (async () => {
      log.info(`stopping: ${reason}`);
      // The socket goes last: who finds it gone may open the database.
      await server.close(reason, async () => {
        await engine.close();
        await store.close();
      });
      log.info('stopped');
      resolveClosed();
    })();
    return closing;
  };
  await engine.survey();
  const server = await createControlServer({
    api: engine.api,
    path: paths.socket,
    status,
    onStop: () => void close('a client asked'),
    log,
  });
  engine.start().catch((error: unknown) => log.error('taking up unfinished runs', error));
  log.info(`peer ${name} (${device}) version ${options.version} serves at ${paths.socket}`);
  return { status: status(), closed, close };
}

interface BuildOptions extends PeerOptions {
  readonly config: Config;
  readonly configExists: boolean;
  readonly store: ThreadStore;
  readonly device: DeviceId;
  readonly name: string;
  readonly shells: Shells;
  /** What was found of it at the start. */
  readonly hasShell: boolean;
  readonly log: PeerLog;
}

function buildEngine({
  paths,
  env,
  config,
  configExists,
  store,
  device,
  name,
  shells,
  hasShell,
  log,
}: BuildOptions): Engine {
  const blobs = createBlobStore(paths.blobs);
  const home = homeFolder(env);
  const executors: Executor[] = [
    createShellExecutor({
      device,
      home,
      shells,
      slots: config.shell.slots,
      sha256: systemIds.sha256,
      baseEnv: env,
    }),
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
    store,
    blobs,
    outputs: createOutputStore(paths.runs, { onFault: (error) => log.error('keeping output', error) }),
    vault: createRunVault(paths.runs),
    workspaces: createWorkspaces(paths.runs),
    sniffer: createMimeSniffer(),
    executors,
    clock: systemClock,
    ids: systemIds,
    identity: {
      device,
      name,
      platform: process.platform,
      capabilities: {
        shell: hasShell,
        browserAutomation: false,
        desktopAutomation: false,
        local_files: false,
        reachableFolders: [home],
      },
    },
    permissions: config.permissions,
    settings: {
      approvalTtlMs: config.approvals.expire,
      outputCapBytes: config.output.cap,
      maxArtifacts: config.artifacts.max_files,
      maxArtifactBytes: config.artifacts.max_bytes,
    },
    leftovers: () => listRunFiles(paths.runs),
    doctor: async () => checkMachine({ paths, shell: await shells.resolve(), configExists }),
    onFault: (what, error) => log.error(what, error),
  });
  return engine;
}

function makeFolders(paths: Paths): void {
  for (const folder of [paths.home, paths.thread, paths.blobs, paths.runs]) {
    try {
      makePrivateFolder(folder);
    } catch (error) {
      throw new DispatchError('storage', `cannot make the folder ${folder}: ${(error as Error).message}`, {
        cause: error,
        hint: 'mend the permissions of its parent, or set DISPATCH_HOME to a folder that can be written',
      });
    }
  }
}

/** The host's name as a device name: no domain, no characters that `@name` could not hold. */
function deviceName(): string {
  const name = (hostname().split('.')[0] ?? '').replace(/[^A-Za-z0-9_-]/g, '-').replace(/^[-_]+/, '');
  return name === '' ? 'device' : name;
}
