// Where documents are cut: at their headings, with the lines that people see in an editor.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Syntax, splitSections } from '../../../src/cloud/knowledge/sections.ts';

const outline = (text: string, syntax: Syntax): readonly (readonly [string, number, number])[] =>
  splitSections(text, syntax).map(({ headings, line, endLine }) => [headings.join(' › '), line, endLine]);

describe('headings', () => {
  test('of Markdown, with what is in code left alone', () => {
    const text = 'Before\n\n# One\ntext\n```sh\n# no heading\n```\n## Two `x`\nmore\nThree\n=====\nend';
    expect(outline(text, 'markdown')).toEqual([
      ['', 1, 2],
      ['One', 3, 7],
      ['One › Two x', 8, 12],
    ]);
    expect(outline('# A\n\nTwo\n---\nx\n\n### C\ny\n## D\nz', 'markdown').map(([path]) => path)).toEqual([
      'A',
      'A › Two',
      'A › Two › C',
      'A › D',
    ]);
  });

  test('of reStructuredText, by the order of their marks', () => {
    expect(outline('Top\n===\n\na\n\nUnder\n-----\nb\n\nNext\n===\nc', 'rst').map(([path]) => path)).toEqual([
      'Top',
      'Top › Under',
    ]);
    expect(outline('Top\n===\n\na\n\nUnder\n-----\nb\n\nNext\n====\nc', 'rst').map(([path]) => path)).toEqual([
      'Top',
      'Top › Under',
      'Next',
    ]);
  });

  test('of Org', () => {
    expect(outline('* A\nx\n** B\ny\n* C', 'org')).toEqual([
      ['A', 1, 2],
      ['A › B', 3, 4],
      ['C', 5, 5],
    ]);
  });
});

test('no line is lost, none is there twice, and none is in the wrong place', () => {
  const line = fc.constantFrom('', 'words', '# One', '## Two', '```', '* star', '===', '---', '| a |');
  const syntax = fc.constantFrom<Syntax>('markdown', 'rst', 'org', 'plain');
  fc.assert(
    fc.property(fc.array(line, { maxLength: 200 }), syntax, (lines, how) => {
      const sections = splitSections(lines.join('\n'), how);
      let next = 1;
      for (const { line: from, endLine, text } of sections) {
        for (const missing of lines.slice(next - 1, from - 1)) expect(missing).toBe('');
        expect(text.split('\n')).toEqual(lines.slice(from - 1, endLine));
        next = endLine + 1;
      }
      expect(lines.slice(next - 1).every((rest) => rest === '')).toBe(true);
    }),
  );
});
