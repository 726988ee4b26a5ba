// Source text as coloured lines, for the languages that people meet most. Nothing is guessed: a language that is not named, or not
// known here, stays as it is. Runs where previews are read, beside the main thread.

import type { Look, Piece } from './document.ts';
import { highlighter } from './highlight-core.js';

/** Longer sources are shown in one colour. */
const MAX_UNITS = 128 * 1024;

/** What it writes: the beginning of a span, its end, an entity, or text. */
const TOKENS = /<span class="hljs-([\w-]+)[^"]*">|<(\/)span>|&(\w+|#x27);|[^<&]+/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'" };

/** The text, line by line; undefined if it is not coloured. `text` is sanitised. */
export function highlighted(text: string, language: string): readonly (readonly Piece[])[] | undefined {
  if (text.length > MAX_UNITS || highlighter.getLanguage(language) === undefined) return undefined;
  const { value } = highlighter.highlight(text, { language, ignoreIllegals: true });
  const lines: Piece[][] = [[]];
  const looks: Look[] = ['text'];
  for (const [token, begins, ends, entity] of value.matchAll(TOKENS)) {
    const look = looks.at(-1) ?? 'text';
    if (begins !== undefined) looks.push(LOOKS[begins] ?? look);
    else if (ends !== undefined) looks.pop();
    else addText(lines, entity === undefined ? token : (ENTITIES[entity] ?? token), look);
  }
  return lines;
}

function addText(lines: Piece[][], text: string, look: Look): void {
  text.split('\n').forEach((part, index) => {
    if (index > 0) lines.push([]);
    const line = lines.at(-1);
    const [before, same] = line?.at(-1) ?? ['', undefined];
    if (part === '' || line === undefined) return;
    if (same === look) line[line.length - 1] = [before + part, look];
    else line.push([part, look]);
  });
}

/** After the scopes of highlight.js: https://highlightjs.readthedocs.io/en/latest/css-classes-reference.html */
const LOOKS: Readonly<Record<string, Look>> = {
  comment: 'comment',
  quote: 'comment',
  doctag: 'comment',
  meta: 'comment',
  keyword: 'keyword',
  operator: 'keyword',
  section: 'keyword',
  'selector-tag': 'keyword',
  tag: 'keyword',
  string: 'string',
  regexp: 'string',
  'meta-string': 'string',
  symbol: 'string',
  subst: 'text',
  number: 'number',
  literal: 'number',
  bullet: 'number',
  title: 'name',
  name: 'name',
  type: 'name',
  class: 'name',
  built_in: 'name',
  attr: 'name',
  attribute: 'name',
  property: 'name',
  'selector-class': 'name',
  'selector-id': 'name',
};

/** By the end of the name, or the whole of it. */
const BY_NAME: ReadonlyMap<string, string> = new Map(
  Object.entries({
    sh: 'bash',
    bash: 'bash',
    zsh: 'bash',
    c: 'c',
    h: 'c',
    cc: 'cpp',
    cpp: 'cpp',
    hpp: 'cpp',
    cs: 'csharp',
    css: 'css',
    dockerfile: 'dockerfile',
    go: 'go',
    ini: 'ini',
    toml: 'ini',
    cfg: 'ini',
    conf: 'ini',
    java: 'java',
    js: 'javascript',
    mjs: 'javascript',
    cjs: 'javascript',
    jsx: 'javascript',
    kt: 'kotlin',
    lua: 'lua',
    makefile: 'makefile',
    mk: 'makefile',
    php: 'php',
    py: 'python',
    rb: 'ruby',
    rs: 'rust',
    sql: 'sql',
    swift: 'swift',
    ts: 'typescript',
    mts: 'typescript',
    tsx: 'typescript',
    html: 'xml',
    xml: 'xml',
    svg: 'xml',
    yaml: 'yaml',
    yml: 'yaml',
  }),
);

/** The language of a file of this name. */
export const languageOf = (name: string): string | undefined =>
  BY_NAME.get((name.split(/[/\\]/).at(-1) ?? '').toLowerCase().split('.').at(-1) ?? '');
