// Lives of a peer, each ended by kill -9 at a random moment while several clients work with it.
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { type ControlClient, connectControl } from '../../../src/control/client/client.ts';
import type { Action } from '../../../src/core/actions.ts';
import { DispatchError } from '../../../src/core/errors.ts';
import { type RunId, spellId } from '../../../src/core/ids.ts';
import type { Run } from '../../../src/core/runs.ts';
import { type CliHome, createHome, type Running } from '../../helpers/cli.ts';
import { createRandom } from '../../helpers/random.ts';
import {
  acknowledge,
  allRuns,
  createLedger,
  effectsOf,
  expectAllKept,
  expectKept,
  type Kind,
  type Ledger,
} from './ledger.ts';

/** The peer dies after at most so many acknowledgements, whatever the speed of the machine, and at most so much later. */
const MOST_ACKNOWLEDGED = 24;
const LINGER_MS = 150;
/** How long one lives that dies while it starts. */
const START_MS = 700;
/** Of every so many peers one dies while it starts. */
const STILLBORN = 6;
/** What one client asks for in one life, so that the machine keeps up. */
const MOST = 8;

/** Runs the rounds in a home of their own, and checks after each of them and at the end. */
export async function crashRounds(rounds: number, seed: number): Promise<void> {
  const home = createHome();
  const random = createRandom(seed);
  const ledger = createLedger(join(home.work, 'effects'));
  mkdirSync(ledger.effects);
  try {
    for (let round = 0; round < rounds; round++) {
      if (round % STILLBORN === STILLBORN - 1) await dieStarting(home, random);
      else await live(home, ledger, random, round);
    }
    await home.startPeer();
    const client = await home.client();
    await settle(client);
    await follow(client, ledger).caughtUp();
    await expectAllKept(client, ledger);
    expect(ledger.runs.size, 'too few runs to mean anything').toBeGreaterThan(rounds);
    expect(effectsOf(ledger).length).toBeGreaterThan(rounds / 2);
    expect(ledger.messages.length).toBeGreaterThan(rounds / 2);
  } catch (error) {
    throw new Error(`with seed ${seed}: ${(error as Error).message}`, { cause: error });
  } finally {
    await home.dispose();
  }
}

async function dieStarting(home: CliHome, random: () => number): Promise<void> {
  const peer = home.start(['peer', '--background']);
  await delay(random() * START_MS);
  await kill(peer);
}

/** A peer that dies has had nothing to complain of. */
async function kill(peer: Running): Promise<void> {
  peer.kill('SIGKILL');
  const { err } = await peer.done;
  expect(err.split('\n').filter((line) => / error /.test(line))).toEqual([]);
}

async function live(home: CliHome, ledger: Ledger, random: () => number, round: number): Promise<void> {
  const peer = await home.startPeer();
  const connect = (): Promise<ControlClient> =>
    connectControl({ path: home.paths.socket, client: 'test', version: '0' });
  const clients = await Promise.all([connect(), connect(), connect(), connect()]);
  const [one, two, three, four] = clients as [ControlClient, ControlClient, ControlClient, ControlClient];
  const following = follow(four, ledger);
  const work = [
    until(expectKept(one, ledger)),
    until(repeat((n) => submit(one, ledger, 'approved', n))),
    until(repeat((n) => submit(two, ledger, n % 2 === 0 ? 'allowed' : 'approved', n))),
    until(repeat((n) => askAndAnswer(three, ledger, random, n))),
    until(repeat((n) => say(four, ledger, `message ${round}.${n}`))),
  ];
  const worked = Promise.all(work);
  worked.catch(() => {}); // told below
  await Promise.race([acknowledged(ledger, Math.floor(random() * MOST_ACKNOWLEDGED)), worked]);
  await delay(random() * LINGER_MS);
  await kill(peer);
  await worked;
  following.stop();
  for (const client of clients) client.close();
}

function acknowledged(ledger: Ledger, count: number): Promise<void> {
  const target = ledger.acknowledged + count;
  return new Promise((resolve) => {
    ledger.onAcknowledged = () => {
      if (ledger.acknowledged >= target) resolve();
    };
    ledger.onAcknowledged();
  });
}

/** Works on until the peer is gone, which is how each life ends. */
async function until(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof DispatchError && error.code === 'unavailable')) throw error;
  }
}

async function repeat(work: (n: number) => Promise<unknown>): Promise<void> {
  for (let n = 0; n < MOST; n++) await work(n);
}

async function submit(client: ControlClient, ledger: Ledger, kind: Kind, n: number): Promise<string> {
  const id = spellId(randomBytes(10));
  const action = actionOf(kind, ledger.effects, n);
  const approve = kind === 'approved' ? { approve: true } : {};
  const { run } = await client.call('submit', { id, task: `!${action.command}`, action, ...approve });
  expect(run.id).toBe(id);
  ledger.runs.set(id, { kind, number: run.number });
  acknowledge(ledger);
  return id;
}

function actionOf(kind: Kind, effects: string, n: number): Extract<Action, { kind: 'shell' }> {
  // Some are over at once, some are cut off.
  const command =
    kind === 'allowed'
      ? 'seq 3'
      : `echo "$DISPATCH_RUN" >> '${effects}'/"$DISPATCH_RUN"; echo begun; sleep 0.${n % 4}; echo ended`;
  return { kind: 'shell', command, access: 'workspace-write', cwd: effects };
}

async function askAndAnswer(client: ControlClient, ledger: Ledger, random: () => number, n: number): Promise<void> {
  const run = await submit(client, ledger, 'asking', n);
  const [waiting] = (await client.call('wait', { runs: [run], orApproval: true })).runs;
  if (waiting?.status !== 'waiting_approval') throw new Error(`run ${run} is ${waiting?.status} and does not wait`);
  const dice = random();
  if (dice < 0.4) return; // it stays pending
  const decision = dice < 0.7 ? 'approve' : 'reject';
  await client.call('decide', { approval: waiting.approvalId, decision });
  ledger.decisions.set(run, decision);
  acknowledge(ledger);
}

async function say(client: ControlClient, ledger: Ledger, text: string): Promise<void> {
  await client.call('say', { text });
  ledger.messages.push(text);
  acknowledge(ledger);
}

/** Follows from where it stood when the peer before died: without a gap, without a repeat. */
function follow(client: ControlClient, ledger: Ledger): { stop(): void; caughtUp(): Promise<void> } {
  let fault: string | undefined;
  const stop = client.on('change', ({ event }) => {
    if (event.seq !== ledger.followed + 1) fault ??= `event ${event.seq} came after ${ledger.followed}`;
    ledger.followed = event.seq;
  });
  const begun = client.peer.then(({ id }) => client.call('follow', { cursor: { [id]: ledger.followed } }));
  begun.catch(() => {}); // the peer may be gone already
  return {
    stop() {
      stop();
      expect(fault).toBeUndefined();
    },
    async caughtUp() {
      await begun;
      const { cursor } = await client.call('snapshot', { entries: 1 });
      const target = Object.values(cursor)[0] ?? 0;
      await new Promise<void>((resolve) => {
        const look = (): void => (ledger.followed >= target ? resolve() : undefined);
        client.on('change', look);
        look();
      });
      expect(fault).toBeUndefined();
    },
  };
}

/** Waits until everything is over that does not wait for a person, also what was kept and never acknowledged. */
async function settle(client: ControlClient): Promise<void> {
  const ids = (await allRuns(client)).map(({ id }) => id);
  const answered: RunId[] = [];
  for (let from = 0; from < ids.length; from += 500) {
    const { runs } = await client.call('wait', { runs: ids.slice(from, from + 500), orApproval: true });
    for (const run of runs)
      if (run.status === 'waiting_approval' && !(await isPending(client, run))) answered.push(run.id);
  }
  // A yes that was kept and not acted on before the peer died is acted on now.
  if (answered.length > 0) await client.call('wait', { runs: answered });
}

async function isPending(client: ControlClient, { id }: Run): Promise<boolean> {
  const { approvals } = await client.call('run.get', { run: id });
  return approvals.at(-1)?.status === 'pending';
}
