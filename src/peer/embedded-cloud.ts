/**
 * The connector that every device has: the server of src/cloud/, kept as a process of its own. It is started when somebody asks for its
 * address, again when it has died, and ends with the peer.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { CodeLimits } from '../cloud/code/job.ts';
import type { FromCloudHost, HostSettings } from '../cloud/host-messages.ts';
import { DispatchError } from '../core/errors.ts';
import { cloudFilter } from './cloud-filter.ts';

export interface EmbeddedCloudOptions {
  readonly version: string;
  /** Folders of documents that questions are answered from, besides the manual. */
  readonly folders: readonly string[];
  /** Where README.md and docs/ are: see src/cloud/manual-folder.ts. */
  readonly manualDir: string;
  /** For its index and the folders of programs; made if it is not there. */
  readonly stateDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly limits?: Partial<CodeLimits>;
  readonly onFault?: (what: string, error: unknown) => void;
  readonly hostUrl?: URL;
}

export interface CloudAddress {
  readonly url: string;
  /** Goes as `Authorization: Bearer KEY`. */
  readonly key: string;
}

export interface EmbeddedCloud {
  /** Rejects with `unavailable` where it cannot be started, and with the reason of the signal. */
  address(signal: AbortSignal): Promise<CloudAddress>;
  close(): Promise<void>;
}

interface Host {
  readonly process: ChildProcess;
  readonly address: Promise<CloudAddress>;
  readonly exited: Promise<void>;
  /** The last that it wrote to standard error. */
  said(): string;
}

const HOST = new URL(import.meta.url.endsWith('.ts') ? '../cloud/cloud-host.ts' : './cloud-host.js', import.meta.url);
const START_MS = 20_000;
/** How long it may take to end what runs there. */
const END_MS = 3000;
const LAST_CHARACTERS = 2000;
const SAID_MS = 200;
/** What a folder can be the reason of. */
const OF_FOLDER = /\b(EACCES|EPERM|EROFS|ENOSPC|EDQUOT|ENOTDIR|EEXIST|ENOENT|ELOOP|ENAMETOOLONG)\b/;

export function createEmbeddedCloud(options: EmbeddedCloudOptions): EmbeddedCloud {
  let host: Host | undefined;
  let closed = false;

  const start = (): Host => {
    const begun = startHost(options);
    void begun.exited.then(() => {
      if (host !== begun) return;
      host = undefined;
      if (closed) return;
      const why = begun.said() === '' ? '' : `; it said: ${begun.said()}`;
      options.onFault?.('the embedded server ended', new Error(`it is started again when it is needed${why}`));
    });
    return begun;
  };

  return {
    async address(signal) {
      signal.throwIfAborted();
      if (closed) throw new DispatchError('unavailable', 'the peer is ending');
      host ??= start();
      return orAborted(host.address, signal);
    },
    async close() {
      closed = true;
      const ending = host;
      if (ending === undefined) return;
      const timer = setTimeout(() => ending.process.kill('SIGKILL'), END_MS);
      if (ending.process.connected) ending.process.disconnect();
      await ending.exited;
      clearTimeout(timer);
    },
  };
}

function startHost({ version, folders, manualDir, stateDir, env, limits, hostUrl = HOST }: EmbeddedCloudOptions): Host {
  const key = randomBytes(32).toString('base64url');
  const path = env.PATH ?? '';
  // It needs nothing of the peer's environment, and programs in it even less.
  const child = fork(hostUrl, [], {
    env: { PATH: path },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  const { promise: address, resolve, reject } = Promise.withResolvers<CloudAddress>();
  const fail = (why: string): void =>
    reject(
      new DispatchError('unavailable', `the embedded server does not start: ${why}`, {
        hint: OF_FOLDER.test(why)
          ? `it keeps what it works on in ${stateDir}, which must be a folder of yours`
          : 'retry it',
      }),
    );
  address.catch(() => {}); // told to whoever asked
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-LAST_CHARACTERS);
  });
  const exited = new Promise<void>((done) => {
    child.once('exit', (code, signal) => {
      const tell = (): void => {
        fail(`it ended with ${signal ?? `status ${code}`}${said === '' ? '' : `; it said: ${said.trim()}`}`);
        done();
      };
      // Not before all that it said is here, unless somebody else holds that open.
      child.stderr?.once('end', tell);
      setTimeout(tell, SAID_MS);
    });
    child.once('error', (error) => {
      fail(error.message);
      done();
    });
  });
  const timer = setTimeout(() => {
    fail(`it said nothing for ${START_MS / 1000} s`);
    child.kill('SIGKILL');
  }, START_MS);
  void address.then(
    () => clearTimeout(timer),
    () => clearTimeout(timer),
  );
  child.once('message', (message: FromCloudHost) => {
    if ('port' in message) resolve({ url: `http://127.0.0.1:${message.port}`, key });
    else {
      fail(message.error);
      child.kill('SIGKILL');
    }
  });
  const filter = cloudFilter();
  const settings: HostSettings = {
    version,
    folders,
    stateDir,
    manualDir,
    key,
    path,
    ...(limits === undefined ? {} : { limits }),
    ...(filter === undefined ? {} : { filter }),
  };
  child.send(settings, () => {}); // one that is gone is told of by `exit`
  return { process: child, address, exited, said: () => said.trim() };
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
