import { expect, test } from 'vitest';
import { chooseApprovals } from '../../../src/cli/choose-approvals.ts';
import type { Approval } from '../../../src/core/approvals.ts';

/** Those of whoever is named by the first letter, in the order in which they came. */
const asked = (ids: string): Approval[] => ids.split(' ').map((id) => ({ id }) as Approval);
const choose = (ids: string, limit: number) => {
  const { shown, left } = chooseApprovals(asked(ids), ({ id }) => id[0] as string, limit);
  return { shown: shown.map(({ id }) => id).join(' '), left };
};

test('all of a few are shown as they came', () => {
  expect(choose('a1 b1 a2', 3)).toEqual({ shown: 'a1 b1 a2', left: [] });
  expect(chooseApprovals([], () => '', 5)).toEqual({ shown: [], left: [] });
});

test('a flood hides nobody, and is counted', () => {
  expect(choose('a1 a2 a3 a4 a5 a6 b1 c1 b2', 5)).toEqual({
    shown: 'a1 a2 b1 c1 b2',
    left: [{ asker: 'a', count: 4 }],
  });
  expect(choose('a1 a2 b1 c1', 2)).toEqual({
    shown: 'a1 b1',
    left: [
      { asker: 'a', count: 1 },
      { asker: 'c', count: 1 },
    ],
  });
});
