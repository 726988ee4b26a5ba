// Two paired peers, one run after the other, and in the middle of each something breaks: a connection, a process, or time itself.
// Some of the runs have little time to be taken on, some are cancelled or their device revoked just then. Whatever happens, a run is
// executed at most once, its output is never anything but its own, and both sides agree in the end.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isFinal, type Run } from '../../src/core/runs.ts';
import { cutConnections, whyNotCut } from '../helpers/cut.ts';
import { unless } from '../helpers/needs.ts';
import { createRandom } from '../helpers/random.ts';
import {
  deviceOf,
  ended,
  eventsAt,
  online,
  outputOf,
  type PeerHome,
  pairHomes,
  peerStage,
  submit,
} from '../helpers/two-peers.ts';
import { until } from '../helpers/until.ts';

const stage = peerStage();
const SEED = Number(process.env.DISPATCH_FAULTS_SEED ?? Date.now() % 2 ** 31);
const random = createRandom(SEED);
const ROUNDS = Number(process.env.DISPATCH_FAULTS_ROUNDS ?? 60);
const LINES = 150;
const EXPECTED = Array.from({ length: LINES }, (_, index) => `line ${index}\n`).join('');
const END_MS = 90_000;

interface Pair {
  readonly near: PeerHome;
  readonly far: PeerHome;
}

/** What breaks, and whether the run may have been interrupted by it. */
const FAULTS: Readonly<Record<string, { interrupts: boolean; strike(pair: Pair): Promise<void> }>> = {
  'the connection is reset': {
    interrupts: false,
    strike: async ({ near, far }) => void cutConnections(near.port, far.port),
  },
  'the executor is killed': { interrupts: true, strike: ({ far }) => killed(far) },
  'the origin is killed': { interrupts: false, strike: ({ near }) => killed(near) },
  'the executor stands still': { interrupts: false, strike: ({ far }) => frozen(far) },
  'the origin stands still': { interrupts: false, strike: ({ near }) => frozen(near) },
};

async function killed(home: PeerHome): Promise<void> {
  await home.killPeer();
  await home.begin();
}

/** For long enough to be noticed by the other side in every third case or so. */
async function frozen(home: PeerHome): Promise<void> {
  const pid = await home.peerPid();
  process.kill(pid, 'SIGSTOP');
  await delay(random() * 18_000);
  process.kill(pid, 'SIGCONT');
}

interface Round extends Pair {
  readonly command: string;
  /** A line for each time that the command was executed. */
  readonly started: string;
  strike(): Promise<void>;
}

/** What is done to the run besides; gives it, and how it may have been cancelled. */
const MIX: Readonly<
  Record<string, (round: Round) => Promise<{ id: string; reason?: 'expired' | 'user' | 'revoked' }>>
> = {
  'goes on': async (round) => {
    const { id } = await begun(round);
    await round.strike();
    return { id };
  },
  // It is struck as it is offered, so that its time runs out on either side of that.
  'has little time': async ({ near, command, strike }) => {
    const { id } = await submit(near, command, { on: ['far'], expiresInMs: 1 + Math.floor(random() * 4000) });
    await strike();
    return { id, reason: 'expired' };
  },
  'is cancelled': async (round) => {
    const { id } = await begun(round);
    const struck = round.strike();
    // The peer that is asked may be the one that is struck: then it goes on as if nobody had asked.
    const asked = cancel(round.near, id).catch(() => {});
    await struck;
    await asked;
    return { id, reason: 'user' };
  },
  'is of a device that is revoked': async (round) => {
    const { near, far } = round;
    const { id } = await begun(round);
    await round.strike();
    await until('revocation', () => revoke(far), END_MS);
    await until('end at the origin', () => over(near, id), END_MS);
    await pairHomes(far, near, { allow: ['run', 'approve', 'observe'] });
    return { id, reason: 'revoked' };
  },
};

async function begun({ near, command, started }: Round): Promise<Run> {
  const run = await submit(near, command, { on: ['far'] });
  await until('the start of the command', () => existsSync(started), 60_000);
  await delay(random() * 1500);
  return run;
}

async function cancel(home: PeerHome, run: string): Promise<void> {
  await (await home.ask()).call('cancel', { run });
}

async function revoke(home: PeerHome): Promise<boolean> {
  await (await home.ask()).call('device.revoke', { device: 'near' });
  return true;
}

/** Told of it over the link, the origin ends the run; if there was none to tell it over, its person does. */
async function over(home: PeerHome, id: string): Promise<boolean> {
  const { run } = await (await home.ask()).call('run.get', { run: id });
  if (isFinal(run)) return true;
  const { presence } = await deviceOf(home, 'far');
  if (presence.state === 'offline' && presence.stage === 'denied') await cancel(home, id).catch(() => {});
  return false;
}

unless(await whyNotCut())('whatever breaks in mid-run', () => {
  test(`${ROUNDS} times, with DISPATCH_FAULTS_SEED=${SEED}`, async () => {
    process.stdout.write(`the same again: DISPATCH_FAULTS_SEED=${SEED}\n`);
    const [near, far] = (await stage.peers('near', 'far')) as [PeerHome, PeerHome];
    await pairHomes(far, near, { allow: ['run', 'approve', 'observe'] });
    const faults = Object.keys(FAULTS);
    const mix = Object.keys(MIX);
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = faults[round % faults.length] as string;
      const fault = FAULTS[name] as (typeof FAULTS)[string];
      // Each fault meets each of them.
      const kind = mix[Math.floor(round / faults.length) % mix.length] as string;
      const what = `round ${round} with seed ${SEED}: the run ${kind}, and ${name}`;
      const started = join(far.work, `started-${round}`);
      const command = `echo started >> ${started}; for ((i = 0; i < ${LINES}; i++)); do echo "line $i"; sleep 0.01; done`;
      const play = MIX[kind] as (typeof MIX)[string];
      const { id, reason } = await play({ near, far, command, started, strike: () => fault.strike({ near, far }) });
      const final = await ended(near, id, END_MS);
      await online(near, 'far');
      const executed = existsSync(started) ? readFileSync(started, 'utf8') : '';
      expect(['', 'started\n'], what).toContain(executed);
      const output = (await outputOf(near, id)).toString();
      if (final.status === 'completed') {
        expect({ executed, output }, what).toEqual({ executed: 'started\n', output: EXPECTED });
      } else {
        expect(EXPECTED.startsWith(output), what).toBe(true);
        const interrupted = fault.interrupts && final.status === 'failed' && final.reason === 'interrupted';
        const cancelled = final.status === 'cancelled' && final.reason === reason;
        expect(interrupted || cancelled, `${what}: ${JSON.stringify(final)}`).toBe(true);
        if (cancelled && reason === 'expired') expect(executed, what).toBe('');
      }
      // Of a run that was given up on a device that was not there to tell, only that device knows how it ended.
      if (reason !== 'revoked') expect((await ended(far, id, END_MS)).status, what).toBe(final.status);
    }
    const events = await eventsAt(near);
    expect(new Set(events.map(({ device, seq }) => `${device} ${seq}`)).size).toBe(events.length);
  }, 2_700_000);
});
