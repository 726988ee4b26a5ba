import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffCommands } from '../../../src/tui/rows/command-diff.ts';

const shown = (before: string, after: string): string[] =>
  diffCommands(before, after).map(({ mark, text }) => `${mark} ${text}`);

describe('the difference of two commands', () => {
  it('tells what was taken out and what was put in, and counts what is the same', () => {
    expect(shown('npm test', 'npm ci')).toEqual(['- npm test', '+ npm ci']);
    expect(shown('a\nb\nc', 'a\nx\nc')).toEqual(['= 1 line is the same', '- b', '+ x', '= 1 line is the same']);
    expect(shown('a\nb', 'a\nb')).toEqual(['= 2 lines are the same']);
    expect(shown('a\nb\nc\nd', 'b\nx\nc')).toEqual([
      '- a',
      '= 1 line is the same',
      '+ x',
      '= 1 line is the same',
      '- d',
    ]);
  });

  it('leaves nothing out: both versions can be read from it', () => {
    const line = fc.constantFrom('a', 'b', 'c', '');
    const command = fc.array(line, { minLength: 1, maxLength: 8 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(command, command, (before, after) => {
        const lines = diffCommands(before, after);
        const same = lines
          .filter(({ mark }) => mark === '=')
          .reduce((sum, { text }) => sum + Number.parseInt(text, 10), 0);
        const taken = lines.filter(({ mark }) => mark === '-');
        const put = lines.filter(({ mark }) => mark === '+');
        expect(taken.length + same).toBe(before.split('\n').length);
        expect(put.length + same).toBe(after.split('\n').length);
        for (const { text } of taken) expect(before.split('\n')).toContain(text);
        for (const { text } of put) expect(after.split('\n')).toContain(text);
      }),
    );
  });

  it('of very long ones is quick', () => {
    const long = (word: string): string => Array.from({ length: 5_000 }, (_, at) => `${word} ${at}`).join('\n');
    expect(diffCommands(long('a'), long('b'))).toHaveLength(10_000);
  });
});
