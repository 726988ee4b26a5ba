// Tasks on other devices, as a person at a dashboard sees them: real peers, paired, one of which goes and comes back.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Dashboard, dashboards, projectOf } from '../../helpers/dashboard.ts';
import { type PeerHome, pairHomes, peerStage } from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';

const peers = peerStage();
const stage = dashboards();
const PRESENT_MS = 40_000;
const THERE = /● far +(<1|\d+) ms/;

async function opened(home: PeerHome, options = {}): Promise<Dashboard> {
  mkdirSync(projectOf(home), { recursive: true });
  return stage.open(home, options);
}

/** `near` may do these things at `far`, and its dashboard is open. */
async function paired(...allow: ('run' | 'approve' | 'observe')[]): Promise<{ near: Dashboard; far: PeerHome }> {
  const [home, far] = (await peers.peers('near', 'far')) as [PeerHome, PeerHome];
  await pairHomes(far, home, { allow });
  const near = await opened(home);
  await near.waitFor(THERE, PRESENT_MS);
  return { near, far };
}

const away = async (near: Dashboard): Promise<void> => {
  await near.waitFor(/○ far +offline since/, PRESENT_MS);
};

test('a task runs on another device, is approved here, and its output streams', async () => {
  const { near, far } = await paired('run', 'approve');
  near.type('!echo begun; cat; touch made @far');
  await near.waitFor(/→ desktop-local · far · /);
  near.press('enter');
  await near.readApproval();
  expect(near.screen()).toContain('Approve on far: ');
  expect(near.screen()).toContain('you ask to run this on far');
  near.press('y');
  await near.waitGone('Approve on');
  await near.printed('begun', 30_000);
  await near.go(3);
  expect(near.pane('Runs')).toMatch(/[▶\u2800-\u28ff] +1 echo begun.* far/);
  await near.attach();
  near.type('typed from here\r');
  await near.waitFor(() => near.screen().match(/typed from here/g)?.length === 2);
  near.press('C-d');
  await near.waitFor('Enter goes back', 30_000);
  near.press('enter');
  await near.waitFor(/✓ +1 echo begun/);
  // It ran there: its folder is one of that device.
  expect(existsSync(join(projectOf(near.home), 'made'))).toBe(false);
  await until('the run in the thread of the other device', async () => {
    const runs = (await far.json(['ps', '--all', '--json'])) as { status: string }[];
    return runs.some(({ status }) => status === 'completed');
  });
}, 120_000);

test('without the grant to answer, an approval of another device says where to answer it', async () => {
  const { near } = await paired('run');
  near.submit('!touch made @far');
  await near.waitFor(/⚠ [1-9]/, 30_000);
  near.press('M-a');
  await near.waitFor('far does not let this device answer');
  await near.pressAlone('y');
  await near.pressAlone('n');
  expect(near.screen()).toContain('far does not let this device answer');
  near.press('escape');
  await near.waitGone('Approve on');
  expect((await near.home.json(['approvals', '--json'])) as unknown[]).toHaveLength(1);
}, 120_000);

test('a device that is off keeps its task queued, says why, and begins it on its return', async () => {
  const { near, far } = await paired('run', 'approve');
  await far.killPeer();
  await away(near);
  expect(near.screen()).toMatch(/● 1\/2 devices/);
  near.type('!?echo later @far');
  await near.waitFor(/far offline · .*waits for it, which then decides/);
  near.press('enter');
  await near.waitFor(/waits for far: offline since \d\d:\d\d/);
  await near.go(3);
  expect(near.pane('Runs')).toMatch(/… +1 echo later +far +offline/);
  await far.begin();
  await near.waitFor(/far is online/, PRESENT_MS);
  await near.waitFor(/✓ +1 echo later/, PRESENT_MS);
}, 180_000);

test('a run whose device is lost says so in its page, and goes on with its output when the device is back', async () => {
  const { near, far } = await paired('run', 'approve');
  const go = join(far.work, 'go');
  near.submit(`!echo first; until [ -e ${go} ]; do sleep 0.1; done; echo second; read line; echo got $line @far`);
  await near.approve();
  await near.printed('first', 30_000);
  await near.go(3);
  near.press('enter');
  await near.waitFor(' live ');
  const { pid } = await (await far.ask()).peer;
  process.kill(pid, 'SIGSTOP');
  try {
    await near.waitFor(/link to far lost since \d\d:\d\d/, PRESENT_MS);
    expect(near.screen()).toContain('first');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await near.waitGone('link to far lost', PRESENT_MS);
  writeFileSync(go, '');
  await near.waitFor(/^│second/m, PRESENT_MS);
  await near.attach();
  near.type('it back\r');
  await near.waitFor('got it back', PRESENT_MS);
}, 180_000);

test('an attached terminal stays on the screen while its device is away, and takes keys when it is back', async () => {
  const { near, far } = await paired('run', 'approve');
  near.submit('!while read line; do echo got $line; done @far');
  await near.approve();
  await near.go(3);
  await near.attach();
  near.type('one\r');
  await near.waitFor('got one', 30_000);
  const { pid } = await (await far.ask()).peer;
  process.kill(pid, 'SIGSTOP');
  try {
    await near.waitFor('connection to far lost', PRESENT_MS);
    expect(near.line(0)).toContain('C-] detaches');
    expect(near.screen()).toContain('got one');
    near.type('into the void\r');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await near.waitGone('connection to far lost', PRESENT_MS);
  // Its input is open again a moment later; a line that is typed before is not taken.
  await until('an answer', async () => {
    near.type('two\r');
    return near.waitFor('got two', 1_000).catch(() => false);
  });
  expect(near.screen()).toContain('got one');
  expect(near.screen()).not.toContain('void');
  near.press('C-]');
  await near.waitFor('3 Runs');
  expect(near.pane('Runs')).toMatch(/[▶\u2800-\u28ff] +1 while read line/);
}, 180_000);

test('one task on all devices is one entry, which opens as a list', async () => {
  const { near } = await paired('run', 'approve');
  near.type('!?true @all');
  await near.waitFor(/→ desktop-local · near · far · /);
  near.press('enter');
  await near.waitFor(/true +2 devices: /, 30_000);
  await near.waitFor(/true +2 devices: 2 done/, 30_000);
  expect(near.pane('Thread').match(/ true /g)).toHaveLength(1);
  await near.go(1);
  near.press('G', 'enter');
  await near.waitFor(/┌ true .* 2 of 2 done ┐/);
  near.press('j', 'enter');
  await near.waitFor(/┌ Run \d+ /);
}, 120_000);

test('two dashboards show one thread, with who said it', async () => {
  const [home, far] = (await peers.peers('near', 'far')) as [PeerHome, PeerHome];
  await pairHomes(far, home, { allow: ['run', 'observe'], mutual: ['observe'] });
  const [near, there] = (await Promise.all([opened(home), opened(far)])) as [Dashboard, Dashboard];
  await near.waitFor(THERE, PRESENT_MS);
  there.submit('/say the disks are full');
  await near.waitFor(/far \d\d:\d\d +the disks are full/, 30_000);
  near.submit('/say on my way');
  await there.waitFor(/near \d\d:\d\d +on my way/, 30_000);
  expect(there.row('the disks are full')).toMatch(/you \d\d:\d\d/);
  there.submit('= 6 * 7');
  await near.waitFor(/✓ +\d+ far: = 6 \* 7/, 30_000);
}, 120_000);

test('a device is renamed, and revoked by its whole name; the other side is told that it is out, and history keeps the name', async () => {
  const { near, far } = await paired('run');
  const there = await opened(far);
  near.type('!?echo kept @far');
  await near.waitFor(/→ desktop-local · far · /);
  near.press('enter');
  await near.waitFor(/✓ +1 echo kept/, 30_000);
  await near.go(4);
  near.press('j', 'enter');
  await near.waitFor('You there');
  expect(near.screen()).toContain('far lets you run tasks and follow them');
  near.press('r');
  await near.waitFor('A name for far');
  near.press('C-u');
  near.type('attic');
  await near.pressAlone('enter');
  await near.waitFor('┌ attic ');
  near.press('x');
  await near.waitFor('Revoke attic?');
  near.type('atti');
  await near.pressAlone('enter');
  await near.waitFor('type its whole name');
  near.type('c');
  await near.pressAlone('enter');
  await near.waitFor('revoked attic', 30_000);
  await near.waitFor(/● 1 device /);
  await near.waitFor(/✓ +1 echo kept +\(attic\) +\d/);
  expect((await near.home.cli(['show', '1'])).out).toMatch(/^device +attic \(revoked\)$/m);
  await there.waitFor('has revoked it', PRESENT_MS);
  await there.waitFor(/○ near +denies us since/);
  await near.leave();
  const again = await opened(near.home as PeerHome);
  await again.waitFor(/✓ +1 echo kept +\(attic\) +\d/);
  await again.go(1);
  again.press('/');
  await again.waitFor('Search the thread');
  again.type('@attic');
  await again.waitFor(/1 found[\s\S]*echo kept/);
}, 120_000);
