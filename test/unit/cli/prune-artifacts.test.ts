// What "dispatch artifacts prune" says of what went, and of what would.
import { expect, test } from 'vitest';
import { linesOf } from '../../../src/cli/prune-artifacts.ts';
import type { Pruned } from '../../../src/protocol/api.ts';

const NOTHING: Pruned = { artifacts: [], count: 0, copies: 0, leftovers: 0, bytes: 0, keptBytes: 2048 };
const gone = (name: string, reason: 'age' | 'room'): Pruned['artifacts'][number] => ({
  id: 'aaaaaaaaaaaaaaaa' as never,
  runId: 'bbbbbbbbbbbbbbbb' as never,
  name,
  kind: 'document',
  mimeType: 'text/plain',
  sizeBytes: 1024,
  sha256: '0'.repeat(64) as never,
  device: 'here' as never,
  createdAt: 0,
  downloadUrl: 'http://127.0.0.1:1/',
  reason,
});

test('nothing', () => {
  expect(linesOf(NOTHING, 'went')).toEqual([expect.stringMatching(/all fits in its room: .* stay$/)]);
  expect(linesOf(NOTHING, 'would go')).toEqual([expect.stringMatching(/would stay$/)]);
});

test('each with why, how many more there are, and what else went', () => {
  const artifacts = [gone('old.txt', 'age'), gone('big\u001b[2J.txt', 'room')];
  const lines = linesOf({ ...NOTHING, artifacts, count: 5, copies: 1, leftovers: 2, bytes: 5120 }, 'went');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/older than they are kept +old\.txt$/);
  expect(lines[1]).toContain('no room for it');
  expect(lines.join('')).not.toContain('\u001b');
  expect(lines[2]).toBe('and 3 more');
  expect(lines[3]).toMatch(
    /^5 artifacts, 1 copy of what another device keeps, 2 leftovers that nothing names went: .*; .* stay$/,
  );
});
