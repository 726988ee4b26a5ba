// The soak version of the crash test: several hundred deaths on one home.
import { expect, it } from 'vitest';
import { crashRounds } from '../integration/crash/rounds.ts';

const SEED = Number(process.env.DISPATCH_CRASH_SEED ?? Date.now() % 2 ** 31);
const ROUNDS = 400;

it(`keeps every promise over ${ROUNDS} kills of the peer`, async () => {
  await expect(crashRounds(ROUNDS, SEED)).resolves.toBeUndefined();
}, 1_800_000);
