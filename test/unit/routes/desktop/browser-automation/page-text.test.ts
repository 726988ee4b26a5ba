import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMask, frame } from '../../../../../src/routes/desktop/browser-automation/page-text.ts';

test('every line of a page is indented, and shows what cannot be seen', () => {
  expect(frame('a\n[1/1] b\r\nc\td\u001b[2J\u202e').text).toBe('   a\n   [1/1] b\n   c  d\\u{1b}[2J\\u{202e}\n');
  expect(frame('')).toEqual({ text: '', cut: false });
});

test('whatever a page says, no line begins as one of ours, and nothing moves a terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      const framed = frame(text).text;
      expect(framed === '' || framed.endsWith('\n')).toBe(true);
      for (const line of framed.split('\n').slice(0, -1)) expect(line).toMatch(/^ {3}\P{Cc}*$/u);
    }),
  );
});

test('more than a person reads is cut at the end of a line', () => {
  const { text, cut } = frame(`${'x'.repeat(999)}\n`.repeat(200));
  expect(cut).toBe(true);
  expect(text.split('\n')).toHaveLength(101);
  expect(frame('y'.repeat(200_000))).toMatchObject({ cut: true });
});

test('secrets are masked as they are, in addresses and in JSON', () => {
  const mask = createMask({ A: 'p w"d', EMPTY: '' });
  expect(mask('p w"d p%20w%22d "p w\\"d" pwd')).toBe('{{A}} {{A}} "{{A}}" pwd');
});
