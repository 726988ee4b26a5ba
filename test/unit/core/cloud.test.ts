import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeCode, describeKnowledge, isInnerName } from '../../../src/core/cloud.ts';

describe('the name of a file of code', () => {
  it.each(['a', 'a.txt', 'a/b/c.txt', 'a b', 'ä', '..a', '...', 'ä'.repeat(127)])('%j stays inside', (name) => {
    expect(isInnerName(name)).toBe(true);
  });

  it.each([
    '',
    '.',
    '..',
    '../a',
    'a/../b',
    'a/..',
    '/a',
    'a/',
    'a//b',
    './a',
    'a\0b',
    'a\\b',
    'x'.repeat(256),
    'ä'.repeat(128),
    `a/${'😀'.repeat(64)}`,
  ])('%j does not', (name) => {
    expect(isInnerName(name)).toBe(false);
  });

  it('never leads out of its folder', () => {
    const part = fc.constantFrom('..', '.', '', 'a', 'b', '...', ' ');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const name = parts.join('/');
        if (isInnerName(name)) expect(posix.join('/work', name)).toMatch(/^\/work\/./);
      }),
    );
  });
});

describe('what people see', () => {
  it('names what goes along with a question', () => {
    expect(describeKnowledge({ kind: 'knowledge', question: 'why?' })).toBe('why?');
    const attach = [{ name: 'a.png', content: '' }];
    expect(describeKnowledge({ kind: 'knowledge', question: 'why?', attach })).toBe('why?\n+a.png');
  });

  it('names the files of a program and the length of its input', () => {
    expect(describeCode({ kind: 'code', language: 'python', source: 'print(1)' })).toBe('print(1)');
    const more = { files: [{ name: 'a.csv', content: '' }], stdin: 'abc' };
    expect(describeCode({ kind: 'code', language: 'python', source: 'print(1)', ...more })).toBe(
      'print(1)\n+a.csv with 3 characters of input',
    );
  });
});
