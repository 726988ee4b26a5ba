// The view of a run: its tabs, what each shows, and how one goes between them.
import { describe, expect, it } from 'vitest';
import type { Approval } from '../../../src/core/approvals.ts';
import type { Run } from '../../../src/core/runs.ts';
import type { RunDetail } from '../../../src/protocol/api.ts';
import { overlayOf } from '../../../src/tui/model/select.ts';
import { sectionRows } from '../../../src/tui/rows/section-rows.ts';
import {
  aChange,
  anApproval,
  anArtifact,
  aRun,
  type Dashboard,
  runEntry,
  START,
  startDashboard,
} from '../../helpers/tui-model.ts';
import { text } from './views/example.ts';

const done: Run = {
  ...aRun(3, { status: 'completed' }),
  status: 'completed',
  acceptedAt: START + 10,
  startedAt: START + 30_000,
  endedAt: START + 70_000,
  exitCode: 0,
  output: { bytes: 100, droppedBytes: 0, firstAt: START + 31_500 },
} as Run;

const approved: Approval = {
  ...anApproval(3, { requestedAt: START + 20 }),
  status: 'approved',
  decidedBy: { kind: 'human', device: done.device },
  decidedAt: START + 25_020,
  note: 'fine by me',
  signature: 'x',
};

function viewOf(detail: Partial<RunDetail> = {}, run: Run = done): Dashboard {
  const dashboard = startDashboard({ snapshot: { runs: [run], entries: [runEntry(run)] } });
  dashboard.press('escape', '3', 'enter');
  dashboard.tell({ type: 'run-loaded', detail: { run, approvals: [], artifacts: [], ...detail } });
  dashboard.take();
  return dashboard;
}

function starts(dashboard: Dashboard): void {
  const run = aRun(3, { status: 'running' });
  dashboard.tell({ type: 'change', change: aChange(runEntry(run), 'run.started', run) });
}

const section = (dashboard: Dashboard) => overlayOf(dashboard.model, 'run')?.section;

function rows(dashboard: Dashboard, width = 100): string {
  const dialog = overlayOf(dashboard.model, 'run');
  if (dialog === undefined) throw new Error('no run is open');
  return sectionRows(dashboard.model, dialog, width)
    .map(({ text }) => text)
    .join('\n');
}

describe('the tabs of a run', () => {
  it('are gone through with Tab, and chosen by number', () => {
    const dashboard = viewOf();
    const order = ['output', 'plan', 'approvals', 'artifacts', 'audit', 'timing'];
    for (const name of [...order, 'output']) {
      expect(section(dashboard)).toBe(name);
      dashboard.press('tab');
    }
    order.forEach((name, index) => {
      dashboard.press(String(index + 1));
      expect(section(dashboard)).toBe(name);
    });
    dashboard.press('1', 'S-tab');
    expect(section(dashboard)).toBe('timing');
  });

  it('begin with the plan of a run that has not started', () => {
    expect(section(viewOf({}, aRun(3, { status: 'queued' })))).toBe('plan');
  });

  it('come to the output of a run that starts, and stay where one goes then', () => {
    const dashboard = viewOf({}, aRun(3, { status: 'queued' }));
    starts(dashboard);
    expect(section(dashboard)).toBe('output');
    dashboard.press('2');
    starts(dashboard);
    expect(section(dashboard)).toBe('plan');
  });

  it('come to the output also where the answer of the peer is older than what was heard since', () => {
    const queued = aRun(3, { status: 'queued' });
    const dashboard = startDashboard({ snapshot: { runs: [queued], entries: [runEntry(queued)] } });
    dashboard.press('escape', '3', 'enter');
    starts(dashboard);
    dashboard.tell({ type: 'run-loaded', detail: { run: queued, approvals: [], artifacts: [] } });
    expect(section(dashboard)).toBe('output');
    expect(overlayOf(dashboard.model, 'run')?.detail?.run.status).toBe('running');
  });

  it.each([['j'], ['2'], ['tab', 'S-tab']])('stay at the plan in which one reads on with %s', (...keys) => {
    const dashboard = viewOf({}, aRun(3, { status: 'queued' }));
    dashboard.press(...keys);
    starts(dashboard);
    expect(section(dashboard)).toBe('plan');
  });
});

describe('the plan', () => {
  it('says what runs, why there, and what its device wrote down when it started', () => {
    const plan = {
      cwd: '/home/me/shop',
      executable: '/usr/bin/bash',
      enforced: 'workspace-write',
      envNames: ['CI'],
      secrets: [],
      programs: [],
    } as const;
    const dashboard = viewOf({ plan, approvals: [approved] });
    dashboard.press('2');
    const shown = rows(dashboard);
    for (const part of ['task 3', '- it is this device', 'in        /home/me/shop', 'sets      CI', 'no limit of time'])
      expect(shown).toContain(part);
    expect(shown).toContain('allowed   by a person on laptop');
  });
});

describe('the approvals', () => {
  it('tell what was asked by whom, what made it ask, who answered what and with which note', () => {
    const dashboard = viewOf({ approvals: [approved] });
    dashboard.press('3');
    const shown = rows(dashboard);
    for (const part of [
      'you ask to run this here',
      'task 3',
      'a command for the shell',
      'approved by a person on laptop',
    ])
      expect(shown).toContain(part);
    expect(shown).toMatch(/after 25\.0s; signed: fine by me/);
    expect(shown).toContain(approved.digest);
  });

  it('name the rule where one let it through, or made it ask', () => {
    const free = viewOf({}, { ...done, rule: 'allow-ls' });
    free.press('3');
    expect(rows(free)).toContain('the rule allow-ls let it through');
    const ruled = { ...approved, payload: { ...approved.payload, rule: 'ask-rm' } };
    const asked = viewOf({ approvals: [ruled] });
    asked.press('3');
    expect(rows(asked)).toContain('the rule ask-rm makes it ask');
  });
});

describe('the artifacts', () => {
  it('are selected with j and k, previewed with Enter, saved with s', () => {
    const artifacts = [1, 2, 3].map((number) => ({ ...anArtifact(number), name: `file-${number}.txt` }));
    const dashboard = viewOf({ artifacts });
    dashboard.press('4', 'j', 'j', 'k');
    expect(rows(dashboard)).toMatch(/file-1.txt .*\nfile-2.txt .*\nfile-3.txt /);
    dashboard.press('enter');
    expect(overlayOf(dashboard.model, 'preview')?.artifact.name).toBe('file-2.txt');
    dashboard.press('escape', 'G', 's');
    expect(overlayOf(dashboard.model, 'save')?.artifact.name).toBe('file-3.txt');
  });
});

describe('the timing', () => {
  it('has each moment with the time since the one before, and what the time went to', () => {
    const dashboard = viewOf({ approvals: [approved] });
    dashboard.press('6');
    const shown = rows(dashboard);
    expect(shown.split('\n').map((line) => line.split(' ')[0])).toEqual(
      expect.arrayContaining(['submitted', 'accepted', 'asked', 'answered', 'started', 'printed', 'ended']),
    );
    expect(shown).toMatch(/answered .*\+25\.0s +approved by a person on laptop/);
    expect(shown).toMatch(/printed .*\+1\.5s/);
    expect(shown).toMatch(/ended .*\+38\.5s +completed/);
    expect(shown).toMatch(/person +25\.0s +█+/);
    expect(shown).toMatch(/running +40\.0s +█+/);
    expect(shown).toMatch(/in all +1:10 +█+/);
    const meanings = shown.split('\n').flatMap((line) => /(?:until|of its running|from its) /.exec(line)?.index ?? []);
    expect(meanings.length).toBeGreaterThan(3);
    expect(new Set(meanings).size).toBe(1);
  });
});

it('is not called live once the run is over, whatever of its output is still on its way', () => {
  const run = aRun(1);
  const dashboard = startDashboard({ snapshot: { runs: [run] } });
  dashboard.press('escape', '3', 'enter');
  const output = { port: undefined, bytes: 5, state: 'live' as const, attached: false };
  dashboard.tell({ type: 'output', run: run.id, output });
  expect(text(dashboard.model)).toMatch(/─ live ─/);
  dashboard.tell({ type: 'change', change: aChange(runEntry(aRun(1, { status: 'completed' }))) });
  expect(text(dashboard.model)).toContain('completed');
  expect(text(dashboard.model)).not.toMatch(/─ live ─/);
});
