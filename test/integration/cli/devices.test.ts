// What the commands about devices show, ask and send, against an engine in memory that knows some.
import { describe, expect, it } from 'vitest';
import type { Device } from '../../../src/core/devices.ts';
import { DispatchError } from '../../../src/core/errors.ts';
import { far, farDevice, offline } from './far-harness.ts';

const GPU = farDevice('gpu-box', { grants: { held: ['run', 'approve'], given: ['observe'] } });
const NAS = farDevice('nas', {
  capabilities: { ...GPU.capabilities, local_files: true, browserAutomation: true, reachableFolders: ['/srv'] },
  permissions: { shell: false, local_files: true, browser_automation: false, desktop_automation: true },
  clockAheadMs: 3 * 60_000,
  grants: { held: [], given: ['run'] },
});

describe('devices', () => {
  it('is a table: presence with its evidence, what is possible, what is allowed between them', async () => {
    const suspect: Device = { ...farDevice('pi'), presence: { state: 'suspect', since: 1 } };
    const { home } = await far(GPU, offline(NAS), suspect);
    const { code, out, err } = await home.cli(['devices']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/ {2,}/g, '  '));
    const since = /offline since \d\d:\d\d, refused/.exec(out)?.[0];
    expect(lines).toEqual([
      '●  first  this device  linux  -  0/1 running  shell',
      '●  gpu-box  12 ms  linux  0.1.0  1/4 running  shell',
      '  this device may there: run tasks, answer approvals;  it may here: see the whole thread',
      `○  nas  ${since}  linux  0.1.0  -  files (not allowed: shell browser)`,
      '  this device may there: nothing;  it may here: run tasks',
      '  ⚠ its clock is 3 min ahead: set the clock right',
      '◌  pi  suspect  linux  0.1.0  1/4 running  shell',
      '  this device may there: run tasks;  it may here: nothing',
    ]);
  });

  it('shows ids, addresses and the last attempt with --verbose, and everything with --json', async () => {
    const { home } = await far(offline(NAS));
    const { out } = await home.cli(['devices', '--verbose']);
    for (const text of [NAS.id, 'at 192.0.2.5:4747', 'reachable folders: /srv', 'nobody listens at', 'no sandbox'])
      expect(out).toContain(text);
    const devices = (await home.json(['devices', '--json'])) as Device[];
    expect(devices[1]).toEqual({ ...offline(NAS), presence: expect.objectContaining({ stage: 'refused' }) });
  });

  it('says why one cannot do what is allowed on it, and of one device everything that was looked for', async () => {
    const needed = 'desktopAutomation' as const;
    const headless = farDevice('attic', {
      permissions: { ...GPU.permissions, desktop_automation: true },
      probes: [
        { name: 'display', ok: false, detail: 'there is no DISPLAY', fix: 'start it in the session', needed },
        { name: 'python3', ok: true, detail: 'Python 3.13' },
      ],
    });
    const { home, peer } = await far(headless, GPU);
    const asked: unknown[] = [];
    const { devices } = peer.api;
    peer.api.devices = async (params) => {
      asked.push(params);
      return devices(params);
    };
    expect((await home.cli(['devices'])).out).toMatch(/^ {4}no desktop: display: there is no DISPLAY$/m);
    const { out } = await home.cli(['devices', '@attic', '--probe']);
    expect(out).not.toContain('gpu-box');
    for (const text of [headless.id, '✗ display: there is no DISPLAY', 'start it in the session', '✓ python3'])
      expect(out).toContain(text);
    expect(await home.json(['devices', 'attic', '--json'])).toEqual(headless);
    expect(asked).toEqual([{}, { probe: true }, {}]);
    expect(await home.cli(['devices', 'cellar'])).toMatchObject({
      code: 125,
      err: expect.stringContaining('there is no device "cellar"'),
    });
    const shown = (await home.cli(['permissions', '--on', 'attic'])).out;
    expect(shown).toMatch(/^desktop_automation +on +the device cannot do it: display: there is no DISPLAY$/m);
  });

  it('says how to get another one where there is none, and escapes what others call themselves', async () => {
    const { home, peer } = await far();
    expect((await home.cli(['devices'])).err).toContain('no other device is paired with this one');
    peer.setOthers([farDevice('evil\u001b[2J')]);
    const { out } = await home.cli(['devices']);
    expect(out).not.toContain('\u001b');
    expect(out).toContain('evil');
  });
});

describe('rename', () => {
  it('passes the names on and says what came of it', async () => {
    const { home, peer } = await far(GPU);
    const asked: unknown[] = [];
    peer.api['device.rename'] = async (params) => {
      asked.push(params);
      return { device: { ...GPU, name: params.name } };
    };
    expect(await home.cli(['rename', 'gpu-box', 'attic'])).toMatchObject({
      code: 0,
      out: 'it is called attic from now on\n',
    });
    expect(asked).toEqual([{ device: 'gpu-box', name: 'attic' }]);
    expect(await home.cli(['rename', 'gpu-box'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('NAME is missing'),
    });
    peer.api['device.rename'] = async () => {
      throw new DispatchError('conflict', 'there is a device called "nas" already', { hint: 'choose another name' });
    };
    expect(await home.cli(['rename', 'gpu-box', 'nas'])).toMatchObject({
      code: 125,
      err: 'dispatch: there is a device called "nas" already: choose another name\n',
    });
  });
});

describe('revoke', () => {
  const prepare = async () => {
    const world = await far(GPU, NAS);
    const asked: unknown[] = [];
    world.peer.api['device.revoke'] = async (params) => {
      asked.push(params);
      return { id: GPU.id, name: GPU.name };
    };
    return { ...world, asked };
  };

  it('needs --yes where nobody can be asked', async () => {
    const { home, asked } = await prepare();
    const { code, err } = await home.cli(['revoke', 'gpu-box']);
    expect({ code, asked }).toEqual({ code: 2, asked: [] });
    expect(err).toContain(
      'there is nobody to ask whether "gpu-box" is to be revoked: --yes revokes it without asking\n',
    );
    expect(await home.cli(['revoke', GPU.id.slice(0, 12), '--yes'])).toMatchObject({
      code: 0,
      out: 'revoked gpu-box: only pairing anew brings it back\n',
    });
    expect(asked).toEqual([{ device: GPU.id }]);
    expect(await home.json(['revoke', 'gpu-box', '--yes', '--json'])).toEqual({ id: GPU.id, name: 'gpu-box' });
  });

  it('revokes one device that is meant for sure, and never this one', async () => {
    const { home, asked } = await prepare();
    for (const [wanted, message] of [
      ['none', 'there is no device "none": known: first, gpu-box, nas'],
      ['12D3', '"12D3" fits several devices: gpu-box, nas: write the name, or more of the id'],
      ['12D3KooW', '"12D3KooW" fits several devices: gpu-box, nas: write the name, or more of the id'],
      ['local', '"first" is this device, which cannot be revoked here'],
    ] as const)
      expect((await home.cli(['revoke', wanted, '--yes'])).err).toContain(message);
    expect(asked).toEqual([]);
  });

  it('wants the name typed on a terminal', async () => {
    const { terminal, asked } = await prepare();
    const wrong = terminal(['revoke', 'gpu-box']);
    await wrong.waitFor('type its name to revoke it:');
    wrong.type('yes\r');
    expect(await wrong.exited()).toMatchObject({ code: 130 });
    expect(asked).toEqual([]);
    const right = terminal(['revoke', 'gpu-box']);
    await right.waitFor('type its name to revoke it:');
    right.type('gpu-box\r');
    expect(await right.exited()).toMatchObject({ code: 0 });
    expect(asked).toEqual([{ device: GPU.id }]);
  });
});
