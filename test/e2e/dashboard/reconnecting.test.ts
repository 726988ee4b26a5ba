// The peer goes away while the dashboard is open: it says so, keeps what it has, and is up to date again afterwards.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connected, dashboards } from '../../helpers/dashboard.ts';

const stage = dashboards();

describe('when the peer is killed', () => {
  it('says so, and shows what became of the runs once a peer is there again', async () => {
    const home = stage.home();
    const dashboard = await stage.open(home);
    dashboard.submit('!echo begun; sleep 600');
    await dashboard.approve();
    await dashboard.printed('begun');
    await home.killPeer();
    await dashboard.waitFor('connection lost');
    expect(dashboard.pane('Thread')).toContain('begun');

    await home.startPeer();
    await dashboard.waitFor('connected again');
    await dashboard.waitGone('connection lost');
    await dashboard.waitFor(() => /✗ +1 echo begun; sleep 600 +interrupted/.test(dashboard.pane('Thread')));
    dashboard.submit('!echo and on we go');
    await dashboard.waitFor(/✓ +2 echo and on we go/);
  });

  it('lets tasks wait, and sends them in their order once a peer was started by R', async () => {
    const home = stage.home();
    const dashboard = await stage.open(home);
    await home.killPeer();
    await dashboard.waitFor('connection lost');
    dashboard.submit('!echo later');
    await dashboard.waitFor('1 waiting to be sent');
    dashboard.submit('!echo last of all');
    await dashboard.waitFor('2 waiting to be sent');
    dashboard.press('M-w');
    await dashboard.waitFor('Waits to be sent');
    expect(dashboard.row('!echo later')).toContain('waits for the peer');
    dashboard.press('escape');
    await dashboard.waitGone('Waits to be sent');
    dashboard.press('escape');
    await dashboard.waitFor('R start the peer');
    dashboard.press('R');
    await dashboard.waitFor('sent what waited');
    await dashboard.waitFor(/✓ +1 echo later/);
    await dashboard.waitFor(/✓ +2 echo last of all/);
    await dashboard.waitGone('waiting to be sent');
  });

  it('keeps a task that waits when the dashboard goes too, and sends it only when that is said', async () => {
    const home = stage.home();
    const first = await stage.open(home);
    await home.killPeer();
    await first.waitFor('connection lost');
    first.submit('!echo from before');
    await first.waitFor('1 waiting to be sent');
    await first.leave();

    await home.startPeer();
    const second = await stage.open(home);
    await second.waitFor('1 not sent');
    second.submit('!echo new');
    await second.waitFor(/✓ +1 echo new/);
    second.press('M-w');
    await second.waitFor('not sent: Enter sends it');
    second.press('enter');
    await second.waitFor(/✓ +2 echo from before/);
    await second.waitGone('1 not sent');
  });

  it('does not answer what cannot be answered, and can answer it afterwards', async () => {
    const home = stage.home();
    const dashboard = await stage.open(home);
    dashboard.submit('!touch made');
    await dashboard.readApproval();
    await home.killPeer();
    await dashboard.waitFor('connection lost');
    dashboard.press('y');
    await dashboard.waitFor('not connected: nothing was answered');
    await home.startPeer();
    await dashboard.waitGone('connection lost');
    expect(dashboard.screen()).toContain('Approve on');
    dashboard.press('n');
    await dashboard.waitFor(/⊘ +1 touch made/);
  });

  it('tells of an attached run that it is out of reach, and lets go of it', async () => {
    const home = stage.home();
    const dashboard = await stage.open(home);
    dashboard.submit('!touch made; cat');
    await dashboard.approve();
    await dashboard.go(3);
    await dashboard.attach();
    await home.killPeer();
    await dashboard.waitFor(/goes back/);
    dashboard.press('C-]');
    await dashboard.waitFor('3 Runs');
    await home.startPeer();
    await dashboard.waitFor('interrupted');
  });

  it('says for as long as it lasts why no peer can be started', async () => {
    const home = stage.home();
    mkdirSync(dirname(home.paths.thread), { recursive: true });
    writeFileSync(home.paths.thread, 'not a folder');
    const dashboard = await stage.open(home, { connects: false, cols: 200 });
    // Some attempts later.
    await dashboard.waitFor(/0:0[3-9] ago/);
    expect(dashboard.line(1)).toContain(home.paths.thread);
    rmSync(home.paths.thread);
    dashboard.press('escape');
    await dashboard.waitFor('R start the peer');
    dashboard.press('R');
    await connected(dashboard);
  });
});

describe('two dashboards on one home', () => {
  it('show the same, and an approval that is answered in one is gone in the other', async () => {
    const home = stage.home();
    const [one, two] = [await stage.open(home), await stage.open(home, { cols: 90, rows: 26 })];
    one.submit('!touch made');
    await two.waitFor(/⚠ +1 touch made/);
    await Promise.all([one.readApproval(), two.readApproval()]);
    two.press('y');
    await one.waitFor('already approved');
    await one.waitGone('Approve on');
    await Promise.all([one, two].map((each) => each.waitFor(/✓ +1 touch made/)));
    two.submit('/say hello from the other one');
    await one.waitFor('hello from the other one');
  });
});
