// 200 MB of lines through a run to a follower in another process, beside the same bytes through node-pty, or a child's pipe,
// read by a process that does nothing else. The producer is cat on a file that is in memory by then.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alternate } from '../harness/alternate.ts';
import { atLeast, type BenchContext, type Benchmark, type Measure } from '../harness/benchmark.ts';
import type { Home } from '../harness/home.ts';
import type { Summary } from '../harness/statistics.ts';
import { FILE_BYTES, IN_TERMINAL_BYTES, writeLines } from './lines-file.ts';
import { openReader, type Reader, type Reading } from './output-reader-client.ts';

const LIMIT_RATIO = 0.8;
const EVERYTHING = '[output]\ncap = "1GiB"\n';

export const outputThroughput: Benchmark = {
  name: 'output-throughput',
  async run(context) {
    const folder = mkdtempSync(join(tmpdir(), 'dispatch-bench-output-'));
    const homes = { all: await context.emptyHome(EVERYTHING), capped: await context.emptyHome() };
    const peers = [await homes.all.startPeer(), await homes.capped.startPeer()];
    const reader = openReader(homes.all.env);
    try {
      const file = join(folder, 'lines');
      await writeLines(file);
      return await measure(context, { reader, homes, command: `cat '${file}'` });
    } finally {
      reader.close();
      for (const peer of peers) await peer.stop();
      for (const home of Object.values(homes)) home.remove();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface Setting {
  readonly reader: Reader;
  readonly homes: { readonly all: Home; readonly capped: Home };
  readonly command: string;
}

async function measure(context: BenchContext, { reader, homes, command }: Setting): Promise<Measure[]> {
  const { all, capped } = { all: homes.all.paths.socket, capped: homes.capped.paths.socket };
  const seen: Reading[] = [];
  const speed = async (reading: Promise<Reading>, expected: number, mayMiss = false): Promise<number> => {
    const { bytes, skipped, ms } = await reading;
    if (bytes + skipped !== expected)
      throw new Error(`${bytes} bytes arrived and ${skipped} were skipped, of ${expected}`);
    if (skipped > 0 && !mayMiss) throw new Error(`${skipped} bytes were dropped under a cap that should have kept all`);
    if (mayMiss) seen.push({ bytes, skipped, ms });
    return bytes / 1e6 / (ms / 1000);
  };
  const speeds = await alternate(
    {
      barePty: () => speed(reader.read({ kind: 'bare-pty', command, expected: IN_TERMINAL_BYTES }), IN_TERMINAL_BYTES),
      tty: () => speed(reader.read({ kind: 'run', socket: all, command, tty: true }), IN_TERMINAL_BYTES),
      ttyCapped: () => speed(reader.read({ kind: 'run', socket: capped, command, tty: true }), IN_TERMINAL_BYTES, true),
      barePipe: () => speed(reader.read({ kind: 'bare-pipe', command }), FILE_BYTES),
      pipe: () => speed(reader.read({ kind: 'run', socket: all, command, tty: false }), FILE_BYTES),
    },
    context.rounds(7),
  );
  const bareTty = { name: 'node-pty', ...speeds.barePty };
  const least = Math.min(...seen.map(({ bytes }) => bytes));
  return [
    row('terminal', speeds.tty, bareTty, 'cap 1 GiB; the follower saw every byte'),
    row(
      'terminal, default cap',
      speeds.ttyCapped,
      bareTty,
      least === IN_TERMINAL_BYTES
        ? 'cap 64 MiB; the follower kept up and saw every byte in every round'
        : `cap 64 MiB; the follower saw between ${Math.round(least / 1e6)} and ${Math.round(Math.max(...seen.map(({ bytes }) => bytes)) / 1e6)} MB of ${Math.round(IN_TERMINAL_BYTES / 1e6)}; speed is of what it saw`,
    ),
    row('pipes', speeds.pipe, { name: 'child_process', ...speeds.barePipe }, 'cap 1 GiB; the follower saw every byte'),
  ];
}

/** Only a terminal has a limit to keep: a pipe to a process that only counts is as fast as memory. */
function row(how: string, ours: Summary, yardstick: Summary & { name: string }, note: string): Measure {
  const measure = { name: `200 MB of output to a follower, ${how}`, unit: 'MB/s', ours, yardstick, note };
  if (how === 'pipes') return measure;
  return { ...measure, target: atLeast(ours.median / yardstick.median, LIMIT_RATIO, '≥ 80 % of it') };
}
