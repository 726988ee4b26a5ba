// What is in an artifact, shown by the command line: on a terminal in colours, into a pipe when asked, and never with its own.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliHome, createHome, LAUNCHER } from '../../helpers/cli.ts';
import { startTerminal } from '../../helpers/terminal-driver.ts';

let home: CliHome;
beforeAll(async () => {
  home = createHome();
  const red = new PNG({ width: 4, height: 4 });
  for (let at = 0; at < 16; at += 1) red.data.set([255, 0, 0, 255], at * 4);
  writeFileSync(join(home.work, 'red.png'), PNG.sync.write(red));
  writeFileSync(join(home.work, 'evil.txt'), 'a\x1b[31mb\x1b]52;c;eA==\x07\x9b2J\n\u202eend\n');
  await home.startPeer();
  const made = await home.cli(['run', '--yes', '--', 'cp red.png evil.txt "$DISPATCH_ARTIFACTS"']);
  expect(made.code).toBe(0);
});
afterAll(() => home.dispose());

/** The command on a terminal: what it wrote, and what is to be seen of it. */
async function onTerminal(args: readonly string[], see: (screen: ReturnType<typeof startTerminal>) => void) {
  const terminal = startTerminal({
    command: process.execPath,
    args: [LAUNCHER, ...args],
    cols: 80,
    rows: 30,
    cwd: home.work,
    env: { DISPATCH_HOME: home.path, DISPATCH_DEV: home.env.DISPATCH_DEV },
  });
  try {
    expect(await terminal.exited()).toMatchObject({ code: 0 });
    see(terminal);
  } finally {
    await terminal.dispose();
  }
}

describe('show of an artifact', () => {
  it('draws a picture in colours on a terminal', async () => {
    await onTerminal(['show', '1/red.png'], (terminal) => {
      expect(terminal.screen()).toContain('PNG, 4 × 4 pixels');
      expect(terminal.screen()).not.toContain('[0m');
      const lines = terminal.screen().split('\n');
      const below = lines.findIndex((line) => line.startsWith('dispatch: PNG'));
      expect(terminal.cell(0, below - 1).bg).toBe(196);
      expect(terminal.cell(4, below - 1).bg).toBe(-1);
    });
  });

  it('lets nothing through that a file wants of the terminal', async () => {
    await onTerminal(['show', '1/evil.txt'], (terminal) => {
      expect(terminal.screen()).toContain('⟨202E⟩end');
      const written = terminal.output().toString();
      for (const sent of ['\x1b[31m', '\x1b]52', '\x9b', '\u202e']) expect(written).not.toContain(sent);
    });
  });

  it('says where it comes from alone in a pipe, unless it is asked for more', async () => {
    const origin = (await home.cli(['show', '1/evil.txt'])).out;
    expect(origin).toMatch(/get it +dispatch get 1\/evil\.txt\n$/);
    const all = (await home.cli(['show', '1/evil.txt', '--preview'])).out;
    expect(all.startsWith(origin)).toBe(true);
    expect(all.slice(origin.length)).toMatch(/^\na.*\n⟨202E⟩end\n$/);
    expect(all).not.toContain('\x1b');
  });
});
