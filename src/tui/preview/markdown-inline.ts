// What stands in a line of Markdown: emphasis, code, links with where they lead. A newline in it is a break that was meant.

import type { MarkedToken, Token } from 'marked';
import { linkTarget } from '../terminal/links.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import type { Look, Piece } from './document.ts';

export const inlinePieces = (tokens: readonly Token[], look: Look): Piece[] =>
  tokens.flatMap((token) => piecesOf(token as MarkedToken, look));

function piecesOf(token: MarkedToken, look: Look): Piece[] {
  switch (token.type) {
    case 'strong':
      return inlinePieces(token.tokens, look === 'text' ? 'strong' : look);
    case 'em':
      return inlinePieces(token.tokens, look === 'text' ? 'emphasis' : look);
    case 'del':
      return [['~', 'muted'], ...inlinePieces(token.tokens, 'muted'), ['~', 'muted']];
    case 'codespan':
      return [[flat(token.text), 'code']];
    case 'br':
      return [['\n', look]];
    case 'link':
      return linkPieces(inlinePieces(token.tokens, 'link'), token.href);
    case 'image':
      return linkPieces([[`[picture: ${flat(decode(token.text))}]`, 'emphasis']], token.href);
    case 'html':
      return [[flat(token.raw), 'muted']];
    case 'escape':
      return [[flat(token.text), look]];
    case 'text':
      return token.tokens === undefined ? [[flat(decode(token.text)), look]] : inlinePieces(token.tokens, look);
    default:
      return [[flat(token.raw), look]];
  }
}

/** Where it leads is said, unless the text is just that: what a link says may be anything. */
function linkPieces(text: readonly Piece[], href: string): Piece[] {
  const said = text.map(([part]) => part).join('');
  const where = sanitizeLine(href);
  const pieces: Piece[] =
    said === where || `mailto:${said}` === where ? [...text] : [...text, [` (${where})`, 'muted']];
  const target = linkTarget(href);
  return target === undefined ? pieces : pieces.map(([part, look]) => [part, look, target]);
}

/** A newline of the file is a blank here. */
const flat = (text: string): string => sanitizeLine(text.replace(/[ \t]*\n[ \t]*/g, ' '));

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': ' ',
};
const decode = (text: string): string =>
  text.replace(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (found) => ENTITIES[found] ?? found);
