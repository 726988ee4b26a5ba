// What it costs to have the embedded server run a program of one line, from the request to the end of the answer, with everything warm.
import { spawnSync } from 'node:child_process';
import { startCloudServer } from '../../../src/cloud/cloud-server.ts';
import { manualFolder } from '../../../src/cloud/manual-folder.ts';
import { cloudFilter } from '../../../src/peer/cloud-filter.ts';
import { alternate } from '../harness/alternate.ts';
import { atMost, type Benchmark, type Measure } from '../harness/benchmark.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

const ROUNDS = 20;
const KEY = 'a-key-of-the-benchmark';

interface Measured {
  readonly language: string;
  readonly source: string;
  readonly limitMs?: number;
}

const MEASURED: readonly Measured[] = [
  { language: 'javascript', source: 'print(6 * 7)', limitMs: 100 },
  { language: 'python-wasm', source: 'print(6 * 7)', limitMs: 1000 },
  { language: 'bash-wasm', source: 'echo 42' },
  { language: 'python', source: 'print(6 * 7)', limitMs: 1000 },
  { language: 'bash', source: 'echo 42' },
];

export const embeddedCode: Benchmark = {
  name: 'embedded-code',
  async run(context) {
    const folder = makeTemporaryFolder('code');
    const server = await startCloudServer({
      version: '0',
      folders: [],
      manualDir: manualFolder(),
      stateDir: folder.path,
      key: KEY,
      path: process.env.PATH ?? '',
      filter: cloudFilter(),
    });
    try {
      const measures: Measure[] = [];
      for (const { language, source, limitMs } of MEASURED) {
        const time = async (): Promise<number> => {
          const startedAt = performance.now();
          const answer = await ask(server.url, language, source);
          if (!answer.includes(Buffer.from('42\n').toString('base64'))) throw new Error(`it answered ${answer}`);
          return performance.now() - startedAt;
        };
        const times = await alternate({ ours: time, alone }, context.rounds(ROUNDS));
        measures.push({
          name: `${language}, a program of one line`,
          unit: 'ms',
          ours: times.ours,
          yardstick: { name: 'python3 -c on its own', ...times.alone },
          ...(limitMs === undefined ? {} : { target: atMost(times.ours.median, limitMs, `≤ ${limitMs} ms`) }),
        });
      }
      return measures;
    } finally {
      await server.close();
      folder.remove();
    }
  },
};

async function ask(url: string, language: string, source: string): Promise<string> {
  const response = await fetch(`${url}/v1/code`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ language, source }),
  });
  return response.text();
}

async function alone(): Promise<number> {
  const startedAt = performance.now();
  spawnSync('python3', ['-c', 'print(6 * 7)']);
  return performance.now() - startedAt;
}
