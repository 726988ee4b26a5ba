import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellText } from '../../../src/cli/shell-words.ts';

describe('words to shell text', () => {
  it('takes one word as shell text and quotes several', () => {
    expect(shellText(['ls | wc -l'])).toBe('ls | wc -l');
    expect(shellText(['echo', 'a b', '$HOME'])).toBe("echo 'a b' '$HOME'");
  });

  it('means exactly the words that came, to a real shell', () => {
    const word = fc
      .string({ unit: 'binary', maxLength: 20 })
      .filter((text) => !text.includes('\0') && text.isWellFormed());
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
        const text = shellText(['printf', '%s\\0', ...words]);
        expect(execFileSync('/bin/sh', ['-c', text]).toString('utf8').split('\0').slice(0, -1)).toEqual(words);
      }),
      { numRuns: 100 },
    );
  });
});
