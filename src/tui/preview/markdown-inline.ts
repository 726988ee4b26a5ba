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
  const pieces: Piece[] = isAddress(said, href) ? [...text] : [...text, [` (${whereTo(href)})`, 'muted']];
  const target = linkTarget(href);
  return target === undefined ? pieces : pieces.map(([part, look]) => [part, look, target]);
}

const MAILTO = 'mailto:';

/** Sanitised, an address is not shorter, so that a long one behind many short texts is not looked through for each. */
function isAddress(said: string, href: string): boolean {
  if (href.length > said.length + MAILTO.length) return false;
  const where = sanitizeLine(href);
  return said === where || MAILTO + said === where;
}

/** One address may stand behind thousands of links of a text: of a long one the beginning is shown, with its host. */
const ADDRESS_UNITS = 200;
function whereTo(href: string): string {
  const begun = sanitizeLine(href.slice(0, ADDRESS_UNITS).toWellFormed());
  if (href.length <= ADDRESS_UNITS && begun.length <= ADDRESS_UNITS) return begun;
  return `${begun.slice(0, ADDRESS_UNITS).toWellFormed()}…`;
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
