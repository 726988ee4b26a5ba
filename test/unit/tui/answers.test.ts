// The yeses that reach further than once: each asks a second time, and no guard of the first question is missing there.
import { describe, expect, it } from 'vitest';
import type { Approval, PendingApproval } from '../../../src/core/approvals.ts';
import type { DeviceId, Sha256 } from '../../../src/core/ids.ts';
import type { RuleBody } from '../../../src/core/policy/rules.ts';
import { overlayOf, topOverlay } from '../../../src/tui/model/select.ts';
import { dialogLayout } from '../../../src/tui/rows/dialog-layout.ts';
import { ALONE_MS, DEAF_MS, REPEAT_MS } from '../../../src/tui/update/reading.ts';
import {
  aChange,
  aDevice,
  anApproval,
  approvalEntry,
  aRun,
  aSnapshot,
  type Dashboard,
  runEntry,
  startDashboard,
} from '../../helpers/tui-model.ts';

const ALL = ['approve', 'approve-for-run', 'approve-always', 'reject'] as const;
const RULE: RuleBody = { name: 'allow-npm-test', decision: 'allow', command: ['npm', 'test'] };
const TOML = '[[rules]]\nname = "allow-npm-test"\ndecision = "allow"\ncommand = ["npm", "test"]\n';
const nas = aDevice({
  id: 'device-nas' as DeviceId,
  name: 'nas',
  local: false,
  version: '0.1.0',
  grants: { held: ['run', 'approve'], given: [] },
});

function opened(
  change: Parameters<typeof anApproval>[1] = {},
  more: readonly PendingApproval[] = [],
  options: Parameters<typeof startDashboard>[0] = {},
): Dashboard {
  const approval = anApproval(1, { decisions: ALL, ...change });
  const approvals = [approval, ...more];
  const runs = approvals.map((pending, index) => ({
    ...aRun(index + 1, { command: pending.payload.command, status: 'waiting_approval' as const }),
    device: pending.device,
  }));
  const dashboard = startDashboard({
    ...options,
    snapshot: {
      devices: [aDevice(), nas],
      approvals,
      runs,
      entries: [...runs.map(runEntry), approvalEntry(approval, 9)],
    },
  });
  dashboard.press('escape', '2', 'a');
  dashboard.wait(2_000);
  return dashboard;
}

/** What was answered, once no other key has followed. */
const answers = (dashboard: Dashboard) => {
  dashboard.wait(ALONE_MS);
  dashboard.tell({ type: 'tick' });
  return dashboard.take().filter(({ type }) => type === 'decide' || type === 'decide-alike');
};
const notice = (dashboard: Dashboard) =>
  (overlayOf(dashboard.model, 'assent') ?? overlayOf(dashboard.model, 'approval'))?.notice;
const toasts = (dashboard: Dashboard) => dashboard.model.toasts.map(({ text }) => text).join('\n');
const rows = (dashboard: Dashboard): string => {
  const dialog = overlayOf(dashboard.model, 'assent') ?? overlayOf(dashboard.model, 'approval');
  return dialog === undefined
    ? ''
    : dialogLayout(dashboard.model, dialog)
        .rows.map(({ text }) => text)
        .join('\n');
};

/** Each way to the second question, ready to be answered, and the answer that it leads to. */
const alike = { payload: { ...anApproval(1).payload, likeness: 'l'.repeat(64) as Sha256 } };
const other = anApproval(2, { ...alike, command: 'task 1', decisions: ALL, device: nas.id });
const second = { ...other, payload: alike.payload };
const propose = (dashboard: Dashboard): void => {
  const asked = dashboard.take().find((effect) => effect.type === 'propose-rule');
  if (asked?.type !== 'propose-rule') throw new Error('no rule was asked for');
  dashboard.tell({ type: 'rule-proposed', request: asked.request, rule: RULE, toml: TOML });
};
const WAYS = [
  { key: 'r', ready: () => {}, answer: { type: 'decide', decision: 'approve-for-run', forMs: 15 * 60_000 } },
  { key: 'A', ready: propose, answer: { type: 'decide', decision: 'approve-always', rule: RULE } },
  {
    key: 'Y',
    ready: () => {},
    answer: {
      type: 'decide-alike',
      requests: [anApproval(1), second].map(({ id, digest }) => ({ approval: id, digest })),
    },
  },
] as const;

function asked({ key, ready }: (typeof WAYS)[number], options: Parameters<typeof startDashboard>[0] = {}): Dashboard {
  const dashboard = opened(alike, [second], options);
  dashboard.press(key);
  ready(dashboard);
  expect(topOverlay(dashboard.model)?.kind).toBe('assent');
  return dashboard;
}

describe.each(WAYS)('$key', (way) => {
  it('asks once more, and answers nothing itself', () => {
    const dashboard = asked(way);
    expect(answers(dashboard)).toEqual([]);
    dashboard.wait(DEAF_MS);
    dashboard.press('y');
    expect(answers(dashboard)).toMatchObject([way.answer]);
    dashboard.press('y');
    expect(answers(dashboard)).toEqual([]);
    expect(notice(dashboard)).toContain('on its way');
  });

  it('goes back on Esc and n, and leaves the request pending', () => {
    for (const key of ['escape', 'n']) {
      const dashboard = asked(way);
      dashboard.press(key);
      expect(topOverlay(dashboard.model)?.kind).toBe('approval');
      expect(answers(dashboard)).toEqual([]);
      expect(dashboard.model.approvals).toHaveLength(2);
    }
  });

  it('does not listen at once, neither to a key typed ahead nor to one that is held', () => {
    const dashboard = asked(way, { gap: 0 });
    dashboard.wait(DEAF_MS - 1);
    dashboard.press('y');
    expect(answers(dashboard)).toEqual([]);
    expect(notice(dashboard)).toContain('too soon');
    for (let at = 0; at < 40; at += 1) {
      dashboard.wait(30);
      dashboard.press('y');
    }
    expect(answers(dashboard)).toEqual([]);
    dashboard.wait(REPEAT_MS);
    dashboard.press('y');
    expect(answers(dashboard)).toHaveLength(1);
  });

  it('is not opened and not answered by keys that come together', () => {
    const dashboard = opened(alike, [second]);
    dashboard.input({ type: 'key', key: 'u', text: 'u' });
    dashboard.wait(10);
    dashboard.input({ type: 'key', key: way.key, text: way.key });
    expect(topOverlay(dashboard.model)?.kind).toBe('approval');
    expect(notice(dashboard)).toContain('other keys');
    const second_ = asked(way);
    second_.wait(2_000);
    second_.input({ type: 'key', key: 'y', text: 'y' });
    second_.wait(10);
    second_.input({ type: 'key', key: 'u', text: 'u' });
    expect(answers(second_)).toEqual([]);
  });

  it('is not answered by a paste', () => {
    const dashboard = asked(way);
    dashboard.wait(2_000);
    dashboard.paste('y');
    expect(answers(dashboard)).toEqual([]);
    expect(notice(dashboard)).toContain('paste');
  });

  it('is not asked before the request was read to its end', () => {
    const command = Array.from({ length: 200 }, (_, line) => `echo ${line}`).join('\n');
    const payload = { ...alike.payload, command };
    const dashboard = opened({ payload, decisions: ALL }, [{ ...second, payload }]);
    dashboard.press(way.key);
    expect(topOverlay(dashboard.model)?.kind).toBe('approval');
    expect(notice(dashboard)).toContain('read to the end');
  });

  it('has to be read to its own end as well', () => {
    const command = Array.from({ length: 60 }, (_, line) => `echo ${line}`).join('\n');
    const payload = { ...alike.payload, command };
    const dashboard = opened({ payload, decisions: ALL }, [{ ...second, payload }]);
    for (let page = 0; page < 20; page += 1) dashboard.press('space');
    dashboard.press(way.key);
    way.ready(dashboard);
    dashboard.wait(2_000);
    dashboard.press('y');
    expect(answers(dashboard)).toEqual([]);
    expect(notice(dashboard)).toContain('read to the end');
    for (let page = 0; page < 20; page += 1) dashboard.press('space');
    dashboard.press('y');
    expect(answers(dashboard)).toHaveLength(1);
  });

  it('goes with the request when that is answered elsewhere', () => {
    const dashboard = asked(way);
    const { status: _, ...rest } = dashboard.model.approvals[0] as PendingApproval;
    const decided = {
      ...rest,
      status: 'rejected' as const,
      decidedBy: { kind: 'human' as const, device: nas.id },
      decidedAt: dashboard.now,
    };
    const entry = { ...approvalEntry(anApproval(1), 9), kind: 'approval' as const, approval: decided };
    dashboard.tell({ type: 'change', change: aChange(entry, 'approval.decided') });
    expect(dashboard.model.overlays).toEqual([]);
    expect(toasts(dashboard)).toContain('already rejected on nas');
    dashboard.press('y');
    expect(answers(dashboard)).toEqual([]);
  });

  it('says in one sentence that somebody else was first', () => {
    const dashboard = asked(way);
    dashboard.wait(DEAF_MS);
    dashboard.press('y');
    expect(answers(dashboard)).toHaveLength(1);
    const failure = { code: 'conflict', message: 'nas has rejected it already' };
    dashboard.tell({ type: 'decide-failed', approval: anApproval(1).id, failure });
    expect(dashboard.model.overlays).toEqual([]);
    expect(toasts(dashboard)).toContain('nas has rejected it already');
  });

  it('is not offered where its device does not take it', () => {
    if (way.key === 'Y') return;
    const dashboard = opened({ ...alike, decisions: ['approve', 'reject'] });
    dashboard.press(way.key);
    expect(topOverlay(dashboard.model)?.kind).toBe('approval');
    expect(notice(dashboard)).toContain(way.key === 'A' ? 'why not' : 'does not take');
    const several = opened({ ...alike, decisions: ['approve', 'reject'], approvers: 2 });
    several.press(way.key);
    expect(several.take().filter(({ type }) => type === 'propose-rule')).toEqual([]);
    expect(notice(several)).toContain('2 devices must agree');
  });

  it('does not answer without a connection', () => {
    const dashboard = asked(way);
    dashboard.wait(DEAF_MS);
    dashboard.tell({ type: 'lost', reason: 'gone' });
    dashboard.press('y');
    expect(answers(dashboard)).toEqual([]);
    expect(notice(dashboard)).toContain('not connected');
  });
});

describe('for this run', () => {
  it('holds for as long as was chosen: 15 minutes, or less, or more', () => {
    const chosen = (...keys: string[]) => {
      const dashboard = opened();
      dashboard.press('r', ...keys);
      dashboard.wait(DEAF_MS);
      dashboard.press('y');
      return answers(dashboard).map((effect) => (effect.type === 'decide' ? effect.forMs : undefined));
    };
    expect(chosen()).toEqual([15 * 60_000]);
    expect(chosen('left')).toEqual([5 * 60_000]);
    expect(chosen('left', 'left')).toEqual([5 * 60_000]);
    expect(chosen('right')).toEqual([60 * 60_000]);
  });

  it('shows the time that is chosen, and what runs', () => {
    const dashboard = opened({ command: 'npm test' });
    dashboard.press('r');
    expect(rows(dashboard)).toContain('[15 min]');
    dashboard.press('right');
    expect(rows(dashboard)).toContain('[1 h]');
    expect(rows(dashboard)).toContain('npm test');
  });
});

describe('always', () => {
  it('shows exactly the rule that its device proposes, and takes no yes before', () => {
    const dashboard = opened();
    dashboard.press('A');
    dashboard.wait(2_000);
    dashboard.press('y');
    expect(notice(dashboard)).toContain('not come yet');
    propose(dashboard);
    for (const line of TOML.trimEnd().split('\n')) expect(rows(dashboard)).toContain(line);
    // It has only just come on the screen.
    dashboard.input({ type: 'key', key: 'y', text: 'y' });
    expect(answers(dashboard)).toEqual([]);
  });

  it('takes no rule of an older question', () => {
    const dashboard = opened();
    dashboard.press('A', 'escape', 'A');
    const [first] = dashboard.take().filter((effect) => effect.type === 'propose-rule');
    if (first?.type !== 'propose-rule') throw new Error('no rule was asked for');
    dashboard.tell({ type: 'rule-proposed', request: first.request, rule: RULE, toml: TOML });
    expect(rows(dashboard)).not.toContain('allow-npm-test');
  });

  it('goes back and says why where no rule can be made', () => {
    const dashboard = opened();
    dashboard.press('A');
    const [effect] = dashboard.take();
    if (effect?.type !== 'propose-rule') throw new Error('no rule was asked for');
    const failure = { code: 'refused', message: 'a wrapper is never allowed by a rule' };
    dashboard.tell({ type: 'rule-failed', request: effect.request, failure });
    expect(topOverlay(dashboard.model)?.kind).toBe('approval');
    expect(notice(dashboard)).toContain('a wrapper');
  });
});

describe('all that are alike', () => {
  it('lists each with its device and run', () => {
    const dashboard = asked(WAYS[2]);
    expect(rows(dashboard)).toContain('2 requests are the same but for run and device');
    expect(rows(dashboard)).toMatch(/- laptop: run 1, for you\n- nas: run 2, for you/);
  });

  it('does not take the word of a device for it: what a person reads must be the same', () => {
    const dashboard = opened(alike, [{ ...second, payload: { ...second.payload, command: 'rm -rf /' } }]);
    dashboard.press('Y');
    expect(topOverlay(dashboard.model)?.kind).toBe('approval');
    expect(notice(dashboard)).toContain('nothing else');
  });

  it('leaves out what cannot be answered from here', () => {
    const { grants: _, ...stranger } = nas;
    const dashboard = opened(alike, [second]);
    dashboard.tell({ type: 'devices', revoked: [], devices: [aDevice(), stranger] });
    dashboard.press('Y');
    expect(notice(dashboard)).toContain('nothing else');
  });

  it('answers none that was answered meanwhile, and none that came meanwhile', () => {
    const third = { ...second, id: 'a000000000000003' as PendingApproval['id'], digest: '3'.repeat(64) as Sha256 };
    const dashboard = opened(alike, [second, third]);
    dashboard.press('Y');
    const late = { ...second, id: 'a000000000000004' as PendingApproval['id'], digest: '4'.repeat(64) as Sha256 };
    dashboard.tell({ type: 'change', change: aChange(approvalEntry(late, 12), 'approval.requested') });
    const { status: _, ...rest } = second;
    const gone: Approval = { ...rest, status: 'expired', decidedAt: dashboard.now };
    const entry = { ...approvalEntry(second, 10), kind: 'approval' as const, approval: gone };
    dashboard.tell({ type: 'change', change: aChange(entry, 'approval.expired') });
    expect(toasts(dashboard)).toContain('1 of them no longer waits');
    dashboard.wait(2_000);
    dashboard.press('y');
    const [effect] = answers(dashboard);
    if (effect?.type !== 'decide-alike') throw new Error('nothing was answered');
    expect(effect.requests.map(({ approval }) => approval)).toEqual([anApproval(1).id, third.id]);
  });

  it('tells what became of all of them in one sentence', () => {
    const dashboard = asked(WAYS[2]);
    dashboard.wait(DEAF_MS);
    dashboard.press('y');
    answers(dashboard);
    const { status: _, ...rest } = anApproval(1);
    const answered: Approval = {
      ...rest,
      status: 'approved',
      decidedBy: { kind: 'human', device: aDevice().id },
      decidedAt: dashboard.now,
    };
    dashboard.tell({ type: 'decided-alike', approval: rest.id, answered: [answered], failures: ['nas is offline'] });
    expect(dashboard.model.overlays).toEqual([]);
    expect(toasts(dashboard)).toContain('approved 1 of 2; not the rest: nas is offline');
  });
});

describe('where more devices must agree', () => {
  const laptop = aDevice().id;
  const agreed = (device: DeviceId) => [{ by: { kind: 'human' as const, device }, at: 0 }];

  it('says who has, and how many are missing', () => {
    expect(rows(opened({ approvers: 2 }))).toContain('2 devices must say yes: none has yet');
    expect(rows(opened({ approvers: 2, agreed: agreed(nas.id) }))).toContain(
      '1 of 2 have agreed (nas): one more device must',
    );
  });

  it('does not let the same device agree twice, but lets it reject', () => {
    const dashboard = opened({ approvers: 2, agreed: agreed(laptop) });
    dashboard.press('y');
    expect(answers(dashboard)).toEqual([]);
    expect(notice(dashboard)).toContain('another device must');
    dashboard.press('n');
    expect(answers(dashboard)).toMatchObject([{ decision: 'reject' }]);
  });

  it('goes on waiting after the first yes, and says so', () => {
    const dashboard = opened({ approvers: 2 });
    dashboard.press('y');
    expect(answers(dashboard)).toHaveLength(1);
    dashboard.tell({ type: 'decided', approval: { ...anApproval(1), approvers: 2, agreed: agreed(laptop) } });
    expect(dashboard.model.overlays).toEqual([]);
    expect(dashboard.model.approvals).toHaveLength(1);
    expect(toasts(dashboard)).toContain('one more device must');
  });

  it('shows a yes that comes meanwhile, and listens only a moment later', () => {
    const dashboard = opened({ approvers: 2 });
    const now = { ...anApproval(1), decisions: ALL, approvers: 2, agreed: agreed(nas.id) };
    dashboard.tell({ type: 'change', change: aChange(approvalEntry(now, 9), 'approval.agreed') });
    expect(rows(dashboard)).toContain('1 of 2 have agreed (nas)');
    dashboard.input({ type: 'key', key: 'y', text: 'y' });
    expect(answers(dashboard)).toEqual([]);
    dashboard.wait(2_000);
    dashboard.press('y');
    expect(answers(dashboard)).toHaveLength(1);
  });
});

describe('the facts of a request', () => {
  it('are all there: sandbox, folders, network, programs, secrets, rule', () => {
    const payload: PendingApproval['payload'] = {
      ...anApproval(1).payload,
      enforced: 'workspace-write',
      sandbox: {
        kind: 'bubblewrap',
        writable: ['/home/me/shop'],
        readable: ['/home/me'],
        network: false,
        limits: { processes: 100 },
      },
      programs: [{ name: 'npm', path: '/usr/bin/npm', sha256: 'abcdef0123456789'.repeat(4) as Sha256 }],
      secrets: ['GITHUB_TOKEN'],
      rule: 'ask-npm',
    };
    const shown = rows(opened({ payload }));
    expect(shown).toContain('sandbox bubblewrap, no network, 100 processes');
    expect(shown).toContain('writes  /home/me/shop');
    expect(shown).toContain('reads   /home/me, and the system');
    expect(shown).toContain('uses    npm is /usr/bin/npm, sha256 abcdef012345…');
    expect(shown).toContain('secrets GITHUB_TOKEN');
    expect(shown).toContain('rule    ask-npm makes it ask');
  });

  it('say that a device keeps it to less than was asked for', () => {
    const payload = { ...anApproval(1).payload, access: 'full-access', enforced: 'read-only' } as const;
    expect(rows(opened({ payload }))).toContain('asked for full-access; laptop keeps it to read-only');
  });
});

it('a reconnection with the same request keeps what was read', () => {
  const dashboard = opened();
  const approvals = [anApproval(1, { decisions: ALL })];
  dashboard.tell({ type: 'snapshot', snapshot: aSnapshot({ approvals }) });
  dashboard.wait(DEAF_MS);
  dashboard.press('y');
  expect(answers(dashboard)).toHaveLength(1);
});

describe('"always" where it is not offered', () => {
  const refused = (): { dashboard: Dashboard; request: number } => {
    const dashboard = opened({ decisions: ['approve', 'reject'] });
    dashboard.take();
    dashboard.press('A');
    const [effect] = dashboard.take();
    if (effect?.type !== 'propose-rule') throw new Error('no reason was asked for');
    return { dashboard, request: effect.request };
  };
  const why = `no rule can cover this: ${'the words of it are only known when it runs; '.repeat(3)}approve it once`;

  it('says why there can be no rule, as its device says it, and answers nothing', () => {
    const { dashboard, request } = refused();
    dashboard.tell({ type: 'rule-failed', request: request + 1, failure: { code: 'refused', message: 'another' } });
    expect(notice(dashboard)).not.toContain('another');
    dashboard.tell({ type: 'rule-failed', request, failure: { code: 'refused', message: why } });
    expect(notice(dashboard)).toBe(why);
    expect(topOverlay(dashboard.model)?.kind).toBe('approval');
    expect(answers(dashboard)).toEqual([]);
  });

  it('shows all of the reason, and takes no row of the request away for good', () => {
    const { dashboard, request } = refused();
    const dialog = () => dialogLayout(dashboard.model, overlayOf(dashboard.model, 'approval') as never);
    const before = dialog();
    dashboard.tell({ type: 'rule-failed', request, failure: { code: 'refused', message: why } });
    expect(dialog().noticeRows.join(' ')).toBe(why);
    expect(dialog().notice.height).toBe(dialog().noticeRows.length);
    expect(dialog().rows).toEqual(before.rows);
    dashboard.press('g');
    expect(dialog()).toEqual({ ...before, noticeRows: [] });
  });

  it('is no rule even if one comes', () => {
    const { dashboard, request } = refused();
    dashboard.tell({ type: 'rule-proposed', request, rule: RULE, toml: TOML });
    expect(topOverlay(dashboard.model)?.kind).toBe('approval');
    expect(notice(dashboard)).toContain('does not take');
  });

  it('asks its device for nothing where the key was held or came with others', () => {
    const dashboard = opened({ decisions: ['approve', 'reject'] });
    dashboard.take();
    dashboard.input({ type: 'key', key: 'u', text: 'u' });
    dashboard.wait(10);
    dashboard.input({ type: 'key', key: 'A', text: 'A' });
    expect(dashboard.take()).toEqual([]);
  });
});

describe('what has to be seen first', () => {
  const CHANGED = '/usr/bin/node has changed since it was approved.';

  it('is why something is asked about again, before the command, and nothing of the rest is lost', () => {
    const description = `Run a shell command on laptop in /work. You are asked because of a rule. ${CHANGED}`;
    const dashboard = opened({ description, payload: { ...anApproval(1).payload, cwd: '/work' } });
    const shown = rows(dashboard).split('\n');
    expect(shown.indexOf(CHANGED)).toBeGreaterThan(0);
    expect(shown.indexOf(CHANGED)).toBeLessThan(shown.indexOf('task 1'));
    expect(shown.filter((row) => row.includes('since it was approved'))).toHaveLength(1);
    expect(rows(dashboard)).toContain('You are asked because of a rule.');
  });

  it('is that something is masked', () => {
    const masked = { ...aRun(1, { status: 'waiting_approval' }), masked: true as const };
    const approval = anApproval(1, { decisions: ALL });
    const dashboard = startDashboard({
      snapshot: { approvals: [approval], runs: [masked], entries: [runEntry(masked), approvalEntry(approval, 9)] },
    });
    dashboard.press('escape', 'a');
    const shown = rows(dashboard).split('\n');
    const at = shown.indexOf('something in it is masked: what is masked is not shown to anybody');
    expect(at).toBeGreaterThan(0);
    expect(at).toBeLessThan(shown.indexOf('task 1'));
    expect(rows(opened())).not.toContain('masked');
  });
});
