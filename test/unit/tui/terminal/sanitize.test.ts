import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sanitizeLine, sanitizeText, stripAnsi } from '../../../../src/tui/terminal/sanitize.ts';

const hostileText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\x1b[31m',
        '\x1b]52;c;eA==\x07',
        '\x9b2J',
        '\u202e',
        '\u200d',
        '\u200c',
        '\u{e0041}',
        '👩',
        '\r\n',
      ),
    ),
    { maxLength: 10 },
  )
  .map((parts) => parts.join(''));

describe('sanitizeLine', () => {
  it.each([
    ['plain text', 'plain text'],
    ['a\tb', 'a    b'],
    ['a\nb', 'a⏎b'],
    ['\x1b[31mred', '␛[31mred'],
    ['\0\x07\x7f', '␀␇␡'],
    ['\x9b31m', '⟨009B⟩31m'],
    ['safe\u202etxt.exe', 'safe⟨202E⟩txt.exe'],
    ['a\u200bb\ufeffc', 'a⟨200B⟩b⟨FEFF⟩c'],
    ['a\u200db', 'a⟨200D⟩b'],
    ['\u2028', '⟨2028⟩'],
    ['\ud800', '⟨D800⟩'],
    ['\u{e0041}', '⟨E0041⟩'],
    ['x\ufe0f', 'x⟨FE0F⟩'],
    ['漢\u200c字', '漢⟨200C⟩字'],
    ['1\ufe0f0', '1⟨FE0F⟩0'],
    ['\u3164', '⟨3164⟩'],
    ['soft\u00adhyphen', 'soft⟨00AD⟩hyphen'],
  ])('%j shows as %j', (text, shown) => {
    expect(sanitizeLine(text)).toBe(shown);
  });

  it.each(['漢字', 'مرحبا', 'می\u200cخواهم', 'क्\u200dष', '👨‍👩‍👧‍👦', '👩🏽‍💻', '❤️‍🔥', '1️⃣', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🇩🇪', 'e\u0301'])(
    '%j, which is honest text, stays as it is',
    (text) => {
      expect(sanitizeLine(text)).toBe(text);
    },
  );

  it('lets no control, override or line break through, whatever comes', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(sanitizeLine(text)).not.toMatch(
          /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('handles a long line of joiners in passing', () => {
    expect(sanitizeLine(`👩${'\u200d'.repeat(50_000)}`)).toHaveLength(2 + 50_000 * 6);
  });
});

describe('sanitizeText', () => {
  it('keeps newlines, and takes CRLF for one', () => {
    expect(sanitizeText('a\r\nb\nc\rd\x1b')).toBe('a\nb\nc␍d␛');
  });
});

describe('stripAnsi', () => {
  it.each([
    ['\x1b[1;31mred\x1b[0m plain', 'red plain'],
    ['\x1b]8;;http://x\x1b\\link\x1b]8;;\x07', 'link'],
    ['\x1b]0;title\x07text', 'text'],
    ['\x1b(Bok\x1b=\x1b7', 'ok'],
    ['\x1bPq#0\x1b\\done', 'done'],
    ['10%\r20%\r100%\nnext', '100%\nnext'],
    ['one\r\ntwo', 'one\ntwo'],
    ['N\bNA\bA', 'NA'],
    ['\x1b[', '␛['],
    ['\x1b]52;c;never ended', '␛]52;c;never ended'],
  ])('%j reads %j', (text, plain) => {
    expect(stripAnsi(text)).toBe(plain);
  });

  it('is safe whatever comes', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(stripAnsi(text).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});
