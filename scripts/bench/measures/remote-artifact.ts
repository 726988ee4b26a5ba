// 1 GiB that a run on another device left, fetched and verified here, beside scp of a file of that size; and what two Node processes
// do over plain TCP, without encryption or hashes, as the limit. Everything ends with the bytes in a file of this machine.
import { once } from 'node:events';
import { createWriteStream, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { newId } from '../../../src/cli/ids.ts';
import type { ControlClient } from '../../../src/control/client/client.ts';
import type { PublishedArtifact } from '../../../src/core/artifacts.ts';
import { alternate } from '../harness/alternate.ts';
import { atLeast, type BenchContext, type Benchmark, type Measure } from '../harness/benchmark.ts';
import type { Home } from '../harness/home.ts';
import { hasOpenSsh, type OpenSsh, startOpenSsh } from '../harness/openssh.ts';
import { FAR, pairedHomes } from '../harness/paired-homes.ts';
import { LAUNCHER, runToEnd, start, stop, timeToEnd } from '../harness/processes.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

const BYTES = 2 ** 30;
const RAW_SERVER = fileURLToPath(new URL('./raw-tcp-server.ts', import.meta.url));
const LEAVE = `head -c ${BYTES} /dev/urandom > "$DISPATCH_ARTIFACTS/big"`;

export const remoteArtifact: Benchmark = {
  name: 'remote-artifact',
  async run(context) {
    if (!hasOpenSsh()) {
      context.say('remote-artifact: there is no OpenSSH server to compare with (openssh-server): left out');
      return [];
    }
    const folder = makeTemporaryFolder('artifact');
    const ending: (() => Promise<void> | void)[] = [folder.remove];
    try {
      const ssh = await startOpenSsh();
      ending.push(ssh.close);
      const homes = await pairedHomes(context);
      ending.push(homes.close);
      const client = await homes.near.connect();
      ending.push(client.close);
      const artifact = await makeArtifact(client);
      const source = blobPath(homes.far, artifact);
      const server = start(process.execPath, [RAW_SERVER, source], {
        env: ssh.env,
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      });
      ending.push(() => stop(server));
      const [line] = (await once(server.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
      const setting = {
        ssh,
        client,
        near: homes.near,
        artifact,
        source,
        port: Number(line.toString()),
        folder: folder.path,
      };
      return await measure(context, setting);
    } finally {
      for (const end of ending.toReversed()) await end();
    }
  },
};

async function makeArtifact(client: ControlClient): Promise<PublishedArtifact> {
  const id = newId();
  await client.call('submit', {
    id,
    task: `!${LEAVE}`,
    action: { kind: 'shell', command: LEAVE, access: 'workspace-write' },
    devices: [FAR],
    approve: true,
  });
  await client.call('wait', { runs: [id] });
  const { artifacts } = await client.call('artifacts.list', { run: id, limit: 10 });
  const made = artifacts.find(({ name }) => name === 'big');
  if (made === undefined) throw new Error(`the run on far left no artifact: ${JSON.stringify(artifacts)}`);
  return made;
}

function blobPath({ paths }: Home, { sha256 }: PublishedArtifact): string {
  return join(paths.blobs, sha256.slice(0, 2), sha256.slice(2));
}

interface Setting {
  readonly ssh: OpenSsh;
  readonly client: ControlClient;
  readonly near: Home;
  readonly artifact: PublishedArtifact;
  /** The file on the far device. */
  readonly source: string;
  /** Of the raw server. */
  readonly port: number;
  readonly folder: string;
}

async function measure(context: BenchContext, setting: Setting): Promise<Measure[]> {
  const { ssh, client, near, artifact, source, port, folder } = setting;
  const target = join(folder, 'copy');
  const fetched = blobPath(near, artifact);
  /** MB a second; what came is looked at, and removed for the next. */
  const speed = async (took: Promise<number>, file = target): Promise<number> => {
    const ms = await took;
    const { size } = statSync(file);
    if (size !== BYTES) throw new Error(`${file} has ${size} bytes, not ${BYTES}`);
    for (const made of [target, fetched]) rmSync(made, { force: true });
    return BYTES / 1e6 / (ms / 1000);
  };
  const get = async (): Promise<number> => {
    const args = [LAUNCHER, 'get', artifact.id, '-o', target];
    return (await runToEnd(process.execPath, args, near.env)).took;
  };
  const speeds = await alternate(
    {
      raw: () => speed(rawTcp(port, target)),
      scp: () => speed(timeToEnd('scp', [...ssh.copy, `far:${source}`, target], ssh.env)),
      fetch: () => speed(fetch(client, artifact), fetched),
      get: () => speed(get()),
    },
    context.rounds(5),
  );
  const scp = { name: 'scp', ...speeds.scp };
  return [
    {
      name: 'artifact of 1 GiB from far: fetched, verified and synced',
      unit: 'MB/s',
      ours: speeds.fetch,
      yardstick: scp,
      target: atLeast(speeds.fetch.median / speeds.scp.median, 1, '≥ 1.0 × scp'),
    },
    {
      name: 'artifact of 1 GiB from far: dispatch get, whole process',
      unit: 'MB/s',
      ours: speeds.get,
      yardstick: scp,
      note: 'fetched into the store, and copied from there to its place',
    },
    { name: '1 GiB over plain TCP between two Node processes', unit: 'MB/s', ours: speeds.raw, yardstick: scp },
  ];
}

async function fetch(client: ControlClient, { id }: PublishedArtifact): Promise<number> {
  const startedAt = performance.now();
  await client.call('artifact.fetch', { artifact: id });
  return performance.now() - startedAt;
}

async function rawTcp(port: number, target: string): Promise<number> {
  const startedAt = performance.now();
  const socket = connect(port, '127.0.0.1');
  await pipeline(socket, createWriteStream(target, { highWaterMark: 1 << 20 }));
  return performance.now() - startedAt;
}
