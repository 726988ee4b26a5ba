// The reasons of the router, word by word.
import { expect, it } from 'vitest';
import { route } from '../../../src/core/routing/route.ts';
import { aDevice, CONTEXTS } from '../../fixtures/routing/contexts.ts';
import { SENTENCES } from '../../fixtures/routing/sentences.ts';

it.each(SENTENCES)('in $context: $task', ({ context, task, because, not }) => {
  const answer = route(task, CONTEXTS[context]);
  if (!answer.ok) throw new Error(`${answer.code}: ${answer.reason}`);
  expect(answer.because).toEqual(because);
  const told = Object.fromEntries(
    answer.rejected.map((each) => ['device' in each ? each.device : each.route, each.reason]),
  );
  expect(told).toMatchObject(not);
  // Why it is one route says nothing of another one.
  for (const each of answer.rejected) if ('route' in each) expect(because).not.toContain(each.reason);
});

it('there are enough of them', () => {
  expect(SENTENCES.length).toBeGreaterThanOrEqual(25);
});

it('does not say of a device that it is there when it is not', () => {
  const away = { state: 'offline', since: 0, stage: 'timeout' } as const;
  const devices = [
    aDevice('here', { local: true, can: '' }),
    aDevice('one', { presence: away, running: 2 }),
    aDevice('two', { presence: away }),
  ];
  const answer = route('!ls', { ...CONTEXTS.asleep, devices });
  expect(answer).toMatchObject({ ok: true, because: ['"!" means the shell', 'it has the least to do'] });
});

it('says that a rule has named the devices where they are refused', () => {
  const { routing: _, ...home } = CONTEXTS.ruled;
  const routing = [{ name: 'call', match: ['call *'], device: 'phone', run: 'call {1}' }];
  const answer = route('call me', { ...home, routing });
  expect(answer).toMatchObject({
    ok: false,
    reason: expect.stringContaining('no device that your rule "call" names can do it'),
  });
});
