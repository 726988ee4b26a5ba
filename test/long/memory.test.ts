// Memory does not grow with what a peer has done: thousands of runs and hundreds of clients leave nothing on its heap.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ControlClient } from '../../src/control/client/client.ts';
import { PEER_NODE_FLAGS } from '../../src/peer/node-flags.ts';
import { systemIds } from '../../src/peer/system.ts';
import { type CliHome, createHome } from '../helpers/cli.ts';

const PROGRAM = fileURLToPath(new URL('../fixtures/peer-with-gc.ts', import.meta.url));
const RUNS = 2000;
const CLIENTS = 200;
/** Before the first look: caches fill, code is compiled, the database opens its files. */
const WARM = { runs: 500, clients: 50 };
const AT_ONCE = 8;
/** 1 kB for each run: one that stayed would take several. What does grow is compiled code. */
const HEAP_MAY_GROW = 2 * 2 ** 20;
const EXTERNAL_MAY_GROW = 4 * 2 ** 20;
/** LevelDB's caches and what malloc keeps: bounded, not flat. */
const ANONYMOUS_MAY_GROW = 32 * 2 ** 20;

interface Memory {
  readonly heap: number;
  readonly external: number;
  readonly anonymous: number;
}

let home: CliHome;
let peer: ChildProcess;
beforeEach(async () => {
  home = createHome();
  home.writeConfig('[network]\nlisten = ["127.0.0.1:0"]\nlan = false\n');
  peer = spawn(process.execPath, ['--expose-gc', ...PEER_NODE_FLAGS, PROGRAM], {
    env: home.env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(peer, 'message');
});
afterEach(() => home.dispose());

async function memory(): Promise<Memory> {
  const answer = once(peer, 'message');
  peer.send('memory');
  return (await answer)[0] as Memory;
}

async function run(client: ControlClient, command: string): Promise<void> {
  const id = systemIds.next();
  const action = { kind: 'shell', command, access: 'workspace-write', cwd: home.work } as const;
  await client.call('submit', { id, task: `!${command}`, action, approve: true });
  const { runs } = await client.call('wait', { runs: [id] });
  expect(runs[0]).toMatchObject({ status: 'completed' });
}

async function runs(count: number): Promise<void> {
  let left = count;
  const work = async (): Promise<void> => {
    const client = await home.client();
    while (left-- > 0) await run(client, `echo ${left} > $DISPATCH_ARTIFACTS/n.txt; echo ${'x'.repeat(200)}`);
    client.close();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** Each looks at everything that a dashboard looks at, follows, and goes without a word. */
async function clients(count: number): Promise<void> {
  for (let served = 0; served < count; served += 1) {
    const client = await home.client();
    const { cursor, runs } = await client.call('snapshot', { entries: 200 });
    await client.call('follow', { cursor });
    await client.call('devices', {});
    await client.call('search', { query: 'echo', limit: 20 });
    const [latest] = runs;
    if (latest !== undefined) await client.call('output.open', { run: latest.id, offset: 0 });
    client.close();
    await client.closed;
  }
}

it(`${RUNS} runs and ${CLIENTS} clients leave nothing behind`, async () => {
  await runs(WARM.runs);
  await clients(WARM.clients);
  const before = await memory();
  const looks: Memory[] = [];
  for (let quarter = 0; quarter < 4; quarter += 1) {
    await runs(RUNS / 4);
    await clients(CLIENTS / 4);
    looks.push(await memory());
  }
  const after = looks.at(-1) as Memory;
  const told = JSON.stringify([before, ...looks]);
  expect(after.heap - before.heap, told).toBeLessThan(HEAP_MAY_GROW);
  expect(after.external - before.external, told).toBeLessThan(EXTERNAL_MAY_GROW);
  expect(after.anonymous - before.anonymous, told).toBeLessThan(ANONYMOUS_MAY_GROW);
}, 900_000);
