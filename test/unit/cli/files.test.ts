// Places as people write them, progress on one line, and what a request shows of changes.
import { describe, expect, it } from 'vitest';
import { parsePlace } from '../../../src/cli/file-place.ts';
import { lineWindow, parseLines } from '../../../src/cli/line-window.ts';
import { changeLines } from '../../../src/cli/print-changes.ts';
import { createSpeed, progressLine } from '../../../src/cli/show-progress.ts';
import type { ApprovalPayload } from '../../../src/core/approvals.ts';

describe('a place', () => {
  it.each([
    ['nas:~/work', undefined, 'nas', '~/work'],
    ['@nas:/srv/a b', undefined, 'nas', '/srv/a b'],
    ['nas:', undefined, 'nas', '~'],
    ['nas:relative', undefined, 'nas', 'relative'],
    ['local:a', undefined, 'local', 'a'],
    ['~/work', undefined, 'local', '~/work'],
    ['/a/b:c', undefined, 'local', '/a/b:c'],
    ['work', 'nas', 'nas', 'work'],
    ['~', 'nas', 'nas', '~'],
    ['box:x', 'nas', 'box', 'x'],
    ['12D3KooWabc:x', undefined, '12D3KooWabc', 'x'],
  ])('%s with --on %s is %s, %s', (text, on, device, path) => {
    expect(parsePlace(text, on)).toEqual({ device, path });
  });

  it('of this machine is found from where the person stands', () => {
    expect(parsePlace('a', undefined)).toEqual({ device: 'local', path: `${process.cwd()}/a` });
    expect(parsePlace('./nas:a', undefined)).toEqual({ device: 'local', path: `${process.cwd()}/nas:a` });
    expect(() => parsePlace('', undefined)).toThrow('a path is empty');
  });
});

describe('lines', () => {
  it.each([
    ['2-3', 'b\nc\n'],
    ['1', 'a\n'],
    ['3-', 'c\nd'],
    ['4-9', 'd'],
    ['5-6', ''],
    ['1-4', 'a\nb\nc\nd'],
  ])('%s of a text are cut out of its pieces, however it is cut', (range, expected) => {
    const text = Buffer.from('a\nb\nc\nd');
    for (let size = 1; size <= text.length; size++) {
      const shown = lineWindow(parseLines(range));
      const parts: Uint8Array[] = [];
      for (let at = 0; at < text.length; at += size) parts.push(shown(text.subarray(at, at + size)));
      expect(Buffer.concat(parts).toString(), `in pieces of ${size}`).toBe(expected);
    }
  });

  it.each(['0', '0-3', '3-2', '-', 'a-b', '1-2-3', ''])('"%s" are none', (range) => {
    expect(() => parseLines(range)).toThrow(`--lines ${range}: expected FROM-TO`);
  });
});

describe('progress', () => {
  it('tells how much has come, how fast, and what is left', () => {
    expect(progressLine({ text: 'a.jpg (1 of 3)', bytes: 600, totalBytes: 1000 }, 500)).toBe(
      '[############        ] 60 %  600 B of 1.0 kB  500 B/s  1 s left  a.jpg (1 of 3)',
    );
    expect(progressLine({ text: 'a', bytes: 0, totalBytes: 1_000_000 }, 2000)).toContain('2.0 kB/s  8:20 left');
    expect(progressLine({ text: 'a', bytes: 0, totalBytes: 1000 }, undefined)).toBe(
      '[                    ] 0 %  0 B of 1.0 kB  a',
    );
    expect(progressLine({ text: 'click "Send"', step: 2, steps: 5 }, undefined)).toBe('2 of 5  click "Send"');
    expect(progressLine({ text: 'red \u001b[31m' }, undefined)).not.toContain('\u001b');
  });

  it('measures the newest seconds: what waited before was not slow', () => {
    const speed = createSpeed();
    expect(speed(0, 0)).toBeUndefined();
    expect(speed(0, 60_000)).toBeUndefined();
    expect(speed(1000, 60_400)).toBeUndefined();
    expect(speed(2000, 61_000)).toBe(2000);
    expect(speed(2000, 90_000)).toBeUndefined();
    expect(speed(5000, 91_000)).toBe(3000);
    // Something else has begun.
    expect(speed(0, 91_500)).toBeUndefined();
  });
});

describe('what a request shows of changes', () => {
  const payload = (more: Partial<ApprovalPayload>): ApprovalPayload => ({
    command: 'edit ~/a',
    cwd: '',
    executable: 'files',
    envNames: [],
    access: 'workspace-write',
    enforced: 'workspace-write',
    ...more,
  });

  it('warns first, numbers the steps, and shows the difference as it is', () => {
    const lines = changeLines(
      payload({
        diff: '--- a\n+++ a\n-old\u001b[2J\n+new\n',
        steps: ['one', 'two'],
        warnings: ['careful'],
        picture: 'p' as never,
      }),
      '12',
    );
    expect(lines.slice(0, 4)).toEqual([
      '⚠ careful',
      '1. one',
      '2. two',
      expect.stringContaining('12/approval/before.png'),
    ]);
    expect(lines.at(-1)).toBe('+new');
    expect(lines.join('\n')).not.toContain('\u001b');
  });

  it('says how much it leaves out, and where that is', () => {
    const diff = Array.from({ length: 300 }, (_, at) => `+${at}\n`).join('');
    const lines = changeLines(payload({ diff, diffArtifact: 'd' as never }), '7');
    expect(lines).toContain('… 100 more lines: "dispatch approvals --json" has them');
    expect(lines.at(-1)).toContain('7/approval/changes.diff');
  });
});
