// Places as people write them, steps from files, progress on one line, and what a request shows of changes.
import { describe, expect, it } from 'vitest';
import { parsePlace } from '../../../src/cli/file-place.ts';
import { changeLines } from '../../../src/cli/print-changes.ts';
import { readSteps } from '../../../src/cli/read-steps.ts';
import { progressLine } from '../../../src/cli/show-progress.ts';
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

describe('steps', () => {
  it('come as an array or a line each, and errors say where', async () => {
    expect(await readSteps('[{"a":1},{"b":2}]')).toEqual([
      { value: { a: 1 }, where: 'step 1' },
      { value: { b: 2 }, where: 'step 2' },
    ]);
    expect(await readSteps('{"a":1}\n\n{"b":2}\n')).toMatchObject([{ where: 'line 1' }, { where: 'line 3' }]);
    await expect(readSteps('{"a":1}\n{"b"')).rejects.toThrow('line 2: no JSON');
    await expect(readSteps('[1]')).rejects.toThrow('step 1: expected an object');
    await expect(readSteps(' \n')).rejects.toThrow('there are no steps');
  });
});

describe('progress', () => {
  it('tells how much has come, how fast, and what is left', () => {
    expect(progressLine({ text: 'a.jpg (1 of 3)', bytes: 600, totalBytes: 1000 }, 100, 1000)).toBe(
      '[############        ] 60 %  600 B of 1.0 kB  500 B/s  1 s left  a.jpg (1 of 3)',
    );
    expect(progressLine({ text: 'a', bytes: 0, totalBytes: 1000 }, 0, 10)).toContain('  0 %'.trim());
    expect(progressLine({ text: 'click "Send"', step: 2, steps: 5 }, 0, 10)).toBe('2 of 5  click "Send"');
    expect(progressLine({ text: 'red \u001b[31m' }, 0, 10)).not.toContain('\u001b');
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
