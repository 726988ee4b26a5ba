// What a request shows of changes, on the screen: warnings before the command, steps, and a difference of which nothing is left out.
import { describe, expect, it } from 'vitest';
import type { ApprovalPayload, PendingApproval } from '../../../src/core/approvals.ts';
import { changeRows } from '../../../src/tui/rows/change-rows.ts';
import { requestRows } from '../../../src/tui/rows/request-rows.ts';
import { progressText } from '../../../src/tui/words/progress.ts';
import { aDevice, anApproval, aRun } from '../../helpers/tui-model.ts';

const payload = (more: Partial<ApprovalPayload>): ApprovalPayload => ({
  command: 'edit ~/a',
  cwd: '',
  executable: 'files',
  envNames: [],
  access: 'workspace-write',
  enforced: 'workspace-write',
  ...more,
});
const DIFF = '--- /a\n+++ /a\n@@ -1,2 +1,2 @@\n same\n-old \u001b[31m\n+new\n';

describe('a difference', () => {
  it('is shown line by line, coloured by what comes and goes, with counts before it', () => {
    const rows = changeRows(payload({ diff: DIFF }), 40);
    expect(rows.map(({ style, text }) => `${style}: ${text}`)).toEqual([
      'blank: ',
      'text: 1 line comes, 1 line goes',
      'text: --- /a',
      'text: +++ /a',
      'text: @@ -1,2 +1,2 @@',
      'same:  same',
      expect.stringMatching(/^removed: -old /),
      'added: +new',
    ]);
    expect(JSON.stringify(rows)).not.toContain('\\u001b');
  });

  it('is never cut: a long line goes on in rows that are marked', () => {
    const rows = changeRows(payload({ diff: `+${'x'.repeat(100)}\n` }), 30);
    const added = rows.filter(({ style }) => style === 'added');
    expect(added.map(({ text }) => text).join('')).toBe(`+${'x'.repeat(100)}`);
    expect(added.slice(1).every(({ wrapped }) => wrapped === true)).toBe(true);
  });

  it('says where the rest is', () => {
    const rows = changeRows(payload({ diff: DIFF, diffArtifact: 'd' as never }), 60);
    expect(rows.map(({ text }) => text).join(' ')).toContain(
      'approval/changes.diff, an artifact of the run, has all of it',
    );
  });
});

it('steps are numbered, and warnings stand before what runs', () => {
  const approval = {
    ...(anApproval(1) as PendingApproval),
    payload: payload({ steps: ['one', 'two'], warnings: ['look out'] }),
  };
  const { rows } = requestRows({ devices: [aDevice()], revoked: [] }, approval, aRun(1), 60);
  const texts = rows.map(({ text }) => text);
  expect(texts.indexOf('look out')).toBeLessThan(texts.indexOf('edit ~/a'));
  expect(texts.indexOf('edit ~/a')).toBeLessThan(texts.indexOf('1.  one'));
  expect(texts).toContain('2.  two');
});

describe('progress', () => {
  const run = aRun(1);
  const text = (progress: Parameters<typeof progressText>[0]['progress']) => progressText({ progress }, run);
  it('is told of runs that go on, in steps or bytes', () => {
    expect(text(new Map())).toBeUndefined();
    expect(text(new Map([[run.id, { text: 'click', step: 2, steps: 5 }]]))).toBe('2 of 5: click');
    expect(text(new Map([[run.id, { text: 'a.jpg', bytes: 500, totalBytes: 1000 }]]))).toBe(
      '50 %, 500 B of 1.0 kB: a.jpg',
    );
    expect(
      progressText({ progress: new Map([[run.id, { text: 'x' }]]) }, aRun(1, { status: 'completed' })),
    ).toBeUndefined();
  });
});
