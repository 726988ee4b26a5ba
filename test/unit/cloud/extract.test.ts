// The passage that answers, whole, and not the section around it.
import { expect, test } from 'vitest';
import { extract } from '../../../src/cloud/knowledge/extract.ts';

const worth = new Map([['zebra', { term: 'zebra', weight: 1 }]]);
const filler = (name: string): string[] => [
  `${name} is about something else, in a sentence of some length that fills the line.`,
  '',
];

test('a block of code comes whole, with the sentence that leads to it', () => {
  const code = ['```sh', 'one', '', 'zebra --now', 'three', '```'];
  const lines = [
    '# Title',
    '',
    ...filler('A'),
    ...filler('B'),
    'Then do this:',
    '',
    ...code,
    '',
    ...Array.from({ length: 6 }, (_, at) => filler(`C${at}`)).flat(),
  ];
  const found = extract(lines, 101, worth);
  expect(found.text).toBe(['Then do this:', '', ...code].join('\n'));
  expect(found.line).toBe(101 + lines.indexOf('Then do this:'));
  expect(found.endLine).toBe(found.line + code.length + 1);
});

test('a row of a table comes with the head of it', () => {
  const rows = Array.from({ length: 30 }, (_, at) => `| key${at} | ${at === 17 ? 'zebra' : 'other'} |`);
  const lines = ['# Title', '', '| key | meaning |', '| --- | --- |', ...rows];
  const found = extract(lines, 1, worth);
  expect(found.text).toBe('| key | meaning |\n| --- | --- |\n| key17 | zebra |');
  expect([found.line, found.endLine]).toEqual([22, 22]);
});

test('an item of a list comes whole, and a short section altogether', () => {
  const items = Array.from({ length: 20 }, (_, at) => [
    `- Item ${at} says ${at === 7 ? 'zebra' : 'nothing'},`,
    '  and goes on.',
  ]).flat();
  expect(extract(items, 1, worth).text).toBe('- Item 7 says zebra,\n  and goes on.');
  expect(extract(['# Title', '', 'Short.', '', 'zebra'], 5, worth)).toEqual({
    line: 7,
    endLine: 9,
    text: 'Short.\n\nzebra',
  });
});

test('a block of code without end is cut', () => {
  const lines = ['```', ...Array.from({ length: 500 }, () => 'zebra'), '```'];
  expect(extract(lines, 1, worth).text.split('\n')).toHaveLength(80);
});
