// Markdown as blocks: headings, lists, quotes, code, tables. Where a link leads is written beside it, and HTML is shown, never followed.
// Undefined if there is too much of it to be taken apart at once.

import { type MarkedToken, marked, type Token, type Tokens } from 'marked';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { type Block, line, MAX_BLOCKS, type Piece, withText } from './document.ts';
import { inlinePieces } from './markdown-inline.ts';
import { codeLines } from './read-source.ts';
import { linesOf, type ReadText } from './read-text.ts';

/** The lexer tries many patterns at each place; more than this is read as plain text. */
const MARKDOWN_UNITS = 128 * 1024;
/** What is made of it may be far more, by links to one address and empty cells of tables; more than this is no longer drawn at once. */
const MADE_UNITS = 8 * MARKDOWN_UNITS;
/** What a piece or a cell takes besides its text, roughly. */
const PIECE_UNITS = 8;
/** Deeper lists and quotes are not indented further. */
const MAX_DEPTH = 8;

interface Margin {
  readonly first: readonly Piece[];
  readonly rest: readonly Piece[];
  readonly depth: number;
}
const NO_MARGIN: Margin = { first: [], rest: [], depth: 0 };

export function readMarkdown(text: string): ReadText | undefined {
  if (text.length > MARKDOWN_UNITS) return undefined;
  const all = readTokens(marked.lexer(text), NO_MARGIN);
  const blocks = all.slice(0, MAX_BLOCKS);
  if (blocks.reduce((sum, block) => sum + unitsOf(block), 0) > MADE_UNITS) return undefined;
  return { blocks, leftOut: all.length > MAX_BLOCKS };
}

function unitsOf(block: Block): number {
  switch (block.type) {
    case 'rule':
      return PIECE_UNITS;
    case 'line':
      return unitsIn(block.pieces);
    case 'table':
      return block.rows.reduce((sum, row) => row.reduce((cells, cell) => cells + unitsIn(cell), sum), 0);
  }
}

const unitsIn = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, [text, , link = '']) => sum + PIECE_UNITS + text.length + link.length, PIECE_UNITS);

function readTokens(tokens: readonly Token[], margin: Margin): Block[] {
  const blocks: Block[] = [];
  let at = margin;
  let last = '';
  for (const token of tokens) {
    if (token.type === 'space') continue;
    // A paragraph and what follows it stand apart; the items of a list do not, nor a list in one of them.
    if (blocks.length > 0 && token.type !== 'text' && !(token.type === 'list' && last === 'text'))
      blocks.push(within({ ...line('') }, at, true));
    const made = readToken(token as MarkedToken, at);
    for (const block of made) blocks.push(block);
    last = token.type;
    if (made.length > 0) at = { ...margin, first: margin.rest };
  }
  return blocks;
}

function readToken(token: MarkedToken, margin: Margin): Block[] {
  switch (token.type) {
    case 'heading':
      return paragraph(
        [['#'.repeat(token.depth), 'muted'], [' ', 'muted'], ...inlinePieces(token.tokens, 'heading')],
        margin,
      );
    case 'paragraph':
      return paragraph(inlinePieces(token.tokens, 'text'), margin);
    case 'text':
      return paragraph(inlinePieces(token.tokens ?? [token], 'text'), margin);
    case 'code':
      return codeLines(token.text, languageIn(token)).map((pieces, index) =>
        within({ type: 'line', wrap: 'edge', pieces: [['  ', 'text'], ...pieces] }, margin, index > 0),
      );
    case 'html':
      return linesOf(token.text).map((content, index) => within(line(content, 'muted'), margin, index > 0));
    case 'hr':
      return [{ type: 'rule', first: margin.first }];
    case 'blockquote':
      return readTokens(token.tokens, deeper(margin, ['▌ ', 'muted'], ['▌ ', 'muted']));
    case 'list':
      return token.items.flatMap((item, index) =>
        listItem(token, item, index, index === 0 ? margin : { ...margin, first: margin.rest }),
      );
    case 'table':
      return [tableOf(token, margin)];
    case 'def':
      return paragraph([[sanitizeLine(`[${token.tag}]: ${token.href}`), 'muted']], margin);
    default:
      return paragraph([[sanitizeLine(token.raw), 'text']], margin);
  }
}

/** What stands behind the fence first. */
const languageIn = ({ lang }: Tokens.Code): string => /^[\w+#-]*/.exec(lang ?? '')?.[0].toLowerCase() ?? '';

function listItem(list: Tokens.List, item: Tokens.ListItem, index: number, margin: Margin): Block[] {
  const number = list.ordered ? `${Number(list.start || 1) + index}. ` : '• ';
  const mark = item.task ? `${number}${item.checked === true ? '[x] ' : '[ ] '}` : number;
  const inside = deeper(margin, [mark, 'muted'], [' '.repeat(mark.length), 'text']);
  const tokens = item.tokens.filter(({ type }) => type !== 'checkbox');
  const made = readTokens(tokens, inside);
  return made.length > 0 ? made : [within(line(''), inside, false)];
}

/** A newline in a paragraph is a blank; a break is a new line. */
function paragraph(pieces: readonly Piece[], margin: Margin): Block[] {
  const rows: Piece[][] = [[]];
  for (const piece of pieces) {
    piece[0].split('\n').forEach((part, index) => {
      if (index > 0) rows.push([]);
      if (part !== '') rows.at(-1)?.push(withText(piece, part));
    });
  }
  return rows.map((row, index) => within({ type: 'line', wrap: 'words', pieces: row }, margin, index > 0));
}

function tableOf(token: Tokens.Table, { first }: Margin): Block {
  const cells = (row: readonly Tokens.TableCell[], look: 'strong' | 'text'): Piece[][] =>
    row.map(({ tokens }) => inlinePieces(tokens, look).map((piece) => withText(piece, piece[0].replaceAll('\n', ' '))));
  return {
    type: 'table',
    rows: [cells(token.header, 'strong'), ...token.rows.slice(0, MAX_BLOCKS).map((row) => cells(row, 'text'))],
    align: token.align.map((align) => align ?? 'left'),
    first,
  };
}

const within = <B extends Block & { type: 'line' }>(block: B, { first, rest }: Margin, goesOn: boolean): Block => ({
  ...block,
  first: goesOn ? rest : first,
  rest,
});

function deeper({ first, rest, depth }: Margin, mark: Piece, under: Piece): Margin {
  if (depth >= MAX_DEPTH) return { first, rest, depth };
  return { first: [...first, mark], rest: [...rest, under], depth: depth + 1 };
}
