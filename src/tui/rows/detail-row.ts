// A row of the view of a run as data: what it says, and as what. How that looks is for the view.

import { sanitizeLine } from '../terminal/sanitize.ts';
import { exactRows, hangingRows, proseRows } from './rows.ts';

/** `label.padEnd(DETAIL_LABEL_WIDTH)` begins a row of the style `label`. */
export const DETAIL_LABEL_WIDTH = 10;

export interface DetailRow {
  readonly style:
    | 'heading'
    | 'label'
    | 'command'
    | 'text'
    | 'muted'
    | 'success'
    | 'warning'
    | 'failure'
    | 'artifact'
    | 'gone'
    | 'added'
    | 'removed';
  readonly text: string;
  /** Which artifact the row stands for. */
  readonly artifact?: number;
}

export type Fact = readonly [label: string, value: string];

/** Collects rows of one width; everything goes in sanitised and whole. */
export function createRows(width: number) {
  const rows: DetailRow[] = [];
  const add = (style: DetailRow['style'], texts: readonly string[]): void => {
    for (const text of texts) rows.push({ style, text });
  };
  return {
    rows,
    add,
    heading(text: string): void {
      if (rows.length > 0) add('text', ['']);
      add('heading', proseRows(text, width));
    },
    prose: (text: string, style: DetailRow['style'] = 'text'): void => add(style, proseRows(text, width)),
    command: (text: string): void => add('command', exactRows(text, width)),
    facts(facts: readonly Fact[]): void {
      for (const [label, value] of facts) {
        const line = sanitizeLine(`${label.padEnd(DETAIL_LABEL_WIDTH)}${value}`);
        add('label', hangingRows(line, width, DETAIL_LABEL_WIDTH));
      }
    },
  };
}
