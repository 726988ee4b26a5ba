// Tasks about files and screens in plain words: what is understood, what is left alone, and where it goes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Device } from '../../../src/core/devices.ts';
import type { DeviceId } from '../../../src/core/ids.ts';
import { parseTask } from '../../../src/core/routing/grammar.ts';
import { route } from '../../../src/core/routing/route.ts';

function device(name: string, more: Partial<Device> = {}): Device {
  return {
    id: `12D3KooW${name}` as DeviceId,
    name,
    platform: 'linux',
    local: name === 'here',
    capabilities: {
      shell: true,
      local_files: true,
      browserAutomation: false,
      desktopAutomation: name === 'desk',
      reachableFolders: [],
    },
    permissions: { shell: true, local_files: true, browser_automation: true, desktop_automation: true },
    enforces: ['full-access'],
    presence: { state: 'online', since: 0 },
    load: { running: 0, slots: 8 },
    ...(name === 'here' ? {} : { grants: { held: ['run'], given: [] }, version: '1' }),
    ...more,
  } as Device;
}
const devices = [device('here'), device('nas'), device('desk')];
const sent = (text: string) => route(text, { devices, cwd: '/home/me' });

describe('plain words about files', () => {
  it.each([
    ['list ~/work on @nas', 'nas', { op: 'list', path: '~/work' }],
    ['ls @nas:~/work', 'nas', { op: 'list', path: '~/work' }],
    ['read "~/my notes.md" @nas', 'nas', { op: 'read', path: '~/my notes.md', as: 'auto' }],
    ['show ./a.txt', 'here', { op: 'read', path: './a.txt', as: 'auto' }],
    ['delete /srv/old on @nas', 'nas', { op: 'delete', path: '/srv/old' }],
    ['make a folder ~/new on @nas', 'nas', { op: 'make-folder', path: '~/new' }],
    ['find *.ts in ~/src', 'here', { op: 'search', path: '~/src', names: ['*.ts'] }],
    ['search for "port = 80" in @nas:~/', 'nas', { op: 'search', path: '~/', content: 'port = 80' }],
    ['copy ~/a to ~/b', 'here', { op: 'copy', from: '~/a', to: '~/b' }],
    ['move @nas:~/a @nas:~/b', 'nas', { op: 'move', from: '~/a', to: '~/b' }],
  ])('%s goes to %s', (text, name, operation) => {
    const answer = sent(text);
    expect(answer).toMatchObject({
      ok: true,
      route: 'desktop-local',
      device: { name },
      action: { kind: 'files', operation },
    });
  });

  it('are a transfer between two devices where two are named', () => {
    expect(sent('copy @nas:~/photos to ~/p')).toMatchObject({
      ok: true,
      transfer: { from: { device: { name: 'nas' }, path: '~/photos' }, to: { device: { name: 'here' }, path: '~/p' } },
    });
    expect(sent('copy ~/p to @nas:')).toMatchObject({ ok: false });
    expect(sent('move @nas:~/a ~/b')).toMatchObject({ ok: false });
  });

  it.each(['list the reasons', 'read me a poem', 'show', 'copy that', 'delete everything', 'find the bug in it'])(
    '%s are none, and stay what they were',
    (text) => {
      expect(parseTask(text)).toMatchObject({ ok: true, kind: 'plain' });
      expect(sent(text)).toMatchObject({ ok: false });
    },
  );

  it('say why a device cannot', () => {
    const probes = [
      { name: 'display', ok: false, detail: 'there is no display', needed: 'desktopAutomation' as const },
    ];
    const all = [device('here', { probes }), device('desk')];
    expect(route('screenshot of @here', { devices: all })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('there is no display'),
    });
    expect(route('take a screenshot', { devices: all })).toMatchObject({
      ok: true,
      device: { name: 'desk' },
      action: { kind: 'desktop' },
    });
  });

  it('never throw, and never change a path', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseTask(text);
        const path = `/x${text.replace(/["\s]/gu, '_')}`;
        const parsed = parseTask(`list "${path}"`);
        if (parsed.ok && parsed.said?.kind === 'files') expect(parsed.said.operation).toEqual({ op: 'list', path });
      }),
    );
  });
});
