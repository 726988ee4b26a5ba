// 1 GiB from a downloadUrl with curl, to nowhere and into a file, beside nginx that serves the same bytes on loopback.
import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { newId } from '../../../src/cli/ids.ts';
import type { ControlClient } from '../../../src/control/client/client.ts';
import type { PublishedArtifact } from '../../../src/core/artifacts.ts';
import { freePort } from '../../lib/free-port.ts';
import { alternate } from '../harness/alternate.ts';
import { atLeast, type Benchmark, type Measure } from '../harness/benchmark.ts';
import { environment, start, stop, timeToEnd } from '../harness/processes.ts';
import type { Summary } from '../harness/statistics.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

const BYTES = 2 ** 30;
const NGINX = '/usr/sbin/nginx';
const LISTENING_MS = 10_000;
const LEAVE = `head -c ${BYTES} /dev/urandom > "$DISPATCH_ARTIFACTS/big"`;

export const download: Benchmark = {
  name: 'download',
  async run(context) {
    if (!existsSync(NGINX)) {
      context.say('download: there is no nginx to compare with (nginx-light): left out');
      return [];
    }
    const folder = makeTemporaryFolder('download');
    const ending: (() => Promise<void> | void)[] = [folder.remove];
    try {
      const home = await context.emptyHome();
      ending.push(home.remove);
      const peer = await home.startPeer();
      ending.push(peer.stop);
      const client = await home.connect();
      ending.push(client.close);
      const { sha256, downloadUrl } = await makeArtifact(client);
      const nginx = await serve(folder.path, join(home.paths.blobs, sha256.slice(0, 2)));
      ending.push(nginx.close);
      const file = join(folder.path, 'copy');
      const theirs = `http://127.0.0.1:${nginx.port}/${sha256.slice(2)}`;
      const speeds = await alternate(
        {
          ours: () => speed(downloadUrl, '/dev/null'),
          nginx: () => speed(theirs, '/dev/null'),
          oursToFile: () => speed(downloadUrl, file),
          nginxToFile: () => speed(theirs, file),
        },
        context.rounds(9),
      );
      return [
        row('curl to /dev/null', speeds.ours, speeds.nginx),
        row('curl into a file', speeds.oursToFile, speeds.nginxToFile),
      ];
    } finally {
      for (const end of ending.toReversed()) await end();
    }
  },
};

function row(name: string, ours: Summary, nginx: Summary): Measure {
  return {
    name: `1 GiB from a downloadUrl: ${name}`,
    unit: 'MB/s',
    ours,
    yardstick: { name: 'nginx', ...nginx },
    target: atLeast(ours.median / nginx.median, 0.8, '≥ 0.8 × nginx'),
  };
}

/** MB a second, the whole process of curl. */
async function speed(url: string, target: string): Promise<number> {
  const ms = await timeToEnd('curl', ['-q', '-sSf', '--noproxy', '*', '-o', target, url], environment());
  if (target !== '/dev/null' && statSync(target).size !== BYTES) throw new Error(`${target} is not whole`);
  return BYTES / 1e6 / (ms / 1000);
}

async function makeArtifact(client: ControlClient): Promise<PublishedArtifact> {
  const id = newId();
  const action = { kind: 'shell', command: LEAVE, access: 'workspace-write' } as const;
  await client.call('submit', { id, task: `!${LEAVE}`, action, approve: true });
  await client.call('wait', { runs: [id] });
  const { artifacts } = await client.call('artifacts.list', { run: id, limit: 10 });
  const made = artifacts.find(({ name }) => name === 'big');
  if (made === undefined) throw new Error(`the run left no artifact: ${JSON.stringify(artifacts)}`);
  return made;
}

/** A nginx of its own, that touches nothing of the system's: one process in front, as we are. */
async function serve(folder: string, root: string): Promise<{ port: number; close: () => Promise<void> }> {
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    [
      'daemon off; master_process off; error_log stderr; events {}',
      `pid ${folder}/nginx.pid;`,
      `http { access_log off; sendfile on; tcp_nopush on; client_body_temp_path ${folder}/body;`,
      `proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi;`,
      `scgi_temp_path ${folder}/scgi; server { listen 127.0.0.1:${port}; root ${root}; } }`,
    ].join('\n'),
  );
  const server = start(NGINX, ['-p', folder, '-e', 'stderr', '-c', config], { env: environment(), stdio: 'ignore' });
  const close = (): Promise<void> => stop(server);
  for (const late = Date.now() + LISTENING_MS; !(await isListening(port)); await delay(50)) {
    if (server.exitCode === null && Date.now() < late) continue;
    await close();
    throw new Error('nginx does not listen');
  }
  return { port, close };
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
