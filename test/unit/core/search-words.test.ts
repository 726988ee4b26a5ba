import { expect, test } from 'vitest';
import { wordsOf } from '../../../src/core/search/words.ts';

test('words are letters and digits, lower-case, each once', () => {
  expect(wordsOf('!npm test -- --Login LOGIN a_b "x=1"')).toEqual(['npm', 'test', 'login', 'a', 'b', 'x', '1']);
  expect(wordsOf(' \n\t../-- ')).toEqual([]);
});

test('compatible forms are one word, marks stay with their letters, Han and kana stand alone', () => {
  expect(wordsOf('Ｆｕｌｌ ﬁn cafe\u0301 हिन्दी')).toEqual(['full', 'fin', 'café', 'हिन्दी']);
  expect(wordsOf('abc漢字カナ12')).toEqual(['abc', '漢', '字', 'カ', 'ナ', '12']);
});

test('number and length are bounded, and no character is cut in two', () => {
  expect(wordsOf(Array.from({ length: 100 }, (_, n) => `w${n}`).join(' '))).toHaveLength(64);
  expect(wordsOf('x'.repeat(1000))).toEqual(['x'.repeat(32)]);
  const deseret = '𐐨'; // outside the basic plane
  expect(wordsOf(deseret.repeat(40))).toEqual([deseret.repeat(32)]);
});
