// Whatever breaks a fetch, and however often: what is there in the end is the content, and no byte before the place that had been
// reached is asked for again.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expectSame } from '../helpers/kept-output.ts';
import { pattern } from '../helpers/pattern.ts';
import { until } from '../helpers/until.ts';
import { bytesOf, contentOf, openStage } from '../integration/artifacts/harness.ts';

const never = new AbortController().signal;

/** What happens when the box is about to send the byte at `at`. */
const interruption = fc.record({ at: fc.nat(), how: fc.constantFrom('cut', 'end', 'restart') });

/** A slow machine does not get through all of them in its time; fewer would show nothing. */
const CASES = 40;
const FEWEST_CASES = 12;

test('a content comes whole through any series of cuts, early ends and restarts', async () => {
  let cases = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 400_000 }),
      fc.integer({ min: 1, max: 50_000 }),
      fc.array(interruption, { maxLength: 6 }),
      fc.nat(),
      async (size, piece, interruptions, from) => {
        const content = pattern(0, size);
        const offset = size === 0 ? 0 : from % size;
        const plan = interruptions
          .map(({ at, how }) => ({ at: size === 0 ? 0 : at % size, how }))
          .sort((a, b) => a.at - b.at);
        let home = '';
        for (let restarts = 0; ; restarts += 1) {
          const stage = openStage({ piece, laptopHome: home });
          home = stage.laptopHome;
          const artifact = await stage.keep(content);
          let restart = false;
          stage.sabotage.before = (_sent, chunk) => {
            const next = plan[0];
            if (next === undefined || chunk.offset + chunk.bytes.length <= next.at) return undefined;
            plan.shift();
            if (next.how === 'end') return 'end';
            stage.cut();
            restart = next.how === 'restart';
            return undefined;
          };
          stage.join();
          const fetching = Promise.allSettled([
            stage.fetches.fetch(artifact, never, { wait: true }),
            bytesOf(stage.fetches.read(artifact, offset, never)),
          ]);
          let over = false;
          void fetching.then(() => {
            over = true;
          });
          await until('end of the fetch', () => {
            if (over || restart) return true;
            stage.join();
            return false;
          });
          if (restart) await stage.fetches.close();
          const [fetched, read] = await fetching;
          const reached = stage.sent.map(({ offset: begin, bytes }) => begin + bytes);
          for (const [index, { offset: begin }] of stage.sent.entries())
            if (index > 0) expect(begin).toBeGreaterThanOrEqual((reached[index - 1] ?? 0) - piece);
          if (restart) {
            expect(restarts).toBeLessThanOrEqual(interruptions.length);
            continue;
          }
          expect(fetched).toEqual({ status: 'fulfilled', value: undefined });
          expectSame(await contentOf(stage.laptop, artifact.sha256), content);
          if (read.status === 'rejected') throw read.reason;
          expectSame(read.value, content.subarray(offset));
          cases += 1;
          return;
        }
      },
    ),
    { numRuns: CASES, interruptAfterTimeLimit: 30_000, markInterruptAsFailure: false },
  );
  expect(cases).toBeGreaterThanOrEqual(FEWEST_CASES);
}, 60_000);
