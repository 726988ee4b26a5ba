// Editing the command of a request: it says yes to nothing, and the new version has to be read and answered like any other.
import { describe, expect, it } from 'vitest';
import type { Approval, PendingApproval } from '../../../src/core/approvals.ts';
import { MASK } from '../../../src/core/secrets.ts';
import { overlayOf, topOverlay } from '../../../src/tui/model/select.ts';
import { dialogLayout } from '../../../src/tui/rows/dialog-layout.ts';
import { ALONE_MS, DEAF_MS } from '../../../src/tui/update/reading.ts';
import {
  aChange,
  anApproval,
  approvalEntry,
  aRun,
  type Dashboard,
  runEntry,
  startDashboard,
} from '../../helpers/tui-model.ts';

const next = (command: string, change: Partial<PendingApproval> = {}): PendingApproval =>
  anApproval(7, { command, runId: anApproval(1).runId, edits: anApproval(1).id, ...change });

function opened(command = 'npm test', run: Partial<ReturnType<typeof aRun>> = {}): Dashboard {
  const approval = anApproval(1, { command });
  const shown = { ...aRun(1, { command, status: 'waiting_approval' }), ...run } as ReturnType<typeof aRun>;
  const dashboard = startDashboard({
    snapshot: { approvals: [approval], runs: [shown], entries: [runEntry(shown), approvalEntry(approval, 2)] },
  });
  dashboard.press('escape', 'a');
  dashboard.wait(2_000);
  return dashboard;
}

function editing(command?: string): Dashboard {
  const dashboard = opened(command);
  dashboard.press('e');
  expect(topOverlay(dashboard.model)?.kind).toBe('edit');
  dashboard.take();
  return dashboard;
}

const text = (dashboard: Dashboard) => overlayOf(dashboard.model, 'edit')?.editor.text;
const notice = (dashboard: Dashboard) =>
  (overlayOf(dashboard.model, 'edit') ?? overlayOf(dashboard.model, 'approval'))?.notice;
const toasts = (dashboard: Dashboard) => dashboard.model.toasts.map((toast) => toast.text).join('\n');
const rows = (dashboard: Dashboard): string[] => {
  const dialog = overlayOf(dashboard.model, 'approval');
  return dialog === undefined ? [] : dialogLayout(dashboard.model, dialog).rows.map((row) => row.text);
};

describe('editing', () => {
  it('begins with the command, takes lines and pastes as text, and sends them with the digest that was drawn', () => {
    const dashboard = editing();
    expect(text(dashboard)).toBe('npm test');
    dashboard.paste(' -- y');
    dashboard.press('M-enter');
    dashboard.type('echo y');
    expect(dashboard.take()).toEqual([]);
    dashboard.press('enter');
    expect(dashboard.take()).toEqual([
      {
        type: 'edit-request',
        approval: anApproval(1).id,
        digest: anApproval(1).digest,
        command: 'npm test -- y\necho y',
      },
    ]);
    dashboard.press('enter');
    dashboard.type('more');
    expect(text(dashboard)).toBe('npm test -- y\necho y');
    expect(dashboard.take()).toEqual([]);
  });

  it('opens the new version as a request that is to be read: with both versions, deaf, and answered by nothing', () => {
    const dashboard = editing('npm test\nnpm run lint');
    dashboard.paste(' --fix');
    dashboard.press('enter');
    const asked = next('npm test\nnpm run lint --fix');
    dashboard.tell({ type: 'edited', of: anApproval(1).id, approval: asked });
    expect(dashboard.model.overlays).toMatchObject([{ kind: 'approval', approval: asked }]);
    expect(rows(dashboard)).toEqual(
      expect.arrayContaining(['= 1 line is the same', '- npm run lint', '+ npm run lint --fix']),
    );
    dashboard.take();
    dashboard.input({ type: 'key', key: 'y', text: 'y' });
    dashboard.wait(ALONE_MS);
    dashboard.tell({ type: 'tick' });
    expect(dashboard.take()).toEqual([]);
    expect(notice(dashboard)).toContain('too soon');
    dashboard.wait(2_000);
    dashboard.press('y');
    dashboard.wait(ALONE_MS);
    dashboard.tell({ type: 'tick' });
    expect(dashboard.take()).toMatchObject([{ type: 'decide', approval: asked.id, digest: asked.digest }]);
  });

  it('stays when the request is told to be replaced before its own answer comes', () => {
    const dashboard = editing();
    dashboard.paste('s');
    dashboard.press('enter');
    const { status: _, ...rest } = anApproval(1, { command: 'npm test' });
    const replaced: Approval = { ...rest, status: 'expired', decidedAt: dashboard.now, replacedBy: next('').id };
    const entry = { ...approvalEntry(anApproval(1), 2), kind: 'approval' as const, approval: replaced };
    dashboard.tell({ type: 'change', change: aChange(entry, 'approval.edited') });
    expect(topOverlay(dashboard.model)?.kind).toBe('edit');
    const asked = next('npm tests');
    dashboard.tell({ type: 'change', change: aChange(approvalEntry(asked, 3), 'approval.requested') });
    dashboard.tell({ type: 'edited', of: anApproval(1).id, approval: asked });
    expect(dashboard.model.overlays).toMatchObject([{ kind: 'approval', approval: asked, before: 'npm test' }]);
    expect(dashboard.model.approvals).toHaveLength(1);
  });

  it('is told on the other screens, and what was typed there is not lost', () => {
    const dashboard = editing();
    dashboard.paste(' mine');
    const { status: _, ...rest } = anApproval(1, { command: 'npm test' });
    const replaced: Approval = { ...rest, status: 'expired', decidedAt: dashboard.now, replacedBy: next('').id };
    const entry = { ...approvalEntry(anApproval(1), 2), kind: 'approval' as const, approval: replaced };
    dashboard.tell({ type: 'change', change: aChange(entry, 'approval.edited') });
    expect(dashboard.model.overlays).toEqual([]);
    expect(toasts(dashboard)).toContain('replaced by an edited version, which waits to be read');
    expect(toasts(dashboard)).toContain('npm test mine');
  });

  it('sends nothing empty, nothing unchanged, and no mask', () => {
    const dashboard = editing();
    dashboard.press('enter');
    expect(notice(dashboard)).toContain('nothing is changed');
    dashboard.paste(` --token=${MASK}`);
    dashboard.press('enter');
    expect(notice(dashboard)).toContain('mask');
    dashboard.press('C-u');
    dashboard.press('enter');
    expect(notice(dashboard)).toContain('type a command');
    expect(dashboard.take()).toEqual([]);
  });

  it('is refused where a secret in it is masked', () => {
    for (const dashboard of [opened(`curl -u me:${MASK} x`), opened('ls', { masked: true })]) {
      dashboard.press('e');
      expect(topOverlay(dashboard.model)?.kind).toBe('approval');
      expect(notice(dashboard)).toContain('masked');
    }
  });

  it('goes to the editor of the person by C-x C-e, and nowhere by C-e alone', () => {
    const dashboard = editing();
    dashboard.press('C-e');
    expect(dashboard.take()).toEqual([]);
    dashboard.press('C-x', 'left', 'C-e');
    expect(dashboard.take()).toEqual([]);
    dashboard.press('C-x', 'C-e');
    expect(dashboard.take()).toEqual([{ type: 'edit-outside', approval: anApproval(1).id, text: 'npm test' }]);
    dashboard.type('lost');
    dashboard.tell({ type: 'edited-outside', approval: anApproval(1).id, text: 'npm ci\nnpm test\n' });
    expect(text(dashboard)).toBe('npm ci\nnpm test');
    dashboard.press('C-x', 'C-e');
    dashboard.tell({ type: 'edited-outside', approval: anApproval(1).id });
    expect(text(dashboard)).toBe('npm ci\nnpm test');
  });

  it('stays open when it was refused, with the reason, and goes when somebody else was first', () => {
    const dashboard = editing();
    dashboard.paste('!');
    dashboard.press('enter');
    const refused = { code: 'refused', message: 'rule "never" forbids it' };
    dashboard.tell({ type: 'edit-failed', of: anApproval(1).id, failure: refused });
    expect(notice(dashboard)).toContain('forbids it');
    dashboard.press('enter');
    dashboard.tell({
      type: 'edit-failed',
      of: anApproval(1).id,
      failure: { code: 'conflict', message: 'already rejected on nas' },
    });
    expect(dashboard.model.overlays).toEqual([]);
    expect(toasts(dashboard)).toContain('already rejected on nas');
  });

  it('goes back to the request on Esc, which listens only a moment later', () => {
    const dashboard = editing();
    dashboard.press('escape');
    dashboard.wait(DEAF_MS - 1);
    dashboard.input({ type: 'key', key: 'y', text: 'y' });
    dashboard.wait(ALONE_MS);
    dashboard.tell({ type: 'tick' });
    expect(dashboard.take()).toEqual([]);
    expect(notice(dashboard)).toContain('too soon');
  });
});

describe('an edited request that somebody else made', () => {
  it('is shown with both versions once the one before is known', () => {
    const asked = next('npm test --all');
    const run = aRun(1, { command: 'npm test', status: 'waiting_approval' });
    const dashboard = startDashboard({ snapshot: { approvals: [asked], runs: [run] } });
    dashboard.press('escape', 'a');
    expect(dashboard.take()).toContainEqual({ type: 'load-run', run: run.id });
    expect(rows(dashboard)).toContain('an edited version of an earlier request');
    dashboard.wait(100);
    const before = anApproval(1, { command: 'npm test' });
    dashboard.tell({ type: 'run-loaded', detail: { run, approvals: [before, asked], artifacts: [] } });
    expect(rows(dashboard)).toEqual(expect.arrayContaining(['- npm test', '+ npm test --all']));
    // What came only now has not been read.
    dashboard.wait(DEAF_MS - 100);
    dashboard.press('y');
    dashboard.wait(ALONE_MS);
    dashboard.tell({ type: 'tick' });
    expect(dashboard.take()).toMatchObject([{ type: 'decide' }]);
  });
});
