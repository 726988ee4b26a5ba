import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { startTerminal, type TerminalDriver, type TerminalOptions } from '../helpers/terminal-driver.ts';
import { expectCooked, expectRestored } from '../helpers/terminal-restored.ts';

const program = fileURLToPath(new URL('../fixtures/terminal-screen-program.ts', import.meta.url));
const open: TerminalDriver[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((terminal) => terminal.dispose()));
});

function start(options: Partial<TerminalOptions> = {}): TerminalDriver {
  const terminal = startTerminal({ command: process.execPath, args: [program], cols: 80, rows: 20, ...options });
  open.push(terminal);
  return terminal;
}

/** Under a shell that tells the exit status and the modes of the terminal afterwards. */
const underShell = () =>
  start({
    rows: 40,
    command: 'bash',
    args: ['-c', '"$0" "$1"; echo "status=$?"; stty -a; echo end', process.execPath, program],
  });

const pidOf = (terminal: TerminalDriver) => Number(/pid=(\d+)/.exec(terminal.screen())?.[1]);
const count = (terminal: TerminalDriver, text: string) => terminal.output().toString().split(text).length - 1;

describe('the screen in a real terminal', () => {
  it('turns its modes on and draws', async () => {
    const terminal = start();
    await terminal.waitFor('ready 80x20');
    expect(terminal.modes()).toMatchObject({
      alternate: true,
      mouse: 'drag',
      bracketedPaste: true,
      focusReports: true,
      autowrap: false,
      synchronized: false,
    });
    await terminal.waitFor(() => terminal.modes().cursorVisible);
    expect(terminal.cursor()).toEqual({ x: 2, y: 18 });
    expect(terminal.line(0)).toMatch(/^┌ pid=\d+ +─+┐$/);
    expect(terminal.line(19)).toBe(`└${'─'.repeat(78)}┘`);
    expect(terminal.cell(2, 1)).toMatchObject({ char: 'r', fg: 78 });
  });

  it('delivers keys, pastes, mouse and focus, each as what it is', async () => {
    const terminal = start();
    await terminal.waitFor('ready');
    terminal.press('a', 'ä', '漢', 'C-c', 'M-d', 'S-tab', 'up', 'C-left', 'f5', 'enter', 'backspace', 'pagedown');
    await terminal.waitFor('key pagedown');
    expect(terminal.screen()).toMatch(
      new RegExp(
        ['a "a"', 'ä "ä"', '漢 "漢"', 'C-c', 'M-d', 'S-tab', 'up', 'C-left', 'f5', 'enter', 'backspace', 'pagedown']
          .map((key) => `│ key ${key} `)
          .join('[\\s\\S]*'),
      ),
    );
    terminal.paste('q\ny\x1b[A');
    await terminal.waitFor('paste "q\\ny');
    terminal.mouse('wheelup', 5, 6, { ctrl: true });
    await terminal.waitFor('mouse wheelup none 5,6 ctrl');
    terminal.click(10, 3);
    await terminal.waitFor('mouse up left 10,3');
    terminal.focus(false);
    await terminal.waitFor('focus false');
    terminal.press('escape');
    await terminal.waitFor('key escape');
  });

  it('does not let a paste press a key', async () => {
    const terminal = start();
    await terminal.waitFor('ready');
    terminal.paste('x');
    await terminal.waitFor('paste "x"');
    terminal.press('a');
    await terminal.waitFor('key a');
  });

  it('keeps columns true beside wide and joined characters, and when they go again', async () => {
    const terminal = start();
    await terminal.waitFor('abcdefghijklmnopqrstuvwxyz|');
    terminal.press('w');
    await terminal.waitFor('漢字');
    await terminal.waitFor(() => terminal.cell(79, 2).char === '│');
    const bar = terminal.find('|');
    expect(terminal.line(2)).toMatch(/^│ 漢字 🚀 👨‍👩‍👧‍👦 ❤️ 🇩🇪 e\u0301\| +│$/u);
    expect(bar).toEqual({ x: 2 + 4 + 1 + 2 + 1 + 2 + 1 + 2 + 1 + 2 + 1 + 1, y: 2 });
    terminal.press('w');
    await terminal.waitFor('│ abcdefghijklmnopqrstuvwxyz|');
    expect(terminal.line(2)).toMatch(/^│ abcdefghijklmnopqrstuvwxyz\| +│$/);
  });

  it('writes nothing for a frame that is the same, and little for a small change', async () => {
    const terminal = start();
    await terminal.waitFor('ready');
    await terminal.waitFor(() => terminal.modes().cursorVisible);
    const before = terminal.output().length;
    terminal.press('b');
    await terminal.waitFor(() => terminal.bells() === 1);
    expect(terminal.output().subarray(before).toString()).toBe('\x07');
    terminal.press('k');
    await terminal.waitFor('key k');
    expect(terminal.output().length - before).toBeLessThan(80);
    expect(
      terminal
        .output()
        .subarray(before + 1)
        .toString(),
    ).toMatch(/^\x1b\[\?2026h[\s\S]*key[\s\S]*\x1b\[\?2026l$/);
  });

  it('follows the size of the terminal', async () => {
    const terminal = start();
    await terminal.waitFor('ready 80x20');
    terminal.resize(41, 12);
    await terminal.waitFor('ready 41x12');
    expect(terminal.line(11)).toBe(`└${'─'.repeat(39)}┘`);
    terminal.resize(120, 40);
    await terminal.waitFor('ready 120x40');
    await terminal.waitFor(() => terminal.line(39) === `└${'─'.repeat(118)}┘`);
  });

  it('turns the mouse off and on', async () => {
    const terminal = start();
    await terminal.waitFor('mouse=true');
    terminal.press('m');
    await terminal.waitFor('mouse=false');
    expect(terminal.modes().mouse).toBe('none');
    terminal.press('m');
    await terminal.waitFor('mouse=true');
    expect(terminal.modes().mouse).toBe('drag');
  });

  it('sets title, clipboard and notifications without letting text break out', async () => {
    const terminal = start();
    await terminal.waitFor('ready');
    terminal.press('T', 'n', 'y', 'k');
    await terminal.waitFor('key k');
    expect(terminal.title()).toBe('a title ]52;c;eA== ');
    expect(count(terminal, '\x1b]777;notify;waiting;approve? [2J\x07')).toBe(1);
    expect(count(terminal, '\x1b]9;')).toBe(0); // one notification, in the words that this terminal knows
    expect(count(terminal, `\x1b]52;c;${Buffer.from('copied text').toString('base64')}\x07`)).toBe(1);
    expect(count(terminal, '\x1b]52;c;eA==')).toBe(0);
    const other = start({ env: { TERM_PROGRAM: 'WezTerm' } });
    await other.waitFor('ready');
    other.press('n', 'k');
    await other.waitFor('key k');
    expect(count(other, '\x1b]9;waiting: approve? [2J\x07')).toBe(1);
    expect(count(other, '\x1b]777;')).toBe(0);
  });

  it('draws without colours for NO_COLOR, and in sixteen for a plain xterm', async () => {
    const mono = start({ env: { NO_COLOR: '1' } });
    await mono.waitFor('ready');
    expect(mono.output().toString()).not.toMatch(/\x1b\[[\d;]*(3|4|9|10)\d(;[\d;]*)?m/);
    const sixteen = start({ env: { COLORTERM: undefined, TERM: 'xterm' } });
    await sixteen.waitFor('ready');
    expect(sixteen.output().toString()).not.toMatch(/[34]8;5/);
    expect(sixteen.cell(2, 1).fg).toBe(2);
  });

  it.each(['xterm-256color', 'tmux-256color', 'screen-256color', 'xterm-kitty', 'linux', 'no-such-terminal'])(
    'draws the same for TERM=%s',
    async (TERM) => {
      const terminal = start({ env: { TERM } });
      await terminal.waitFor('ready 80x20');
      expect(terminal.line(19)).toBe(`└${'─'.repeat(78)}┘`);
    },
  );
});

describe('the terminal afterwards', () => {
  it('is as before after closing, and the program ends by itself', async () => {
    const terminal = underShell();
    await terminal.waitFor('ready');
    terminal.press('q');
    await terminal.waitFor('end');
    expect(terminal.screen()).toContain('status=0');
    expectRestored(terminal);
    expectCooked(terminal);
  });

  it('is as before after process.exit', async () => {
    const terminal = underShell();
    await terminal.waitFor('ready');
    terminal.press('x');
    await terminal.waitFor('end');
    expect(terminal.screen()).toContain('status=7');
    expectRestored(terminal);
    expectCooked(terminal);
  });

  it.each([
    ['t', 'thrown on purpose'],
    ['r', 'rejected on purpose'],
  ])('is as before after an error nobody catches (%s), which is readable', async (key, message) => {
    const terminal = underShell();
    await terminal.waitFor('ready');
    terminal.press(key);
    await terminal.waitFor('end');
    expect(terminal.screen()).toContain(message);
    expect(terminal.screen()).toContain('status=1');
    expectRestored(terminal);
    expectCooked(terminal);
  });

  it.each([
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGQUIT', 131],
    ['SIGABRT', 134],
    ['SIGTERM', 143],
  ] as const)('is as before after %s, and the status is %i', async (signal, status) => {
    const terminal = underShell();
    await terminal.waitFor('ready');
    process.kill(pidOf(terminal), signal);
    await terminal.waitFor('end');
    expect(terminal.screen()).toContain(`status=${status}`);
    expectRestored(terminal);
    expectCooked(terminal);
  });

  it('exits of its own will on a signal', async () => {
    const terminal = start();
    await terminal.waitFor('ready');
    terminal.kill('SIGTERM');
    expect(await terminal.exited()).toEqual({ code: 143, signal: 0 });
    expectRestored(terminal);
  });
});

describe('stepping aside', () => {
  const shell = () =>
    start({ command: 'bash', args: ['--norc', '--noprofile', '-i'], env: { PS1: 'prompt> ', HISTFILE: '/dev/null' } });

  async function startInShell(): Promise<TerminalDriver> {
    const terminal = shell();
    await terminal.waitFor('prompt>');
    terminal.type(`'${process.execPath}' '${program}'\r`);
    await terminal.waitFor('ready 80x20');
    return terminal;
  }

  it('stops at C-z with the terminal restored, and draws anew at fg, in the new size', async () => {
    const terminal = await startInShell();
    terminal.press('k');
    await terminal.waitFor('key k');
    terminal.press('C-z');
    await terminal.waitFor('Stopped');
    await terminal.waitFor(/Stopped[\s\S]*prompt>$/m);
    expectRestored(terminal, { bracketedPaste: terminal.modes().bracketedPaste });
    terminal.resize(70, 18);
    terminal.type('echo still-$((40+2)); fg\r');
    await terminal.waitFor('ready 70x18');
    await terminal.waitFor('key k');
    expect(terminal.modes()).toMatchObject({ alternate: true, mouse: 'drag', bracketedPaste: true });
    terminal.press('j');
    await terminal.waitFor('key j');
    terminal.press('q');
    await terminal.waitFor('still-42');
    terminal.type('echo status=$?\r');
    await terminal.waitFor('status=0');
  });

  it('stops at SIGTSTP from elsewhere too, again and again', async () => {
    const terminal = await startInShell();
    const pid = pidOf(terminal);
    for (let round = 1; round <= 2; round += 1) {
      process.kill(pid, 'SIGTSTP');
      await terminal.waitFor('Stopped');
      expect(terminal.modes().alternate).toBe(false);
      terminal.type('clear; fg\r');
      await terminal.waitFor('ready');
      expect(terminal.modes().alternate).toBe(true);
    }
    process.kill(pid, 'SIGTERM');
    await terminal.waitGone('ready');
    expect(terminal.modes()).toMatchObject({ alternate: false, cursorVisible: true, mouse: 'none' });
  });

  it('comes back by itself where nobody could continue it', async () => {
    const terminal = start();
    await terminal.waitFor('ready');
    terminal.press('C-z');
    await terminal.waitFor(() => count(terminal, '\x1b[?1049h') === 2);
    await terminal.waitFor('ready');
    terminal.press('k');
    await terminal.waitFor('key k');
  });
});
