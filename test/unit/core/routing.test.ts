import { describe, expect, it } from 'vitest';
import type { Device } from '../../../src/core/devices.ts';
import type { DeviceId } from '../../../src/core/ids.ts';
import { routeContext } from '../../../src/core/routing/context.ts';
import { route } from '../../../src/core/routing/route.ts';

const laptop: Device = {
  id: '12D3KooWlaptop' as DeviceId,
  name: 'laptop',
  platform: 'linux',
  local: true,
  capabilities: {
    shell: true,
    browserAutomation: false,
    desktopAutomation: false,
    local_files: false,
    reachableFolders: ['/home/me'],
  },
  permissions: { shell: true, local_files: true, browser_automation: false, desktop_automation: false },
  enforces: ['full-access'],
  presence: { state: 'online', since: 0 },
  load: { running: 0, slots: 8 },
};
const context = routeContext([laptop], { cwd: '/src' });

describe('routing', () => {
  it.each([
    ['!npm test', 'npm test', 'workspace-write'],
    ['!?npm test', 'npm test', 'read-only'],
    ['!!npm test', 'npm test', 'full-access'],
    ['  ! npm test  ', 'npm test', 'workspace-write'],
    ['run npm test', 'npm test', 'workspace-write'],
    ['!npm test @laptop', 'npm test', 'workspace-write'],
    ['!npm test @local', 'npm test', 'workspace-write'],
    ['@laptop !npm test', 'npm test', 'workspace-write'],
    ['!@laptop npm test', 'npm test', 'workspace-write'],
    ['! @laptop npm test', 'npm test', 'workspace-write'],
    ['!@nobody npm test', '@nobody npm test', 'workspace-write'],
    ['run npm test on @laptop', 'npm test', 'workspace-write'],
    ['!npm test @all', 'npm test', 'workspace-write'],
    ['!git clone git@example.org:x.git', 'git clone git@example.org:x.git', 'workspace-write'],
    ["!echo '@nobody'", "echo '@nobody'", 'workspace-write'],
    ['!npm i @types/node', 'npm i @types/node', 'workspace-write'],
    ['!npm i @types/node,@types/ws', 'npm i @types/node,@types/ws', 'workspace-write'],
    ['!npm test @laptop,local', 'npm test', 'workspace-write'],
    ['!for i in 1 2; do\necho $i\ndone', 'for i in 1 2; do\necho $i\ndone', 'workspace-write'],
  ])('sends %j to the shell of this device', (text, command, access) => {
    const answer = route(text, context);
    expect(answer).toMatchObject({
      ok: true,
      route: 'desktop-local',
      device: { name: 'laptop' },
      action: { kind: 'shell', command, access, cwd: '/src' },
    });
    expect(answer.ok && answer.because.length).toBeGreaterThan(0);
  });

  it('sends expressions and scripts inline, with no device', () => {
    expect(route('= 6 * 7', context)).toMatchObject({
      ok: true,
      route: 'inline',
      action: { language: 'expression', source: '6 * 7' },
    });
    const script = route('= const a = 1\na + 1', context);
    expect(script).toMatchObject({ ok: true, route: 'inline', action: { language: 'script' } });
    expect(script).not.toHaveProperty('device');
  });

  it.each([
    ['', 'usage', 'no task'],
    ['!', 'usage', 'no command'],
    ['=', 'usage', 'no expression'],
    ['water the plants', 'usage', 'no assistant'],
    ['?', 'usage', 'no question'],
    ['/code', 'usage', 'no program'],
    ['!ls @gpu-box', 'not-found', 'gpu-box'],
  ])('refuses %j and says what to do', (text, code, words) => {
    const answer = route(text, context);
    expect(answer).toMatchObject({ ok: false, code });
    expect(!answer.ok && answer.reason).toContain(words);
    expect(!answer.ok && answer.hint).toBeTruthy();
  });

  it('says why a device cannot', () => {
    const locked = { ...laptop, permissions: { ...laptop.permissions, shell: false } };
    const answer = route('!ls', routeContext([locked]));
    expect(answer).toMatchObject({ ok: false, code: 'refused' });
    expect(!answer.ok && answer.reason).toContain('does not allow shell');
  });

  it.each(['!uptime @desk,laptop', '@desk,laptop !uptime', 'run uptime on @desk,laptop', '!uptime @desk @laptop'])(
    'takes several names, in their order: %j',
    (text) => {
      const desk: Device = {
        ...laptop,
        name: 'desk',
        id: '12D3KooWdesk' as DeviceId,
        local: false,
        grants: { held: ['run'], given: [] },
      };
      const answer = route(text, routeContext([laptop, desk]));
      expect(answer).toMatchObject({ ok: true, action: { command: 'uptime' } });
      expect(answer.ok && answer.devices.map(({ name }) => name)).toEqual(['desk', 'laptop']);
    },
  );

  it('never sends a bound task elsewhere', () => {
    const locked = {
      ...laptop,
      name: 'desk',
      id: '12D3KooWdesk' as DeviceId,
      local: false,
      permissions: { ...laptop.permissions, shell: false },
    };
    expect(route('!ls @desk', routeContext([laptop, locked]))).toMatchObject({ ok: false, code: 'refused' });
    expect(route('!ls', routeContext([laptop, locked]))).toMatchObject({
      ok: true,
      device: { name: 'laptop' },
      rejected: [{ device: 'desk' }, { route: 'cloud-knowledge' }, { route: 'cloud-code' }, { route: 'inline' }],
    });
  });
});
