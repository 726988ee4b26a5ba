// Turns are given in the order in which they were asked for, and none is lost.
import { expect, test } from 'vitest';
import { createTurns } from '../../../src/cloud/code/turns.ts';

const { signal } = new AbortController();

test('so many at once, the others in order', async () => {
  const turns = createTurns(2, 10);
  const order: number[] = [];
  const [first, second] = [await turns.take(signal), await turns.take(signal)];
  const later = [3, 4, 5].map(async (number) => {
    const over = await turns.take(signal);
    order.push(number);
    over?.();
  });
  expect(turns.waiting).toBe(3);
  first?.();
  await Promise.all(later);
  expect(order).toEqual([3, 4, 5]);
  second?.();
  expect(await turns.take(signal)).toBeTypeOf('function');
});

test('no more wait than may', async () => {
  const turns = createTurns(1, 1);
  const over = await turns.take(signal);
  const waiting = turns.take(signal);
  expect(await turns.take(signal)).toBeUndefined();
  over?.();
  expect(await waiting).toBeTypeOf('function');
});

test('who gives up leaves the line, and a turn ends once', async () => {
  const turns = createTurns(1, 5);
  const over = await turns.take(signal);
  const abort = new AbortController();
  const given = turns.take(abort.signal);
  const next = turns.take(signal);
  abort.abort(new Error('enough'));
  await expect(given).rejects.toThrow('enough');
  over?.();
  over?.();
  expect(await next).toBeTypeOf('function');
  expect(turns.waiting).toBe(0);
  const blocked = turns.take(signal);
  expect(turns.waiting).toBe(1);
  (await next)?.();
  expect(await blocked).toBeTypeOf('function');
  await expect(turns.take(AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
});
