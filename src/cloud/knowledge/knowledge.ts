/** Answers questions with what the documents say: extracts, each with its place, and never a word of its own about the matter. */

import { pathToFileURL } from 'node:url';
import type { Citation } from '../../core/answers.ts';
import { type AttachedSearch, type AttachedText, searchAttached } from './attachments.ts';
import { type Extract, extract } from './extract.ts';
import { createLibrary, type LibraryOptions, type LibraryStatus } from './library.ts';
import { readQuery, type Turn } from './query.ts';
import { type Ranked, rank } from './rank.ts';
import { readDocument } from './read-document.ts';
import { type Place, searchSections } from './section-index.ts';

export interface Question {
  readonly question: string;
  readonly messages?: readonly Turn[] | null | undefined;
  readonly attachments?: readonly AttachedText[] | null | undefined;
}

export type AnswerPart = { readonly type: 'text'; readonly text: string } | ({ readonly type: 'citation' } & Citation);

export interface Knowledge {
  /** Begins to read what is there, before anybody asks. */
  prepare(): void;
  answer(question: Question, signal: AbortSignal): Promise<readonly AnswerPart[]>;
  status(): Promise<LibraryStatus>;
  close(): Promise<void>;
}

const MAX_EXTRACTS = 4;
const OF_ONE_DOCUMENT = 2;
/** How old what is known may be when it is asked for. */
const FRESH_MS = 3000;

const LEAD = '**Embedded knowledge: extracts from your documents, no model.**';
const NOTHING = 'Nothing found: no document says enough about this. Other words may find more.';
/** Goes into config.toml as it stands. */
const CONNECT = [
  'To have a model answer in its own words, connect one in config.toml (docs/CONNECTORS.md has the presets):',
  '',
  '```toml',
  '[connectors.ollama]',
  'preset = "ollama"',
  'model = "llama3.2" # one that "ollama list" names',
  '```',
].join('\n');

interface Chosen {
  readonly place: Place;
  readonly extract: Extract;
}

export function createKnowledge(options: LibraryOptions): Knowledge {
  const library = createLibrary(options);

  const inDocuments = async (ranked: readonly Ranked[], signal: AbortSignal): Promise<readonly Chosen[]> => {
    const chosen: Chosen[] = [];
    for (const { id, worth } of ranked) {
      signal.throwIfAborted();
      const place = library.place(id);
      if (place === undefined || isTaken(chosen, place)) continue;
      const lines = (await readDocument(place.path))?.split(/\r?\n/).slice(place.line - 1, place.endLine);
      if (lines === undefined || lines.length === 0) continue; // it went, or changed just now
      chosen.push({ place, extract: extract(lines, place.line, worth) });
      if (chosen.length === MAX_EXTRACTS) break;
    }
    return chosen;
  };

  return {
    prepare() {
      void library.refresh(0).catch(() => {}); // whoever asks learns of it
    },
    async answer({ question, messages, attachments }, signal) {
      const query = readQuery(question, messages ?? []);
      const attached = await searchAttached(attachments ?? [], query, signal);
      const along = rank(attached.hits, query, attached.sections).flatMap(({ id, worth }): Chosen[] => {
        const hit = attached.hits.find((one) => one.id === id);
        return hit === undefined ? [] : [{ place: hit.place, extract: extract(hit.lines, hit.place.line, worth) }];
      });
      await library.refresh(FRESH_MS);
      signal.throwIfAborted();
      const hits = searchSections(library.index, query);
      const ranked = rank(hits, query, library.status().sections);
      const chosen = [...along.slice(0, OF_ONE_DOCUMENT), ...(await inDocuments(ranked, signal))];
      return compose(leadOf(attached), chosen.slice(0, MAX_EXTRACTS));
    },
    async status() {
      await library.refresh(FRESH_MS);
      return library.status();
    },
    close: () => library.close(),
  };
}

function isTaken(chosen: readonly Chosen[], place: Place): boolean {
  return chosen.filter((one) => one.place.path === place.path).length >= OF_ONE_DOCUMENT;
}

/** What came along and was not looked at is told first. */
function leadOf({ unread, cut }: AttachedSearch): string {
  const said = [
    ...(unread.length === 0 ? [] : [`Not looked at, as there is no text in it: ${unread.join(', ')}.`]),
    ...(cut.length === 0 ? [] : [`Looked at only in part, as it is long: ${cut.join(', ')}.`]),
  ];
  return [LEAD, ...said.map(plain)].join('\n\n');
}

/** Names come from elsewhere, and are no Markdown. */
function plain(text: string): string {
  return text.replace(/[\n\r]+/g, ' ').replace(/[\\`*_[\]<>#|~]/g, '\\$&');
}

function compose(lead: string, chosen: readonly Chosen[]): readonly AnswerPart[] {
  if (chosen.length === 0) return [{ type: 'text', text: `${lead}\n\n${NOTHING}\n\n${CONNECT}\n` }];
  return [
    { type: 'text', text: `${lead}\n\n` },
    ...chosen.flatMap(({ place, extract }, index): AnswerPart[] => [
      { type: 'text', text: quoted(index + 1, place, extract) },
      {
        type: 'citation',
        title: place.shown,
        ...(place.path === '' ? {} : { url: pathToFileURL(place.path).href }),
        line: extract.line,
        endLine: extract.endLine,
      },
    ]),
    { type: 'text', text: `${CONNECT}\n` },
  ];
}

function quoted(number: number, { shown, headings }: Place, { line, text }: Extract): string {
  const title = headings.length === 0 ? '' : `${headings.join(' › ')}, `;
  const lines = text.split('\n').map((each) => (each === '' ? '>' : `> ${each}`));
  return `[${number}] ${title}${shown}:${line}\n\n${lines.join('\n')}\n\n`;
}
