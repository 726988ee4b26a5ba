// What a short text can be made into: how much is made of it, and how much of that is looked at to show some rows.

import { describe, expect, it } from 'vitest';
import type { Document, Piece, TextBlock } from '../../../../src/tui/preview/document.ts';
import { firstRows } from '../../../../src/tui/preview/first-rows.ts';
import { layout } from '../../../../src/tui/preview/layout.ts';
import { readMarkdownText } from '../../../../src/tui/preview/read-document.ts';
import { BOMBS } from '../../../fixtures/hostile/answers.ts';
import { shown, source } from './sources.ts';

const FRAME = { width: 40, height: 1, tier: 'mono', ascii: false } as const;

const piecesOf = (document: Document): readonly Piece[] => {
  if (document.type !== 'text') throw new Error('it is text');
  return document.blocks.flatMap((block) =>
    block.type === 'line' ? block.pieces : block.type === 'table' ? block.rows.flat(2) : [],
  );
};
const cellsOf = (document: Document): number =>
  document.type === 'text'
    ? document.blocks.reduce((sum, block) => sum + (block.type === 'table' ? block.rows.flat().length : 1), 0)
    : 0;

/** A line of many pieces, and how often one of them has been read. */
function watched(count: number): { readonly block: TextBlock; readonly reads: () => number } {
  let reads = 0;
  const all = Array.from({ length: count }, (_, index): Piece => ['ab ', index % 2 === 0 ? 'code' : 'text']);
  const pieces = new Proxy(all, {
    get(target, name, receiver) {
      if (typeof name === 'string' && /^\d+$/.test(name)) reads += 1;
      return Reflect.get(target, name, receiver);
    },
  });
  return { block: { type: 'line', wrap: 'words', pieces }, reads: () => reads };
}

describe('a short text', () => {
  it.each(Object.entries(BOMBS))('does not become a long one: %s', (_, text) => {
    const document = readMarkdownText(text);
    const units = piecesOf(document).reduce((sum, [said, , link = '']) => sum + said.length + link.length, 0);
    expect(units).toBeLessThanOrEqual(1024 * 1024);
    expect(cellsOf(document)).toBeLessThanOrEqual(128 * 1024);
  });

  it('says of a long address where it begins, and once what is one itself', () => {
    const host = `https://evil.example/${'a'.repeat(500)}`;
    const [row = ''] = shown(source('a.md', `[the bank](${host})`), { width: 1000 });
    expect(row).toBe(`the bank (${host.slice(0, 200)}…)`);
    expect(shown(source('a.md', `<${host}>`), { width: 1000 })).toEqual([host]);
    expect(shown(source('a.md', '<somebody@example.org>'))).toEqual(['somebody@example.org']);
  });

  it('hides nothing in the part of an address that is shown', () => {
    const [row = ''] = shown(source('a.md', `[a](<${'\u202e'.repeat(250)}>)`), { width: 1000 });
    expect(row).toContain('(⟨202E⟩');
    expect(row).not.toContain('\u202e');
    expect(row.length).toBeLessThan(210);
  });
});

describe('the first rows', () => {
  it('are those of the whole, and say whether that is all', () => {
    const text = `# A\n\n${'word **strong** '.repeat(40)}\n\n| a | b |\n| --- | --- |\n| c | d |`;
    const document = readMarkdownText(text);
    if (document.type !== 'text') throw new Error('it is text');
    const all = layout(document, FRAME);
    for (const most of [1, 2, 5, all.length - 1, all.length, all.length + 1]) {
      expect(firstRows(document.blocks, FRAME, most)).toEqual({ rows: all.slice(0, most), isCut: most < all.length });
    }
  });

  it('take no look at what cannot stand in them', () => {
    const { block, reads } = watched(50_000);
    const never: TextBlock = {
      type: 'line',
      wrap: 'words',
      get pieces(): readonly Piece[] {
        throw new Error('nobody sees this block');
      },
    };
    const { rows, isCut } = firstRows([block, never], FRAME, 10);
    expect(rows).toHaveLength(10);
    expect(isCut).toBe(true);
    expect(reads()).toBeLessThan(40 * 10 * 4);
  });

  it('of one long paragraph take each piece a few times, not for each row again', () => {
    const { block, reads } = watched(6000);
    expect(layout({ type: 'text', blocks: [block] }, FRAME).length).toBeGreaterThan(400);
    expect(reads()).toBeLessThan(6000 * 4);
  });
});
