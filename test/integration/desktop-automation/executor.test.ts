// The executor of the screen against what any executor must do, on a real X server.
import { afterAll, beforeAll } from 'vitest';
import { describeExecutor } from '../../contract/executor.ts';
import { needs } from '../../helpers/needs.ts';
import { startXServer, type XServer } from '../../helpers/x-server.ts';
import { createExecutor, desktop } from './harness.ts';

needs(
  'Xvfb',
  'openbox',
  'xterm',
  'xdotool',
  'maim',
  'wmctrl',
)('on an X11 screen', () => {
  let x: XServer;
  beforeAll(async () => {
    x = await startXServer();
    x.start('xterm', '-T', 'a sample');
  });
  afterAll(() => x.close());

  describeExecutor('the desktop executor', async () => {
    const executor = createExecutor(x.env);
    return {
      executor,
      samples: {
        succeeds: { action: desktop({ action: 'cursor_position' }), output: '512,384' },
        fails: { action: desktop({ action: 'desktop_snapshot', window: 'no such window' }), exitCode: 1 },
        endless: {
          action: desktop({ action: 'cursor_position' }, { action: 'wait', duration: 100_000 }),
          ready: '2. wait 100000 ms',
        },
        invalid: desktop({ action: 'zoom', region: [10, 10, 10, 20] }),
      },
      effects: () => Promise.all([x.run('xdotool', 'getmouselocation'), x.run('wmctrl', '-l').catch(() => '')]),
      close: () => executor.close(),
    };
  });
});
