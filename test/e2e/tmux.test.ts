// The dashboard inside a real tmux, where many people will have it: drawn, answered, suspended, split, left and found again.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { CliHome } from '../helpers/cli.ts';
import { COMMAND, dashboards, projectOf } from '../helpers/dashboard.ts';
import { needs } from '../helpers/needs.ts';
import { startTerminal, type TerminalDriver } from '../helpers/terminal-driver.ts';

const stage = dashboards();
const servers: (() => void)[] = [];
const clients: TerminalDriver[] = [];
afterEach(async () => {
  for (const end of servers.splice(0)) end();
  await Promise.all(clients.splice(0).map((client) => client.dispose()));
});

const CONFIG = ['set -g default-terminal tmux-256color', 'set -g status off', 'set -g escape-time 10', ''].join('\n');

interface Tmux {
  readonly home: CliHome;
  tmux(...args: string[]): string;
  attach(): TerminalDriver;
}

/** A server of its own with one bash in it, whose prompt is `prompt>`. */
function startTmux(): Tmux {
  const home = stage.home();
  const socket = join(home.path, 'tmux');
  const config = join(home.path, 'tmux.conf');
  writeFileSync(config, CONFIG);
  const { TMUX: _, ...around } = home.env;
  const env = { ...around, HISTFILE: '/dev/null', LANG: 'C.UTF-8' };
  const tmux = (...args: string[]): string =>
    execFileSync('tmux', ['-u', '-S', socket, '-f', config, ...args], { env, cwd: projectOf(home), encoding: 'utf8' });
  // The shell that tmux starts things with would take the prompt away.
  const bash = ['env', 'PS1=prompt> ', 'bash', '--norc', '--noprofile', '-i'];
  tmux('new-session', '-d', '-x', '110', '-y', '32', ...bash);
  servers.push(() => tmux('kill-server'));
  return {
    home,
    tmux,
    attach() {
      const args = ['-u', '-S', socket, 'attach'];
      const client = startTerminal({ command: 'tmux', args, cols: 110, rows: 32, env: { TMUX: undefined } });
      clients.push(client);
      return client;
    },
  };
}

async function open(client: TerminalDriver): Promise<void> {
  await client.waitFor('prompt>');
  client.type(`${COMMAND}\r`);
  await client.waitFor('● 1 device', 25_000);
}

needs('tmux', 'bash')('inside tmux', () => {
  it('draws, runs, asks and is left, and the shell is as before', async () => {
    const { tmux, attach } = startTmux();
    const client = attach();
    await open(client);
    expect(tmux('display', '-p', '#{pane_current_command} #{alternate_on}')).toMatch(/ 1$/m);
    expect(client.line(1)).toMatch(/^┌ 1 Thread ─+┐┌ 2 Approvals ─+┐$/);
    client.type('!echo 漢字 | tee made\r');
    await client.waitFor(/⚠ 1 waiting/);
    client.press('M-a');
    await client.waitFor(() => client.line(31).includes('y approve once'));
    client.press('y');
    await client.waitFor(/✓ +1 echo 漢字/);
    await client.waitFor(/^│ +漢字 +│/m);
    client.press('C-c', 'C-c');
    await client.waitFor(/prompt>$/m);
    client.type('echo status=$?\r');
    await client.waitFor('status=0');
    expect(tmux('display', '-p', '#{alternate_on} #{mouse_any_flag} #{cursor_flag}')).toBe('0 0 1\n');
  });

  it('leaves nothing of itself behind where the window has grown meanwhile', async () => {
    const { attach } = startTmux();
    const client = attach();
    client.resize(70, 14);
    await open(client);
    client.resize(110, 32);
    await client.waitFor(/1 Thread ─+┐┌ 2 Approvals/);
    client.press('C-c', 'C-c');
    await client.waitFor(/prompt>$/m);
    expect(client.screen()).not.toMatch(/[│┌└]/);
  });

  it('is suspended by C-z and brought back by fg', async () => {
    const { attach } = startTmux();
    const client = attach();
    await open(client);
    client.type('half a thought');
    await client.waitFor('› half a thought');
    client.press('C-z');
    await client.waitFor(/Stopped[\s\S]*prompt>/);
    client.type('fg\r');
    await client.waitFor('› half a thought');
    client.type(', and the rest');
    await client.waitFor('› half a thought, and the rest');
  });

  it('goes along when its pane is split and zoomed, and is found again after the client was away', async () => {
    const { tmux, attach } = startTmux();
    const first = attach();
    await open(first);
    tmux('split-window', '-h', '-d', 'cat');
    await first.waitFor(() => /^┌ 1 Thread ─+┐│/m.test(first.line(1)));
    tmux('kill-pane', '-t', '1');
    await first.waitFor(/1 Thread ─+┐┌ 2 Approvals/);
    tmux('detach-client');
    await first.exited();
    const second = attach();
    await second.waitFor(/1 Thread ─+┐┌ 2 Approvals/);
    second.type('= 6 * 7\r');
    await second.waitFor(/^│ +42 +│/m);
  });
});
