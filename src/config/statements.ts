/**
 * Where the statements of a TOML text stand: table headers and `key = value`, with the extent of each value. For text that has been
 * parsed already: it finds places and checks nothing.
 */

export type Statement =
  | { readonly kind: 'table' | 'array-of-tables'; readonly path: readonly string[]; readonly end: number }
  | {
      readonly kind: 'value';
      /** From the root of the document. */
      readonly path: readonly string[];
      /** How many parts of the path stand in the header above. */
      readonly inTable: number;
      /** Offsets of the value. */
      readonly valueStart: number;
      readonly valueEnd: number;
      /** Where the line of its last character ends: at the line break, or at the end of the text. */
      readonly end: number;
    };

export function findStatements(text: string): Statement[] {
  const statements: Statement[] = [];
  let table: readonly string[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] as string;
    if (/\s/.test(char) || char === '\ufeff') at += 1;
    else if (char === '#') at = lineEnd(text, at);
    else if (char === '[') {
      const array = text.startsWith('[[', at);
      const key = readKey(text, at + (array ? 2 : 1));
      table = key.path;
      at = lineEnd(text, key.end);
      statements.push({ kind: array ? 'array-of-tables' : 'table', path: table, end: at });
    } else {
      const key = readKey(text, at);
      const valueStart = skipBlanks(text, text.indexOf('=', key.end) + 1);
      const valueEnd = skipValue(text, valueStart);
      at = lineEnd(text, valueEnd);
      statements.push({
        kind: 'value',
        path: [...table, ...key.path],
        inTable: table.length,
        valueStart,
        valueEnd,
        end: at,
      });
    }
  }
  return statements;
}

/** A dotted key, bare or quoted. */
function readKey(text: string, from: number): { path: string[]; end: number } {
  const path: string[] = [];
  let at = from;
  for (;;) {
    at = skipBlanks(text, at);
    const quote = text[at];
    if (quote === '"' || quote === "'") {
      const end = skipString(text, at);
      const inner = text.slice(at + 1, end - 1);
      path.push(quote === '"' && inner.includes('\\') ? (JSON.parse(`"${inner}"`) as string) : inner);
      at = end;
    } else {
      const end = at + (/^[A-Za-z0-9_-]*/.exec(text.slice(at, at + 256))?.[0].length ?? 0);
      path.push(text.slice(at, end));
      at = end;
    }
    at = skipBlanks(text, at);
    if (text[at] !== '.') return { path, end: at };
    at += 1;
  }
}

/** To the offset after the value: a string, a bracketed list or table over any number of lines, or a word. */
function skipValue(text: string, from: number): number {
  let at = from;
  let depth = 0;
  do {
    const char = text[at];
    if (char === undefined) return at;
    if (char === '"' || char === "'") at = skipString(text, at);
    else if (char === '[' || char === '{') {
      depth += 1;
      at += 1;
    } else if (char === ']' || char === '}') {
      depth -= 1;
      at += 1;
    } else if (char === '#') at = lineEnd(text, at);
    else if (depth > 0 && /[\s,=]/.test(char)) at += 1;
    else at += /^[^\s,#[\]{}"'=]*/.exec(text.slice(at, at + 256))?.[0].length || 1;
  } while (depth > 0);
  // A date may hold one blank, which no value of the configuration is.
  return at;
}

function skipString(text: string, from: number): number {
  const quote = text[from] as string;
  const long = quote.repeat(3);
  if (text.startsWith(long, from)) {
    let at = from + 3;
    while (at < text.length && !text.startsWith(long, at)) at += quote === '"' && text[at] === '\\' ? 2 : 1;
    at += 3;
    // Up to two quotes may stand before the closing three.
    while (text[at] === quote) at += 1;
    return at;
  }
  let at = from + 1;
  while (at < text.length && text[at] !== quote) at += quote === '"' && text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at;
}

function lineEnd(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  if (newline === -1) return text.length;
  return text[newline - 1] === '\r' && newline > from ? newline - 1 : newline;
}
