// Answers of an assistant, read as Markdown once they are seen.

import { describe, expect, it } from 'vitest';
import type { ThreadEntry } from '../../../src/core/thread.ts';
import type { Effect } from '../../../src/tui/model/effects.ts';
import { readMarkdownText } from '../../../src/tui/preview/read-document.ts';
import { entryRows } from '../../../src/tui/rows/entry-rows.ts';
import { BOMBS, HOSTILE_ANSWERS } from '../../fixtures/hostile/answers.ts';
import { aSnapshot, messageEntry, startDashboard } from '../../helpers/tui-model.ts';
import { COLOURS, text } from './views/example.ts';

const ANSWER = '# Two *ways*\n\n1. `npm test`\n   - nested\n2. **wait**\n';

function answer(number: number, said: string): ThreadEntry {
  const entry = messageEntry(number, said);
  if (entry.kind !== 'message') throw new Error('it is a message');
  return { ...entry, message: { ...entry.message, role: 'assistant' } };
}

const asked = (effects: readonly Effect[]): string[] =>
  effects.flatMap((effect) => (effect.type === 'read-texts' ? effect.texts.map(({ text }) => text) : []));

function withAnswer(said: string, others: readonly ThreadEntry[] = []) {
  const dashboard = startDashboard();
  dashboard.tell({ type: 'snapshot', snapshot: aSnapshot({ entries: [...others, answer(9, said)] }) });
  return dashboard;
}

describe('an answer', () => {
  it('is read when it is seen, once, and what people type is not', () => {
    const dashboard = withAnswer(ANSWER, [messageEntry(1, '# typed by a person')]);
    expect(asked(dashboard.take())).toEqual([ANSWER]);
    dashboard.press('escape', 'k', 'j');
    expect(asked(dashboard.take())).toEqual([]);
  });

  it('is text until it has been read, and Markdown then', () => {
    const dashboard = withAnswer(ANSWER);
    const id = dashboard.model.thread.entries[0];
    if (id?.kind !== 'message') throw new Error('it is a message');
    expect(text(dashboard.model, COLOURS)).toContain('**wait**');
    dashboard.tell({ type: 'text-read', id: id.message.id, document: readMarkdownText(ANSWER) });
    const shown = text(dashboard.model, COLOURS);
    expect(shown).not.toContain('**');
    expect(shown).toMatch(/# Two ways[\s\S]*1\. npm test[\s\S]*• nested[\s\S]*2\. wait/);
  });

  it('is its first row when it is folded, without its marks', () => {
    const said = '**All** of `it` passed.\n\nAnd more.';
    const dashboard = withAnswer(said);
    const [entry] = dashboard.model.thread.entries;
    if (entry?.kind !== 'message') throw new Error('it is a message');
    dashboard.tell({ type: 'text-read', id: entry.message.id, document: readMarkdownText(said) });
    dashboard.press('escape', '1', 'h');
    expect(entryRows(dashboard.model, entry, 100).map(({ text: row }) => row)).toEqual(['All of it passed. …']);
  });

  it('stays text where it cannot be read, and is not asked for again', () => {
    const dashboard = withAnswer(ANSWER);
    dashboard.take();
    const entry = dashboard.model.thread.entries[0];
    if (entry?.kind !== 'message') throw new Error('it is a message');
    dashboard.tell({ type: 'text-read', id: entry.message.id });
    expect(text(dashboard.model, COLOURS)).toContain('**wait**');
    expect(asked(dashboard.take())).toEqual([]);
  });

  it('is cut where it is long, as Markdown too, and Enter shows all of it', () => {
    const long = Array.from({ length: 60 }, (_, index) => `- item **${index}**`).join('\n');
    const dashboard = withAnswer(long);
    const entry = dashboard.model.thread.entries[0];
    if (entry?.kind !== 'message') throw new Error('it is a message');
    dashboard.tell({ type: 'text-read', id: entry.message.id, document: readMarkdownText(long) });
    const rows = entryRows(dashboard.model, entry, 100);
    expect(rows).toHaveLength(20);
    expect(rows.at(-1)?.kind).toBe('more');
    dashboard.press('escape', 'enter', 'G');
    expect(text(dashboard.model, COLOURS)).toContain('• item 59');
  });

  it.each([...Object.entries(BOMBS), ...HOSTILE_ANSWERS])(
    'that means harm takes no more rows and hides nothing: %s',
    (_, said) => {
      const dashboard = withAnswer(said);
      const entry = dashboard.model.thread.entries[0];
      if (entry?.kind !== 'message') throw new Error('it is a message');
      dashboard.tell({ type: 'text-read', id: entry.message.id, document: readMarkdownText(said) });
      const rows = entryRows(dashboard.model, entry, 100).map((row) => row.text);
      expect(rows.length).toBeLessThanOrEqual(20);
      for (const row of rows)
        expect(row).not.toMatch(/[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u);
      dashboard.press('escape', 'enter', 'G');
      expect(text(dashboard.model, COLOURS)).toContain('Message');
    },
  );

  it('becomes Markdown in the page that shows it, when that was opened first', () => {
    const dashboard = withAnswer(ANSWER);
    const entry = dashboard.model.thread.entries[0];
    if (entry?.kind !== 'message') throw new Error('it is a message');
    dashboard.press('escape', 'enter');
    expect(text(dashboard.model, COLOURS)).toContain('**wait**');
    dashboard.tell({ type: 'text-read', id: entry.message.id, document: readMarkdownText(ANSWER) });
    expect(text(dashboard.model, COLOURS)).not.toContain('**wait**');
  });

  it('says its day where it is not of today, and its hour before midnight', () => {
    const at = new Date(2026, 10, 23, 23, 58).getTime();
    const said = (now: number, width: number): string => {
      const dashboard = startDashboard({ size: { width, height: 20 } });
      dashboard.now = now;
      const entry = messageEntry(1, 'a thing that was said '.repeat(5));
      if (entry.kind !== 'message') throw new Error('it is a message');
      const entries = [{ ...entry, message: { ...entry.message, at } }];
      dashboard.tell({ type: 'snapshot', snapshot: aSnapshot({ entries }) });
      return text(dashboard.model);
    };
    expect(said(at + 60_000, 120)).toContain('you 23:58  a thing');
    expect(said(at + 180_000, 120)).toContain('you 23 Nov a thing');
    expect(said(at + 180_000, 40)).toContain('you 23 Nov 23:58');
    expect(said(new Date(2027, 1, 1).getTime(), 120)).toContain('you 2026   a thing');
  });

  it('has nearly the whole width of a narrow screen', () => {
    const dashboard = withAnswer('word '.repeat(60));
    const entry = dashboard.model.thread.entries[0];
    if (entry === undefined) throw new Error('it is there');
    const rows = entryRows(dashboard.model, entry, 40).map(({ text: row }) => row);
    expect(rows[0]).toBe('');
    expect(Math.max(...rows.map((row) => row.length))).toBeGreaterThan(32);
    expect(entryRows(dashboard.model, entry, 100)[0]?.text).toMatch(/^word word/);
  });
});
