// 200 MB of lines through a run on another device to a follower in a third process, beside `ssh -tt` of the same command read by
// the same process. Both have a terminal at the far end; the producer is cat on a file that is in memory by then.
import { join } from 'node:path';
import { alternate } from '../harness/alternate.ts';
import { atLeast, type BenchContext, type Benchmark, type Measure } from '../harness/benchmark.ts';
import { hasOpenSsh, type OpenSsh, startOpenSsh } from '../harness/openssh.ts';
import { FAR, type PairedHomes, pairedHomes } from '../harness/paired-homes.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';
import { FILE_BYTES, IN_TERMINAL_BYTES, writeLines } from './lines-file.ts';
import { openReader, type Reader, type Reading } from './output-reader-client.ts';

const EVERYTHING = '[output]\ncap = "1GiB"\n';

export const remoteOutput: Benchmark = {
  name: 'remote-output',
  async run(context) {
    if (!hasOpenSsh()) {
      context.say('remote-output: there is no OpenSSH server to compare with (openssh-server): left out');
      return [];
    }
    const folder = makeTemporaryFolder('remote');
    const ending: (() => Promise<void> | void)[] = [folder.remove];
    try {
      const file = join(folder.path, 'lines');
      await writeLines(file);
      const ssh = await startOpenSsh();
      ending.push(ssh.close);
      const homes = await pairedHomes({ config: EVERYTHING, say: context.say });
      ending.push(homes.close);
      const reader = openReader(homes.near.env);
      ending.push(reader.close);
      return await measure(context, { ssh, homes, reader, command: `cat '${file}'` });
    } finally {
      for (const end of ending.toReversed()) await end();
    }
  },
};

interface Setting {
  readonly ssh: OpenSsh;
  readonly homes: PairedHomes;
  readonly reader: Reader;
  readonly command: string;
}

async function measure(context: BenchContext, { ssh, homes, reader, command }: Setting): Promise<Measure[]> {
  const socket = homes.near.paths.socket;
  const speed = async (reading: Promise<Reading>, expected: number): Promise<number> => {
    const { bytes, skipped, ms } = await reading;
    if (bytes !== expected) throw new Error(`${bytes} bytes arrived and ${skipped} were skipped, of ${expected}`);
    return bytes / 1e6 / (ms / 1000);
  };
  const viaSsh = (args: readonly string[]): Promise<Reading> =>
    reader.read({ kind: 'program', program: 'ssh', args: [...args, ...ssh.fresh, command] });
  const viaDispatch = (tty: boolean): Promise<Reading> => reader.read({ kind: 'run', socket, command, tty, on: FAR });
  const speeds = await alternate(
    {
      sshTty: () => speed(viaSsh(['-tt']), IN_TERMINAL_BYTES),
      tty: () => speed(viaDispatch(true), IN_TERMINAL_BYTES),
      ssh: () => speed(viaSsh([]), FILE_BYTES),
      pipe: () => speed(viaDispatch(false), FILE_BYTES),
    },
    context.rounds(7),
  );
  return [
    {
      name: '200 MB of output from far to a follower, terminal',
      unit: 'MB/s',
      ours: speeds.tty,
      yardstick: { name: 'ssh -tt', ...speeds.sshTty },
      target: atLeast(speeds.tty.median / speeds.sshTty.median, 1, '≥ 1.0 × ssh'),
      note: 'cap 1 GiB; the follower saw every byte, each time',
    },
    {
      name: '200 MB of output from far to a follower, pipes',
      unit: 'MB/s',
      ours: speeds.pipe,
      yardstick: { name: 'ssh', ...speeds.ssh },
    },
  ];
}
