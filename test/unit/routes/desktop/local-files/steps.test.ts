import { expect, it } from 'vitest';
import type { Sha256 } from '../../../../../src/core/ids.ts';
import {
  changesOf,
  doneOf,
  madeBy,
  pathsOfStep,
  type Step,
  stepText,
  targetsOf,
} from '../../../../../src/routes/desktop/local-files/steps.ts';

const one = '1'.repeat(64) as Sha256;
const two = '2'.repeat(64) as Sha256;
const source = { kind: 'bytes', bytes: Buffer.from('what nobody keeps') } as const;
const STEPS = {
  new: { do: 'write', path: '/new', source, after: two },
  write: { do: 'write', path: '/old', source, before: one, after: two, mode: 0o640 },
  delete: { do: 'delete', path: '/gone', before: one, mode: 0o600 },
  unlink: { do: 'unlink', path: '/away', target: '../x' },
  link: { do: 'link', path: '/link', target: '../x' },
  make: { do: 'make-folder', path: '/made' },
  remove: { do: 'remove-folder', path: '/empty', mode: 0o755 },
  move: { do: 'move', from: '/from', to: '/to', identity: '1:2', sha256: one },
  moveFolder: { do: 'move', from: '/folder', to: '/there', identity: '1:3' },
} as const satisfies Record<string, Step>;
const ALL: readonly Step[] = Object.values(STEPS);

it('a step is told for the digest wholly, but for its content', () => {
  const texts = ALL.map(stepText);
  expect(new Set(texts).size).toBe(ALL.length);
  expect(texts.join()).not.toContain('nobody keeps');
  for (const more of [{ path: '/other' }, { after: one }, { before: two }, { mode: 0o600 }] as const)
    expect(stepText({ ...STEPS.write, ...more } as Step)).not.toBe(stepText(STEPS.write));
  expect(stepText({ ...STEPS.new, source: { kind: 'file', path: '/a' } })).not.toBe(
    stepText({ ...STEPS.new, source: { kind: 'file', path: '/b' } }),
  );
});

it('files that change are told with what they were and what they become', () => {
  expect(changesOf(ALL)).toEqual([
    { path: '/new', after: two },
    { path: '/old', before: one, after: two },
    { path: '/gone', before: one },
    { path: '/from', before: one },
    { path: '/to', after: one },
  ]);
});

it('what has no content is told in words', () => {
  expect(targetsOf(ALL)).toEqual([
    'the link /away goes',
    'the link /link leads to ../x',
    'the folder /made is made',
    'the folder /empty goes',
    '/from becomes /to',
    '/folder becomes /there',
  ]);
});

it('every path that is touched is told, and which of them are new', () => {
  expect(ALL.flatMap(pathsOfStep)).toEqual([
    '/new',
    '/old',
    '/gone',
    '/away',
    '/link',
    '/made',
    '/empty',
    '/from',
    '/to',
    '/folder',
    '/there',
  ]);
  expect(ALL.flatMap(madeBy)).toEqual(['/new', '/link', '/made', '/to', '/there']);
});

it('what is written down to be undone has all that was there', () => {
  expect(doneOf(STEPS.new, undefined)).toEqual({ did: 'wrote', path: '/new', after: two });
  expect(doneOf(STEPS.write, 0o640)).toEqual({
    did: 'wrote',
    path: '/old',
    before: { sha256: one, mode: 0o640 },
    after: two,
  });
  expect(doneOf(STEPS.delete, undefined)).toEqual({
    did: 'deleted',
    path: '/gone',
    before: { sha256: one, mode: 0o600 },
  });
  expect(doneOf(STEPS.unlink, undefined)).toEqual({ did: 'unlinked', path: '/away', target: '../x' });
  expect(doneOf(STEPS.remove, undefined)).toEqual({ did: 'removed-folder', path: '/empty', mode: 0o755 });
  expect(doneOf(STEPS.move, undefined)).toEqual({ did: 'moved', from: '/from', to: '/to' });
});
