/** Cuts a document at its headings, in the ways in which Markdown, reStructuredText and Org write them, and long parts at empty lines. */

export interface Section {
  /** From the title of the document down to its own. Empty before the first heading. */
  readonly headings: readonly string[];
  /** From 1, both included. */
  readonly line: number;
  readonly endLine: number;
  readonly text: string;
}

export type Syntax = 'markdown' | 'rst' | 'org' | 'plain';

/** A part longer than this is cut where a paragraph ends. */
const LINES = 30;
const MAX_LINES = 50;
const RST_LINE = /^([=\-`:'"~^_*+#<>.])\1{2,}\s*$/;

interface Heading {
  /** Where it begins, and how many lines it takes. */
  readonly at: number;
  readonly lines: number;
  readonly level: number;
  readonly title: string;
}

export function splitSections(text: string, syntax: Syntax): readonly Section[] {
  const lines = text.split(/\r?\n/);
  const headings = findHeadings(lines, syntax);
  const sections: Section[] = [];
  const path: { level: number; title: string }[] = [];
  const add = (from: number, to: number): void => {
    for (const [start, end] of parts(lines, from, to)) {
      const body = lines.slice(start, end).join('\n');
      if (body.trim() !== '' || path.length > 0)
        sections.push({ headings: path.map(({ title }) => title), line: start + 1, endLine: end, text: body });
    }
  };
  add(0, headings[0]?.at ?? lines.length);
  headings.forEach(({ at, level, title }, index) => {
    while ((path.at(-1)?.level ?? 0) >= level) path.pop();
    path.push({ level, title });
    add(at, headings[index + 1]?.at ?? lines.length);
  });
  return sections;
}

function findHeadings(lines: readonly string[], syntax: Syntax): readonly Heading[] {
  const found: Heading[] = [];
  const marks: string[] = [];
  let fence: string | undefined;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const mark = /^ {0,3}(```+|~~~+)/.exec(line)?.[1];
    if (syntax === 'markdown' && mark !== undefined) {
      if (fence === undefined) fence = mark;
      else if (line.trim().startsWith(fence)) fence = undefined;
    }
    if (fence !== undefined) continue;
    const heading = headingAt(lines, at, syntax, marks);
    if (heading === undefined) continue;
    found.push(heading);
    at += heading.lines - 1;
  }
  return found;
}

function headingAt(lines: readonly string[], at: number, syntax: Syntax, marks: string[]): Heading | undefined {
  const line = lines[at] ?? '';
  const next = lines[at + 1] ?? '';
  switch (syntax) {
    case 'plain':
      return undefined;
    case 'org': {
      const [, stars, title] = /^(\*+)\s+(.*)$/.exec(line) ?? [];
      return stars === undefined ? undefined : { at, lines: 1, level: stars.length, title: clean(title) };
    }
    case 'markdown': {
      const [, hashes, title] = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/.exec(line) ?? [];
      if (hashes !== undefined) return { at, lines: 1, level: hashes.length, title: clean(title) };
      const under = /^ {0,3}(=+|-{2,})\s*$/.exec(next)?.[1];
      if (under === undefined || !/^ {0,3}[^\s#>|*+-]/.test(line) || (lines[at - 1] ?? '').trim() !== '')
        return undefined;
      return { at, lines: 2, level: under.startsWith('=') ? 1 : 2, title: clean(line) };
    }
    case 'rst': {
      if (line.trim() === '' || RST_LINE.test(line) || /^\s/.test(line)) return undefined;
      const mark = RST_LINE.exec(next)?.[1];
      if (mark === undefined || next.trimEnd().length < line.trimEnd().length) return undefined;
      if (!marks.includes(mark)) marks.push(mark);
      return { at, lines: 2, level: marks.indexOf(mark) + 1, title: clean(line) };
    }
  }
}

function clean(title = ''): string {
  return title.replace(/[`*_]|\[([^\]]*)\]\([^)]*\)/g, '$1').trim();
}

function* parts(lines: readonly string[], from: number, to: number): Generator<readonly [number, number]> {
  let start = from;
  while (to - start > MAX_LINES) {
    let end = start + LINES;
    while (end < start + MAX_LINES && (lines[end] ?? '').trim() !== '') end += 1;
    yield [start, end];
    start = end;
  }
  if (to > start) yield [start, to];
}
