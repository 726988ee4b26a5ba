// Whatever the bytes are and whatever they are called: a preview never throws, no row of it is wider than the screen, and nothing in it moves a cursor.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { layout } from '../../src/tui/preview/layout.ts';
import { readDocument } from '../../src/tui/preview/read-document.ts';
import { stringWidth } from '../../src/tui/terminal/width.ts';

const MAGIC = ['\x89PNG\r\n\x1a\n\0\0\0\rIHDR', '\xff\xd8\xff\xc0\0\x11\x08', 'GIF89a\x02\0\x02\0\x80\0\0'];
const PARTS = [
  '# ',
  '> ',
  '- ',
  '1. ',
  '| a | b |\n| - | - |\n',
  '**',
  '`',
  '```\n',
  '[a](b)',
  '![',
  '<b>',
  '\n',
  '\n\n',
  '{"a":',
  '[',
  ']',
  '}',
  ',',
  '"',
  '1e5',
  'null',
  '@@ ',
  '+',
  '-',
  'a b',
  '漢字',
  '👩‍👩‍👧',
  '\x1b[2J',
  '\u202e',
  '\r',
  '\t',
  '\x9b',
  'e\u0301',
  '\u{1f1e9}',
  '\u200d',
];

const text = fc.array(fc.constantFrom(...PARTS), { maxLength: 60 }).map((parts) => Buffer.from(parts.join('')));
const binary = fc
  .tuple(fc.constantFrom('', ...MAGIC), fc.uint8Array({ maxLength: 200 }))
  .map(([magic, rest]) => Buffer.concat([Buffer.from(magic, 'latin1'), rest]));
const NAMES = ['a.md', 'a.json', 'a.diff', 'a.txt', 'a.png', 'a.gif', 'a.jpg', 'a'];
// Controls but for what the screen has by itself, and what turns the direction of a text.
const HOSTILE = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

it('holds for any bytes, any name, any width', () => {
  fc.assert(
    fc.property(
      fc.oneof(text, binary),
      fc.constantFrom(...NAMES),
      fc.integer({ min: 2, max: 200 }),
      fc.constantFrom('256', '16', 'mono'),
      fc.boolean(),
      (head, name, width, tier, ascii) => {
        const document = readDocument({ name, mimeType: 'application/octet-stream', sizeBytes: head.length, head });
        for (const row of layout(document, { width, height: 24, tier, ascii })) {
          const line = row.map(([part]) => part).join('');
          expect(row.reduce((sum, [part]) => sum + stringWidth(part), 0)).toBeLessThanOrEqual(width);
          expect(line).not.toMatch(HOSTILE);
        }
        expect(document.note ?? '').not.toMatch(HOSTILE);
      },
    ),
    { numRuns: 1000 },
  );
});
