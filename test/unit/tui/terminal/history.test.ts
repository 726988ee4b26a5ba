import { describe, expect, it } from 'vitest';
import {
  addToHistory,
  createHistory,
  type History,
  MAX_HISTORY,
  recallNewer,
  recallOlder,
  searchHistory,
} from '../../../../src/tui/terminal/history.ts';

/** Presses up or down and answers what the composer shows. */
function walker(history: History, draft: string, prefix = '') {
  let state = history;
  let text = draft;
  return (direction: 'up' | 'down', edited?: string) => {
    text = edited ?? text;
    const recalled = direction === 'up' ? recallOlder(state, text, prefix) : recallNewer(state, text);
    if (recalled === undefined) return undefined;
    state = recalled.history;
    text = recalled.text;
    return text;
  };
}

describe('history', () => {
  it('walks back and forth and gives the draft back', () => {
    const press = walker(createHistory(['one', 'two', 'three']), 'half a tho');
    expect(press('down')).toBeUndefined();
    expect([press('up'), press('up'), press('up'), press('up')]).toEqual(['three', 'two', 'one', undefined]);
    expect([press('down'), press('down'), press('down'), press('down')]).toEqual([
      'two',
      'three',
      'half a tho',
      undefined,
    ]);
  });

  it('recalls only lines with the prefix that was typed', () => {
    const press = walker(createHistory(['!make', 'talk', '!ls', 'other']), '!', '!');
    expect([press('up'), press('up'), press('up')]).toEqual(['!ls', '!make', undefined]);
    expect([press('down'), press('down')]).toEqual(['!ls', '!']);
  });

  it('does not offer what is already there', () => {
    const press = walker(createHistory(['one', 'two']), 'two');
    expect(press('up')).toBe('one');
    expect(press('down')).toBe('two');
  });

  it('takes an edited line for a new draft', () => {
    const press = walker(createHistory(['one', 'two']), '');
    press('up');
    press('up');
    expect(press('up', 'one more')).toBe('two');
    expect(press('down')).toBe('one more');
  });

  it('keeps each line once, the last place counting, and drops blanks', () => {
    let history = createHistory(['a', 'b', 'a', ' ', '']);
    expect(history.entries).toEqual(['b', 'a']);
    history = addToHistory(addToHistory(history, 'b'), '  ');
    expect(history.entries).toEqual(['a', 'b']);
  });

  it('is bounded, and forgets the oldest', () => {
    let history = createHistory(Array.from({ length: 1_500 }, (_, at) => `line ${at}`));
    expect(history.entries).toHaveLength(MAX_HISTORY);
    expect(history.entries[0]).toBe('line 500');
    history = addToHistory(history, 'newest');
    expect(history.entries).toHaveLength(MAX_HISTORY);
    expect(history.entries.at(-1)).toBe('newest');
    expect(history.entries[0]).toBe('line 501');
  });

  it('ends a recall when a line is submitted', () => {
    const recalled = recallOlder(createHistory(['one', 'two']), '');
    const history = addToHistory((recalled as { history: History }).history, 'two');
    expect(history.recall).toBeUndefined();
    expect(recallOlder(history, '')?.text).toBe('two');
  });

  it('finds lines by a part of them, newest first', () => {
    const history = createHistory(['npm test', 'ls', 'NPM run build']);
    expect(searchHistory(history, 'npm')).toEqual(['NPM run build', 'npm test']);
    expect(searchHistory(history, 'npm', 1)).toEqual(['NPM run build']);
  });
});
