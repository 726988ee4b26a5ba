// The files of the service, as the programs that read them understand them.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeService } from '../../../src/peer/install.ts';
import { launchdAgent, type ServiceOptions, systemdUnit } from '../../../src/peer/service-files.ts';
import { needs } from '../../helpers/needs.ts';

const SIMPLE: ServiceOptions = {
  node: '/usr/bin/node',
  launcher: '/opt/dispatch/bin/dispatch.js',
  args: [],
  path: '/usr/local/bin:relative::/usr/bin:/bin:/usr/bin',
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dispatch service $HOME %h-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A service whose every word is awkward; both programs are there. */
function awkward(): ServiceOptions {
  mkdirSync(join(folder, 'bin'));
  const [node, launcher] = [join(folder, 'bin', 'node'), join(folder, 'bin', 'dispatch.js')];
  for (const file of [node, launcher]) {
    writeFileSync(file, '#!/bin/sh\n');
    chmodSync(file, 0o755);
  }
  return {
    node,
    launcher,
    args: ['--name', 'a "b" \'c\' \\d', '$x %h', '<&>'],
    path: `${folder}:/bin`,
    home: folder,
  };
}

describe('the unit', () => {
  const unit = systemdUnit({ ...SIMPLE, args: ['--name', 'desk', '--listen', '[::]:4747'], notify: true });
  const setting = (text: string, key: string): string | undefined => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1];

  it('starts the peer, and waits until it serves', () => {
    expect(setting(unit, 'ExecStart')).toBe(
      '/usr/bin/node --max-semi-space-size=2 /opt/dispatch/bin/dispatch.js peer --name desk --listen "[::]:4747"',
    );
    expect(setting(unit, 'Type')).toBe('notify');
    expect(setting(unit, 'NotifyAccess')).toBe('all');
    expect(setting(unit, 'WantedBy')).toBe('default.target');
  });

  it('does not wait for what cannot be told', () => {
    const plain = systemdUnit({ ...SIMPLE, notify: false });
    expect(setting(plain, 'Type')).toBe('exec');
    expect(setting(plain, 'NotifyAccess')).toBeUndefined();
  });

  it('leaves the ends of runs to the peer', () => {
    expect(setting(unit, 'KillMode')).toBe('mixed');
    expect(Number(setting(unit, 'TimeoutStopSec'))).toBeGreaterThan(10);
    expect(setting(unit, 'OOMPolicy')).toBe('continue');
    expect(setting(unit, 'Restart')).toBe('on-failure');
  });

  it('gives runs the programs of who installed it, from absolute folders', () => {
    expect(setting(unit, 'Environment')).toBe('PATH=/usr/local/bin:/usr/bin:/bin');
  });

  it('confines nothing that a run needs', () => {
    const confining =
      /^(NoNewPrivileges|Protect\w+|Private\w+|Restrict\w+|SystemCall\w+|MemoryDenyWriteExecute|LockPersonality|IPAddress\w+|ReadOnlyPaths|InaccessiblePaths|UMask|MemoryMax|CPUQuota|TasksMax|CapabilityBoundingSet)=/m;
    expect(unit).not.toMatch(confining);
    expect('ProtectSystem=strict').toMatch(confining);
  });
});

needs('systemd-analyze')('systemd', () => {
  const verify = (text: string): string => {
    const file = join(folder, 'dispatch-peer.service');
    writeFileSync(file, text);
    const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--user', '--man=no', file], {
      encoding: 'utf8',
      env: { ...process.env, XDG_RUNTIME_DIR: folder, HOME: folder, SYSTEMD_LOG_LEVEL: 'warning' },
      timeout: 20_000,
    });
    return stdout + stderr;
  };

  it('finds nothing to say of it', () => {
    expect(verify(systemdUnit({ ...awkward(), notify: true }))).toBe('');
    expect(verify(systemdUnit({ ...SIMPLE, node: process.execPath, notify: false }))).toBe('');
  });

  it('would say so', () => {
    const unit = systemdUnit({ ...SIMPLE, node: '/no/such/node', notify: true });
    expect(verify(unit)).toContain('/no/such/node');
    expect(verify(unit.replace('KillMode=mixed', 'KillMode=sometimes'))).toContain('sometimes');
  });
});

needs('python3')('the property list', () => {
  const read = (text: string): Record<string, unknown> =>
    JSON.parse(
      execFileSync(
        'python3',
        ['-c', 'import json,plistlib,sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))'],
        {
          input: text,
          encoding: 'utf8',
        },
      ),
    );

  it('says the same after it has been read', () => {
    const options = awkward();
    const agent = read(launchdAgent({ ...options, logFile: '/x/a & b.log' }));
    expect(agent).toEqual({
      Label: 'dispatch.peer',
      ProgramArguments: [options.node, '--max-semi-space-size=2', options.launcher, 'peer', ...options.args],
      EnvironmentVariables: { PATH: options.path, DISPATCH_HOME: folder },
      RunAtLoad: true,
      KeepAlive: { SuccessfulExit: false },
      ProcessType: 'Standard',
      ExitTimeOut: 30,
      SoftResourceLimits: { Core: 0 },
      StandardErrorPath: '/x/a & b.log',
    });
  });
});

describe('elsewhere', () => {
  it('says what it knows, and the way out', () => {
    const about = { paths: { configFile: '/x/config.toml', logFile: '/x/log' } as never, env: {}, args: [] };
    expect(() => describeService({ ...about, platform: 'freebsd' })).toThrow(
      '"peer install" knows systemd and launchd, and this is freebsd',
    );
    expect(describeService({ ...about, env: { HOME: '/Users/me' }, platform: 'darwin' }).file).toBe(
      '/Users/me/Library/LaunchAgents/dispatch.peer.plist',
    );
    expect(describeService({ ...about, env: { HOME: '/home/me' }, platform: 'linux' }).file).toBe(
      '/home/me/.config/systemd/user/dispatch-peer.service',
    );
  });
});
