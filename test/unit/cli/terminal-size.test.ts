import { expect, test } from 'vitest';
import { terminalSize } from '../../../src/cli/terminal-size.ts';

test.each([
  [
    { columns: 120, rows: 40 },
    { cols: 120, rows: 40 },
  ],
  [
    { columns: 0, rows: 0 },
    { cols: 80, rows: 24 },
  ],
  [{}, { cols: 80, rows: 24 }],
  [
    { columns: 65_535, rows: 1 },
    { cols: 10_000, rows: 1 },
  ],
])('%j', (said, size) => {
  expect(terminalSize(said)).toEqual(size);
});
