/** The passage of a section that answers: a paragraph, an item, some rows or a block of code, each whole, and what belongs to it. */

import type { Worth } from './rank.ts';
import { asTerm, splitWords } from './words.ts';

export interface Extract {
  readonly line: number;
  readonly endLine: number;
  readonly text: string;
}

type Kind = 'heading' | 'code' | 'row' | 'item' | 'text';

interface Block {
  readonly kind: Kind;
  /** From 0; the end is not in it. */
  readonly from: number;
  readonly to: number;
  readonly score: number;
}

const LENGTH = 900;
const SHORT_LINES = 14;
/** A block of code longer than this is cut. */
const CODE_LINES = 80;
/** Compared with the best one: what may go along. */
const GOOD = 0.5;

/** `lines` are those of the section, the first of which is line `first` of the document. */
export function extract(lines: readonly string[], first: number, worth: ReadonlyMap<string, Worth>): Extract {
  const blocks = findBlocks(lines).map((block) => ({ ...block, score: scoreOf(lines, block, worth) }));
  const body = blocks.filter(({ kind }) => kind !== 'heading');
  const whole = trim(lines, body[0]?.from ?? 0, lines.length);
  if (body.length === 0 || (whole.length <= SHORT_LINES && sizeOf(whole) <= LENGTH))
    return { line: first + (body[0]?.from ?? 0), endLine: first + lines.length - 1, text: whole.join('\n').trim() };
  const best = body.reduce((top, block) => (block.score > top.score ? block : top));
  const chosen = body.slice(...widen(body, body.indexOf(best), lines));
  const [from, to] = [chosen[0]?.from ?? 0, Math.min(chosen.at(-1)?.to ?? 0, (chosen[0]?.from ?? 0) + CODE_LINES)];
  const head = best.kind === 'row' ? tableHead(lines, from) : [];
  return {
    line: first + from,
    endLine: first + to - 1,
    text: [...head, ...trim(lines, from, to)].join('\n').trimEnd(),
  };
}

/** From the best one to its neighbours: the sentence that leads to code, the code that a sentence leads to, and what is as good. */
function widen(blocks: readonly Block[], best: number, lines: readonly string[]): [number, number] {
  let from = best;
  let to = best + 1;
  const size = (): number => sizeOf(lines.slice(blocks[from]?.from, blocks[to - 1]?.to));
  const enough = (blocks[best]?.score ?? 0) * GOOD;
  const belongs = (before: Block | undefined, after: Block | undefined): boolean =>
    before?.kind === 'text' && after !== undefined && after.kind !== 'text' && after.kind !== 'row';
  for (;;) {
    const [before, after] = [blocks[from - 1], blocks[to]];
    if (belongs(blocks[to - 1], after) && after?.kind === 'code') to += 1;
    else if (belongs(before, blocks[from]) && size() < LENGTH) from -= 1;
    else if (
      after !== undefined &&
      after.score >= enough &&
      size() + sizeOf(lines.slice(after.from, after.to)) < LENGTH
    )
      to += 1;
    else if (
      before !== undefined &&
      before.score >= enough &&
      size() + sizeOf(lines.slice(before.from, before.to)) < LENGTH
    )
      from -= 1;
    else return [from, to];
  }
}

/** Each term of the query counts once, by its best word; what is said more often counts a little more. */
function scoreOf(
  lines: readonly string[],
  { from, to, kind }: Omit<Block, 'score'>,
  worth: ReadonlyMap<string, Worth>,
): number {
  if (kind === 'heading') return 0;
  const best = new Map<string, number>();
  let often = 0;
  for (const word of splitWords(lines.slice(from, to).join('\n'))) {
    const found = worth.get(asTerm(word) ?? '');
    if (found === undefined) continue;
    best.set(found.term, Math.max(best.get(found.term) ?? 0, found.weight));
    often += found.weight;
  }
  const sum = [...best.values()].reduce((all, weight) => all + weight, 0);
  return sum + Math.min(often, 5 * sum) / 50;
}

function findBlocks(lines: readonly string[]): readonly Omit<Block, 'score'>[] {
  const blocks: Omit<Block, 'score'>[] = [];
  for (let from = 0; from < lines.length; ) {
    const kind = kindOf(lines, from);
    if (kind === undefined) {
      from += 1;
      continue;
    }
    const to = endOf(lines, from, kind);
    if (kind !== 'row' || !/^\s*\|[\s:|-]+\|?\s*$/.test(lines[from] ?? '')) blocks.push({ kind, from, to });
    from = to;
  }
  return blocks;
}

const FENCE = /^\s*(```+|~~~+)/;
const ITEM = /^\s{0,3}([-*+]|\d+[.)])\s/;

function kindOf(lines: readonly string[], at: number): Kind | undefined {
  const line = lines[at] ?? '';
  if (line.trim() === '') return undefined;
  if (FENCE.test(line)) return 'code';
  if (at === 0 && (/^ {0,3}#{1,6}\s|^\*+\s/.test(line) || /^([=\-~^"#*+`])\1{2,}\s*$/.test(lines[1] ?? '')))
    return 'heading';
  if (/^\s*\|/.test(line)) return 'row';
  return ITEM.test(line) ? 'item' : 'text';
}

function endOf(lines: readonly string[], from: number, kind: Kind): number {
  if (kind === 'row') return from + 1;
  if (kind === 'heading') return /^([=\-~^"#*+`])\1{2,}\s*$/.test(lines[1] ?? '') ? 2 : 1;
  const fence = FENCE.exec(lines[from] ?? '')?.[1];
  let to = from + 1;
  if (fence !== undefined) {
    while (to < lines.length && !(lines[to] ?? '').trim().startsWith(fence)) to += 1;
    return Math.min(to + 1, lines.length);
  }
  while (to < lines.length && kindOf(lines, to) === 'text') to += 1;
  return to;
}

function tableHead(lines: readonly string[], row: number): readonly string[] {
  let top = row;
  while (top > 0 && /^\s*\|/.test(lines[top - 1] ?? '')) top -= 1;
  return row - top >= 2 ? lines.slice(top, top + 2) : [];
}

function trim(lines: readonly string[], from: number, to: number): readonly string[] {
  let end = to;
  while (end > from && (lines[end - 1] ?? '').trim() === '') end -= 1;
  return lines.slice(from, end);
}

function sizeOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}
