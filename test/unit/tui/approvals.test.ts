import { describe, expect, it } from 'vitest';
import { dialogLayout } from '../../../src/tui/dialog-layout.ts';
import { overlayOf, topOverlay } from '../../../src/tui/select.ts';
import { DEAF_MS, REPEAT_MS } from '../../../src/tui/update/approvals.ts';
import {
  aChange,
  anApproval,
  approvalEntry,
  aRun,
  type Dashboard,
  runEntry,
  startDashboard,
} from '../../helpers/tui-model.ts';

function waiting(command = 'npm test', options: Parameters<typeof startDashboard>[0] = {}): Dashboard {
  const approval = anApproval(1, { command });
  const run = aRun(1, { command, status: 'waiting_approval' });
  return startDashboard({
    ...options,
    snapshot: { approvals: [approval], runs: [run], entries: [runEntry(run), approvalEntry(approval, 2)] },
  });
}

function opened(command?: string, options?: Parameters<typeof startDashboard>[0]): Dashboard {
  const dashboard = waiting(command, options);
  dashboard.press('escape', 'a');
  expect(topOverlay(dashboard.model)?.kind).toBe('approval');
  return dashboard;
}

const decisions = (dashboard: Dashboard) => dashboard.take().filter(({ type }) => type === 'decide');
const notice = (dashboard: Dashboard) => overlayOf(dashboard.model, 'approval')?.notice;
const long = Array.from({ length: 200 }, (_, line) => `echo line ${line}`).join('\n');

describe('the approval dialog', () => {
  it('does not open by itself: a request rings and waits', () => {
    const dashboard = startDashboard();
    dashboard.tell({
      type: 'change',
      change: aChange(approvalEntry(anApproval(1), 2), 'approval.requested', aRun(1, { status: 'waiting_approval' })),
    });
    expect(topOverlay(dashboard.model)).toBeUndefined();
    expect(dashboard.model.approvals).toHaveLength(1);
    expect(dashboard.take()).toContainEqual(expect.objectContaining({ type: 'notify', body: 'task 1' }));
  });

  it('answers y with the digest that was drawn', () => {
    const dashboard = opened();
    dashboard.wait(DEAF_MS);
    dashboard.press('y');
    expect(decisions(dashboard)).toEqual([
      { type: 'decide', approval: anApproval(1).id, digest: anApproval(1).digest, decision: 'approve' },
    ]);
  });

  it('answers n with a rejection, and only once', () => {
    const dashboard = opened();
    dashboard.press('n', 'n', 'y');
    expect(decisions(dashboard)).toMatchObject([{ decision: 'reject' }]);
    expect(notice(dashboard)).toContain('on its way');
  });

  it('ignores keys just after it opened, and each ignored key makes it wait longer', () => {
    const dashboard = opened(undefined, { gap: 0 });
    for (let at = 0; at < 5; at += 1) {
      dashboard.wait(DEAF_MS - 1);
      dashboard.press(at % 2 === 0 ? 'y' : 'n');
    }
    expect(decisions(dashboard)).toEqual([]);
    expect(notice(dashboard)).toContain('too soon');
    dashboard.wait(REPEAT_MS);
    dashboard.press('y');
    expect(decisions(dashboard)).toHaveLength(1);
  });

  it('is not answered by a key that is held down from before', () => {
    const dashboard = waiting(undefined, { gap: 30 });
    dashboard.press('escape', 'a');
    for (let at = 0; at < 100; at += 1) dashboard.press('y');
    expect(decisions(dashboard)).toEqual([]);
  });

  it('is not answered by the first repeats of a key pressed too early', () => {
    const dashboard = opened(undefined, { gap: 10 });
    dashboard.press('y');
    dashboard.wait(660);
    for (let at = 0; at < 20; at += 1) {
      dashboard.press('y');
      dashboard.wait(20);
    }
    expect(decisions(dashboard)).toEqual([]);
    dashboard.wait(REPEAT_MS);
    dashboard.press('y');
    expect(decisions(dashboard)).toHaveLength(1);
  });

  it('is never answered by a paste', () => {
    const dashboard = opened();
    dashboard.wait(5_000);
    dashboard.paste('y');
    dashboard.paste('y\n');
    expect(decisions(dashboard)).toEqual([]);
    expect(notice(dashboard)).toContain('paste');
  });

  it('wants a long command read to its end, and a moment there', () => {
    const dashboard = opened(long, { gap: 0 });
    dashboard.wait(2_000);
    dashboard.press('y');
    expect(decisions(dashboard)).toEqual([]);
    expect(notice(dashboard)).toContain('read to the end');
    for (let page = 0; page < 40; page += 1) {
      dashboard.wait(500);
      dashboard.press('space');
    }
    const dialog = overlayOf(dashboard.model, 'approval');
    expect(dialog?.seenEndAt).toBeDefined();
    if (dialog !== undefined) expect(dialogLayout(dashboard.model, dialog).below).toBe(0);
    dashboard.wait(2_000);
    dashboard.press('y');
    expect(decisions(dashboard)).toMatchObject([{ decision: 'approve' }]);
  });

  it('does not take y in the moment in which the end appears', () => {
    const dashboard = opened(long, { gap: 0 });
    dashboard.wait(2_000);
    dashboard.press('G');
    dashboard.wait(50);
    dashboard.press('y');
    expect(decisions(dashboard)).toEqual([]);
    expect(notice(dashboard)).toContain('only just appeared');
  });

  it('lets a long command be rejected unread', () => {
    const dashboard = opened(long);
    dashboard.press('n');
    expect(decisions(dashboard)).toMatchObject([{ decision: 'reject' }]);
  });

  it('does not count as seen what a smaller window hides', () => {
    const dashboard = opened(long);
    dashboard.tell({ type: 'resized', size: { width: 40, height: 12 } });
    dashboard.press('y');
    expect(decisions(dashboard)).toEqual([]);
  });

  it('cannot be approved in a window that is too small to show it', () => {
    const dashboard = opened();
    dashboard.tell({ type: 'resized', size: { width: 20, height: 5 } });
    dashboard.wait(2_000);
    dashboard.press('y');
    expect(decisions(dashboard)).toEqual([]);
    expect(notice(dashboard)).toContain('too small');
  });

  it('asks for a reason with N, and sends it', () => {
    const dashboard = opened();
    dashboard.press('N', 'enter');
    expect(decisions(dashboard)).toEqual([]);
    dashboard.type('not today');
    dashboard.press('enter');
    expect(decisions(dashboard)).toMatchObject([{ decision: 'reject', note: 'not today' }]);
  });

  it('stays pending on Esc', () => {
    const dashboard = opened();
    dashboard.press('escape');
    expect(topOverlay(dashboard.model)).toBeUndefined();
    expect(dashboard.model.approvals).toHaveLength(1);
    expect(decisions(dashboard)).toEqual([]);
  });

  it('does not answer while there is no connection', () => {
    const dashboard = opened();
    dashboard.tell({ type: 'lost', reason: 'gone' });
    dashboard.press('y');
    expect(decisions(dashboard)).toEqual([]);
    expect(notice(dashboard)).toContain('not connected');
  });

  it('does not answer what has expired', () => {
    const dashboard = opened();
    dashboard.wait(31 * 60_000);
    dashboard.press('y');
    expect(decisions(dashboard)).toEqual([]);
    expect(notice(dashboard)).toContain('expired');
  });

  it('closes and says so when it is decided elsewhere', () => {
    const dashboard = opened();
    const { status: _, ...rest } = anApproval(1);
    const decided = {
      ...rest,
      status: 'approved' as const,
      decidedBy: { kind: 'human' as const, device: rest.device },
      decidedAt: dashboard.now,
    };
    const entry = { ...approvalEntry(anApproval(1), 2), kind: 'approval' as const, approval: decided };
    dashboard.tell({ type: 'change', change: aChange(entry, 'approval.decided', aRun(1)) });
    expect(topOverlay(dashboard.model)).toBeUndefined();
    expect(dashboard.model.toasts.map(({ text }) => text).join()).toContain('already approved');
    dashboard.press('y');
    expect(decisions(dashboard)).toEqual([]);
  });

  it('closes when the request becomes another one', () => {
    const dashboard = opened();
    const other = anApproval(1, { digest: 'f'.repeat(64) as never });
    dashboard.tell({ type: 'change', change: aChange(approvalEntry(other, 2), 'approval.requested') });
    expect(topOverlay(dashboard.model)).toBeUndefined();
    expect(dashboard.model.toasts.map(({ text }) => text).join()).toContain('changed');
  });

  it('closes the reason prompt with the dialog', () => {
    const dashboard = opened();
    dashboard.press('N');
    dashboard.tell({ type: 'snapshot', snapshot: { ...emptySnapshot(dashboard) } });
    expect(dashboard.model.overlays).toEqual([]);
  });

  it('opens again for the same request when the answer could not be sent', () => {
    const dashboard = opened();
    dashboard.press('y');
    dashboard.tell({
      type: 'decide-failed',
      approval: anApproval(1).id,
      failure: { code: 'unavailable', message: 'gone' },
    });
    expect(overlayOf(dashboard.model, 'approval')?.phase).toEqual({ type: 'open' });
    dashboard.press('y');
    expect(decisions(dashboard)).toHaveLength(2);
  });

  it('shows the full text with v; what it says can be trusted there too', () => {
    const dashboard = opened('echo \u202e\x1b[31mhi');
    dashboard.press('v');
    const text = overlayOf(dashboard.model, 'text')?.text ?? '';
    expect(text).toContain('⟨202E⟩');
    expect(text).not.toContain('\x1b');
    dashboard.press('y');
    expect(decisions(dashboard)).toEqual([]);
  });
});

function emptySnapshot({ model }: Dashboard) {
  if (model.device === undefined) throw new Error('not connected');
  return {
    device: model.device,
    devices: [...model.devices],
    entries: [],
    more: false,
    runs: [],
    approvals: [],
    cursor: {},
  };
}
