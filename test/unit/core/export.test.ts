import { describe, expect, it } from 'vitest';
import { citationText, entryToMarkdown } from '../../../src/core/export.ts';
import type { DeviceId, MessageId, RunId } from '../../../src/core/ids.ts';
import type { ThreadEntry } from '../../../src/core/thread.ts';

const LAPTOP = 'laptop-id' as DeviceId;
const options = { nameOf: (id: string) => (id === LAPTOP ? 'laptop' : id), brief: true };
const by = { kind: 'human', device: LAPTOP } as const;

const run = (more: object): ThreadEntry =>
  ({
    key: 'k',
    kind: 'run',
    run: {
      id: 'r' as RunId,
      number: 12,
      task: '!x',
      route: 'desktop-local',
      action: { kind: 'shell', command: 'npm test', access: 'workspace-write' },
      device: LAPTOP,
      submittedAt: 0,
      ...more,
    },
  }) as ThreadEntry;

describe('an entry as Markdown', () => {
  it('tells who said what, and keeps the text apart', () => {
    const message = {
      id: 'm' as MessageId,
      role: 'user',
      text: '# not a heading\n\nof the export',
      by,
      at: 0,
    } as const;
    expect(entryToMarkdown({ key: 'k', kind: 'message', message }, options)).toBe(
      '**you on laptop** 1970-01-01 00:00:00\n\n> # not a heading\n>\n> of the export',
    );
  });

  it('names the connector of an answer, its sources, and what is missing', () => {
    const about = { connector: 'gpt', citations: [{ title: 'README.md', line: 1, endLine: 4 }], cut: 'it was stopped' };
    const message = { id: 'm' as MessageId, role: 'assistant', text: 'Yes.', by, at: 0, about } as const;
    expect(entryToMarkdown({ key: 'k', kind: 'message', message }, options)).toBe(
      '**gpt** 1970-01-01 00:00:00\n\n> Yes.\n>\n> [1] README.md:1-4\n> (not all of it: it was stopped)',
    );
  });

  it.each([
    [{ status: 'completed', result: '42' }, ', completed\n\n> 42'],
    [{ status: 'completed' }, ', completed'],
    [{ status: 'failed', reason: 'exit', message: 'it ended with 1' }, ', failed\n\n> exit: it ended with 1'],
    [{ status: 'cancelled', reason: 'rejected', note: 'not today' }, ', cancelled\n\n> rejected: not today'],
    [{ status: 'running' }, ', running'],
  ])('tells how a run ended: %o', (more, end) => {
    expect(entryToMarkdown(run(more), options)).toBe(
      `**run 12** 1970-01-01 00:00:00 desktop-local on laptop: \`npm test\`${end}`,
    );
  });

  it('puts a command into a span of code that it cannot end', () => {
    const action = { kind: 'shell', command: 'echo `date` ``x`` `', access: 'read-only' };
    expect(entryToMarkdown(run({ action, status: 'queued' }), options)).toContain('``` echo `date` ``x`` ` ```');
  });

  it('spells out what acts unseen, and keeps new lines and tabs', () => {
    const text = 'a\tb\r\nc\x1b[2J\u202ed\u2028e\u{e0041} 👩🏽‍🚀';
    const message = { id: 'm' as MessageId, role: 'user', text, by, at: 0 } as const;
    expect(entryToMarkdown({ key: 'k', kind: 'message', message }, options)).toContain(
      '> a\tb\n> c\\x1b[2J\\u202ed\\u2028e\\u{e0041} 👩🏽‍🚀',
    );
    const action = { kind: 'shell', command: 'echo \x9b31m\u200b', access: 'read-only' };
    expect(entryToMarkdown(run({ action, status: 'queued' }), options)).toContain('`echo \\x9b31m\\u200b`');
  });

  it('cuts long texts where it is to be brief, and says so', () => {
    const text = 'x'.repeat(5000);
    const message = { id: 'm' as MessageId, role: 'user', text, by, at: 0 } as const;
    const entry: ThreadEntry = { key: 'k', kind: 'message', message };
    expect(entryToMarkdown(entry, options)).toContain('… (3000 more characters)');
    expect(entryToMarkdown(entry, { ...options, brief: false })).toContain(text);
  });
});

describe('a citation', () => {
  it.each([
    [{ title: 'a.md' }, 'a.md'],
    [{ title: 'a.md', line: 3 }, 'a.md:3'],
    [{ title: 'a.md', line: 3, endLine: 3 }, 'a.md:3'],
    [{ title: 'a.md', line: 3, endLine: 9 }, 'a.md:3-9'],
    [{ title: 'A page', url: 'https://example.org' }, 'A page https://example.org'],
    [{ title: 'docs/a.md', url: 'file:///x/docs/a.md', line: 2 }, 'docs/a.md:2'],
    [{ title: 'https://example.org', url: 'https://example.org' }, 'https://example.org'],
  ])('%o is one line', (citation, text) => {
    expect(citationText(citation)).toBe(text);
  });
});
