// `dispatch peer install`: what it writes, what it tells a service manager, and what it leaves to the person. No test machine has a
// user's systemd at hand, so where one is told something it is a program of the test's own that writes down what it was told.
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliHome, createHome, type Finished } from '../../helpers/cli.ts';

let home: CliHome;
let unit: string;
let bin: string;
beforeEach(() => {
  home = createHome();
  unit = join(home.path, 'config', 'systemd', 'user', 'dispatch-peer.service');
  bin = join(home.path, 'bin');
  mkdirSync(bin);
});
afterEach(() => home.dispose());

/** Puts a `systemctl` first on PATH that notes its arguments, and fails for those that the pattern matches. */
function systemctl(failing: string): void {
  const file = join(bin, 'systemctl');
  writeFileSync(file, `#!/bin/sh\necho "$*" >> ${home.path}/told\ncase "$*" in ${failing}) exit 1;; esac\n`);
  chmodSync(file, 0o755);
}
const told = (): string[] => {
  const file = join(home.path, 'told');
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
};
const install = (...args: string[]): Promise<Finished> =>
  home.cli(['peer', 'install', ...args], {
    env: { XDG_CONFIG_HOME: join(home.path, 'config'), PATH: `${bin}:${process.env.PATH}` },
  });

describe.runIf(process.platform === 'linux')('peer install', () => {
  it('--print shows what it would write, with the options, and changes nothing', async () => {
    systemctl('nothing');
    const { code, out } = await install('--print', '--name', 'desk', '--no-lan', '--listen', 'localhost:4747');
    expect(code).toBe(0);
    expect(out).toMatch(
      /^ExecStart=\S+ --max-semi-space-size=2 \S+bin\/dispatch\.js peer --name desk --listen 127\.0\.0\.1:4747 --no-lan$/m,
    );
    expect(out).toMatch(new RegExp(`^Environment=PATH=${bin}:`, 'm'));
    expect(out).toContain(`\nEnvironment=DISPATCH_HOME=${home.path}\n`);
    expect(existsSync(unit)).toBe(false);
    expect(told()).toEqual([]);
    const json = JSON.parse((await install('--print', '--json')).out);
    expect(json).toMatchObject({ manager: 'systemd', file: unit, text: expect.stringContaining('[Service]') });
  });

  it('writes the unit, starts it, and says how it stays when nobody is logged in', async () => {
    systemctl('*is-active*');
    const { code, out } = await install();
    expect(code).toBe(0);
    expect(out).toContain(`wrote ${unit}\nsystemd runs the peer\n`);
    expect(out).toContain('loginctl enable-linger');
    expect(readFileSync(unit, 'utf8')).toBe((await install('--print')).out);
    expect(statSync(unit).mode & 0o777).toBe(0o644);
    expect(told()).toEqual([
      '--user daemon-reload',
      '--user is-active --quiet dispatch-peer.service',
      '--user enable --now dispatch-peer.service',
    ]);
    expect(existsSync(home.paths.socket)).toBe(false); // no peer but the service
  });

  it('where no systemd of the user answers, says what is left to do', async () => {
    systemctl('*');
    const report = JSON.parse((await install('--json')).out);
    expect(report).toMatchObject({ file: unit, running: false });
    expect(report.next.map(({ command }: { command: string }) => command)).toEqual([
      'systemctl --user daemon-reload',
      'systemctl --user enable --now dispatch-peer.service',
      'loginctl enable-linger',
    ]);
  });

  it('starts no second peer beside one that runs', async () => {
    systemctl('*is-active*');
    const peer = await home.startPeer();
    const { out } = await install();
    expect(out).toContain('systemd does not run the peer yet');
    expect(out).toContain(`stop the peer that runs on its own, process ${peer.pid}:\n    dispatch peer stop\n`);
    expect(told().at(-1)).toBe('--user enable dispatch-peer.service');
  });

  it('over a service that runs says how it obeys the new file', async () => {
    systemctl('nothing');
    const { out } = await install('--metrics', '127.0.0.1:9464');
    expect(out).toContain('systemctl --user restart dispatch-peer.service');
  });

  it('--uninstall stops the service and takes the file away, once', async () => {
    systemctl('*is-active*');
    await install();
    expect((await install('--uninstall')).out).toBe(`stopped, and removed ${unit}\n`);
    expect(existsSync(unit)).toBe(false);
    expect(told().slice(-2)).toEqual(['--user disable --now dispatch-peer.service', '--user daemon-reload']);
    expect(JSON.parse((await install('--uninstall', '--json')).out)).toEqual({ file: unit, removed: false });
  });

  it('without a systemctl says so, and writes nothing', async () => {
    const { code, err } = await home.cli(['peer', 'install'], {
      env: { XDG_CONFIG_HOME: join(home.path, 'config'), PATH: bin },
    });
    expect(code).toBe(125);
    expect(err).toBe(
      'dispatch: there is no systemctl on this machine, so systemd does not start services here: have "dispatch peer" started by what does; "dispatch peer install --print" shows the file all the same\n',
    );
    expect(existsSync(unit)).toBe(false);
  });

  it('where it may not write says so', async () => {
    systemctl('nothing');
    writeFileSync(join(home.path, 'config'), 'a file, where a folder should be');
    const { code, err } = await install();
    expect(code).toBe(125);
    expect(err).toMatch(/^dispatch: cannot write \S+dispatch-peer\.service: .*: mend the permissions of its folder\n$/);
  });

  it('refuses options that the service could not start with', async () => {
    systemctl('nothing');
    expect(await install('--listen', 'x')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--listen x: expected'),
    });
    expect(existsSync(unit)).toBe(false);
  });
});
