// The search: what was typed, how many were found, and one row for each, with the words that matched lit up.

import { deviceNameInShort } from '../../core/devices.ts';
import { readQuery } from '../../core/search/query.ts';
import type { ThreadEntry } from '../../core/thread.ts';
import type { OverlayOf } from '../model/overlay-model.ts';
import { overlayRect, SEARCH_HEAD_ROWS, searchRect } from '../rows/geometry.ts';
import type { Attr, Rect } from '../terminal/cells.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import type { StyleName } from '../terminal/theme.ts';
import { layoutList } from '../terminal/virtual-list.ts';
import { padEnd, truncate } from '../terminal/width.ts';
import { formatTime } from '../words/format.ts';

import { drawField, openPage } from './dialog.ts';
import { own, type Paint, type Span, select, write } from './paint.ts';
import { runGlyph, runTitle } from './run-row.ts';

export function drawSearch(paint: Paint, overlay: OverlayOf<'search'>): void {
  const { model } = paint;
  const { results } = model.search;
  const list = searchRect(model);
  const layout = layoutList(overlay.list, { count: results.length, height: () => 1 }, list.height);
  const box = openPage(paint, overlayRect(model, overlay), 'Search the thread', {
    window: { before: layout.before, shown: layout.rows.length, after: layout.after, head: SEARCH_HEAD_ROWS },
  });
  drawField(
    paint,
    { ...box, x: box.x + 1, width: box.width - 2 },
    overlay.editor,
    'words, is:failed, by:me, since:7d, #route, @device',
  );
  write(paint, box.x + 3, box.y + 1, stateSpans(paint), box.width - 4);
  const read = readQuery(model.search.query, model.now);
  const words = read.ok ? read.query.words : [];
  const times = layout.rows.map(({ index }) => timeOf(results[index], model.now).length);
  const timeWidth = list.width >= WITH_TIMES ? Math.max(0, ...times) : 0;
  // Where everything is on one device, that says nothing.
  const withDevices = list.width >= WITH_DEVICES && model.devices.length + model.revoked.length > 1;
  for (const { index, y } of layout.rows) {
    const entry = results[index];
    if (entry === undefined) continue;
    const at = { ...list, y: list.y + y };
    const width = withDevices ? at.width - DEVICE_WIDTH : at.width;
    drawResult(paint, { ...at, width }, entry, words, timeWidth);
    if (withDevices) drawDevice(paint, at, entry);
    if (index === layout.state.cursor) select(paint, at);
  }
}

const WITH_TIMES = 44;
const WITH_DEVICES = 64;
const DEVICE_WIDTH = 14;

/** Where it ran, was made or said: at the right. */
function drawDevice(paint: Paint, { x, y, width }: Rect, entry: ThreadEntry): void {
  const name = deviceNameInShort(paint.model, deviceOf(entry));
  const text = padEnd(truncate(sanitizeLine(name), DEVICE_WIDTH - 1), DEVICE_WIDTH - 1);
  write(paint, x + width - DEVICE_WIDTH + 1, y, [[text, paint.style('muted')]], DEVICE_WIDTH - 1);
}

function deviceOf(entry: ThreadEntry): string {
  switch (entry.kind) {
    case 'message':
      return entry.message.by.device;
    case 'run':
      return entry.run.device;
    case 'approval':
      return entry.approval.device;
    case 'artifact':
      return entry.artifact.device;
  }
}

function stateSpans(paint: Paint): Span[] {
  const { state, results, next, message } = paint.model.search;
  const muted = paint.style('muted');
  switch (state) {
    case 'idle':
      return [['tasks, messages, results, answers, file names: all of history, no output', muted]];
    case 'searching':
      return [[own(paint, 'searching…'), muted]];
    case 'failed':
      return [[sanitizeLine(message ?? 'the search failed'), paint.style('error')]];
    case 'done': {
      const count =
        results.length === 0
          ? 'nothing found'
          : `${results.length}${next === undefined ? '' : '+'} found, newest first`;
      return [[count, muted]];
    }
  }
}

function drawResult(paint: Paint, at: Rect, entry: ThreadEntry, words: readonly string[], timeWidth: number): void {
  const { glyph, style, text } = about(paint, entry);
  const isMarkdown = entry.kind === 'message' && entry.message.role === 'assistant';
  const time = timeOf(entry, paint.model.now).padStart(timeWidth);
  const head: Span[] = [
    [timeWidth > 0 ? ` ${time}  ` : '', paint.style('muted')],
    [`${glyph} `, paint.style(style)],
  ];
  const used = write(paint, at.x, at.y, head, at.width);
  write(
    paint,
    at.x + used,
    at.y,
    matchSpans(paint, snippet(paint, text, words, at.width - used, isMarkdown), words),
    at.width - used,
  );
}

const timeOf = (entry: ThreadEntry | undefined, now: number): string =>
  entry === undefined ? '' : formatTime(beganAt(entry), now);

function beganAt(entry: ThreadEntry): number {
  switch (entry.kind) {
    case 'message':
      return entry.message.at;
    case 'run':
      return entry.run.submittedAt;
    case 'approval':
      return entry.approval.requestedAt;
    case 'artifact':
      return entry.artifact.createdAt;
  }
}

function about(paint: Paint, entry: ThreadEntry): { glyph: string; style: StyleName; text: string } {
  const { glyphs } = paint;
  switch (entry.kind) {
    case 'message':
      return { glyph: glyphs.bullet, style: 'accent', text: entry.message.text };
    case 'run': {
      const { run } = entry;
      const result = run.status === 'completed' && run.result !== undefined ? `  ${run.result}` : '';
      return { ...runGlyph(paint, run), text: `${run.number} ${runTitle(run)}${result}` };
    }
    case 'approval':
      return { glyph: glyphs.waiting, style: 'warning', text: entry.approval.title };
    case 'artifact':
      return { glyph: glyphs.artifact, style: 'info', text: entry.artifact.name };
  }
}

/** What comes before the first match at most where it would not be on the screen; so much after it should be there too. */
const BEFORE = 24;
const LONGEST = 600;
const LOOKED_THROUGH = 20_000;

function snippet(paint: Paint, text: string, words: readonly string[], room: number, isMarkdown: boolean): string {
  const part = text.slice(0, LOOKED_THROUGH).toLowerCase();
  const places = words.map((word) => part.indexOf(word)).filter((place) => place >= 0);
  const first = places.length === 0 ? 0 : Math.min(...places);
  const from = first > BEFORE * 2 && first + BEFORE > room ? first - BEFORE : 0;
  const cut = text.slice(from, from + LONGEST).toWellFormed();
  const shown = isMarkdown ? withoutMarks(cut) : cut;
  return `${from > 0 ? paint.glyphs.ellipsis : ''}${sanitizeLine(shown)}`;
}

/** An excerpt of an answer as one reads it: a part of Markdown is no Markdown, so only what is plainly a mark goes. */
const withoutMarks = (text: string): string =>
  text
    .replace(/^[ \t>#]+/gm, '')
    .replace(/^```.*$/gm, '')
    .replace(/\*\*|`/g, '')
    .replace(/\s*\n\s*/g, ' ');

function matchSpans(paint: Paint, text: string, words: readonly string[]): Span[] {
  const plain = paint.style('text');
  const lit: Attr = paint.style('match');
  const lower = text.toLowerCase();
  // Where lower case has another length, places would not agree.
  if (lower.length !== text.length) return [[text, plain]];
  const spans: Span[] = [];
  let at = 0;
  while (at < text.length) {
    let place = -1;
    let length = 0;
    for (const word of words) {
      const found = lower.indexOf(word, at);
      if (found >= 0 && (place < 0 || found < place || (found === place && word.length > length))) {
        place = found;
        length = word.length;
      }
    }
    if (place < 0) break;
    if (place > at) spans.push([text.slice(at, place), plain]);
    spans.push([text.slice(place, place + length), lit]);
    at = place + length;
  }
  return [...spans, [text.slice(at), plain]];
}
