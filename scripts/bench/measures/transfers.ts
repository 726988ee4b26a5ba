// Files brought from a paired device as `dispatch files copy` brings them: 1 GiB in one file and 1 kB in ten thousand, beside scp; and
// the list of a folder of ten thousand, beside ls through an ssh connection that is open already.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { newId } from '../../../src/cli/ids.ts';
import type { ControlClient } from '../../../src/control/client/client.ts';
import { alternate } from '../harness/alternate.ts';
import { atLeast, atMost, type BenchContext, type Benchmark, type Measure } from '../harness/benchmark.ts';
import { hasOpenSsh, type OpenSsh, startOpenSsh } from '../harness/openssh.ts';
import { FAR, pairedHomes } from '../harness/paired-homes.ts';
import { timeToEnd } from '../harness/processes.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

const BYTES = 2 ** 30;
const FILES = 10_000;

export const transfers: Benchmark = {
  name: 'transfers',
  async run(context) {
    if (!hasOpenSsh()) {
      context.say('transfers: there is no OpenSSH server to compare with (openssh-server): left out');
      return [];
    }
    const folder = makeTemporaryFolder('transfers');
    const ending: (() => Promise<void> | void)[] = [folder.remove];
    try {
      const ssh = await startOpenSsh();
      ending.push(ssh.close);
      const homes = await pairedHomes(context);
      ending.push(homes.close);
      const near = await homes.near.connect();
      ending.push(near.close);
      const far = await homes.far.connect();
      ending.push(far.close);
      for (const client of [near, far]) await client.call('permissions.set', { addFolders: [folder.path] });
      return await measure(context, { ssh, client: near, folder: folder.path });
    } finally {
      for (const end of ending.toReversed()) await end();
    }
  },
};

interface Setting {
  readonly ssh: OpenSsh;
  readonly client: ControlClient;
  readonly folder: string;
}

async function measure(context: BenchContext, { ssh, client, folder }: Setting): Promise<Measure[]> {
  const large = join(folder, 'large');
  const small = join(folder, 'small');
  const target = join(folder, 'copy');
  makeLarge(large);
  mkdirSync(small);
  for (let at = 0; at < FILES; at++) writeFileSync(join(small, `file-${at}`), randomBytes(1000));
  execFileSync('sync');
  /** Ours ends when all is on the disk: nobody is to pay for what another one has written before. */
  const clean = (): void => {
    rmSync(target, { recursive: true, force: true });
    execFileSync('sync');
  };
  const megabytes = async (took: Promise<number>): Promise<number> => {
    const ms = await took;
    if (statSync(target).size !== BYTES) throw new Error(`${target} is not whole`);
    clean();
    return BYTES / 1e6 / (ms / 1000);
  };
  const files = async (took: Promise<number>): Promise<number> => {
    const ms = await took;
    if (readdirSync(target).length !== FILES) throw new Error(`${target} is not whole`);
    clean();
    return FILES / (ms / 1000);
  };
  const one = await alternate(
    {
      ours: () => megabytes(bring(client, large, target)),
      scp: () => megabytes(timeToEnd('scp', [...ssh.copy, `far:${large}`, target], ssh.env)),
    },
    context.rounds(5),
  );
  const many = await alternate(
    {
      ours: () => files(bring(client, small, target)),
      scp: () => files(timeToEnd('scp', ['-r', ...ssh.copy, `far:${small}`, target], ssh.env)),
    },
    context.rounds(5),
  );
  const lists = await alternate(
    {
      ours: () => list(client, small),
      ssh: () => timeToEnd('ssh', [...ssh.shared, `ls -l ${small}`], ssh.env),
    },
    context.rounds(7),
  );
  return [
    {
      name: '1 GiB from far in one file: transferred, verified and synced',
      unit: 'MB/s',
      ours: one.ours,
      yardstick: { name: 'scp', ...one.scp },
      target: atLeast(one.ours.median / one.scp.median, 1, '≥ 1.0 × scp'),
    },
    {
      name: '10,000 files of 1 kB from far: transferred, verified and synced',
      unit: '/s',
      ours: many.ours,
      yardstick: { name: 'scp -r', ...many.scp },
      target: atLeast(many.ours.median / many.scp.median, 3, '≥ 3 × scp -r'),
    },
    {
      name: 'a folder of 10,000 entries on far, listed',
      unit: 'ms',
      ours: lists.ours,
      yardstick: { name: 'ssh ls -l, ControlMaster', ...lists.ssh },
      target: atMost(lists.ours.median / lists.ssh.median, 2, '≤ 2 × ssh'),
    },
  ];
}

function makeLarge(path: string): void {
  const piece = randomBytes(2 ** 20);
  const file = openSync(path, 'wx');
  for (let at = 0; at < BYTES; at += piece.length) writeSync(file, piece);
  closeSync(file);
}

/** Until both runs are over. */
async function bring(client: ControlClient, from: string, to: string): Promise<number> {
  const startedAt = performance.now();
  const { runs } = await client.call('transfer', {
    id: newId(),
    task: `copy ${FAR}:${from} to ${to}`,
    from: { device: FAR, path: from },
    to: { device: 'local', path: to },
    approve: true,
  });
  const ended = await client.call('wait', { runs: runs.map(({ id }) => id) });
  const took = performance.now() - startedAt;
  const wrong = ended.runs.find(({ status }) => status !== 'completed');
  if (wrong !== undefined) throw new Error(`the transfer did not complete: ${JSON.stringify(wrong)}`);
  return took;
}

async function list(client: ControlClient, path: string): Promise<number> {
  const startedAt = performance.now();
  const id = newId();
  const action = { kind: 'files', operation: { op: 'list', path } } as const;
  await client.call('submit', { id, task: `list ${path}`, action, devices: [FAR] });
  const { chunks } = await client.output({ run: id, offset: 0 });
  let lines = 0;
  for await (const { bytes } of chunks) for (const byte of bytes) if (byte === 0x0a) lines += 1;
  if (lines !== FILES) throw new Error(`${lines} lines came`);
  return performance.now() - startedAt;
}
