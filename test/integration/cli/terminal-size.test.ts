// A terminal that knows no size, as `script`, a serial line and some CI have it: runs are given the usual one.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CliHome, createHome, LAUNCHER } from '../../helpers/cli.ts';
import { needs } from '../../helpers/needs.ts';
import { startTerminal, type TerminalDriver } from '../../helpers/terminal-driver.ts';

let home: CliHome;
beforeAll(async () => {
  home = createHome();
  await home.startPeer();
});
afterAll(() => home.dispose());

function sizeless(...args: string[]): TerminalDriver {
  const words = [process.execPath, LAUNCHER, ...args].map((word) => `'${word}'`).join(' ');
  return startTerminal({
    command: 'sh',
    args: ['-c', `stty cols 0 rows 0; exec ${words}`],
    cwd: home.work,
    env: { DISPATCH_HOME: home.path, DISPATCH_DEV: home.env.DISPATCH_DEV },
  });
}

needs('stty')('on a terminal of no size', () => {
  it('run --tty and attach give the run 80 by 24', async () => {
    const running = sizeless('run', '--tty', '--yes', '--', 'stty size; read line; stty size');
    try {
      await running.waitFor('24 80');
      const [{ id }] = (await home.json(['ps', '--json'])) as [{ id: string }];
      const attached = sizeless('attach', id);
      try {
        await attached.waitFor('24 80');
        attached.type('x\r');
        expect(await attached.exited()).toMatchObject({ code: 0 });
        expect(attached.screen().match(/^24 80$/gm)).toHaveLength(2);
      } finally {
        await attached.dispose();
      }
      expect(await running.exited()).toMatchObject({ code: 0 });
    } finally {
      await running.dispose();
    }
  });
});
