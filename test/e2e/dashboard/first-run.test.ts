// What a newcomer does on the first day: type a task, approve it, look at what it made, lose everything, and come back.
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { dashboards, projectOf, runIs } from '../../helpers/dashboard.ts';
import { needs } from '../../helpers/needs.ts';
import { gone } from '../../helpers/processes.ts';

const stage = dashboards();

const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], { cwd, stdio: 'ignore' });

needs('git', 'bash')('the first day', () => {
  it('types a task, approves it, opens what it made, loses peer and dashboard, and finds it all again', async () => {
    const home = stage.home();
    git(projectOf(home), 'init', '-q');
    git(projectOf(home), 'commit', '-q', '--allow-empty', '-m', 'Begin at the beginning');

    const first = await stage.open(home);
    first.submit('!git log --oneline | head -5 > $DISPATCH_ARTIFACTS/log.txt; ls -a');
    await first.waitFor('waiting for you');
    await first.readApproval();
    expect(first.screen()).toContain('git log --oneline | head -5 > $DISPATCH_ARTIFACTS/log.txt; ls -a');
    first.press('y');
    await first.waitFor(() => /✓ +1 git log --oneline[\s\S]*\.git[\s\S]*◆ log\.txt/.test(first.pane('Thread')));

    await first.go(1);
    first.press('G', 'v');
    await first.waitFor('Begin at the beginning');
    first.press('q');
    await first.waitFor('1 Thread');

    first.press('t');
    first.submit('!sleep 600; echo never');
    await first.approve();
    await first.waitFor('▶ 1 running');
    const peer = await home.peerPid();
    process.kill(peer, 'SIGKILL');
    await gone(peer);
    first.kill('SIGKILL');
    await first.exited();

    const second = await stage.open(home);
    await second.waitFor('interrupted');
    expect(second.pane('Thread')).toMatch(/✓ +1 git log --oneline[\s\S]*◆ log\.txt[\s\S]*✗ +2 sleep 600; echo never/);
    expect(await runIs(home, 2, ({ status }) => status !== 'running')).toMatchObject({
      status: 'failed',
      reason: 'interrupted',
    });
    await second.go(3);
    second.press('j', 'enter');
    await second.waitFor('Artifacts 2');
    second.press('4');
    await second.waitFor('◆ log.txt');
    second.press('v');
    await second.waitFor('Begin at the beginning');
    await second.leave();
  });
});
