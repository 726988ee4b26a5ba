/** The patterns of rules: `*`, `{a,b}` and a backslash in words, and globs of paths. Matching takes time in proportion to pattern times text. */

/** More alternatives than this in one pattern make no rule that a person can read. */
const MOST_ALTERNATIVES = 500;

/** One alternative of a word: literal characters, and stars. */
type Atom = string | typeof STAR;
const STAR = Symbol('any text');

export interface WordPattern {
  readonly alternatives: readonly (readonly Atom[])[];
  /** The texts that it fits, if there are no stars in it. */
  readonly literals: readonly string[] | undefined;
}

/** Throws a RangeError for more alternatives than anybody wants. */
export function compileWord(pattern: string): WordPattern {
  const alternatives = expand([...pattern]);
  const literals = alternatives.every((atoms) => !atoms.includes(STAR))
    ? alternatives.map((atoms) => atoms.join(''))
    : undefined;
  return { alternatives, literals };
}

export function fitsWord({ alternatives, literals }: WordPattern, text: string): boolean {
  if (literals !== undefined) return literals.includes(text);
  return alternatives.some((atoms) => fitsAtoms(atoms, text));
}

/** The word as a pattern that fits it alone. */
export function literalWord(text: string): string {
  const escaped = text.replace(/[\\*{]/g, '\\$&');
  return escaped === '...' ? '\\...' : escaped;
}

/** Greedy, going back to the last star only. */
function fitsAtoms(atoms: readonly Atom[], text: string): boolean {
  const chars = [...text];
  let atom = 0;
  let at = 0;
  let star = -1;
  let mark = 0;
  while (at < chars.length) {
    if (atoms[atom] === STAR) {
      star = atom;
      mark = at;
      atom += 1;
    } else if (atom < atoms.length && atoms[atom] === chars[at]) {
      atom += 1;
      at += 1;
    } else if (star !== -1) {
      atom = star + 1;
      mark += 1;
      at = mark;
    } else return false;
  }
  while (atoms[atom] === STAR) atom += 1;
  return atom === atoms.length;
}

function expand(chars: readonly string[]): Atom[][] {
  let made: Atom[][] = [[]];
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] as string;
    const group = char === '{' ? readGroup(chars, at) : undefined;
    const options: Atom[][] =
      group !== undefined
        ? group.parts.flatMap(expand)
        : [[char === '*' ? STAR : char === '\\' && at + 1 < chars.length ? (chars[at + 1] as string) : char]];
    if (made.length * options.length > MOST_ALTERNATIVES) {
      throw new RangeError(`a pattern has more than ${MOST_ALTERNATIVES} alternatives`);
    }
    made = made.flatMap((begin) => options.map((end) => [...begin, ...end]));
    if (group !== undefined) at = group.end;
    else if (char === '\\') at += 1;
  }
  return made;
}

/** The parts between a brace and its partner; undefined if it has none, or no comma: then it means itself. */
function readGroup(chars: readonly string[], from: number): { parts: string[][]; end: number } | undefined {
  const parts: string[][] = [[]];
  let depth = 0;
  for (let at = from + 1; at < chars.length; at++) {
    const char = chars[at] as string;
    if (char === '\\' && at + 1 < chars.length) {
      parts.at(-1)?.push(char, chars[at + 1] as string);
      at += 1;
      continue;
    }
    if (char === '}' && depth === 0) return parts.length > 1 ? { parts, end: at } : undefined;
    if (char === ',' && depth === 0) {
      parts.push([]);
      continue;
    }
    if (char === '{') depth += 1;
    if (char === '}') depth -= 1;
    parts.at(-1)?.push(char);
  }
  return undefined;
}

export interface PathPattern {
  readonly alternatives: readonly PathAlternative[];
}

interface PathAlternative {
  readonly parts: readonly (WordPattern | typeof STAR)[];
  /** It ends in `/.`: as a folder to work in it is that one alone, and none below it. */
  readonly itself: boolean;
}

/** A glob of absolute paths. */
export function compilePath(pattern: string): PathPattern {
  return {
    alternatives: splitGroups(pattern).map((path) => {
      const itself = path.endsWith('/.');
      const names = (itself ? path.slice(0, -1) : path).split('/').filter((name) => name !== '');
      return { parts: names.map((name) => (name === '**' ? STAR : compileWord(name))), itself };
    }),
  };
}

/** How a folder that is worked in fits. `below`: it has to be one that the glob lets in with all that is below it. */
export type FolderFit = 'folder' | 'below';

/** Whether the path is what the glob names, or in it. Of a folder that is worked in (`as`), `/.` at the end wants more. */
export function leadsInto({ alternatives }: PathPattern, path: string, as?: FolderFit): boolean {
  const names = path.split('/').filter((name) => name !== '');
  return alternatives.some(({ parts, itself }) =>
    as !== undefined && itself ? as === 'folder' && fitsNames(parts, names, true) : fitsNames(parts, names, false),
  );
}

/** `whole`: the path itself, and not one that it is in. */
function fitsNames(parts: readonly (WordPattern | typeof STAR)[], names: readonly string[], whole: boolean): boolean {
  // Which numbers of parts may have been used up by the names so far.
  let reached = closeOverStars(new Set([0]), parts);
  if (!whole && reached.has(parts.length)) return true;
  for (const name of names) {
    const next = new Set<number>();
    for (const at of reached) {
      const part = parts[at];
      if (part === STAR) next.add(at);
      else if (part !== undefined && fitsWord(part, name)) next.add(at + 1);
    }
    reached = closeOverStars(next, parts);
    if (!whole && reached.has(parts.length)) return true;
  }
  return reached.has(parts.length);
}

function closeOverStars(reached: Set<number>, parts: readonly (WordPattern | typeof STAR)[]): Set<number> {
  for (const at of reached) if (parts[at] === STAR) reached.add(at + 1);
  return reached;
}

/** Alternatives may hold slashes, so they are taken apart before the names are. */
function splitGroups(pattern: string): string[] {
  const chars = [...pattern];
  const from = chars.findIndex(
    (char, at) => char === '{' && !isEscaped(chars, at) && readGroup(chars, at) !== undefined,
  );
  const group = from === -1 ? undefined : readGroup(chars, from);
  if (group === undefined) return [pattern];
  const texts = group.parts.flatMap((part) =>
    splitGroups(chars.slice(0, from).join('') + part.join('') + chars.slice(group.end + 1).join('')),
  );
  if (texts.length > MOST_ALTERNATIVES)
    throw new RangeError(`a pattern has more than ${MOST_ALTERNATIVES} alternatives`);
  return texts;
}

function isEscaped(chars: readonly string[], at: number): boolean {
  let before = at;
  while (chars[before - 1] === '\\') before -= 1;
  return (at - before) % 2 === 1;
}

/** The path as a glob that names it alone, with all that is in it. */
export function literalPath(path: string): string {
  return path.replace(/[\\*{]/g, '\\$&');
}

/** The folder as a glob under which nothing else is worked in. */
export function literalFolder(path: string): string {
  return `${literalPath(path).replace(/\/+$/, '')}/.`;
}
