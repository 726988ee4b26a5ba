// How runs on a screen end when something goes away: whoever asked, the peer, the screen, the process that drives it.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DesktopStep } from '../../../src/core/desktop.ts';
import { connectDisplay, type XConnection } from '../../../src/routes/desktop/desktop-automation/x11/connection.ts';
import { buttonsDown, keysDown } from '../../../src/routes/desktop/desktop-automation/x11/requests.ts';
import { needs } from '../../helpers/needs.ts';
import { gone, processesWith } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';
import { createExecutor, openScreen, openSink, type Screen, type Sink, startRun } from './harness.ts';

needs(
  'Xvfb',
  'openbox',
  'xterm',
  'xdotool',
  'maim',
  'wmctrl',
)('a run on a screen', () => {
  let screen: Screen;
  let sink: Sink;
  let x: XConnection;
  beforeAll(async () => {
    screen = await openScreen();
    sink = await openSink(screen, 'sink');
    x = await connectDisplay(screen.x.display, screen.x.env);
  });
  afterAll(async () => {
    x.close();
    sink.cleanUp();
    await screen.close();
  });

  const pressed = async (): Promise<number[]> => [...(await keysDown(x)), ...(await buttonsDown(x))];
  const hosts = (): number[] =>
    processesWith(`DISPLAY=${screen.x.display}`).filter((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('desktop-host'),
    );

  test.each<{ what: string; steps: DesktopStep[] }>([
    { what: 'keys', steps: [{ action: 'hold_key', text: 'ctrl+shift', duration: 60_000 }] },
    {
      what: 'a button',
      steps: [
        { action: 'left_mouse_down', coordinate: [200, 150] },
        { action: 'wait', duration: 60_000 },
      ],
    },
    { what: 'what it types', steps: [{ action: 'type', text: 'z'.repeat(10_000) }] },
  ])('lets go of $what when it is cancelled', async ({ steps }) => {
    const { recording, finished } = screen.start(await screen.prepare(...steps), steps);
    await until('something that is pressed', async () => (await pressed()).length > 0);
    recording.abort();
    expect((await finished).outcome).toEqual({ kind: 'stopped', receipt: { stopped: [], left: [] } });
    expect(await pressed()).toEqual([]);
  });

  test('waits for the one before it, and can be cancelled meanwhile', async () => {
    const wait: DesktopStep[] = [{ action: 'wait', duration: 60_000 }];
    const plan = await screen.prepare(...wait);
    const first = screen.start(plan, wait);
    await first.recording.printed('1. wait');
    const second = screen.start(plan, wait);
    second.recording.abort();
    expect(await second.finished).toMatchObject({ outcome: { kind: 'stopped' }, text: '' });
    first.recording.abort();
    expect((await first.finished).outcome).toMatchObject({ kind: 'stopped' });
  });

  test('lets go of everything when its peer ends', async () => {
    const executor = createExecutor(screen.x.env);
    const steps: DesktopStep[] = [{ action: 'hold_key', text: 'shift', duration: 60_000 }];
    const { finished } = startRun(executor, await screen.prepare(...steps), steps);
    await until('a key that is down', async () => (await pressed()).length > 0);
    await executor.close();
    expect((await finished).outcome).toMatchObject({ kind: 'exit', exitCode: 1 });
    expect(await pressed()).toEqual([]);
  });

  test('fails when the process that drives the screen dies, and the next one works', async () => {
    const steps: DesktopStep[] = [{ action: 'wait', duration: 60_000 }];
    const { recording, finished } = screen.start(await screen.prepare(...steps), steps);
    await recording.printed('1. wait');
    const [host] = hosts();
    process.kill(host ?? 0, 'SIGKILL');
    expect((await finished).outcome).toEqual({
      kind: 'exit',
      exitCode: 1,
      message: 'the process that drives the screen ended; retry it',
    });
    expect(screen.faults).toEqual(['the process that drives the screen ended']);
    expect((await screen.run({ action: 'cursor_position' })).outcome).toMatchObject({ kind: 'exit', exitCode: 0 });
  });

  test('leaves no process behind', async () => {
    const executor = createExecutor(screen.x.env);
    const before = hosts();
    await executor.inspect({ kind: 'desktop', steps: [{ action: 'cursor_position' }] });
    const [begun] = hosts().filter((pid) => !before.includes(pid));
    expect(begun).toBeDefined();
    await executor.close();
    await gone(begun ?? 0);
  });
});

needs(
  'Xvfb',
  'xdotool',
  'maim',
  'wmctrl',
)('a screen that goes away', () => {
  test('ends the run that waits on it with one sentence, and is refused afterwards', async () => {
    const screen = await openScreen({ windowManager: false });
    const steps: DesktopStep[] = [
      { action: 'mouse_move', coordinate: [20, 20] },
      { action: 'wait', duration: 60_000 },
      { action: 'screenshot' },
    ];
    const { recording, finished } = screen.start(await screen.prepare(...steps), steps);
    await recording.printed('2. wait');
    await screen.x.kill();
    const { outcome, files } = await finished;
    expect(outcome).toEqual({
      kind: 'exit',
      exitCode: 1,
      message: `step 2: the X display ${screen.x.display} went away; start it again, then retry; the steps after it were not done`,
    });
    expect(Object.keys(files)).toEqual(['after.png']);
    expect(await screen.executor.inspect({ kind: 'desktop', steps })).toMatchObject({
      ok: false,
      code: 'unavailable',
      reason: `the X display ${screen.x.display} cannot be used: no X server listens there`,
    });
    await screen.close();
  });
});
