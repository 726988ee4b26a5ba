import { describe, expect, it } from 'vitest';
import { applyEdit } from '../../../../../src/routes/desktop/local-files/edit.ts';

type Edit = Parameters<typeof applyEdit>[1];
const edit = (text: string, more: Omit<Edit, 'op' | 'path'>): string =>
  applyEdit(text, { op: 'edit', path: 'a', ...more });

describe('texts to replace', () => {
  it('are replaced in order, each in what the one before it made', () => {
    const replace = [
      { find: 'a', with: 'b' },
      { find: 'b', with: 'c' },
    ];
    expect(edit('a', { replace })).toBe('c');
  });

  it('are taken as they are: no expression, no placeholder', () => {
    expect(edit('a.c abc', { replace: [{ find: 'a.c', with: '$& $1 $$' }] })).toBe('$& $1 $$ abc');
  });

  it('must be there once, and there are as many as do not overlap', () => {
    expect(() => edit('aaaa', { replace: [{ find: 'aa', with: 'b' }] })).toThrow('is in a 2 times');
    expect(edit('aaaa', { replace: [{ find: 'aa', with: 'b', all: true }] })).toBe('bb');
  });

  it('are told by their number where there are several', () => {
    const replace = [
      { find: 'x', with: 'y' },
      { find: 'nothing', with: '' },
    ];
    expect(() => edit('x', { replace })).toThrow('text 2 of 2 to replace is not in a');
  });

  it.each([
    ['one\r\ntwo\r\n', 'one\ntwo', '1\n2', '1\r\n2\r\n'],
    ['one\r\ntwo\r\n', 'one\r\ntwo', '1\r\n2', '1\r\n2\r\n'],
    ['one\ntwo\r\n', 'one\ntwo', '1\n2', '1\n2\r\n'],
    ['one\ntwo\n', 'one\ntwo', '1\n2', '1\n2\n'],
  ])('in %j: %j becomes %j', (text, find, put, expected) => {
    expect(edit(text, { replace: [{ find, with: put }] })).toBe(expected);
  });

  it('keep the mark that a file begins with', () => {
    expect(edit('\ufeffone', { replace: [{ find: 'one', with: 'two' }] })).toBe('\ufefftwo');
  });
});

describe('a diff', () => {
  const diff = '@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n';

  it('needs no names of files', () => {
    expect(edit('1\n2\n3\n', { diff })).toBe('1\ntwo\n3\n');
  });

  it('fits a text with the line ends of Windows', () => {
    expect(edit('1\r\n2\r\n3\r\n', { diff })).toBe('1\r\ntwo\r\n3\r\n');
  });

  it('is found where its lines have moved', () => {
    expect(edit('0\n0\n1\n2\n3\n', { diff })).toBe('0\n0\n1\ntwo\n3\n');
  });

  it('tells which part does not fit, and applies no other', () => {
    const second = '@@ -10,1 +10,1 @@\n-ten\n+10\n';
    expect(() => edit('1\n2\n3\n', { diff: diff + second })).toThrow('part 2 of 2, at line 10');
  });

  it('about several files is refused', () => {
    const two = `--- a\n+++ a\n${diff}--- b\n+++ b\n${diff}`;
    expect(() => edit('1\n2\n3\n', { diff: two })).toThrow('it is about several files');
  });

  it.each(['', 'nonsense', '--- a\n+++ a\n', '@@ -1,1 +1,1 @@\nx\n', '@@ -1,9 +1,9 @@\n 1\n'])('%j is none', (none) => {
    expect(() => edit('1\n2\n3\n', { diff: none })).toThrow(/the diff does not fit a/);
  });
});

it('an edit that is neither, both, or without effect is refused', () => {
  expect(() => edit('a', {})).toThrow('either texts to replace or a diff');
  expect(() => edit('a', { diff: 'x', replace: [] })).toThrow('either texts to replace or a diff');
  expect(() => edit('a', { replace: [{ find: 'a', with: 'a' }] })).toThrow('the edit changes nothing in a');
});
