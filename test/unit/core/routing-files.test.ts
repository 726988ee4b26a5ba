// Tasks about files and screens in plain words: what is understood, what is left alone, and where it goes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Device } from '../../../src/core/devices.ts';
import type { DeviceId } from '../../../src/core/ids.ts';
import { routeContext } from '../../../src/core/routing/context.ts';
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
const sent = (text: string) => route(text, routeContext(devices, { cwd: '/home/me' }));

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
    ['copy ~/a ~/b on @nas', 'nas', { op: 'copy', from: '~/a', to: '~/b' }],
    ['copy "~/my a" to "~/my b"', 'here', { op: 'copy', from: '~/my a', to: '~/my b' }],
    ['delete @nas:~/photos from @nas', 'nas', { op: 'delete', path: '~/photos' }],
    ['list @nas:"~/my photos"', 'nas', { op: 'list', path: '~/my photos' }],
    ['edit ~/a.txt on @nas', 'nas', { op: 'read', path: '~/a.txt', as: 'text' }],
    ['edit @nas:"~/my notes.md"', 'nas', { op: 'read', path: '~/my notes.md', as: 'text' }],
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
    expect(sent('copy ~/p to @nas')).toMatchObject({
      transfer: { from: { device: { name: 'here' }, path: '~/p' }, to: { device: { name: 'nas' }, path: '~' } },
    });
    expect(sent('copy ~/p from @nas to ~/q')).toMatchObject({
      transfer: { from: { device: { name: 'nas' }, path: '~/p' }, to: { device: { name: 'here' }, path: '~/q' } },
    });
    expect(sent('copy @nas:~/p ~/q on @desk')).toMatchObject({
      transfer: { from: { device: { name: 'nas' } }, to: { device: { name: 'desk' }, path: '~/q' } },
    });
  });

  it.each([
    ['move @nas:~/a ~/b', /a move is about one device/],
    ['move ~/a', /does not say where to/],
    ['copy ~/a from @nas', /does not say where to/],
    ['copy @nas:~/a ~/b on @nas', /both places are on nas/],
    ['copy @nas:~/a ~/b @here @desk', /from one place to one other/],
    ['edit ~/a.txt @all', /on one device at a time/],
    ['delete @nas:~/photos from @desk', /it names @nas and @desk/],
    ['@desk delete @nas:~/photos', /it names @nas and @desk/],
    ['move @nas:~/a @nas:~/b on @nas,desk', /it names @nas and @desk/],
    ['edit @nas:~/a.txt on @all', /it names @nas and @all/],
  ])('%s is understood, and refused with the reason', (text, reason) => {
    expect(sent(text)).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
  });

  it('are edited where an editor is, which the answer says', () => {
    expect(sent('edit ~/a.txt on @nas')).toMatchObject({
      edit: { path: '~/a.txt' },
      because: ['"edit" and a path open your editor', 'you named nas'],
    });
    expect(sent('read ~/a.txt on @nas')).not.toHaveProperty('edit');
  });

  it('go where an absolute path is in a reachable folder, else to this device', () => {
    const reaches = (name: string, folder: string) => {
      const plain = device(name);
      return { ...plain, capabilities: { ...plain.capabilities, reachableFolders: [folder] } };
    };
    const all = [reaches('here', '/home/me'), reaches('nas', '/srv'), reaches('desk', '/home/desk')];
    const goes = (text: string) => route(text, routeContext(all));
    expect(goes('list /srv/photos')).toMatchObject({
      device: { name: 'nas' },
      because: [expect.anything(), '/srv/photos is in a folder that nas reaches'],
      rejected: [
        { device: 'here', reason: '/srv/photos is in no folder that it reaches' },
        { device: 'desk', reason: '/srv/photos is in no folder that it reaches' },
        { route: 'cloud-knowledge', reason: 'no "?" stands before it, and it is understood without asking' },
        { route: 'cloud-code' },
        { route: 'inline' },
      ],
    });
    expect(goes('list /srv2')).toMatchObject({
      device: { name: 'here' },
      because: [expect.anything(), 'it is this device'],
    });
    expect(goes('list ~/photos')).toMatchObject({ device: { name: 'here' } });
    const may = all.map((each) =>
      each.name === 'nas' ? { ...each, permissions: { ...each.permissions, local_files: false } } : each,
    );
    expect(route('list /srv/photos', routeContext(may))).toMatchObject({
      device: { name: 'here' },
      rejected: [
        { device: 'nas', reason: 'its owner does not allow local_files' },
        { device: 'desk', reason: 'here can do it, and is this device' },
        { route: 'cloud-knowledge' },
        { route: 'cloud-code' },
        { route: 'inline' },
      ],
    });
  });

  it('go to the device with less to do, where this one cannot', () => {
    const busy = device('nas', { load: { running: 7, slots: 8 } });
    const all = [
      device('here', { permissions: { ...device('here').permissions, local_files: false } }),
      busy,
      device('desk'),
    ];
    expect(route('list ~/a', routeContext(all))).toMatchObject({
      device: { name: 'desk' },
      because: [expect.anything(), 'it is there, and has the least to do'],
    });
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
    expect(route('screenshot of @here', routeContext(all))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('there is no display'),
    });
    expect(route('take a screenshot', routeContext(all))).toMatchObject({
      ok: true,
      device: { name: 'desk' },
      action: { kind: 'desktop' },
    });
  });

  it('never throw, and never change a path', () => {
    const places = fc.string().map((text) => `/x${text.replace(/["\s]/gu, '_')} y`);
    fc.assert(
      fc.property(fc.string(), places, places, (text, one, other) => {
        route(text, routeContext(devices));
        const said = (task: string) => {
          const parsed = parseTask(task);
          return parsed.ok && parsed.kind === 'plain' ? parsed.said : undefined;
        };
        expect(said(`list "${one}"`)).toMatchObject({ operation: { op: 'list', path: one } });
        expect(said(`edit @nas:"${one}"`)).toEqual({ kind: 'edit', device: 'nas', path: one });
        expect(said(`move "${one}" to "${other}"`)).toMatchObject({ operation: { op: 'move', from: one, to: other } });
        expect(said(`copy @nas:"${one}" "${other}"`)).toMatchObject({ from: { path: one }, to: { path: other } });
      }),
    );
  });
});
