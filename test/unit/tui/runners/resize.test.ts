// The size of the screen on its way to the run that is attached: whatever comes in between, the newest is the last.
import { expect, it } from 'vitest';
import type { RunId } from '../../../../src/core/ids.ts';
import { createResizer } from '../../../../src/tui/runners/resize-runner.ts';

const run = 'r000000000000001' as RunId;
const size = (cols: number, rows: number, redraw = false) => ({ type: 'resize', run, cols, rows, redraw }) as const;

/** A peer that answers when it is told to, and what it was asked. */
function slowPeer() {
  const told: string[] = [];
  const waiting: PromiseWithResolvers<void>[] = [];
  const resize = createResizer(({ cols, rows }) => {
    told.push(`${cols}x${rows}`);
    const answer = Promise.withResolvers<void>();
    waiting.push(answer);
    return answer.promise;
  });
  const settle = () => new Promise((done) => setImmediate(done));
  return {
    resize,
    told,
    async answer() {
      waiting.shift()?.resolve();
      await settle();
    },
    async fail() {
      waiting.shift()?.reject(new Error('it is over'));
      await settle();
    },
  };
}

it('is told twice to a program that has to draw itself anew', async () => {
  const { resize, told, answer } = slowPeer();
  resize(size(80, 24, true));
  expect(told).toEqual(['80x23']);
  await answer();
  expect(told).toEqual(['80x23', '80x24']);
});

it('that changed while the program was made to draw comes last, and an older one not after it', async () => {
  const { resize, told, answer } = slowPeer();
  resize(size(120, 39, true));
  resize(size(100, 29));
  resize(size(50, 13));
  await answer();
  await answer();
  await answer();
  expect(told).toEqual(['120x38', '50x13']);
});

it('goes on to be told after one that could not be', async () => {
  const { resize, told, answer, fail } = slowPeer();
  resize(size(80, 24));
  await fail();
  resize(size(70, 20));
  await answer();
  expect(told).toEqual(['80x24', '70x20']);
});
