// Two paired peers, one run after the other, and in the middle of each something breaks: a connection, a process, or time itself.
// Whatever breaks, a run is executed at most once, its output is never anything but its own, and both sides agree in the end.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { canCut, cutConnections } from '../helpers/cut.ts';
import {
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
const ROUNDS = 40;
const LINES = 150;
const EXPECTED = Array.from({ length: LINES }, (_, index) => `line ${index}\n`).join('');

interface Pair {
  readonly near: PeerHome;
  readonly far: PeerHome;
}

/** What happens, and whether the run may have been interrupted by it. */
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
  await delay(Math.random() * 18_000);
  process.kill(pid, 'SIGCONT');
}

describe.skipIf(!(await canCut()))('whatever breaks in mid-run', () => {
  test(`${ROUNDS} times`, async () => {
    const [near, far] = (await stage.peers('near', 'far')) as [PeerHome, PeerHome];
    await pairHomes(far, near, { allow: ['run', 'approve', 'observe'] });
    const names = Object.keys(FAULTS);
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = names[round % names.length] as string;
      const fault = FAULTS[name] as (typeof FAULTS)[string];
      const started = join(far.path, `started-${round}`);
      const { id } = await submit(
        near,
        `echo started >> ${started}; for ((i = 0; i < ${LINES}; i++)); do echo "line $i"; sleep 0.01; done`,
        { on: ['far'] },
      );
      await until('the start of the command', () => existsSync(started), 60_000);
      await delay(Math.random() * 1500);
      await fault.strike({ near, far });
      const final = await ended(near, id, 90_000);
      await online(near, 'far');
      const output = (await outputOf(near, id)).toString();
      const what = `round ${round}: ${name}`;
      expect(readFileSync(started, 'utf8'), what).toBe('started\n');
      if (final.status === 'completed') expect(output, what).toBe(EXPECTED);
      else {
        expect(fault.interrupts, `${what}: ${JSON.stringify(final)}`).toBe(true);
        expect(final, what).toMatchObject({ status: 'failed', reason: 'interrupted' });
        expect(EXPECTED.startsWith(output), what).toBe(true);
      }
      expect((await ended(far, id)).status, what).toBe(final.status);
    }
    const events = await eventsAt(near);
    expect(new Set(events.map(({ device, seq }) => `${device} ${seq}`)).size).toBe(events.length);
  }, 1_800_000);
});
