// Markdown as it is read in a terminal, at the widths that people have.

import { describe, expect, it } from 'vitest';
import { layout } from '../../../../src/tui/preview/layout.ts';
import { readDocument } from '../../../../src/tui/preview/read-document.ts';
import { shown, source } from './sources.ts';

const NOTES = `# Release *notes*

The **second** release. See [the site](https://example.org/x) or
<https://example.org>, and \`npm start\`.

- one thing that is long enough that it has to be broken behind a blank somewhere
  - inside
- [x] done

3. third
4. fourth

> A quote that somebody said, which is long enough to be broken and goes on.
> > deeper

| name | size | what |
| :--- | ---: | --- |
| a.txt | 12 kB | a text that is much longer than there is room for in a column of a table |
| 漢字 | 1 B | \`x\` |

\`\`\`sh
echo "hello"   # kept   as it is
\`\`\`

---

![a cat](cat.png) <b>raw</b> a&amp;b
`;

describe('Markdown', () => {
  it('fits 60 columns', () => {
    expect(shown(source('a.md', NOTES), { width: 60 }).join('\n')).toMatchInlineSnapshot(`
      "# Release notes

      The second release. See the site (https://example.org/x) or
      https://example.org, and npm start.

      • one thing that is long enough that it has to be broken
        behind a blank somewhere
        • inside
      • [x] done

      3. third
      4. fourth

      ▌ A quote that somebody said, which is long enough to be
      ▌ broken and goes on.
      ▌
      ▌ ▌ deeper

      name  │  size │ what
      ──────┼───────┼─────────────────────────────────────────────
      a.txt │ 12 kB │ a text that is much longer than there is ro…
      漢字  │   1 B │ x

        echo "hello"   # kept   as it is

      ────────────────────────────────────────────────────────────

      [picture: a cat] (cat.png) <b>raw</b> a&b"
    `);
  });

  it('fits 80 columns', () => {
    expect(shown(source('a.md', NOTES), { width: 80 }).join('\n')).toMatchInlineSnapshot(`
      "# Release notes

      The second release. See the site (https://example.org/x) or https://example.org,
      and npm start.

      • one thing that is long enough that it has to be broken behind a blank
        somewhere
        • inside
      • [x] done

      3. third
      4. fourth

      ▌ A quote that somebody said, which is long enough to be broken and goes on.
      ▌
      ▌ ▌ deeper

      name  │  size │ what
      ──────┼───────┼─────────────────────────────────────────────────────────────────
      a.txt │ 12 kB │ a text that is much longer than there is room for in a column o…
      漢字  │   1 B │ x

        echo "hello"   # kept   as it is

      ────────────────────────────────────────────────────────────────────────────────

      [picture: a cat] (cat.png) <b>raw</b> a&b"
    `);
  });

  it('fits 120 columns', () => {
    expect(shown(source('a.md', NOTES), { width: 120 }).join('\n')).toMatchInlineSnapshot(`
      "# Release notes

      The second release. See the site (https://example.org/x) or https://example.org, and npm start.

      • one thing that is long enough that it has to be broken behind a blank somewhere
        • inside
      • [x] done

      3. third
      4. fourth

      ▌ A quote that somebody said, which is long enough to be broken and goes on.
      ▌
      ▌ ▌ deeper

      name  │  size │ what
      ──────┼───────┼─────────────────────────────────────────────────────────────────────────
      a.txt │ 12 kB │ a text that is much longer than there is room for in a column of a table
      漢字  │   1 B │ x

        echo "hello"   # kept   as it is

      ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

      [picture: a cat] (cat.png) <b>raw</b> a&b"
    `);
  });

  it('has looks, and ASCII where that is all there is', () => {
    expect(shown(source('a.md', '# A *b*\n\nc **d** `e` [f](g)'), { looks: true })).toEqual([
      '#‹muted› ‹muted›A ‹heading›b‹heading›',
      '‹text›'.repeat(0),
      'c ‹text›d‹strong› ‹text›e‹code› ‹text›f‹link› (g)‹muted›',
    ]);
    expect(shown(source('a.md', '- x\n\n> y\n\n---'), { width: 8, ascii: true })).toEqual([
      '* x',
      '',
      '| y',
      '',
      '--------',
    ]);
  });

  it('says where a link leads, whatever its text says', () => {
    const rows = shown(source('a.md', '[https://bank.example](https://evil.example) <https://same.example>'));
    expect(rows).toEqual(['https://bank.example (https://evil.example) https://same.example']);
  });

  it('leads to the web from a link and from its address, also where they are broken or in a table, and nowhere else', () => {
    const links = (text: string, width = 60) =>
      layout(readDocument(source('a.md', text)), { width, height: 10, tier: '256', ascii: false }).flatMap((row) =>
        row.flatMap(([said, , link]) => (link === undefined ? [] : [`${said.trim()} ${link}`])),
      );
    expect(links('a [b **c**](https://d.example/e) f')).toEqual([
      'b https://d.example/e',
      'c https://d.example/e',
      '(https://d.example/e) https://d.example/e',
    ]);
    expect(links('<https://d.example/abcdefghijk>', 16)).toEqual([
      'https://d.exampl https://d.example/abcdefghijk',
      'e/abcdefghijk https://d.example/abcdefghijk',
    ]);
    // The blank at which a row ends would be underlined.
    const broken = layout(readDocument(source('a.md', '[one two](https://d.example)')), {
      width: 5,
      height: 10,
      tier: '256',
      ascii: false,
    });
    expect(broken.slice(0, 2).map((row) => row.map(([said]) => said))).toEqual([['one'], ['two']]);
    expect(links('| a |\n|---|\n| https://d.example |')).toEqual(['https://d.example https://d.example/']);
    expect(links('[a](javascript:x) [b](file:///etc/passwd) <m@d.example> [c](https://e@d.example)')).toEqual([]);
  });

  it('is text where it is nested beyond reason, or there is too much of it', () => {
    const quotes = '>'.repeat(20_000);
    expect(shown(source('a.md', quotes), { width: 80 }).join('')).toContain('>');
    const long = `# title\n${'word '.repeat(30_000)}`;
    expect(shown(source('a.md', long))[0]).toBe('# title');
    expect(shown(source('a.md', `# t\n\n${'- '.repeat(200)}x`), { width: 60 }).every((row) => row.length <= 60)).toBe(
      true,
    );
  });

  it('shows what is hidden in it', () => {
    expect(shown(source('a.md', 'a\u202eb <!-- \x1b[2J -->\n\n<script>x</script>'))).toEqual([
      'a⟨202E⟩b <!-- ␛[2J -->',
      '',
      '<script>x</script>',
    ]);
  });
});
