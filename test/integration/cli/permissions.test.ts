// What the owner of a device allows on it: what is shown, what is sent, and what config.toml keeps.
import { describe, expect, it } from 'vitest';
import type { Device, Permissions } from '../../../src/core/devices.ts';
import { type Far, far, farDevice } from './far-harness.ts';

const OFF: Permissions = { shell: false, local_files: true, browser_automation: false, desktop_automation: true };
const NAS = farDevice('nas', {
  capabilities: { ...farDevice('nas').capabilities, reachableFolders: ['/srv', '/data'] },
  permissions: OFF,
  maxAccess: 'workspace-write',
  sandbox: { kind: 'bubblewrap', version: '0.11.0' },
  enforces: ['read-only', 'workspace-write', 'full-access'],
});
const BARE: Device = farDevice('pi', { sandbox: { kind: 'none', detail: 'bwrap is not there: install bubblewrap' } });

/** Gives what is sent to the peer; it answers with what it was told, as a peer does. */
async function owner(...others: Device[]): Promise<Far & { asked: unknown[] }> {
  const world = await far(...others);
  const asked: unknown[] = [];
  world.peer.api['permissions.set'] = async (params) => {
    asked.push(params);
    return {
      permissions: { ...OFF, ...params.permissions },
      reachableFolders: params.reachableFolders ?? ['/home'],
      maxAccess: params.maxAccess ?? 'full-access',
    };
  };
  return { ...world, asked };
}

describe('permissions', () => {
  it('shows those of this device or, told so, of another', async () => {
    const { home } = await owner(NAS, BARE);
    const { out } = await home.cli(['permissions']);
    expect(out).toMatch(/^shell +on$/m);
    expect(out).toMatch(/^browser_automation +off {2}the device cannot do it$/m);
    const lines = (await home.cli(['permissions', '--on', 'nas'])).out.replace(/ {2,}/g, '  ').trimEnd().split('\n');
    expect(lines.slice(4)).toEqual([
      'max-access  workspace-write',
      'reach  /srv',
      '  /data',
      'sandbox  bubblewrap 0.11.0 enforces read-only, workspace-write',
    ]);
    expect((await home.cli(['permissions', '--on', 'pi'])).out).toMatch(
      /^sandbox +none: bwrap is not there: install bub/m,
    );
    expect(await home.json(['permissions', '--on', 'nas', '--json'])).toEqual({
      ...OFF,
      reachableFolders: ['/srv', '/data'],
      maxAccess: 'workspace-write',
      sandbox: NAS.sandbox,
      enforces: NAS.enforces,
    });
  });

  it('sets some, on this device only', async () => {
    const { home, asked } = await owner(NAS);
    const args = ['permissions', 'set', 'shell=off', 'browser_automation=on', 'max-access=read-only'];
    expect(await home.json([...args, '--json'])).toMatchObject({
      shell: false,
      browser_automation: true,
      maxAccess: 'read-only',
    });
    expect(asked).toEqual([{ permissions: { shell: false, browser_automation: true }, maxAccess: 'read-only' }]);
    const { code, err } = await home.cli(['permissions', 'set', 'shell=on', '--on', 'nas']);
    expect(code).toBe(126);
    expect(err).toBe(
      'dispatch: what is allowed on nas is set by its owner, on nas itself: run "dispatch permissions set shell=on" there\n',
    );
    expect(await home.cli(['permissions', 'set', 'shell=on'], { env: { DISPATCH_AS: 'agent' } })).toMatchObject({
      code: 126,
      err: expect.stringContaining('an agent may not change what is allowed'),
    });
    expect(asked).toHaveLength(1);
  });

  it('adds and takes away folders from what config.toml says, as people write them', async () => {
    const { home, asked } = await owner();
    const folders = async (...words: string[]): Promise<unknown> => {
      const { code, err } = await home.cli(['permissions', 'set', ...words]);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      return (asked.at(-1) as { reachableFolders: unknown }).reachableFolders;
    };
    expect(await folders('reach+=src')).toEqual(['~', `${home.work}/src`]);
    home.writeConfig('[permissions]\nreachable_folders = ["~/src", "/srv/not there"]\n');
    expect(await folders('reach+=.', 'reach+=~/docs/')).toEqual(['~/src', '/srv/not there', home.work, '~/docs']);
    expect(await folders('reach+=/srv/x', 'reach+=/srv/x')).toEqual(['~/src', '/srv/not there', '/srv/x']);
    expect(await folders(`reach-=${home.work}/src`)).toEqual(['/srv/not there']);
    expect(await folders('reach=~,/srv', 'reach-=~')).toEqual(['/srv']);
    expect(await folders('reach=')).toEqual([]);
    expect(await home.cli(['permissions', 'set', 'reach-=/srv/not-there'])).toMatchObject({
      code: 125,
      err: 'dispatch: /srv/not-there is none of the reachable folders: did you mean /srv/not there?\n',
    });
  });

  it.each([
    [['permissions', 'set'], 'there is nothing to set'],
    [['permissions', 'get'], 'permissions get: expected set'],
    [
      ['permissions', 'set', 'shel=on'],
      '"shel" is no permission: expected one of local_files, shell, browser_automation, desktop_automation, max-access, reach: did you mean shell?',
    ],
    [['permissions', 'set', 'shell=maybe'], '"shell=maybe": expected shell=on or shell=off'],
    [['permissions', 'set', 'shell+=on'], '"shell+=on": expected shell=on or shell=off'],
    [['permissions', 'set', 'shell'], '"shell": expected shell=on or shell=off'],
    [
      ['permissions', 'set', 'max-access=readonly'],
      'max-access readonly: expected read-only, workspace-write or full-access: did you mean read-only?',
    ],
    [['permissions', 'set', 'reach'], '"reach": expected reach+=PATH, reach-=PATH or reach=PATH,…'],
    [['permissions', 'set', 'reach+='], '"reach+=": expected reach+=PATH'],
    [['permissions', 'set', 'reach=/a,,/b'], '"reach=/a,,/b": expected reach+=PATH'],
  ])('%j is refused before anything is done', async (args, message) => {
    const { home, asked } = await owner();
    const { code, err } = await home.cli(args);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(asked).toEqual([]);
  });
});

describe('devices', () => {
  it('tells the highest access and the sandbox, as far as a device does', async () => {
    const { home } = await owner(NAS, BARE);
    const { out } = await home.cli(['devices']);
    expect(out).toMatch(/nas .* up to workspace-write, bubblewrap$/m);
    expect(out).toMatch(/pi .* no sandbox$/m);
    expect(out).toMatch(/first .* shell$/m);
    const verbose = (await home.cli(['devices', '--verbose'])).out;
    expect(verbose).toContain('    sandbox: bubblewrap 0.11.0 enforces read-only, workspace-write\n');
    expect(verbose).toContain('    no sandbox: bwrap is not there: install bubblewrap\n');
  });
});
