// What is said of a screen before anybody drives it: what is there, what is missing, and how to get it.
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Probe } from '../../../src/core/devices.ts';
import { probeDesktop } from '../../../src/routes/desktop/desktop-automation/probe-desktop.ts';
import { needs } from '../../helpers/needs.ts';
import { startXServer, type XServer } from '../../helpers/x-server.ts';
import { createExecutor, desktop } from './harness.ts';

const LOOK = desktop({ action: 'screenshot' });

describe('without a screen', () => {
  test.each([
    ['no screen at all', {}, 'there is no screen: neither DISPLAY nor WAYLAND_DISPLAY is set where the peer runs'],
    ['a server that is not there', { DISPLAY: ':65' }, 'the X display :65 cannot be used: no X server listens there'],
    ['a name that is none', { DISPLAY: 'nonsense' }, '"nonsense" is no name of an X display'],
    [
      'Wayland, with X11 windows inside it',
      { WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0' },
      'the session is a Wayland one, whose windows take no keys and give no pictures to other programs',
    ],
  ])('%s is said by the probe and by who refuses', async (_what, variables, reason) => {
    const env = { PATH: process.env.PATH, ...variables };
    const [display] = await probeDesktop({ env, platform: 'linux' });
    expect(display).toMatchObject({ name: 'display', ok: false, detail: reason, needed: 'desktopAutomation' });
    const executor = createExecutor(env);
    const refused = await executor.inspect(LOOK);
    await executor.close();
    const lacksTools = refused.ok === false && refused.reason.includes('is not installed');
    if (!lacksTools) expect(refused).toMatchObject({ ok: false, code: 'unavailable', reason, hint: display?.fix });
  });

  test.each(['darwin', 'win32'] as const)('%s is told what it cannot do', async (platform) => {
    const [display, ...more] = await probeDesktop({ env: { DISPLAY: ':0' }, platform });
    expect(display).toMatchObject({ ok: false, needed: 'desktopAutomation' });
    expect(display?.detail).toMatch(/^the screen of (macOS|Windows) cannot be driven: Dispatch drives X11 screens$/);
    expect(display?.fix).toMatch(/^run it on a device with an X11 session/);
    expect(more).toEqual([]);
  });
});

needs(
  'Xvfb',
  'xdotool',
  'maim',
  'wmctrl',
  'dbus-daemon',
  'an accessibility bus',
)('with a screen', () => {
  let x: XServer;
  beforeAll(async () => {
    x = await startXServer({ size: '640x480', windowManager: false, sessionBus: true });
  });
  afterAll(() => x.close());

  test('all of it is found, with versions', async () => {
    const probes = await probeDesktop({ env: x.env, platform: 'linux' });
    expect(probes).toEqual<Probe[]>([
      { name: 'display', ok: true, detail: `X11 display ${x.display}, 640x480`, needed: 'desktopAutomation' },
      { name: 'xdotool', ok: true, detail: expect.stringMatching(/^xdotool \d/), needed: 'desktopAutomation' },
      { name: 'maim', ok: true, detail: expect.stringMatching(/^maim \d/), needed: 'desktopAutomation' },
      { name: 'wmctrl', ok: true, detail: expect.stringMatching(/^wmctrl \d/), needed: 'desktopAutomation' },
      { name: 'accessibility', ok: true, detail: expect.stringContaining('AT-SPI') },
    ]);
  });

  test('a missing tool is said by the probe and by who refuses', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dispatch-tools-'));
    for (const name of ['xdotool', 'wmctrl']) symlinkSync(`/usr/bin/${name}`, join(folder, name));
    const env = { ...x.env, PATH: folder };
    const reason = 'maim, which takes pictures of the screen, is not installed';
    const fix = 'install the package maim (on Debian or Ubuntu: apt-get install maim)';
    const probes = await probeDesktop({ env, platform: 'linux' });
    expect(probes.filter(({ ok }) => !ok)).toEqual([
      { name: 'maim', ok: false, detail: reason, fix, needed: 'desktopAutomation' },
    ]);
    const executor = createExecutor(env);
    expect(await executor.inspect(LOOK)).toEqual({ ok: false, code: 'unavailable', reason, hint: fix });
    await executor.close();
    rmSync(folder, { recursive: true });
  });

  test('a wrong cookie is not let in', async () => {
    const [display] = await probeDesktop({ env: { ...x.env, XAUTHORITY: '/dev/null' }, platform: 'linux' });
    expect(display).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/cannot be used: .*[Aa]uthori[sz]ation/),
    });
  });

  test('a session without a bus has no elements of windows', async () => {
    const env = { ...x.env, DBUS_SESSION_BUS_ADDRESS: '', XDG_RUNTIME_DIR: '' };
    expect((await probeDesktop({ env, platform: 'linux' })).at(-1)).toMatchObject({ name: 'accessibility', ok: false });
  });
});
