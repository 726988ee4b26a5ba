// Text, JSON, diffs and bytes, as they are shown at the widths that people have.

import { describe, expect, it } from 'vitest';
import { TEXT_BYTES } from '../../../../src/tui/preview/document.ts';
import { previewKind } from '../../../../src/tui/preview/kind.ts';
import { readDocument } from '../../../../src/tui/preview/read-document.ts';
import { stringWidth } from '../../../../src/tui/terminal/width.ts';
import { png, shown, source } from './sources.ts';

describe('what kind a file is', () => {
  it('is told by the bytes of a picture, and by type and name of a text', () => {
    const kind = (name: string, mimeType: string, content: string | Uint8Array = 'x') =>
      previewKind(source(name, content, { mimeType }));
    expect(kind('readme', 'text/markdown; charset=utf-8')).toBe('markdown');
    expect(kind('README.md', 'application/octet-stream')).toBe('markdown');
    expect(kind('a', 'application/ld+json')).toBe('json');
    expect(kind('a.patch', 'text/plain')).toBe('diff');
    expect(kind('a.png', 'image/png')).toBe('text');
    expect(
      kind(
        'a.md',
        'text/markdown',
        png(1, 1, () => 0),
      ),
    ).toBe('png');
    expect(kind('a.json', 'application/json', Uint8Array.of(1, 0, 2))).toBe('bytes');
    expect(kind('a.txt', 'text/plain', Uint8Array.of(0xc3, 0x28))).toBe('bytes');
    // The cut may go through a character.
    expect(kind('a.txt', 'text/plain', Uint8Array.of(0x61, 0xc3))).toBe('text');
    expect(shown(source('a.txt', Buffer.from('\ufeffhé', 'utf16le')))).toEqual(['hé']);
  });
});

describe('text', () => {
  it('loses escape sequences, and what could mislead is seen', () => {
    expect(shown(source('a.txt', 'a\x1b[31mb\x1b]52;c;ZXZpbA==\x07c\r\n\u202egnp.exe\x07\n'))).toEqual([
      'abc',
      '⟨202E⟩gnp.exe␇',
    ]);
  });

  it('is broken at the edge and loses nothing', () => {
    const line = 'the quick brown fox 漢字漢字 jumps over 🎯🎯 the lazy dog. '.repeat(4).trimEnd();
    for (const width of [60, 80, 120]) {
      const rows = shown(source('a.txt', line), { width });
      expect(rows.every((row) => stringWidth(row) <= width)).toBe(true);
      expect(rows.join('').replaceAll(' ', '')).toBe(line.replaceAll(' ', ''));
    }
  });

  it('says how much of it is not shown', () => {
    const head = Buffer.alloc(TEXT_BYTES, 'x\n');
    expect(readDocument(source('a.txt', head, { sizeBytes: 100_000_000 })).note).toBe(
      'These are the first 262 kB; the other 100 MB are not shown.',
    );
    expect(readDocument(source('a.txt', Buffer.alloc(TEXT_BYTES, '\n'))).note).toBe(
      'It has more lines than are shown here.',
    );
    expect(readDocument(source('a.txt', 'whole')).note).toBeUndefined();
  });
});

describe('JSON', () => {
  it('has a member a line, whatever it had before', () => {
    const json = '{"name":"dispatch","ok":true,"list":[1,-2.5e3,[],{}],"deep":{"a":null,"b":"x\\"y"}}';
    expect(shown(source('a.json', json))).toEqual([
      '{',
      '  "name": "dispatch",',
      '  "ok": true,',
      '  "list": [',
      '    1,',
      '    -2.5e3,',
      '    [],',
      '    {}',
      '  ],',
      '  "deep": {',
      '    "a": null,',
      '    "b": "x\\"y"',
      '  }',
      '}',
    ]);
    expect(shown(source('a.json', '{"a":[1,"b",null]}'), { looks: true })).toEqual([
      '{‹text›',
      '  ‹text›"a"‹key›: ‹text›[‹text›',
      '    ‹text›1‹number›,‹text›',
      '    ‹text›"b"‹string›,‹text›',
      '    ‹text›null‹constant›',
      '  ‹text›]‹text›',
      '}‹text›',
    ]);
  });

  it('keeps what it said: without blanks the rows are the file', () => {
    const value = { a: [1, { b: ['x y', false] }, []], 'c d': {}, e: [[[null]]] };
    expect(JSON.parse(shown(source('a.json', JSON.stringify(value))).join('\n'))).toEqual(value);
  });

  it('is shown as far as it goes where it is cut, and each of several on its own', () => {
    const cut = source('a.json', '{"a":[1,2,{"b":"hel', { sizeBytes: 1_000_000 });
    expect(shown(cut)).toEqual(['{', '  "a": [', '    1,', '    2,', '    {', '      "b": "hel']);
    expect(shown(source('a.ndjson', '{"a":1}\n{"a":2}\n'))).toEqual(['{', '  "a": 1', '}', '{', '  "a": 2', '}']);
  });

  it('is text where it is no JSON, and takes any depth', () => {
    expect(shown(source('a.json', '{oh no}'))).toEqual(['{oh no}']);
    const rows = shown(source('a.json', '['.repeat(100_000)), { width: 60 });
    expect(rows).toHaveLength(20_001);
    expect(Math.max(...rows.map((row) => row.length))).toBe(25);
  });

  it('shows what strings hide', () => {
    expect(shown(source('a.json', '{"a\u202e":"\x1b]0;x\x07"}'))[1]).toBe('  "a⟨202E⟩": "␛]0;x␇"');
  });
});

describe('a diff', () => {
  it('says what comes, what goes, and where', () => {
    const diff = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@ f()\n same\n-old\n+new\n';
    expect(shown(source('x.diff', diff), { looks: true })).toEqual([
      'diff --git a/x b/x‹strong›',
      '--- a/x‹strong›',
      '+++ b/x‹strong›',
      '@@ -1,2 +1,2 @@ f()‹hunk›',
      ' same‹text›',
      '-old‹removed›',
      '+new‹added›',
    ]);
  });
});

describe('bytes', () => {
  it('are a dump of the first of them that fits into 60 columns', () => {
    const bytes = Uint8Array.from({ length: 20 }, (_, index) => index * 13);
    const document = readDocument(source('x.bin', bytes));
    expect(shown(document, { width: 58 })).toEqual([
      "00000000  00 0d 1a 27 34 41 4e 5b  ...'4AN[",
      '00000008  68 75 82 8f 9c a9 b6 c3  hu......',
      '00000010  d0 dd ea f7              ....',
    ]);
    expect(document.note).toBe('application/octet-stream, 20 B: this is not text, so here is its beginning.');
    expect(shown(source('x.bin', new Uint8Array(1_000_000)))).toHaveLength(256);
    expect(shown(source('x.bin', ''))).toEqual(['']);
  });
});
