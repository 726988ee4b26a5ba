// The history of submitted lines that the composer walks with up and down: bounded, without repeats, and with the
// unfinished draft kept. Pure: it neither reads nor writes files.

export const MAX_HISTORY = 1_000;

export interface History {
  /** Oldest first, each line once. */
  readonly entries: readonly string[];
  /** Present while a recalled line is shown. */
  readonly recall?: { readonly index: number; readonly draft: string; readonly prefix: string };
}

export interface Recalled {
  readonly history: History;
  /** What the composer should now show. */
  readonly text: string;
}

export function createHistory(entries: readonly string[] = [], limit = MAX_HISTORY): History {
  const newestFirst = new Set(entries.filter(isWorthKeeping).reverse());
  return { entries: [...newestFirst].slice(0, limit).reverse() };
}

/** Adds a submitted line as the newest, and ends any recall. A line that was there before moves. */
export function addToHistory(history: History, line: string, limit = MAX_HISTORY): History {
  if (!isWorthKeeping(line)) return { entries: history.entries };
  return { entries: [...history.entries.filter((entry) => entry !== line), line].slice(-limit) };
}

/**
 * The next older line that begins with `prefix`; undefined if there is none. `current` is what the composer shows: it
 * becomes the draft to come back to, unless it is the line that was recalled last.
 */
export function recallOlder(history: History, current: string, prefix = ''): Recalled | undefined {
  const recall = ongoing(history, current) ?? { index: history.entries.length, draft: current, prefix };
  for (let index = recall.index - 1; index >= 0; index -= 1) {
    const text = history.entries[index] as string;
    if (text !== recall.draft && text.startsWith(recall.prefix)) {
      return { history: { entries: history.entries, recall: { ...recall, index } }, text };
    }
  }
  return undefined;
}

/** The next newer matching line, at the end the draft; undefined if nothing is being recalled. */
export function recallNewer(history: History, current: string): Recalled | undefined {
  const recall = ongoing(history, current);
  if (recall === undefined) return undefined;
  for (let index = recall.index + 1; index < history.entries.length; index += 1) {
    const text = history.entries[index] as string;
    if (text !== recall.draft && text.startsWith(recall.prefix)) {
      return { history: { entries: history.entries, recall: { ...recall, index } }, text };
    }
  }
  return { history: { entries: history.entries }, text: recall.draft };
}

/** The newest lines first that contain every word of `query`, in any case and order. */
export function searchHistory(history: History, query: string, limit = 50): string[] {
  const words = searchWords(query);
  const found: string[] = [];
  for (let index = history.entries.length - 1; index >= 0 && found.length < limit; index -= 1) {
    const entry = history.entries[index] as string;
    const low = words.length === 0 ? '' : entry.toLowerCase();
    if (words.every((word) => low.includes(word))) found.push(entry);
  }
  return found;
}

export const searchWords = (query: string): string[] =>
  query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');

/** A recalled line that was edited is a draft of its own: walking begins anew from it. */
function ongoing(history: History, current: string): History['recall'] {
  const { recall } = history;
  return recall !== undefined && history.entries[recall.index] === current ? recall : undefined;
}

const isWorthKeeping = (line: string): boolean => line.trim() !== '';
