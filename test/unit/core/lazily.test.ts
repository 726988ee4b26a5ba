// A value that is made when it is first asked for.
import { expect, it } from 'vitest';
import { lazily } from '../../../src/core/lazily.ts';

it.each([[1], [undefined]])('%s is made once, and not before it is used', (value) => {
  let made = 0;
  const get = lazily(() => {
    made += 1;
    return value;
  });
  expect(made).toBe(0);
  expect([get(), get()]).toEqual([value, value]);
  expect(made).toBe(1);
});
