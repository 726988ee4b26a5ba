// Giving one's keys to a run that has a terminal, and taking them back: programs of the full screen, sizes, interrupts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Dashboard, dashboards, projectOf, runIs } from '../../helpers/dashboard.ts';
import { needs } from '../../helpers/needs.ts';

const stage = dashboards();
/** An editor reads and writes files before it draws: without a swap file (-n), and still as long as a busy disk takes. */
const START_MS = 40_000;

/** With the approved run selected in the Runs pane. */
async function running(task: string, options = {}): Promise<Dashboard> {
  const dashboard = await stage.open(undefined, options);
  dashboard.submit(task);
  await dashboard.approve();
  await dashboard.go(3);
  return dashboard;
}

needs('vi')('attached to vi', () => {
  it('types, detaches, comes back, and quits', async () => {
    const dashboard = await running('!vi -n notes.txt');
    await dashboard.attach();
    await dashboard.waitFor(() => dashboard.line(5) === '~', START_MS);
    dashboard.type('ihello from the dashboard');
    dashboard.press('escape');
    dashboard.type(':set number\r');
    await dashboard.waitFor(() => dashboard.line(1).trim() === '1 hello from the dashboard');
    dashboard.press('C-]');
    await dashboard.waitFor('3 Runs');
    expect(dashboard.pane('Runs')).toMatch(/[▶\u2800-\u28ff] +1 vi -n notes\.txt/);

    await dashboard.attach();
    await dashboard.waitFor(() => dashboard.line(1).trim() === '1 hello from the dashboard');
    dashboard.type(':wq\r');
    await dashboard.waitFor('Enter goes back');
    dashboard.press('enter');
    await dashboard.waitFor('3 Runs');
    expect(dashboard.pane('Runs')).toMatch(/✓ +1 vi -n notes\.txt/);
    expect(readFileSync(join(projectOf(dashboard.home), 'notes.txt'), 'utf8')).toBe('hello from the dashboard\n');
    expect(await runIs(dashboard.home, 1, () => true)).toMatchObject({ status: 'completed', exitCode: 0 });
  }, 90_000);

  it('shows the whole of its screen in the detail, before and after it was attached to', async () => {
    const dashboard = await running('!vi -n notes.txt', { cols: 80, rows: 24 });
    await dashboard.attach();
    dashboard.type('ione\rtwo');
    dashboard.press('escape');
    dashboard.type(':set number\r');
    await dashboard.waitFor(() => dashboard.line(2).trim() === '2 two');
    dashboard.press('C-]');
    await dashboard.waitFor('3 Runs');
    dashboard.press('enter');
    await dashboard.waitFor(() => {
      const rows = dashboard.screen().split('\n');
      const at = rows.findIndex((row) => /^│ +1 one +│$/.test(row));
      // Where it was drawn in another size, its rows would be somewhere else, or doubled.
      return (
        at > 0 && /^│ +2 two +│$/.test(rows[at + 1] ?? '') && rows.slice(at + 2, -3).every((row) => /^│~ +│$/.test(row))
      );
    });
  });
});

needs('less', 'stty')('attached to less', () => {
  it('goes along when the terminal is made smaller and larger', async () => {
    const dashboard = await running('!seq 1 500 | less; stty size');
    await dashboard.attach();
    await dashboard.waitFor(() => dashboard.line(38) === '38' && dashboard.line(39) === ':');
    dashboard.resize(50, 14);
    await dashboard.waitFor(() => dashboard.line(12) === '12' && dashboard.line(13) === ':');
    dashboard.resize(100, 30);
    await dashboard.waitFor(() => dashboard.line(28) === '28' && dashboard.line(29) === ':');
    dashboard.press('G');
    await dashboard.waitFor('(END)');
    dashboard.press('q');
    await dashboard.waitFor('29 100');
    await dashboard.waitFor('Enter goes back');
  });
});

describe('attached to a shell', () => {
  it('has the size of the screen, and its own again after detaching', async () => {
    const dashboard = await running('!bash --norc --noprofile', { cols: 90, rows: 25, env: { PS1: undefined } });
    await dashboard.attach();
    // Keys and a new size come by different ways: whichever is first. To have it draw anew, a program is told one row less before.
    dashboard.type('until stty size | grep -x "24 90"; do sleep 0.05; done\r');
    await dashboard.waitFor(/^24 90$/m);
    dashboard.resize(70, 20);
    dashboard.type('until stty size | grep -x "19 70"; do sleep 0.05; done\r');
    await dashboard.waitFor(/^19 70$/m);
    dashboard.type('trap "echo it is $(stty size)" WINCH; clear; printf "rea%s\\n" dy\r');
    await dashboard.waitFor(/^ready$/m);
    dashboard.press('C-]');
    await dashboard.waitGone('detaches');
    await dashboard.attach();
    dashboard.type('exit\r');
    await dashboard.waitFor('Enter goes back');
  });

  it.each([
    [40, 12],
    [30, 8],
  ])('says how to leave at %i×%i, and goes on when it is left', async (cols, rows) => {
    const dashboard = await running('!bash --norc --noprofile');
    dashboard.press('enter');
    await dashboard.waitFor('─ Timing');
    dashboard.resize(cols, rows);
    await dashboard.waitFor(/─Out /);
    dashboard.press('S');
    await dashboard.waitFor('SIGINT');
    dashboard.press('escape');
    await dashboard.waitGone('SIGINT');
    dashboard.press('i');
    await dashboard.waitFor('C-] detaches');
    dashboard.press('C-]');
    await dashboard.waitGone('detaches');
    expect(await runIs(dashboard.home, 1, () => true)).toMatchObject({ status: 'running' });
    dashboard.press('i');
    await dashboard.waitFor('C-] detaches');
    dashboard.type('exit\r');
    await dashboard.waitFor('goes back');
  });

  it('gets C-c and C-z itself', async () => {
    const dashboard = await running('!bash --norc --noprofile -i');
    await dashboard.attach();
    const echoes = (word: string): Promise<boolean> =>
      dashboard.waitFor(() => dashboard.screen().match(new RegExp(`^${word}$`, 'gm'))?.length === 2);
    dashboard.type('clear; echo go; cat\r');
    await dashboard.waitFor(/^go$/m);
    dashboard.type('one\r');
    await echoes('one');
    dashboard.press('C-c');
    await dashboard.waitFor(/\^C\n.*[#$]$/m);
    dashboard.type('echo status=$?\r');
    await dashboard.waitFor(/^status=130$/m);
    dashboard.type('clear; echo go again; cat\r');
    await dashboard.waitFor(/^go again$/m);
    dashboard.type('two\r');
    await echoes('two');
    dashboard.press('C-z');
    await dashboard.waitFor('Stopped');
    // A shell does not leave while it knows of stopped jobs: forgetting the job is what exits at once, whenever it dies.
    dashboard.type('kill -9 %1; disown -a; exit\r');
    await dashboard.waitFor('Enter goes back');
  });

  it('gets a paste whole, and runs nothing of it before Enter where the program brackets pastes', async () => {
    const dashboard = await running('!bash --norc --noprofile -i');
    await dashboard.attach();
    dashboard.type('echo begun-$((40+2))\r');
    await dashboard.waitFor(/^begun-42$/m);
    dashboard.paste('echo pasted-$((1+1))');
    await dashboard.waitFor('echo pasted-$((1+1))');
    dashboard.press('enter');
    await dashboard.waitFor(/^pasted-2$/m);
    dashboard.press('C-d');
    await dashboard.waitFor('Enter goes back');
  });
});
