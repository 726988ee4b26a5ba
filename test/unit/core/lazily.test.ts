// A value that is made when it is first asked for.
import { expect, it } from 'vitest';
import { lazily } from '../../../src/core/lazily.ts';

it('is made once, and not before it is used', () => {
  let made = 0;
  const get = lazily(() => {
    made += 1;
    return { made };
  });
  expect(made).toBe(0);
  expect([get(), get()]).toEqual([{ made: 1 }, { made: 1 }]);
});
