// The grammar of search: what people write, what it asks of an entry, and what is told to those who slipped.
import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { isEmpty, readQuery, resolveQuery } from '../../../src/core/search/query.ts';

const NOW = new Date(2026, 10, 26, 14, 30).getTime();
const DEVICES = [
  { id: '12D3KooWlaptop', name: 'laptop', local: true },
  { id: '12D3KooWnas', name: 'NAS', local: false },
  { id: '12D3KooWnasty', name: 'nas-2', local: false },
];
const KNOWN = { devices: DEVICES, revoked: [{ id: '12D3KooWold', name: 'attic' }] };

function asks(text: string): unknown {
  const read = readQuery(text, NOW);
  const resolved = read.ok ? resolveQuery(read.query, KNOWN) : read;
  return resolved.ok ? resolved.terms : `${resolved.reason}; ${resolved.hint}`;
}

test('words are words, also in quotes, where nothing else is', () => {
  expect(asks('npm Test')).toEqual({ words: ['npm', 'test'], marks: [] });
  expect(asks('"is:failed #x @y')).toEqual({ words: ['is', 'failed', 'x', 'y'], marks: [] });
  expect(asks('"error:" EACCES')).toEqual({ words: ['error', 'eacces'], marks: [] });
});

test('an address, a port, a time of day and a path are words', () => {
  for (const text of ['https://example.org/a', 'localhost:8080', '12:30', 'src/a.ts:12', 'std::vector', 'C:\\temp']) {
    expect(asks(text), text).toMatchObject({ marks: [] });
  }
});

test('what an entry is: by name, or by the beginning of one', () => {
  expect(asks('is:failed')).toEqual({ words: [], marks: [['status:failed']] });
  expect(asks('is:done is:waiting npm')).toEqual({
    words: ['npm'],
    marks: [['status:completed', 'status:waiting_approval']],
  });
  expect(asks('is:fa')).toEqual(asks('is:failed'));
  expect(asks('is:message')).toEqual({ words: [], marks: [['is:message']] });
  expect(asks('is:Artifact')).toEqual({ words: [], marks: [['is:artifact']] });
});

test('where it went, and where it ran', () => {
  expect(asks('#inline')).toEqual({ words: [], marks: [['route:inline']] });
  expect(asks('#cloud')).toEqual({ words: [], marks: [['route:cloud-knowledge', 'route:cloud-code']] });
  expect(asks('@nas')).toEqual({ words: [], marks: [['on:12D3KooWnas']] });
  expect(asks('@na')).toEqual({ words: [], marks: [['on:12D3KooWnas', 'on:12D3KooWnasty']] });
  expect(asks('@local is:run')).toEqual({ words: [], marks: [['is:run'], ['on:12D3KooWlaptop']] });
  expect(asks('@attic')).toEqual({ words: [], marks: [['on:12D3KooWold']] });
  expect(asks('@12D3KooWnasty')).toEqual({ words: [], marks: [['on:12D3KooWnasty']] });
});

test('who asked for it', () => {
  expect(asks('by:me')).toEqual({ words: [], marks: [['by:human:12D3KooWlaptop']] });
  expect(asks('by:agent')).toEqual({ words: [], marks: [['by:agent']] });
  expect(asks('by:nas-2')).toEqual({
    words: [],
    marks: [['by:human:12D3KooWnasty', 'by:agent:12D3KooWnasty', 'by:assistant:12D3KooWnasty']],
  });
});

test('when: so long ago, or a day of the calendar', () => {
  expect(asks('since:7d')).toEqual({ words: [], marks: [], since: NOW - 7 * 86_400_000 });
  expect(asks('since:90m before:1h')).toEqual({ words: [], marks: [], since: NOW - 5_400_000, until: NOW - 3_600_000 });
  expect(asks('before:2026-11-20')).toEqual({ words: [], marks: [], until: new Date(2026, 10, 20).getTime() });
  expect(asks('since:yesterday')).toEqual({ words: [], marks: [], since: new Date(2026, 10, 25).getTime() });
  expect(asks('since:7d since:1d')).toEqual({ words: [], marks: [], since: NOW - 86_400_000 });
});

test('what there is not is told, with what there is', () => {
  expect(asks('status:failed')).toMatch(/no "status:".*is: by: since: before: #route @device.*quotes/);
  expect(asks('is:broken')).toMatch(/"is:broken".*is:failed/);
  expect(asks('is:')).toMatch(/is:failed/);
  expect(asks('by:')).toMatch(/by:me/);
  expect(asks('by:nobody')).toMatch(/"by:nobody".*by:me by:agent by:assistant by:laptop/);
  expect(asks('@toaster')).toMatch(/"@toaster".*@laptop @NAS/);
  expect(asks('#gopher')).toMatch(/"#gopher".*#inline/);
  expect(asks('since:never')).toMatch(/"since:never" is no time.*7d/);
  expect(asks('since:2026-02-30')).toMatch(/no time/);
});

test('a query that only begins asks for nothing yet', () => {
  for (const text of ['', '  ', '@', '"', '-- ']) {
    const read = readQuery(text, NOW);
    const resolved = read.ok ? resolveQuery(read.query, KNOWN) : read;
    expect(resolved.ok && isEmpty(resolved.terms), text).toBe(true);
  }
});

test('whatever is typed is read or refused, and words are bounded', () => {
  const term = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('is:', 'by:me', '#', '@', '"', 'since:1d', 'x:y'),
  );
  fc.assert(
    fc.property(fc.array(term, { maxLength: 30 }), (terms) => {
      const read = readQuery(terms.join(' '), NOW);
      if (read.ok) expect(read.query.words.length).toBeLessThanOrEqual(16);
      else expect(read.reason).not.toBe('');
    }),
  );
});

it('looks for each thing once, however often it is named', () => {
  expect(asks('@laptop '.repeat(100))).toMatchObject({ marks: [[expect.any(String)]] });
});
