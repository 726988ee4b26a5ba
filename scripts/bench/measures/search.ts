// From a query to the first page of what it finds in the long thread, as a client gets it through the control socket; beside grep, which
// looks through the same entries as lines of text.
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ControlClient } from '../../../src/control/client/client.ts';
import { findEntries } from '../../../src/control/client/find-entries.ts';
import { firstWordsOf } from '../../../src/core/search/found-by.ts';
import type { ThreadEntry } from '../../../src/core/thread.ts';
import { alternate } from '../harness/alternate.ts';
import type { Benchmark, Measure } from '../harness/benchmark.ts';
import { timeToEnd } from '../harness/processes.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

/** What the dashboard asks for at once. */
const PAGE = 100;
/** How much of the thread is read in one go to write it as text. */
const PIECE = 500;
const BEFORE_ALL = '0';

export const search: Benchmark = {
  name: 'search',
  async run(context) {
    const home = await context.longHome();
    const peer = await home.startPeer();
    const folder = makeTemporaryFolder('search');
    const client = await home.connect();
    try {
      const text = join(folder.path, 'thread.txt');
      await pipeline(Readable.from(linesOf(client)), createWriteStream(text));
      const measures: Measure[] = [];
      for (const { what, query, pattern } of await questions(client)) {
        const { ours, grep } = await alternate(
          {
            ours: () => timeToFirst(client, query),
            grep: () => timeToEnd('grep', ['-c', pattern, text], home.env),
          },
          context.rounds(20),
        );
        const name = `search: ${what}, ${home.entries.toLocaleString('en-US')} entries`;
        measures.push({ name, unit: 'ms', ours, tail: true, yardstick: { name: 'grep -c', ...grep } });
      }
      return measures;
    } finally {
      client.close();
      await peer.stop();
      folder.remove();
    }
  },
};

async function questions(client: ControlClient): Promise<{ what: string; query: string; pattern: string }[]> {
  const { entries } = await findEntries(client, 'number is:message', 1);
  const [, rare] = /number (\d+)$/.exec(entries[0]?.kind === 'message' ? entries[0].message.text : '') ?? [];
  if (rare === undefined) throw new Error('the thread has no message with a number');
  return [
    { what: 'a common word', query: 'server', pattern: 'server' },
    { what: 'two words', query: 'server login', pattern: 'server login' },
    { what: 'a rare word', query: rare, pattern: `number .*${rare}` },
    { what: 'is:failed', query: 'is:failed', pattern: '^run failed' },
  ];
}

async function timeToFirst(client: ControlClient, query: string): Promise<number> {
  const startedAt = performance.now();
  const { entries } = await findEntries(client, query, PAGE);
  if (entries.length === 0) throw new Error(`"${query}" found nothing`);
  return performance.now() - startedAt;
}

/** The thread, oldest first: of each entry its kind, how a run stands, and its words. */
async function* linesOf(client: ControlClient): AsyncGenerator<string> {
  for (let after = BEFORE_ALL, more = true; more; ) {
    const page = await client.call('thread.read', { after, limit: PIECE });
    yield page.entries.map((entry) => `${lineOf(entry)}\n`).join('');
    after = page.entries.at(-1)?.key ?? after;
    more = page.more && page.entries.length > 0;
  }
}

const lineOf = (entry: ThreadEntry): string =>
  [entry.kind, ...(entry.kind === 'run' ? [entry.run.status] : []), ...firstWordsOf(entry)].join(' ');
