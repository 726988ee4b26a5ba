// A message of the thread as rows: who and when, the text beside it or, where columns are few, under it; and what is known of an answer.

import { deviceNameInShort } from '../../core/devices.ts';
import { citationText } from '../../core/export.ts';
import type { Message } from '../../core/thread.ts';
import type { Fold } from '../model/folds.ts';
import type { Model } from '../model/model.ts';
import type { Document } from '../preview/document.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { padEnd, stringWidth, truncate } from '../terminal/width.ts';
import { type EntryRow, limited, styledRows } from './entry-row.ts';

/** The time of a message, with its blanks. */
const TIME_WIDTH = 8;
const MOST_AUTHOR = 12;
/** The name of another device takes at most this part of the row. */
const AUTHOR_SHARE = 0.2;
const MESSAGE_ROWS = { usual: 20, open: 400 };
const MOST_SOURCES = 5;
/** In fewer columns the text begins under its author: an indent would take a third of it. */
const BESIDE = 70;
const UNDER_INDENT = 2;

/** Who says it, in at least three columns, so that texts line up; of another device, its name. */
export function authorOf(
  model: Pick<Model, 'devices' | 'revoked' | 'device'>,
  { role, by }: Message,
  width: number,
): string {
  if (role === 'assistant') return 'ai ';
  if (by.kind === 'human' && model.device !== undefined && by.device !== model.device.id) {
    const most = Math.max(3, Math.min(MOST_AUTHOR, Math.floor(width * AUTHOR_SHARE)));
    return padEnd(truncate(sanitizeLine(deviceNameInShort(model, by.device)), most, ''), 3);
  }
  return { human: 'you', assistant: 'ai ', agent: 'agt', device: 'dev' }[by.kind];
}

/** What stands before the first row of a message. */
export const headWidth = (author: string): number => stringWidth(author) + TIME_WIDTH;

/** Where the rows of a message begin. */
export const messageIndent = (author: string, width: number): number =>
  width < BESIDE ? UNDER_INDENT : headWidth(author);

export function messageRows(
  message: Message,
  document: Document | undefined,
  author: string,
  width: number,
  fold: Fold,
): EntryRow[] {
  if (fold === 'folded') {
    const room = Math.max(1, width - headWidth(author));
    if (document === undefined) return [{ kind: 'head', text: sanitizeLine(oneLine(message.text, room)) }];
    const [begins, more] = styledRows(document, Math.max(1, room - 2), 2);
    return [{ kind: 'head', text: `${begins?.text ?? ''}${more === undefined ? '' : ' …'}` }];
  }
  const room = Math.max(1, width - messageIndent(author, width));
  const most = MESSAGE_ROWS[fold];
  const said = document === undefined ? limited(message.text, room, most, 'text') : styledRows(document, room, most);
  const [first, ...rest] = said;
  // One row alone stands beside its author wherever there is room for it.
  const isBeside =
    first !== undefined &&
    (width >= BESIDE || (said.length === 1 && stringWidth(first.text) <= width - headWidth(author)));
  const head: EntryRow[] = isBeside
    ? [{ kind: 'head', text: first.text, ...(first.kind === 'styled' ? { row: first.row } : {}) }, ...rest]
    : [{ kind: 'head', text: '' }, ...said];
  return [...head, ...aboutRows(message, room)];
}

/** As much of the beginning as a row can show, and a sign if that is not all. */
function oneLine(text: string, room: number): string {
  const begun = text
    .trimStart()
    .slice(0, room * 4)
    .toWellFormed();
  const [line = ''] = begun.split('\n');
  return line.trimEnd().length < text.trim().length
    ? `${truncate(sanitizeLine(line), Math.max(1, room - 2), '')} …`
    : line;
}

/** Who answered and with what, under the answer. */
function aboutRows({ about }: Message, width: number): EntryRow[] {
  if (about === undefined) return [];
  const { connector, model, usage, cut, citations = [] } = about;
  const tokens = usage === undefined ? [] : [`${usage.input ?? '?'} → ${usage.output ?? '?'} tokens`];
  const line = [connector, ...(model === undefined ? [] : [model]), ...tokens].join(' · ');
  const sources = citations.slice(0, MOST_SOURCES).map((each, index) => `[${index + 1}] ${citationText(each)}`);
  const more = citations.length > MOST_SOURCES ? [`and ${citations.length - MOST_SOURCES} more sources`] : [];
  return [
    ...(cut === undefined ? [] : limited(`not all of it: ${cut}`, width, 2, 'failure')),
    ...[...sources, ...more, line].map((text): EntryRow => ({ kind: 'about', text: sanitizeLine(text) })),
  ];
}
