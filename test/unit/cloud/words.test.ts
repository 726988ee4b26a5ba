// Forms of a word are one term, and words that say nothing are none.
import { expect, test } from 'vitest';
import { readQuery } from '../../../src/cloud/knowledge/query.ts';
import { asTerm, splitWords, stem } from '../../../src/cloud/knowledge/words.ts';

test.each([
  ['pair', 'pairs', 'paired', 'pairing'],
  ['file', 'files'],
  ['policy', 'policies'],
  ['stop', 'stops', 'stopped', 'stopping'],
  ['delete', 'deletes', 'deleted', 'deleting'],
  ['box', 'boxes'],
  ['access', 'accesses'],
  ['approve', 'approved', 'approves', 'approving'],
])('%s and its forms', (...forms) => {
  expect(new Set(forms.map(stem)).size).toBe(1);
});

test.each(['status', 'bus', 'ssh', 'sing', 'red', 'ipv6', '4747'])('%s stays as it is', (word) => {
  expect(stem(word)).toBe(word);
});

test('words of any language, without their accents', () => {
  expect(splitWords('Größe, naïve café: max-access=7 \u65e5\u672c')).toEqual([
    'große',
    'naive',
    'cafe',
    'max',
    'access',
    '7',
    '\u65e5\u672c',
  ]);
  expect(asTerm('the')).toBeUndefined();
});

test('a question that stands alone brings nothing of those before, one that leans does', () => {
  const messages = [
    { role: 'user', text: 'wayland screenshots' },
    { role: 'assistant', text: 'prometheus' },
  ];
  const terms = (question: string): readonly string[] => readQuery(question, messages).map(({ term }) => term);
  expect(terms('how do I install the peer service on debian')).not.toContain('wayland');
  expect(terms('how do I turn it off')).toContain('wayland');
  expect(terms('and metrics?')).toEqual(['metric', 'wayland', 'screenshot']);
  expect(terms('how do I turn it off')).not.toContain('prometheus');
});
