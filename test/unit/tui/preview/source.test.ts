// Source code in its colours: of files, and of blocks in Markdown.

import { describe, expect, it } from 'vitest';
import { highlighted, languageOf } from '../../../../src/tui/preview/highlight.ts';
import { shown, source } from './sources.ts';

describe('source code', () => {
  it('of a file has its colours, and every character of it', () => {
    const text = 'const a = "x<b>&amp;\'"; // why\nreturn 12;\n/* two\nlines */';
    const rows = shown(source('a.ts', text), { looks: true });
    expect(rows[0]).toBe('const‹keyword› a = ‹text›"x<b>&amp;\'"‹string›; ‹text›// why‹comment›');
    expect(rows.slice(2)).toEqual(['/* two‹comment›', 'lines */‹comment›']);
    expect(shown(source('a.ts', text)).join('\n')).toBe(text);
  });

  it('of a block in Markdown has them where it says which language it is', () => {
    const markdown = '```python\ndef a(): return 1\n```\n\n```\ndef b()\n```\n\n```nosuch\ndef c()\n```\n';
    const rows = shown(source('a.md', markdown), { looks: true }).join('\n');
    expect(rows).toContain('def‹keyword›');
    expect(rows).toContain('def b()‹code›');
    expect(rows).toContain('def c()‹code›');
  });

  it('that is a difference shows what comes and what goes', () => {
    const rows = shown(source('a.md', '```diff\n@@ -1 +1 @@\n-old\n+new\n same\n```\n'), { looks: true });
    expect(rows).toEqual([
      '  ‹text›@@ -1 +1 @@‹hunk›',
      '  ‹text›-old‹removed›',
      '  ‹text›+new‹added›',
      '  ‹text› same‹text›',
    ]);
  });

  it('is never passed on with escape sequences', () => {
    const rows = shown(source('a.py', 'print("\u001b]8;;http://x\u001b\\\\y")  # \u202e'), {});
    expect(rows.join('\n')).not.toMatch(/[\u001b\u202e]/);
  });

  it.each([
    ['src/main.rs', 'rust'],
    ['Dockerfile', 'dockerfile'],
    ['config.TOML', 'ini'],
    ['notes.txt', undefined],
    ['constructor', undefined],
  ])('%s is %s', (name, language) => {
    expect(languageOf(name)).toBe(language);
  });

  it('without end is left in one colour', () => {
    expect(highlighted('x = 1\n'.repeat(30_000), 'python')).toBeUndefined();
  });
});
