/**
 * Whether the tree of a script holds all of its text. A tolerant parser may pass over what it does not expect; a shell may not, so
 * anything between the words that is neither blank, comment, operator nor keyword makes the text unreadable.
 */

import { forEachChild, type ParsedScript, type SyntaxNode } from 'unbash';

const KEYWORDS = new Set([
  'if',
  'then',
  'elif',
  'else',
  'fi',
  'while',
  'until',
  'do',
  'done',
  'for',
  'in',
  'case',
  'esac',
]);

/** What of the text the tree does not account for; undefined if there is nothing. */
export function findLeftover(script: ParsedScript, text: string): string | undefined {
  const places = collectPlaces(script);
  const ends = script.source === undefined ? text : script.source;
  let at = script.pos;
  while (at < script.end) {
    const leaf = places.leaves.get(at);
    if (leaf !== undefined && leaf > at) {
      at = leaf;
      continue;
    }
    const char = ends[at] as string;
    if (/[ \t\n;&|!]/.test(char)) at += 1;
    else if (ends.startsWith('\\\n', at)) at += 2;
    else if (char === '#') at = endOfLine(ends, at);
    else if ('(){}'.includes(char)) {
      if (!places.brackets.has(at)) return char;
      at += 1;
    } else {
      const word = /^[a-z]+/.exec(ends.slice(at, at + 8))?.[0];
      if (word === undefined || !KEYWORDS.has(word)) return ends.slice(at, at + 20);
      at += word.length;
    }
  }
  return undefined;
}

interface Places {
  /** Where words and redirections begin, and where they end. */
  readonly leaves: Map<number, number>;
  readonly brackets: Set<number>;
}

function collectPlaces(script: ParsedScript): Places {
  const places: Places = { leaves: new Map(), brackets: new Set() };
  const visit = (node: SyntaxNode): void => {
    switch (node.type) {
      case 'Word':
      case 'Assignment':
      case 'Redirect':
      case 'HereString':
        addLeaf(places, node);
        return;
      case 'HereDoc':
        addLeaf(places, node);
        addLeaf(places, { pos: node.body.pos, end: node.closing?.end ?? node.body.end });
        return;
      case 'Subshell':
      case 'BraceGroup':
        places.brackets.add(node.pos).add(node.end - 1);
        break;
      case 'CaseItem': {
        // `(a|b)` or `a|b)`: the brackets stand around the patterns.
        places.brackets.add(node.pos);
        const last = node.pattern.at(-1);
        if (last !== undefined)
          for (let at = last.end; at < node.body.pos || at === last.end; at++) places.brackets.add(at);
        break;
      }
      default:
        break;
    }
    forEachChild(node, visit);
  };
  visit(script);
  return places;
}

function addLeaf({ leaves }: Places, { pos, end }: { readonly pos: number; readonly end: number }): void {
  leaves.set(pos, Math.max(end, leaves.get(pos) ?? 0));
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}
