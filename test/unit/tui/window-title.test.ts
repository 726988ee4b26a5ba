// What the terminal is told while something waits: in its title, and as a notification.
import { describe, expect, it } from 'vitest';
import { windowTitle } from '../../../src/tui/app/window-title.ts';
import { aChange, anApproval, approvalEntry, aRun, type Dashboard, startDashboard } from '../../helpers/tui-model.ts';

const evil = 'rm\x07\x1b]52;c;x\x07\n\u202erf';
const requested = (dashboard: Dashboard, approval: ReturnType<typeof anApproval>): void =>
  dashboard.tell({
    type: 'change',
    change: aChange(approvalEntry(approval, 2), 'approval.requested', aRun(1, { status: 'waiting_approval' })),
  });
const notifications = (dashboard: Dashboard) => dashboard.take().filter(({ type }) => type === 'notify');

describe('the title of the window', () => {
  it('says what waits and who asks, and how many there are', () => {
    const dashboard = startDashboard();
    expect(windowTitle(dashboard.model)).toBe('dispatch');
    requested(dashboard, anApproval(1, { command: 'npm test' }));
    expect(windowTitle(dashboard.model)).toBe('(1) you ask: npm test · dispatch');
    requested(dashboard, anApproval(2, { command: 'later' }));
    expect(windowTitle(dashboard.model)).toBe('(2) you ask: npm test · dispatch');
    dashboard.tell({ type: 'snapshot', snapshot: { ...snapshotOf(dashboard), approvals: [] } });
    expect(windowTitle(dashboard.model)).toBe('dispatch');
  });

  it('is one line of text, and bounded, whatever the request says', () => {
    const dashboard = startDashboard();
    requested(dashboard, anApproval(1, { command: 'x', title: evil + 'y'.repeat(10_000) }));
    const title = windowTitle(dashboard.model);
    expect(title).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(title.length).toBeLessThan(200);
    expect(title.endsWith(' · dispatch')).toBe(true);
  });
});

describe('the notification', () => {
  it('says what is asked and by whom, with nothing in it that a terminal obeys', () => {
    const dashboard = startDashboard();
    requested(dashboard, anApproval(1, { title: evil }));
    const [effect] = notifications(dashboard);
    expect(effect).toMatchObject({ type: 'notify', title: 'Dispatch: you ask' });
    expect(JSON.stringify(effect)).not.toMatch(/\\u00(07|1b)|\u202e|\\n/);
  });

  it('comes for an edited version too, save on the screen of who has edited it', () => {
    const dashboard = startDashboard();
    requested(dashboard, anApproval(1, { command: 'npm test' }));
    dashboard.press('escape', 'a', 'e');
    dashboard.paste(' x');
    dashboard.press('enter');
    dashboard.take();
    requested(dashboard, anApproval(7, { edits: anApproval(1).id }));
    expect(notifications(dashboard)).toEqual([]);
    requested(dashboard, anApproval(8, { edits: anApproval(5).id }));
    expect(notifications(dashboard)).toHaveLength(1);
  });
});

function snapshotOf({ model }: Dashboard) {
  if (model.device === undefined) throw new Error('not connected');
  return {
    device: model.device,
    devices: [...model.devices],
    revoked: [],
    entries: [],
    more: false,
    runs: [],
    routing: { connectors: [] },
    cursor: {},
  };
}
