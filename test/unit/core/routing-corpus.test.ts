// Every task of the corpus goes where it says, and whatever else is typed is routed by the same laws.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accessOf, ROUTES, routeOf } from '../../../src/core/actions.ts';
import type { RouteContext } from '../../../src/core/routing/context.ts';
import { route } from '../../../src/core/routing/route.ts';
import type { RouteAnswer } from '../../../src/core/routing/route-answer.ts';
import { CONTEXTS, type ContextName } from '../../fixtures/routing/contexts.ts';
import { CORPUS } from '../../fixtures/routing/corpus.ts';

/** What holds of every answer. */
function checkLaws(answer: RouteAnswer, { devices }: RouteContext): void {
  expect(answer.because.length).toBeGreaterThan(0);
  expect(answer.because.every((reason) => reason !== '')).toBe(true);
  expect(routeOf(answer.action)).toBe(answer.route);
  expect(answer.device).toBe(answer.devices[0]);
  const transfer = answer.transfer?.from.device.name;
  const chosen = [
    ...new Set([...answer.devices.map(({ name }) => name), ...(transfer === undefined ? [] : [transfer])]),
  ];
  const names = answer.rejected.flatMap((each) => ('device' in each ? [each.device] : []));
  expect([...chosen, ...names].sort()).toEqual(devices.map(({ name }) => name).sort());
  const routes = answer.rejected.flatMap((each) => ('route' in each ? [each.route] : []));
  expect([answer.route, ...routes].sort()).toEqual([...ROUTES].sort());
  expect(answer.rejected.every(({ reason }) => reason !== '')).toBe(true);
}

describe.each(Object.keys(CONTEXTS) as ContextName[])('in %s', (name) => {
  const context = CONTEXTS[name];
  it.each(CORPUS.filter((each) => each.context === name))('$about: $task', ({ task, expected }) => {
    const answer = route(task, context);
    if ('refused' in expected) {
      expect(answer).toMatchObject({ ok: false, code: expected.refused });
      if (answer.ok) return;
      expect(`${answer.reason}: ${answer.hint}`).toContain(expected.words ?? '');
      expect(answer.hint ?? '').not.toBe('');
      if (expected.choices !== undefined) expect(answer.choices).toEqual(expected.choices);
      return;
    }
    expect(answer.ok ? 'ok' : `${answer.code}: ${answer.reason}`).toBe('ok');
    if (!answer.ok) return;
    expect(answer).toMatchObject({ route: expected.route, action: expected.action });
    expect(answer.devices.map((device) => device.name)).toEqual(expected.devices);
    expect(answer.connector).toBe(expected.connector);
    expect(answer.attach).toEqual(expected.attach);
    expect(answer.followUp).toBe(expected.followUp);
    if (expected.access !== undefined) expect(accessOf(answer.action)).toBe(expected.access);
    checkLaws(answer, context);
  });
});

it('the corpus is large, and no task is in it twice', () => {
  const keys = CORPUS.map(({ context, task }) => `${context} ${task}`);
  expect(keys.length).toBeGreaterThanOrEqual(220);
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  const routes = new Set(CORPUS.flatMap(({ expected }) => ('route' in expected ? [expected.route] : [])));
  expect([...routes].sort()).toEqual([...ROUTES].sort());
});

const PIECES = [
  '!', '!?', '!!', '?', '??', '=', '@nas', '@all', '@nowhere', '@nas,desk', '#code', '#knowledge', '#local', '#inline', '#work-model',
  '#cloud', '#x', '+1/a', '+"1/a b"', '"', "'", '\n', ' ', '```js', '```', '/code', '/code python', 'print(1)', 'run', 'ls', 'what is',
  'list', '~/work', 'open', 'https://example.org', 'on', 'gpu-box', 'deploy', 'to', 'tidy up', 'ticket', '{1}', '\\', '🦀', 'é', '\0',
]; // biome-ignore format: a list of words
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 5 })), { maxLength: 8 })
    .map((parts) => parts.join(' ')),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((parts) => parts.join('')),
  fc.constantFrom(...CORPUS).chain(({ task }) => fc.string({ maxLength: 4 }).map((more) => `${task}${more}`)),
);
const contexts = fc.constantFrom(...(Object.keys(CONTEXTS) as ContextName[])).map((name) => CONTEXTS[name]);

describe('whatever is typed', () => {
  it('is answered, the same way twice, with a reason for everything', () => {
    fc.assert(
      fc.property(texts, contexts, (text, context) => {
        const answer = route(text, context);
        expect(route(text, context)).toEqual(answer);
        expect(route(text, { ...context, devices: [...context.devices] })).toEqual(answer);
        if (answer.ok) checkLaws(answer, context);
        else expect(answer.reason).not.toBe('');
      }),
      { numRuns: 2000 },
    );
  });

  it('is a command of the shell only after "!", after "run", or by a rule', () => {
    fc.assert(
      fc.property(texts, contexts, (text, context) => {
        const answer = route(text, context);
        if (!answer.ok || answer.action.kind !== 'shell') return;
        const bare = text.trim().replace(/^(?:[@#+]\S+\s+)*/, '');
        const isRuled = answer.because[0]?.startsWith('your rule "') === true;
        expect(isRuled || /^(?:!|(?:run|exec|execute)\s)/i.test(bare), text).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('goes to the device that is named, or nowhere', () => {
    const bodies = fc.constantFrom(
      '!ls',
      '?why',
      '/code python 1',
      'run make',
      'list ~/a',
      'open https://example.org',
      'what is it?',
      'screenshot',
      'tidy up',
      'list /srv/x',
      '= 1',
    );
    const targets = fc.constantFrom(
      'laptop',
      'gpu-box',
      'nas',
      'desk',
      'phone',
      'old',
      'here',
      'one',
      'two',
      'gone',
      'nowhere',
    );
    fc.assert(
      fc.property(
        bodies,
        fc.array(targets, { minLength: 1, maxLength: 3 }),
        contexts,
        fc.boolean(),
        (body, named, context, first) => {
          const marks = `@${named.join(',')}`;
          const answer = route(first ? `${marks} ${body}` : `${body} ${marks}`, context);
          // What stands behind an expression is part of it.
          if (!answer.ok || answer.route === 'inline') return;
          // Behind a line of code, what names no device is code.
          const known = context.devices.map(({ name }) => name);
          // The assistant stays, and is told where.
          if (answer.action.kind === 'knowledge' && answer.action.assistant === true) {
            expect(answer.device?.local).toBe(true);
            expect(answer.action.question).toContain(`on @${named.join(',')}: `);
            return;
          }
          if (answer.route === 'cloud-code' && !first && !named.every((name) => known.includes(name))) return;
          expect(answer.devices.map(({ name }) => name)).toEqual([...new Set(named)]);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
