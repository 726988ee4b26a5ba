// Debian's Jupyter server on loopback, with a token and folders of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

export interface Jupyter {
  readonly url: string;
  readonly token: string;
  /** Where its files are. */
  readonly folder: string;
  get(path: string): Promise<unknown>;
  close(): Promise<void>;
}

const START_MS = 60_000;

export async function startJupyter(): Promise<Jupyter> {
  const home = mkdtempSync(join(tmpdir(), 'dispatch-jupyter-'));
  const folder = join(home, 'files');
  mkdirSync(folder);
  const token = 'token-of-the-test';
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = launch(port, token, home, folder);
  let log = '';
  child.stderr?.on('data', (piece: Buffer) => {
    log = (log + piece.toString('utf8')).slice(-4000);
  });
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`${url}${path}`, { headers: { authorization: `token ${token}` } });
    return response.json();
  };
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
    }
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await until(
      'answer of Jupyter',
      async () => {
        if (child.exitCode !== null) throw new Error(`Jupyter ended:\n${log}`);
        return get('/api/status').catch(() => undefined);
      },
      START_MS,
    );
  } catch (error) {
    await close();
    throw error;
  }
  return { url, token, folder, get, close };
}

function launch(port: number, token: string, home: string, folder: string): ChildProcess {
  const options = {
    'ServerApp.ip': '127.0.0.1',
    'ServerApp.port': String(port),
    'ServerApp.port_retries': '0',
    'ServerApp.token': token,
    'ServerApp.root_dir': folder,
    'ServerApp.open_browser': 'False',
    'ServerApp.allow_root': 'True',
    'FileContentsManager.delete_to_trash': 'False',
  };
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  // Debian's interpreter, whatever else is on PATH: that one has the packages.
  return spawn('/usr/bin/python3', ['-m', 'jupyter_server', ...args], {
    cwd: home,
    env: {
      PATH: '/usr/bin:/bin',
      HOME: home,
      JUPYTER_CONFIG_DIR: join(home, 'config'),
      JUPYTER_DATA_DIR: join(home, 'data'),
      JUPYTER_RUNTIME_DIR: join(home, 'runtime'),
      IPYTHONDIR: join(home, 'ipython'),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** As it was free now, nothing else is likely to take it meanwhile. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
