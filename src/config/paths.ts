/** Where everything lives. `DISPATCH_HOME` moves all of it; without it, the folders of the platform (XDG on Linux). */

import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';

export interface Paths {
  /** Shown to people; with XDG folders, the one that holds the data. */
  readonly home: string;
  /** config.toml */
  readonly configFile: string;
  readonly identityFile: string;
  /** Keys of connectors, where the system has no keyring. */
  readonly keysFile: string;
  /** What the embedded cloud keeps: its index. */
  readonly cloud: string;
  /** The devices that this one is paired with. */
  readonly pairingsFile: string;
  /** The LevelDB database. */
  readonly thread: string;
  readonly blobs: string;
  /** Profiles of the browser, one folder a session. */
  readonly browser: string;
  /** Output files, artifact folders and raw actions of runs that are not over. */
  readonly runs: string;
  readonly logFile: string;
  /** A Unix socket in a folder of its own, or a named pipe on Windows. */
  readonly socket: string;
  /** What the dashboard remembers of itself: input history. */
  readonly historyFile: string;
  /** What is chosen in the palette, and how often. */
  readonly usesFile: string;
  /** What config.toml says of the dashboard, as it was read last. */
  readonly uiFile: string;
  /** What was typed in a dashboard and not sent: a file for each. */
  readonly draftsFolder: string;
}

/** sun_path holds 108 bytes on Linux and 104 on macOS, with a closing NUL. */
const MAX_SOCKET_PATH = 103;

export function findPaths(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): Paths {
  const folders = foldersOf(env);
  return {
    home: folders.data,
    configFile: join(folders.config, 'config.toml'),
    identityFile: join(folders.data, 'identity.key'),
    keysFile: join(folders.config, 'keys.json'),
    cloud: join(folders.state, 'cloud'),
    pairingsFile: join(folders.data, 'pairings.json'),
    thread: join(folders.data, 'thread'),
    blobs: join(folders.data, 'blobs'),
    browser: join(folders.data, 'browser'),
    runs: join(folders.state, 'runs'),
    logFile: join(folders.state, 'peer.log'),
    socket: socketPath(folders.state, platform),
    historyFile: join(folders.state, 'history.json'),
    usesFile: join(folders.state, 'palette.json'),
    uiFile: join(folders.state, 'ui.json'),
    draftsFolder: join(folders.state, 'drafts'),
  };
}

function foldersOf(env: NodeJS.ProcessEnv): { config: string; data: string; state: string } {
  const home = env.DISPATCH_HOME;
  if (home !== undefined && home !== '') {
    const root = resolve(home);
    return { config: root, data: join(root, 'data'), state: join(root, 'state') };
  }
  const { config, data, log } = envPaths('dispatch', { suffix: '' });
  return { config, data, state: log };
}

function socketPath(state: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') return `\\\\.\\pipe\\dispatch-${userInfo().username}-${shortHash(state)}`;
  const usual = join(state, 'control', 'peer.sock');
  if (Buffer.byteLength(usual) <= MAX_SOCKET_PATH) return usual;
  return join('/tmp', `dispatch-${userInfo().uid}-${shortHash(state)}`, 'peer.sock');
}

/** Loaded only where the usual path does not fit: every command finds its paths, and node:crypto takes milliseconds to load. */
function shortHash(text: string): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

export function homeFolder(env: NodeJS.ProcessEnv): string {
  return env.HOME || homedir();
}
