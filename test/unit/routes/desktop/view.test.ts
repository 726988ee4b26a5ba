import { describe, expect, test } from 'vitest';
import { composeView, type Mount, shareable, type ViewRequest } from '../../../../src/routes/desktop/sandbox/view.ts';

const request: ViewRequest = {
  system: [
    { kind: 'folder', path: '/usr' },
    { kind: 'link', path: '/bin', target: 'usr/bin' },
    { kind: 'folder', path: '/etc' },
  ],
  home: '/home/ada',
  folders: ['/home/ada'],
  writable: true,
  hidden: [
    { path: '/home/ada/.config/gh', folder: true },
    { path: '/home/ada/.netrc', folder: false },
    { path: '/etc/shadow', folder: false },
    { path: '/srv/secret', folder: true },
  ],
  guarded: [
    { path: '/home/ada/.config/autostart', folder: true },
    { path: '/srv/x', folder: true },
  ],
  alsoVisible: ['/usr/bin/bash'],
  artifactsDir: '/home/ada/.local/state/dispatch/runs/1',
};
const lines = (mounts: readonly Mount[]): string[] => mounts.map(({ kind, path }) => `${kind} ${path}`);

describe('the view', () => {
  test('is of the system, the folders and nothing else, the outer before the inner', () => {
    const view = lines(composeView(request));
    expect(view).toEqual([
      'read-only /usr',
      'link /bin',
      'read-only /etc',
      'private /tmp',
      'private /run',
      'processes /proc',
      'devices /dev',
      'private /dev/shm',
      'writable /home/ada',
      'hidden-file /etc/shadow',
      'writable /home/ada/.config',
      'hidden-file /home/ada/.netrc',
      'read-only /home/ada/.config/autostart',
      'hidden-folder /home/ada/.config/gh',
      'writable /home/ada/.local/state/dispatch/runs/1',
    ]);
  });

  test('has nothing writable where nothing may be written', () => {
    const view = lines(composeView({ ...request, writable: false }));
    expect(view.filter((line) => line.startsWith('writable'))).toEqual([]);
    expect(view).toContain('hidden-folder /home/ada/.config/gh');
  });

  test('has an empty home folder where that is not shared', () => {
    const view = lines(composeView({ ...request, folders: ['/home/ada/work'] }));
    expect(view.indexOf('private /home/ada')).toBeLessThan(view.indexOf('writable /home/ada/work'));
    expect(view.join()).not.toContain('.netrc');
  });

  test('keeps processes, devices and the sockets of the machine apart, whatever is shared', () => {
    expect(shareable(['/', '/run/user/1000', '/proc', '/dev/shm', '/work', '/work'])).toEqual(['/', '/work']);
    const view = lines(composeView({ ...request, folders: ['/', '/run'] }));
    expect(view[0]).toBe('writable /');
    for (const line of [
      'read-only /usr',
      'private /run',
      'processes /proc',
      'devices /dev',
      'hidden-folder /srv/secret',
    ])
      expect(view.indexOf(line)).toBeGreaterThan(0);
  });

  test('shows the shell wherever it lies, also in what is hidden', () => {
    const view = lines(composeView({ ...request, alsoVisible: ['/home/ada/.config/gh/bash', '/opt/bash'] }));
    expect(view.slice(-3, -1)).toEqual(['read-only /home/ada/.config/gh/bash', 'read-only /opt/bash']);
  });
});
