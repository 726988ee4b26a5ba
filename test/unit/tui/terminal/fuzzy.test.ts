import { describe, expect, it } from 'vitest';
import { fuzzyRank } from '../../../../src/tui/terminal/fuzzy.ts';

const items = [
  { label: 'Reject', keywords: 'no deny' },
  { label: 'Approve once', keywords: 'yes accept' },
  { label: 'Zoom pane', keywords: 'approve-like' },
  { label: 'Été à Paris' },
  { label: '漢字テスト' },
  { label: 'Copy 😀 path', keywords: 'clipboard' },
];
const labels = (query: string) => fuzzyRank(query, items).map(({ item }) => item.label);
const marked = (query: string) => {
  const [best] = fuzzyRank(query, items);
  return best?.positions.map((at) => best.item.label[at]).join('');
};

describe('fuzzyRank', () => {
  it('gives everything in its order for an empty query', () => {
    expect(fuzzyRank('  ', items).map(({ item }) => item)).toEqual(items);
    expect(fuzzyRank('', items, 2)).toHaveLength(2);
  });

  it('ranks the label above the keywords and says what matched', () => {
    expect(labels('approve')).toEqual(['Approve once', 'Zoom pane']);
    expect(marked('ao')).toBe('Ao');
    expect(marked('path')).toBe('path');
    expect(marked('字')).toBe('字');
    expect(marked('ete')).toBe('Été');
  });

  it('finds by keyword, with nothing to highlight', () => {
    expect(fuzzyRank('deny', items)).toMatchObject([{ item: { label: 'Reject' }, positions: [] }]);
  });

  it('finds nothing for what is not there, however long or odd', () => {
    expect(labels('xyzzy')).toEqual([]);
    expect(labels('x'.repeat(100_000))).toEqual([]);
    expect(labels('\ud800')).toEqual([]);
  });

  it('keeps to the limit', () => {
    const many = Array.from({ length: 100 }, (_, at) => ({ label: `run ${at}` }));
    expect(fuzzyRank('run', many, 7)).toHaveLength(7);
    expect(fuzzyRank('run', many)).toHaveLength(100);
  });
});
