import { describe, expect, it } from 'vitest';
import { diffOf, textOf } from '../../../../../src/routes/desktop/local-files/text.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

describe('text', () => {
  it.each([
    [[], ''],
    [[0x67, 0xc3, 0xbc], 'gü'],
    [[0xef, 0xbb, 0xbf, 0x61], '\ufeffa'],
  ])('is what decodes to the last byte: %j', (list, text) => {
    expect(textOf(Uint8Array.from(list))).toBe(text);
  });

  it.each([[[0x61, 0]], [[0xff, 0xfe]], [[0xc3]], [[0xed, 0xa0, 0x80]], [[0xc0, 0xaf]]])('is not %j', (list) => {
    expect(textOf(Uint8Array.from(list))).toBeUndefined();
  });
});

describe('a diff', () => {
  it('shows what is around a change, and nothing of what is further away', () => {
    const lines = Array.from({ length: 20 }, (_, at) => `${at}`);
    const next = lines.with(10, 'ten');
    expect(diffOf('/a', bytes(`${lines.join('\n')}\n`), bytes(`${next.join('\n')}\n`))).toBe(
      '--- /a\n+++ /a\n@@ -8,7 +8,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n',
    );
  });

  it.each([
    ['what comes', undefined, bytes('a\n'), '--- /dev/null\n+++ /a\n@@ -0,0 +1,1 @@\n+a\n'],
    ['what goes', bytes('a\n'), undefined, '--- /a\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n'],
    ['nothing', bytes('a\n'), bytes('a\n'), '--- /a\n+++ /a\n'],
    ['no text', bytes('\0'), bytes('a'), '--- /a\n+++ /a\nBinary file: 1 B → 1 B\n'],
    [
      'a last line without an end',
      bytes('a'),
      bytes('b'),
      '--- /a\n+++ /a\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n',
    ],
  ])('of %s', (_, before, after, expected) => {
    expect(diffOf('/a', before, after)).toBe(expected);
  });

  it('of what is large tells its size alone', () => {
    expect(diffOf('/a', bytes('a\n'.repeat(2 ** 20)), bytes('b'))).toBe('--- /a\n+++ /a\nLarge file: 2.1 MB → 1 B\n');
  });

  it('has a name in one line, which cannot be taken for its content', () => {
    expect(diffOf('/a\n+++ /b\n@@ -1,1 +1,1 @@', bytes('a\n'), bytes('b\n'))).toBe(
      '--- /a\\n+++ /b\\n@@ -1,1 +1,1 @@\n+++ /a\\n+++ /b\\n@@ -1,1 +1,1 @@\n@@ -1,1 +1,1 @@\n-a\n+b\n',
    );
  });
});
