// Tasks about pages in plain words, and where they go.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTask } from '../../../src/core/routing/grammar.ts';
import { readPageTask } from '../../../src/core/routing/page-tasks.ts';

const looks = (text: string) => readPageTask(text)?.steps.map(({ tool, params }) => params.url ?? tool);

describe('a task about a page', () => {
  test.each([
    ['open https://example.org', ['https://example.org']],
    ['browse http://localhost:3000/a?b=c#d', ['http://localhost:3000/a?b=c#d']],
    ['go to www.example.org', ['https://www.example.org']],
    ['read https://example.org/a', ['https://example.org/a', 'dispatch_text']],
    ['text of https://example.org', ['https://example.org', 'dispatch_text']],
    ['screenshot https://example.org', ['https://example.org', 'browser_take_screenshot']],
    ['take a screenshot of https://example.org', ['https://example.org', 'browser_take_screenshot']],
    ['save a pdf of https://example.org', ['https://example.org', 'browser_pdf_save']],
    ['PDF of https://example.org', ['https://example.org', 'browser_pdf_save']],
  ])('%s', (text, expected) => {
    expect(looks(text)).toEqual(expected);
  });

  test.each([
    'open notes.txt',
    'open example.org',
    'open file:///etc/passwd',
    'open javascript:alert(1)',
    'open https://example.org and https://example.com',
    'https://example.org',
    'why is https://example.org slow?',
    'screenshot',
    'open https://',
    'open "https://example.org"',
  ])('is not: %s', (text) => {
    expect(readPageTask(text)).toBeUndefined();
  });

  test.each([
    ['open example.org', 'https://example.org'],
    ['visit docs.example.co.uk/a?b=c on @desk', 'https://docs.example.co.uk/a?b=c'],
    ['open localhost:3000', 'http://localhost:3000'],
    ['go to LOCALHOST:8080/x', 'http://LOCALHOST:8080/x'],
    ['browse example.com:8443', 'https://example.com:8443'],
  ])('may be meant by %s, which says how to write it', (text, address) => {
    expect(parseTask(text)).toMatchObject({ said: { kind: 'unclear', hint: `write ${address}` } });
  });

  test.each([
    'open notes.md',
    'open main.rs',
    'open archive.zip',
    'open the example.org page',
    'open localhost',
    'open ./example.org',
    'open -x.org',
    'read example.org',
    'open sesame',
  ])('is not guessed in: %s', (text) => {
    const parsed = parseTask(text);
    expect(parsed.ok && parsed.kind === 'plain' && parsed.said?.kind).not.toBe('unclear');
  });

  test('never changes the address', () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (url) => {
        fc.pre(!/["'<>]/.test(url));
        expect(looks(`open ${url}`)).toEqual([url]);
      }),
    );
  });
});
