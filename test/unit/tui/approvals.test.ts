import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../../../src/core/ids.ts';
import { EMBEDDED_SUMMARY } from '../../../src/core/routing/context.ts';
import { overlayOf, topOverlay } from '../../../src/tui/model/select.ts';
import { dialogLayout } from '../../../src/tui/rows/dialog-layout.ts';
import { textRows } from '../../../src/tui/update/overlays.ts';
import { ALONE_MS, DEAF_MS, REPEAT_MS } from '../../../src/tui/update/reading.ts';
import { update } from '../../../src/tui/update/update.ts';
import {
  aChange,
  aDevice,
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

/** What was answered, once no other key has followed. */
const decisions = (dashboard: Dashboard) => {
  dashboard.wait(ALONE_MS);
  dashboard.tell({ type: 'tick' });
  return dashboard.take().filter(({ type }) => type === 'decide');
};
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
    dashboard.press('y');
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
    for (let page = 0; page < 40; page += 1) dashboard.press('space');
    dashboard.wait(100);
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
    // It fits into the large window, which stands for too short a time to be read.
    const dashboard = opened(Array.from({ length: 20 }, (_, line) => `echo line ${line}`).join('\n'), { gap: 10 });
    expect(overlayOf(dashboard.model, 'approval')?.seenEndAt).toBeDefined();
    dashboard.tell({ type: 'resized', size: { width: 40, height: 12 } });
    dashboard.wait(2_000);
    dashboard.press('y');
    expect(decisions(dashboard)).toEqual([]);
    expect(notice(dashboard)).toContain('read to the end');
  });

  it('does not count a burst of resizes as reading, and keeps what was read before', () => {
    const dashboard = opened(Array.from({ length: 20 }, (_, line) => `echo line ${line}`).join('\n'));
    for (let at = 0; at < 5; at += 1) {
      dashboard.tell({ type: 'resized', size: { width: at % 2 === 0 ? 40 : 120, height: at % 2 === 0 ? 12 : 40 } });
      dashboard.wait(20);
    }
    expect(overlayOf(dashboard.model, 'approval')?.seenEndAt).toBeUndefined();
    dashboard.tell({ type: 'resized', size: { width: 120, height: 40 } });
    dashboard.wait(DEAF_MS);
    dashboard.tell({ type: 'resized', size: { width: 40, height: 12 } });
    dashboard.wait(DEAF_MS);
    dashboard.press('y');
    expect(decisions(dashboard)).toHaveLength(1);
  });

  it('does not count as seen what was jumped over', () => {
    const dashboard = opened(long);
    dashboard.press('G');
    dashboard.wait(2_000);
    dashboard.press('y');
    expect(decisions(dashboard)).toEqual([]);
    expect(notice(dashboard)).toContain('read to the end');
  });

  it('does not stay on top of what the palette opens from it', () => {
    for (const words of ['/open', 'go to the runs']) {
      const dashboard = opened();
      dashboard.press('C-p');
      const index =
        overlayOf(dashboard.model, 'palette')?.items.findIndex(({ label }) => label.startsWith(words)) ?? -1;
      expect(index).toBeGreaterThan(-1);
      for (let at = 0; at < index; at += 1) dashboard.press('down');
      dashboard.press('enter');
      expect(dashboard.model.overlays).toEqual([]);
      dashboard.press('y');
      dashboard.press('n');
      expect(decisions(dashboard)).toEqual([]);
    }
  });

  it('listens only a moment after it came on top again', () => {
    const dashboard = opened();
    dashboard.press('f1', 'escape');
    dashboard.wait(100);
    dashboard.input({ type: 'key', key: 'y', text: 'y' });
    expect(decisions(dashboard)).toEqual([]);
    expect(notice(dashboard)).toContain('too soon');
  });

  it('is not answered by keys that came together, nor by one that others follow or precede', () => {
    const key = (text: string) => ({ type: 'key', key: text, text }) as const;
    const dashboard = opened();
    dashboard.wait(2_000);
    dashboard.tell({ type: 'input', event: key('y'), raw: new Uint8Array([121]), burst: true });
    expect(decisions(dashboard)).toEqual([]);
    dashboard.wait(2_000);
    dashboard.input(key('u'));
    dashboard.wait(10);
    dashboard.input(key('y'));
    expect(decisions(dashboard)).toEqual([]);
    dashboard.wait(2_000);
    dashboard.input(key('y'));
    dashboard.wait(10);
    dashboard.input(key('u'));
    expect(decisions(dashboard)).toEqual([]);
    expect(notice(dashboard)).toContain('does nothing here');
    dashboard.wait(2_000);
    dashboard.input(key('y'));
    expect(decisions(dashboard)).toHaveLength(1);
  });

  it('goes on listening when the clock is set back', () => {
    const dashboard = opened();
    const { clock } = dashboard.model;
    const at = dashboard.now - 3_600_000;
    const tell = (after: number, body: Parameters<Dashboard['tell']>[0]) => {
      const done = update(dashboard.model, { ...body, at, clock: clock + after });
      dashboard.model = done.model;
      return done.effects;
    };
    const y = { type: 'input', event: { type: 'key', key: 'y', text: 'y' }, raw: new Uint8Array(0) } as const;
    expect(tell(1_000, y)).toEqual([]);
    expect(tell(1_100, { type: 'tick' })).toMatchObject([{ type: 'decide', decision: 'approve' }]);
  });

  it('always says that less is enforced than was asked for, and marks what the edge broke', () => {
    const dashboard = opened(`${'x'.repeat(150)}\nrm\u00a0-r\ty`);
    const dialog = overlayOf(dashboard.model, 'approval');
    if (dialog === undefined) throw new Error('no dialog');
    const { approval } = dialog;
    const full = { ...dialog, approval: { ...approval, description: 'full-access' } };
    const { rows } = dialogLayout(dashboard.model, full);
    expect(rows.map(({ text }) => text).join('\n')).toContain('can only enforce full-access');
    expect(rows.slice(1, 4).map(({ wrapped }) => wrapped === true)).toEqual([false, true, false]);
    expect(rows[3]?.text).toBe('rm⟨00A0⟩-r⟨0009⟩y');
  });

  it('says first who asks and where, and nothing twice', () => {
    const nas = aDevice({ id: 'device-nas' as DeviceId, name: 'nas', local: false, version: '0.1.0' });
    const rowsFor = (by: DeviceId, device: DeviceId): string[] => {
      const run = { ...aRun(1, { status: 'waiting_approval' }), by: { kind: 'human' as const, device: by }, device };
      const description = 'Run a shell command on nas in /home/me. You are asked because of policy: no rule allows it.';
      const approval = anApproval(1, { device, description });
      const dashboard = startDashboard({
        snapshot: { devices: [aDevice(), nas], runs: [run], approvals: [approval] },
      });
      dashboard.press('escape', 'a');
      const dialog = overlayOf(dashboard.model, 'approval');
      return dialog === undefined ? [] : dialogLayout(dashboard.model, dialog).rows.map(({ text }) => text);
    };
    const { id } = aDevice();
    expect(rowsFor(nas.id, id)[0]).toBe('nas asks to run this here');
    expect(rowsFor(id, id)[0]).toBe('you ask to run this here');
    const rows = rowsFor(id, nas.id);
    expect(rows[0]).toBe('you ask to run this on nas');
    expect(rows.filter((row) => row.includes('/home/me'))).toEqual(['in      /home/me']);
    expect(rows.at(-2)).toBe('You are asked because of policy: no rule allows it.');
  });

  it('has the digest last, and only where nothing has to be scrolled for it', () => {
    const dashboard = opened();
    const digests = (size: { width: number; height: number }): number[] => {
      const model = { ...dashboard.model, size };
      const dialog = overlayOf(model, 'approval');
      if (dialog === undefined) throw new Error('no dialog');
      const { rows } = dialogLayout(model, dialog);
      return rows.flatMap(({ text }, row) => (text.startsWith('digest') ? [row - rows.length] : []));
    };
    expect(digests({ width: 120, height: 40 })).toEqual([-1]);
    expect(digests({ width: 80, height: 12 })).toEqual([]);
    dashboard.press('v');
    expect(overlayOf(dashboard.model, 'text')?.text).toContain(anApproval(1).digest);
  });

  it('keeps the next keys from what is below when it goes by itself, and keeps the reason', () => {
    const dashboard = opened();
    dashboard.press('N');
    dashboard.type('too slow');
    dashboard.tell({ type: 'snapshot', snapshot: { ...emptySnapshot(dashboard) } });
    dashboard.take();
    dashboard.type('q!x');
    expect(dashboard.model.overlays).toEqual([]);
    expect(dashboard.model.focus).not.toBe('composer');
    expect(dashboard.model.toasts.map(({ text }) => text).join()).toContain('too slow');
    dashboard.press('q');
    expect(topOverlay(dashboard.model)?.kind).toBe('confirm');
  });

  it('shows the full text with every blank', () => {
    const dashboard = opened('printf "a   b"');
    dashboard.press('v');
    const text = overlayOf(dashboard.model, 'text');
    expect(
      text === undefined
        ? []
        : textRows(text, 10)
            .slice(3, 5)
            .map((row) => row.map(([part]) => part).join('')),
    ).toEqual(['printf "a ', '  b"']);
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
    expect(decisions(dashboard)).toHaveLength(1);
    dashboard.tell({
      type: 'decide-failed',
      approval: anApproval(1).id,
      failure: { code: 'unavailable', message: 'gone' },
    });
    expect(overlayOf(dashboard.model, 'approval')?.phase).toEqual({ type: 'open' });
    dashboard.press('y');
    expect(decisions(dashboard)).toHaveLength(1);
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
    revoked: [],
    entries: [],
    more: false,
    runs: [],
    routing: { connectors: [EMBEDDED_SUMMARY] },
    approvals: [],
    cursor: {},
  };
}
