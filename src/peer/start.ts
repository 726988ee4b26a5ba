/**
 * The composition root: the one place that wires adapters into an engine. The lock of the database decides which of several
 * peers that start at once is the one.
 */

import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { manualFolder } from '../cloud/manual-folder.ts';
import { checkConnectors, loadConfig } from '../config/load.ts';
import { makePrivateFolder } from '../config/make-folder.ts';
import { homeFolder, type Paths } from '../config/paths.ts';
import type { Config } from '../config/schema.ts';
import { createArtifactServer } from '../control/http/artifact-server.ts';
import { createControlServer } from '../control/server/server.ts';
import { isDeviceName, type Probe } from '../core/devices.ts';
import { DispatchError } from '../core/errors.ts';
import type { DeviceId } from '../core/ids.ts';
import type { OwnerSettings } from '../engine/owner-ports.ts';
import type { PairingStore } from '../engine/peer-ports.ts';
import type { ThreadStore } from '../engine/ports.ts';
import { type PeerStatus, PROTOCOL_VERSION } from '../protocol/api.ts';
import { createBrowserExecutor } from '../routes/desktop/browser-automation/browser-executor.ts';
import { probeBrowser } from '../routes/desktop/browser-automation/probe-browser.ts';
import { createDesktopExecutor } from '../routes/desktop/desktop-automation/desktop-executor.ts';
import { probeDesktop } from '../routes/desktop/desktop-automation/probe-desktop.ts';
import { probeFiles } from '../routes/desktop/local-files/probe-files.ts';
import { probePrograms } from '../routes/desktop/probe-programs.ts';
import { openSandbox } from '../routes/desktop/sandbox/open-sandbox.ts';
import { createShells } from '../routes/desktop/shells.ts';
import { createBlobStore } from '../store/blobs.ts';
import { openThreadStore } from '../store/log/thread-store.ts';
import { createOutputStore } from '../store/output/output-store.ts';
import { openPairingStore } from '../store/pairings.ts';
import { buildEngine } from './build-engine.ts';
import { createConnectors } from './connectors.ts';
import { startDownloads } from './downloads.ts';
import { createEmbeddedCloud } from './embedded-cloud.ts';
import { loadIdentity } from './identity.ts';
import { createLateNetwork } from './late-network.ts';
import { createPeerLog, type LogFormat, type PeerLog } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { RunningNetwork } from './network.ts';
import { createNotifier } from './notifications.ts';
import { notifyApprovals } from './notify-approvals.ts';
import { meterOutput } from './output-meter.ts';
import { checkOwnersRules, createOwner } from './owner.ts';
import { takePlace } from './place.ts';
import { createProber } from './probing.ts';
import { expandHome } from './reachable-folders.ts';
import { createSecretFinder } from './secrets/finder.ts';
import { createSecrets } from './secrets/own-secrets.ts';
import { systemClock, systemIds } from './system.ts';

export interface PeerOptions {
  readonly paths: Paths;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
  /** These go before what config.toml says. */
  readonly name?: string;
  readonly listen?: readonly string[];
  readonly lan?: boolean;
  /** host:port. */
  readonly metrics?: string;
  readonly logFormat?: LogFormat;
  readonly writeLog: (line: string) => void;
}

export interface Peer {
  status(): PeerStatus;
  readonly log: PeerLog;
  /** Resolves when everything is closed. */
  readonly closed: Promise<void>;
  /** Stops what runs and closes everything, once. */
  close(reason: string): Promise<void>;
}

/** What this device is and holds, before anything serves it. */
interface Grounds {
  readonly config: Config;
  readonly configExists: boolean;
  readonly device: DeviceId;
  readonly key: Uint8Array;
  readonly store: ThreadStore;
  readonly pairings: PairingStore;
  readonly log: PeerLog;
}

export async function startPeer(options: PeerOptions): Promise<Peer> {
  const { paths } = options;
  const log = createPeerLog(options.writeLog, options.logFormat);
  const loaded = loadConfig(paths.configFile);
  const { config, exists: configExists } = loaded;
  checkOwnersRules(config);
  await checkConnectors(loaded);
  makeFolders(paths);
  const { device, key } = loadIdentity(paths.identityFile);
  const store = await takePlace({ socket: paths.socket, version: options.version }, () =>
    openThreadStore({ location: paths.thread, device, now: systemClock.now }),
  );
  try {
    const pairings = await openPairingStore(paths.pairingsFile, systemClock.now);
    return await serve(options, { config, configExists, device, key, store, pairings, log });
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function serve(options: PeerOptions, grounds: Grounds): Promise<Peer> {
  const { paths, version, env } = options;
  const { config, device, store, pairings, log } = grounds;
  const startedAt = systemClock.now();
  const instance = systemIds.next();
  const home = homeFolder(env);
  const owner = createOwner({
    configFile: paths.configFile,
    config,
    home,
    fixedName: options.name,
    fallbackName: deviceName(),
  });
  const shells = createShells(config.shell.program, env.PATH ?? '');
  const opening = openSandbox({
    home,
    own: ownFolders(paths),
    state: join(dirname(paths.runs), 'sandbox'),
    hide: hiddenPlaces(config, home),
    path: env.PATH ?? '',
  });
  const sandbox = await opening;
  const meter = meterOutput(createOutputStore(paths.runs, { onFault: (error) => log.error('keeping output', error) }));
  const blobs = createBlobStore(paths.blobs);
  const artifacts = await createArtifactServer({ onFault: (what, error) => log.error(what, error) });
  const coming = Promise.withResolvers<RunningNetwork>();
  coming.promise.catch(() => {}); // told where it is started
  let network: RunningNetwork | undefined;
  const downloads = await startDownloads(blobs, log);
  const display = config.desktop.display === undefined ? {} : { display: config.desktop.display };
  const desktop = createDesktopExecutor({
    device,
    sha256: systemIds.sha256,
    env,
    hostUrl: programUrl('../routes/desktop/desktop-automation/desktop-host.ts', './desktop-host.js'),
    settings: display,
    onFault: (what, error) => log.error(what, error),
  });
  const { program, headless, idle, step_time, allowed_origins, denied_origins } = config.browser;
  const named = program === undefined ? {} : { program };
  const secrets = createSecrets(config.secrets, env, home);
  const browser = createBrowserExecutor({
    device,
    home,
    slots: config.browser.slots,
    sha256: systemIds.sha256,
    env,
    hostUrl: programUrl('../routes/desktop/browser-automation/browser-host.ts', './browser-host.js'),
    profiles: paths.browser,
    secrets,
    folders: () => owner.reachableFolders(),
    own: ownFolders(paths),
    hide: hiddenPlaces(config, home),
    settings: {
      ...named,
      headless,
      idleMs: idle,
      stepTimeoutMs: step_time,
      sites: { allowed: allowed_origins, denied: denied_origins },
    },
    onFault: (what, error) => log.error(what, error),
  });
  const prober = await createProber({
    sandbox: () => sandbox.report(),
    quick: [
      async () => [shellProbe(await shells.resolve())],
      () => probeFiles({ path: env.PATH ?? '', folders: () => owner.reachableFolders() }),
    ],
    slow: [
      () => probeBrowser({ env, ...named }),
      () => probeDesktop({ env, platform: process.platform, ...display }),
      () => probePrograms(env.PATH ?? ''),
    ],
    onFault: (what, error) => log.error(what, error),
  });
  const connectors = createConnectors({
    config,
    env,
    home,
    keysFile: paths.keysFile,
    warn: (message) => log.info(message),
    embedded: createEmbeddedCloud({
      version,
      folders: config.cloud.folders.map((folder) => expandHome(folder, home)),
      manualDir: manualFolder(),
      stateDir: paths.cloud,
      env,
      onFault: (what, error) => log.error(what, error),
    }),
  });
  const finder = createSecretFinder({
    known: async () => [...(await secrets.values()), ...(await connectors.keys())],
    onFault: (what, error) => log.error(what, error),
  });
  const engine = buildEngine({
    ...grounds,
    ...createLateNetwork(coming.promise, pairings, startedAt),
    paths,
    env,
    version,
    owner,
    blobs,
    outputs: meter.outputs,
    shells,
    sandbox,
    secrets,
    finder,
    prober,
    connectors,
    browser,
    desktop,
    own: ownFolders(paths),
    hide: hiddenPlaces(config, home),
    downloadUrl: downloads.urlOf,
  });
  const startNetwork = async (): Promise<void> => {
    try {
      const listen = options.listen ?? config.network.listen;
      const { startNetwork: start } = await import('./network.ts');
      network = await start({
        ...grounds,
        version,
        instance,
        owner,
        service: engine.service,
        ...(listen === undefined ? {} : { listen }),
        announce: config.network.announce,
        lan: options.lan ?? config.network.lan,
      });
      coming.resolve(network);
      log.info(`listens for paired devices at ${network.addresses().join(', ')}`);
    } catch (error) {
      coming.reject(error);
      throw error;
    }
  };
  const status = (): PeerStatus => ({
    pid: process.pid,
    id: device,
    name: owner.name(),
    version,
    protocol: PROTOCOL_VERSION,
    instance,
    addresses: [...(network?.addresses() ?? [])],
    home: paths.home,
    startedAt,
    load: engine.load(),
  });
  owner.onChange(() => log.info(`what is allowed here: ${describeOwner(owner)}`));
  const notifying = new AbortController();
  const notifier = config.notifications.desktop ? createNotifier({ env, log }) : undefined;
  const { promise: closed, resolve: resolveClosed } = Promise.withResolvers<void>();
  let closing: Promise<void> | undefined;
  const close = (reason: string): Promise<void> => {
    closing ??= (async () => {
      log.info(`stopping: ${reason}`);
      metrics?.stopping();
      // The socket goes last: who finds it gone may open the database.
      await server.close(reason, async () => {
        notifying.abort();
        await notifier?.close();
        await downloads.close();
        await engine.close();
        await Promise.all([browser.close(), desktop.close(), connectors.close()]);
        await starting;
        await network?.close();
        await artifacts.close();
        await store.close();
        await metrics?.close();
      });
      log.info('stopped');
      resolveClosed();
    })();
    return closing;
  };
  artifacts.serve(engine.api);
  await engine.survey();
  downloads.serve(engine.api);
  // An address that was asked for must be had before anybody is told that the peer serves; else nobody need wait for the network.
  const asked = options.listen ?? config.network.listen;
  const starting = asked === undefined ? toldOnly(startNetwork(), log) : startNetwork();
  if (asked !== undefined) await starting;
  let metrics: Metrics | undefined;
  const giveUp = async (error: unknown): Promise<never> => {
    await downloads.close();
    await metrics?.close();
    await starting;
    await network?.close();
    await artifacts.close();
    throw error;
  };
  const listen = options.metrics ?? config.metrics.listen;
  if (listen !== undefined) {
    // Few peers serve any, and it takes a while to load.
    const { startMetrics } = await import('./metrics.ts');
    const served = { listen, api: engine.api, status, outputBytes: meter.bytes, log };
    metrics = await startMetrics(served).catch(giveUp);
  }
  const server = await createControlServer({
    api: engine.api,
    path: paths.socket,
    status,
    onStop: () => void close('a client asked'),
    log,
  }).catch(giveUp);
  if (notifier !== undefined) {
    notifyApprovals(engine.api, notifier, notifying.signal).catch((error: unknown) =>
      log.error('notifications on the desktop', error),
    );
  }
  engine.start().catch((error: unknown) => log.error('taking up unfinished runs', error));
  log.info(`peer ${owner.name()} (${device}) version ${version} serves at ${paths.socket}`);
  void finder.preload();
  metrics?.ready();
  return { status, log, closed, close };
}

/** A program that is started on its own: the source, or the built file beside this one. */
function programUrl(source: string, built: string): URL {
  return new URL(import.meta.url.endsWith('.ts') ? source : built, import.meta.url);
}

function shellProbe(shell: Awaited<ReturnType<ReturnType<typeof createShells>['resolve']>>): Probe {
  if (shell.ok) return { name: 'shell', ok: true, detail: shell.path, needed: 'shell' };
  const fix = shell.hint === undefined ? {} : { fix: shell.hint };
  return { name: 'shell', ok: false, detail: shell.reason, needed: 'shell', ...fix };
}

/** A peer without a network is still the peer of this machine; its log, and everybody who pairs, are told. */
async function toldOnly(work: Promise<void>, log: PeerLog): Promise<void> {
  try {
    await work;
  } catch (error) {
    log.error('the network did not come up', error);
  }
}

/** For the log: it is how one finds out later when it changed. */
function describeOwner(owner: OwnerSettings): string {
  const allowed = Object.entries(owner.permissions()).flatMap(([name, on]) => (on ? [name] : []));
  const rules = owner.rules().flatMap(({ name, source }) => (source === 'config' ? [name] : []));
  return [
    allowed.join(', ') || 'nothing',
    `${owner.maxAccess()} at most`,
    `reaches ${owner.reachableFolders().join(', ') || 'no folder'}`,
    `rules of its own: ${rules.join(', ') || 'none'}`,
  ].join('; ');
}

/** What else its owner wants hidden, and the files that secrets are read from: runs are given those by name, or not at all. */
function hiddenPlaces({ sandbox, secrets, connectors }: Config, home: string): readonly string[] {
  const sources = [...Object.values(secrets), ...Object.values(connectors).flatMap(({ auth }) => auth?.key ?? [])];
  const files = sources.flatMap((source) => ('file' in source ? [source.file] : []));
  return [...sandbox.hide, ...files].map((path) => expandHome(path, home));
}

/** What no command in the sandbox may see: the key, the database, the control socket, what other runs work with. */
function ownFolders(paths: Paths): readonly string[] {
  return [paths.home, dirname(paths.configFile), dirname(paths.socket), paths.thread, paths.blobs, dirname(paths.runs)];
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
  return isDeviceName(name) ? name : 'device';
}
