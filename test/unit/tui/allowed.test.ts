// The pages about what is allowed: the limits of this device, its rules, and what happened to a run.
import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../../../src/core/ids.ts';
import type { Rule } from '../../../src/core/policy/rules.ts';
import { overlayOf, topOverlay } from '../../../src/tui/model/select.ts';
import { DEAF_MS } from '../../../src/tui/update/reading.ts';
import { stopWords } from '../../../src/tui/words/limits.ts';
import { aChange, aDevice, aRun, type Dashboard, runEntry, START, startDashboard } from '../../helpers/tui-model.ts';
import { text } from './views/example.ts';

const here = aDevice({
  maxAccess: 'workspace-write',
  capabilities: { ...aDevice().capabilities, reachableFolders: ['/home/me', '/srv'] },
});
const nas = aDevice({ id: 'device-nas' as DeviceId, name: 'nas', local: false, version: '0.1.0' });
const toasts = (dashboard: Dashboard) => dashboard.model.toasts.map(({ text }) => text).join('\n');

function page(device: 'here' | 'nas' = 'here', size = { width: 120, height: 40 }): Dashboard {
  const dashboard = startDashboard({ size, snapshot: { device: here, devices: [here, nas] } });
  dashboard.press('escape', '4');
  if (device === 'nas') dashboard.press('j');
  dashboard.press('enter');
  expect(topOverlay(dashboard.model)).toMatchObject({ kind: 'device', device: device === 'here' ? here.id : nas.id });
  dashboard.take();
  return dashboard;
}
/** To the row of the page that can be changed with this number. */
const to = (dashboard: Dashboard, stop: number): void => {
  for (let at = 0; at < stop; at += 1) dashboard.press('tab');
};
const MAX_ACCESS = 4;
const FIRST_FOLDER = 5;
const ADD_FOLDER = 7;

describe('the limits of this device', () => {
  it('narrow at once', () => {
    const dashboard = page();
    dashboard.press('space');
    expect(dashboard.take()).toMatchObject([{ type: 'set-limits', change: { permissions: { shell: false } } }]);
    expect(topOverlay(dashboard.model)?.kind).toBe('device');
  });

  it('widen only after a question, which does not listen at once', () => {
    const dashboard = page();
    to(dashboard, 2);
    dashboard.press('space');
    expect(topOverlay(dashboard.model)).toMatchObject({ kind: 'confirm', question: { type: 'limits' } });
    dashboard.wait(DEAF_MS - 1);
    dashboard.input({ type: 'key', key: 'y', text: 'y' });
    expect(dashboard.take()).toEqual([]);
    dashboard.wait(1_000);
    dashboard.press('y');
    expect(dashboard.take()).toMatchObject([
      { type: 'set-limits', change: { permissions: { browser_automation: true } } },
    ]);
  });

  it('widen by no paste and no held key, and not at all on n', () => {
    const dashboard = page();
    to(dashboard, 2);
    dashboard.press('space');
    dashboard.wait(1_000);
    dashboard.paste('y');
    for (let at = 0; at < 30; at += 1) {
      dashboard.wait(30);
      dashboard.input({ type: 'key', key: 'space', text: ' ' });
    }
    dashboard.press('n');
    expect(dashboard.take()).toEqual([]);
    expect(topOverlay(dashboard.model)?.kind).toBe('device');
  });

  it('are chosen from the levels of access, more and less alike after a question', () => {
    const dashboard = page();
    to(dashboard, MAX_ACCESS);
    dashboard.press('space');
    expect(topOverlay(dashboard.model)).toEqual({ kind: 'access', selected: 1 });
    dashboard.press('space', 'enter');
    expect(topOverlay(dashboard.model)?.kind).toBe('device');
    for (const [keys, level] of [
      [['space', 'j', 'j', 'enter'], 'full-access'],
      [['space', 'k', 'k', 'enter'], 'read-only'],
    ] as const) {
      dashboard.press(...keys);
      expect(topOverlay(dashboard.model)).toMatchObject({
        kind: 'confirm',
        question: { change: { maxAccess: level } },
      });
      expect(dashboard.take()).toEqual([]);
      dashboard.press('y');
      expect(dashboard.take()).toMatchObject([{ type: 'set-limits', change: { maxAccess: level } }]);
    }
  });

  it('say how many runs of this device they stop', () => {
    const runs = [
      { ...aRun(1), enforced: 'workspace-write' as const },
      { ...aRun(2, { status: 'waiting_approval' }), enforced: 'read-only' as const },
      aRun(3, { status: 'queued' }),
      aRun(4, { status: 'completed' }),
      { ...aRun(5), device: nas.id },
      aRun(6, { inline: true }),
    ];
    const known = {
      devices: [{ ...here, enforces: ['read-only', 'workspace-write', 'full-access'] as const }, nas],
      runs,
    };
    const stops = (change: Parameters<typeof stopWords>[1]): string => stopWords(known, change);
    expect(stops({ maxAccess: 'read-only' })).toBe('It stops 2 runs of this device (1, 3).');
    expect(stops({ permissions: { shell: false } })).toBe('It stops 3 runs of this device (1, 2, 3).');
    expect(stops({ removeFolders: ['/srv'] })).toBe('It stops 1 run of this device (1).');
    expect(stops({ maxAccess: 'full-access' })).toBe('');
    expect(stopWords({ ...known, runs: [] }, { maxAccess: 'read-only' })).toBe('It stops no run of this device.');
    // What cannot be limited has full access, whatever it asked for.
    expect(
      stopWords({ ...known, devices: [{ ...here, enforces: ['full-access'] }] }, { maxAccess: 'workspace-write' }),
    ).toBe('It stops 3 runs of this device (1, 2, 3).');
  });

  it('ask before they narrow where that stops a run', () => {
    const run = aRun(7);
    const dashboard = startDashboard({ snapshot: { device: here, devices: [here, nas], runs: [run] } });
    dashboard.press('escape', '4', 'enter');
    dashboard.take();
    dashboard.press('space');
    expect(topOverlay(dashboard.model)).toMatchObject({ question: { change: { permissions: { shell: false } } } });
    expect(text(dashboard.model)).toContain('It stops 1 run of this device (7).');
    // It is counted as it is when it is read.
    dashboard.tell({ type: 'change', change: aChange(runEntry(aRun(7, { status: 'completed' })), 'run.completed') });
    expect(text(dashboard.model)).not.toContain('It stops');
    dashboard.press('y');
    expect(dashboard.take()).toMatchObject([{ type: 'set-limits' }]);
  });

  it('let a folder be added by its whole path, after a question', () => {
    for (const key of ['+', 'space']) {
      const dashboard = page();
      if (key === 'space') to(dashboard, ADD_FOLDER);
      dashboard.press(key);
      expect(topOverlay(dashboard.model)?.kind).toBe('folder');
      dashboard.type('data');
      dashboard.press('enter');
      expect(overlayOf(dashboard.model, 'folder')?.notice).toContain('whole path');
      dashboard.press('C-u');
      dashboard.paste('~/data');
      dashboard.press('enter');
      expect(topOverlay(dashboard.model)).toMatchObject({ kind: 'confirm' });
      dashboard.press('y');
      expect(dashboard.take()).toMatchObject([{ change: { addFolders: ['~/data'] } }]);
    }
  });

  it('let a folder be taken away, after a question', () => {
    const dashboard = page();
    to(dashboard, FIRST_FOLDER);
    dashboard.press('space', 'y');
    expect(dashboard.take()).toMatchObject([{ change: { removeFolders: ['/home/me'] } }]);
  });

  it('are what the peer says that they are now', () => {
    const dashboard = page();
    const { permissions } = here;
    const limits = { permissions, maxAccess: 'read-only', reachableFolders: ['/srv'] } as const;
    dashboard.tell({ type: 'limits-set', told: 'done', limits: { ...limits, reachableFolders: ['/srv'] } });
    expect(dashboard.model.device).toMatchObject({
      maxAccess: 'read-only',
      capabilities: { reachableFolders: ['/srv'] },
    });
    expect(toasts(dashboard)).toContain('done');
  });

  it('are not changed where they are not on the screen: the first press shows them', () => {
    const dashboard = page('here', { width: 60, height: 9 });
    dashboard.press('space');
    expect(dashboard.take()).toEqual([]);
    dashboard.press('space');
    expect(dashboard.take()).toHaveLength(1);
  });

  it('of another device can only be read', () => {
    const dashboard = page('nas');
    dashboard.press('space', 'tab', 'space', '+');
    expect(dashboard.take()).toEqual([]);
    expect(topOverlay(dashboard.model)?.kind).toBe('device');
  });
});

const rules: Rule[] = [
  {
    name: 'git-reads',
    decision: 'allow',
    command: ['git', 'status', '...'],
    source: 'built-in',
    lowersTo: 'read-only',
  },
  { name: 'mine', decision: 'allow', command: ['npm', 'test'], source: 'config', grantedBy: nas.id },
];

function policy(): Dashboard {
  const dashboard = startDashboard({ snapshot: { device: here, devices: [here, nas] } });
  dashboard.press('escape', 'p');
  expect(dashboard.take()).toEqual([{ type: 'load-rules' }]);
  dashboard.tell({ type: 'rules', rules });
  return dashboard;
}

describe('the rules', () => {
  it('have those of the owner first, and only those are removed, after a question', () => {
    const dashboard = policy();
    dashboard.press('x');
    expect(topOverlay(dashboard.model)).toMatchObject({ kind: 'confirm', question: { name: 'mine' } });
    dashboard.press('y');
    expect(dashboard.take()).toEqual([{ type: 'remove-rule', name: 'mine' }]);
    dashboard.tell({ type: 'rule-removed', name: 'mine' });
    expect(dashboard.take()).toEqual([{ type: 'load-rules' }]);
    dashboard.press('j', 'x');
    expect(topOverlay(dashboard.model)?.kind).toBe('policy');
    expect(toasts(dashboard)).toContain('built in');
  });

  it('are checked with a command, typed as in the composer', () => {
    const asked = (typed: string) => {
      const dashboard = policy();
      dashboard.press('c');
      dashboard.type(typed);
      dashboard.press('enter');
      const [effect] = dashboard.take();
      return effect?.type === 'check-policy' ? effect.checks[0] : undefined;
    };
    expect(asked('npm test')).toEqual({
      device: here.id,
      action: { kind: 'shell', command: 'npm test', access: 'workspace-write', cwd: '/work' },
    });
    expect(asked('!npm test')).toMatchObject({ action: { command: 'npm test', access: 'workspace-write' } });
    expect(asked('!?npm test')).toMatchObject({ action: { command: 'npm test', access: 'read-only' } });
    expect(asked('!!npm test')).toMatchObject({ action: { command: 'npm test', access: 'full-access' } });
    expect(asked('!!')).toBeUndefined();
  });

  it('answer the newest question', () => {
    const dashboard = policy();
    dashboard.press('c');
    dashboard.type('npm test');
    dashboard.press('enter', 'enter');
    const [first, second] = dashboard
      .take()
      .flatMap((effect) => (effect.type === 'check-policy' ? [effect.request] : []));
    const answer = { verdict: 'allow', check: 'policy', access: 'read-only', rule: 'mine', because: [] } as const;
    dashboard.tell({ type: 'checked', request: first ?? -1, answers: [{ ...answer, verdict: 'deny' }] });
    expect(overlayOf(dashboard.model, 'check')?.asked?.answer).toBeUndefined();
    dashboard.tell({ type: 'checked', request: second ?? -1, answers: [answer] });
    expect(overlayOf(dashboard.model, 'check')?.asked?.answer).toEqual(answer);
  });
});

describe('what happened', () => {
  const run = aRun(3);
  const steps = [
    {
      at: START,
      device: nas.id,
      seq: 7,
      type: 'run.accepted',
      by: { kind: 'device', device: nas.id },
      text: 'accepted',
    },
  ] as const;

  it('is asked for when it is looked at, and again when something happens', () => {
    const dashboard = startDashboard({ snapshot: { runs: [run], entries: [runEntry(run)] } });
    dashboard.press('escape', '3', 'enter');
    dashboard.take();
    dashboard.press('tab', 'tab', 'tab');
    expect(dashboard.take()).toEqual([]);
    dashboard.press('tab');
    expect(overlayOf(dashboard.model, 'run')?.section).toBe('audit');
    expect(dashboard.take()).toEqual([{ type: 'load-audit', run: run.id }]);
    dashboard.tell({ type: 'audit-loaded', run: run.id, steps });
    dashboard.tell({ type: 'change', change: aChange(runEntry(run), 'run.started') });
    expect(dashboard.take()).toEqual([{ type: 'load-audit', run: run.id }]);
    dashboard.press('1');
    expect(overlayOf(dashboard.model, 'run')?.section).toBe('output');
  });

  it('is verified from the panes, and tells what was found', () => {
    const dashboard = startDashboard();
    dashboard.press('escape', 'V');
    const [effect] = dashboard.take();
    expect(effect?.type).toBe('verify-audit');
    expect(overlayOf(dashboard.model, 'text')?.loading).toBe(true);
    const verification = {
      ok: false,
      events: 9,
      unchained: 2,
      signatures: 1,
      findings: ['event 5 \x1b[31mwas changed'],
    };
    const request = effect?.type === 'verify-audit' ? effect.request : -1;
    dashboard.tell({ type: 'audit-verified', request, verification });
    const text = overlayOf(dashboard.model, 'text')?.text ?? '';
    expect(text).toContain('NOT what was written');
    expect(text).toContain('event 5');
    expect(text).not.toContain('\x1b');
  });
});
