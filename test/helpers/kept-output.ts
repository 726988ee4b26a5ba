// What a kept output must look like, byte for byte, when the output was the pattern of helpers/pattern.ts.
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { OutputSummary } from '../../src/core/events.ts';
import { pattern } from './pattern.ts';

interface Kept {
  readonly path: string;
  readonly summary: OutputSummary;
}

/** The file's content follows from size and gaps alone. */
export function expectKept({ path, summary }: Kept): void {
  const parts: Buffer[] = [];
  let offset = 0;
  const { gaps = [] } = summary;
  for (const gap of gaps) {
    parts.push(pattern(offset, gap.offset - offset), Buffer.from(`\n[dispatch: ${gap.bytes} bytes dropped here]\n`));
    offset = gap.offset + gap.bytes;
  }
  parts.push(pattern(offset, summary.bytes - offset));
  expectSame(readFileSync(path), Buffer.concat(parts));
  expect(summary.droppedBytes).toBe(gaps.reduce((sum, gap) => sum + gap.bytes, 0));
}

/** Equality without a megabyte of difference in the report. */
export function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) === 0) return;
  const at = expected.findIndex((byte, index) => byte !== actual[index]);
  throw new Error(
    `${actual.length} bytes differ from the ${expected.length} expected at ${at === -1 ? expected.length : at}`,
  );
}
