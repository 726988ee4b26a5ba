// An agent works on this machine in runs of its own, in the sandbox, and has been told by what it read to do harm: to say yes for
// itself, to loosen what its owner set, to get at what is outside. What it leaves behind is in another file.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../../src/cli/ids.ts';
import type { AccessLevel } from '../../../src/core/access.ts';
import type { ShellAction } from '../../../src/core/actions.ts';
import type { Run } from '../../../src/core/runs.ts';
import { LAUNCHER } from '../../helpers/cli.ts';
import { needs } from '../../helpers/needs.ts';
import { isAlive } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';
import { agentRuns, ask, type Field, obey, openField, patient, settled } from './field.ts';

patient();

const CONFINED = ['read-only', 'workspace-write'] as const;

needs(
  'bwrap',
  'python3',
  'git',
)('a compromised agent', () => {
  let field: Field;
  let victim: ChildProcess;
  const servers: Server[] = [];
  const home = (path: string): string => join(field.home.work, path);

  beforeAll(async () => {
    field = await openField('mine', {
      config:
        '[[rules]]\nname = "no-push"\ndecision = "deny"\nrequesters = ["agent"]\ncommand = ["tee", "pushed"]\n' +
        '[[rules]]\nname = "may-push"\ndecision = "allow"\ncommand = ["tee", "pushed"]\n',
    });
    victim = spawn('sleep', ['600'], { stdio: 'ignore' });
    await field.home.begin();
  });
  afterAll(async () => {
    victim?.kill('SIGKILL');
    for (const server of servers) server.close();
    await field?.dispose();
  });

  const agent = (command: string, access: AccessLevel, action: Partial<ShellAction> = {}) =>
    agentRuns(field, command, { access, ...action });
  const waiting = async (command: string): Promise<Run> => {
    const run = await ask(field, command, {}, { as: 'agent' });
    return settled(field, run.id);
  };

  describe('that says yes for itself', () => {
    test('with its task', async () => {
      const client = await field.home.ask();
      const action = {
        kind: 'shell',
        command: 'touch yes',
        access: 'workspace-write',
        cwd: field.home.work,
      } as const;
      const task = { id: newId(), task: '!touch yes', action, approve: true, as: 'agent' } as const;
      await expect(client.call('submit', task)).rejects.toMatchObject({ code: 'refused' });
      for (const as of ['assistant', 'device', 'human', 'AGENT', ''])
        await expect(client.call('submit', { ...task, as: as as 'agent' }), as).rejects.toThrow();
      expect(await field.home.cli(['run', '--agent', '--yes', '--', 'touch yes'])).toMatchObject({ code: 2 });
      const env = { DISPATCH_AS: 'agent' };
      expect(await field.home.cli(['run', '--yes', '--', 'touch yes'], { env })).toMatchObject({ code: 2 });
      expect(existsSync(home('yes'))).toBe(false);
    });

    test('afterwards, with the commands of Dispatch', async () => {
      const { id, number } = await waiting('touch yes');
      const ref = String(number);
      const rule = ['policy', 'add', '--allow', '--yes', '--', 'touch', 'yes'];
      const env = { DISPATCH_AS: 'agent' };
      for (const args of [
        ['approve', ref],
        ['approve', ref, '--for-run'],
        ['approve', ref, '--always', '--yes'],
        ['approve', ref, '--alike'],
        rule,
        ['policy', 'remove', 'no-push'],
        ['permissions', 'set', 'max-access=full-access'],
      ])
        expect(await field.home.cli(args, { env }), args.join(' ')).toMatchObject({ code: 126 });
      expect((await settled(field, id)).status).toBe('waiting_approval');
      expect(existsSync(home('yes'))).toBe(false);
      expect((await field.home.cli(['approve', ref])).code).toBe(0);
      await until('the canary', () => existsSync(home('yes')));
      rmSync(home('yes'));
    });

    test('by having a person’s name put to what it may not do', async () => {
      const forbidden = await waiting('tee pushed');
      expect(forbidden).toMatchObject({ status: 'failed', reason: 'refused' });
      const env = { DISPATCH_AS: 'agent' };
      await field.home.cli(['retry', forbidden.id], { env });
      const { runs } = await (await field.home.ask()).call('runs.list', { limit: 1 });
      await settled(field, runs[0]?.id as string);
      expect(existsSync(home('pushed'))).toBe(false);
    });

    test('through a device of its own that may', async () => {
      const env = { DISPATCH_AS: 'agent' };
      const pairing = field.home.start(['pair', '--allow', 'run,approve', '--json'], { env });
      const { code, out } = await Promise.race([
        pairing.done,
        pairing.printed('ticket').then(() => ({ code: 0, out: pairing.out() })),
      ]).catch(() => pairing.done);
      pairing.kill('SIGINT');
      await pairing.done;
      expect({ code, out }).toMatchObject({ code: 126, out: expect.not.stringContaining('ticket') as string });
    });

    test.each(CONFINED)('from within its run (%s)', async (access) => {
      const { id, number } = await waiting('touch inside');
      const program = field.put(
        'connect.py',
        `import socket, sys
try:
    socket.socket(socket.AF_UNIX).connect(sys.argv[1])
    print("CONNECTED")
except OSError as error:
    print("no socket:", error)
`,
      );
      const dispatch = `${process.execPath} ${LAUNCHER} approve ${number}`;
      const command = [
        `python3 ${program} ${field.home.paths.socket}`,
        `DISPATCH_HOME=${field.home.path} ${dispatch} && echo APPROVED`,
        'find / -xdev -type s 2>/dev/null | while read -r s; do echo "SOCKET $s"; done',
        'env | grep ^DISPATCH_HOME',
      ].join('\n');
      const { output } = await agent(command, access);
      expect(output).not.toMatch(/CONNECTED|APPROVED|SOCKET|DISPATCH_HOME/);
      expect(output).toContain('no socket:');
      expect((await settled(field, id)).status).toBe('waiting_approval');
      expect(existsSync(home('inside'))).toBe(false);
      // With full access it is a process of the person, and is one of those who may approve.
      const yes = `python3 ${program} ${field.home.paths.socket}; ${dispatch}`;
      const { output: outside } = await obey(field, yes, { access: 'full-access' });
      expect(outside).toContain('CONNECTED');
      await until('the canary', () => existsSync(home('inside')));
      rmSync(home('inside'));
    });
  });

  test.each(CONFINED)('that wants what its owner set to be loosened (%s)', async (access) => {
    const { configFile, identityFile } = field.home.paths;
    const before = readFileSync(configFile, 'utf8');
    const loosen = [
      `printf '[[rules]]\\nname="x"\\ndecision="allow"\\n' >> ${configFile}`,
      `sed -i 's/deny/allow/' ${configFile}`,
      `mv ${field.home.path} ${field.home.path}-x; mkdir ${field.home.path}; cp ~/x ${configFile}`,
      `rm -rf ${field.home.path}/*`,
      `ln -sf ~/x ${configFile}`,
      `grep -qa . ${identityFile} && echo READ`,
      `ls ${field.home.path} && echo LISTED`,
    ].join('; ');
    const { output } = await agent(loosen, access);
    expect(output).not.toMatch(/READ|LISTED/);
    expect(readFileSync(configFile, 'utf8')).toBe(before);
    const { rules } = await (await field.home.ask()).call('policy.list', {});
    expect(rules.filter(({ source }) => source === 'config').map(({ name }) => name)).toEqual(['no-push', 'may-push']);
    const look = `grep -qa . ${identityFile} && echo READ; ls ${field.home.path} && echo LISTED`;
    const { output: outside } = await obey(field, look, { access: 'full-access' });
    expect(outside).toMatch(/READ[\s\S]*LISTED/);
  });

  test.each(CONFINED)('that wants to harm the peer and other processes (%s)', async (access) => {
    const pid = await field.home.peerPid();
    const stamp = `sleep 300 & echo $! > ~/mine; kill -9 ${pid} ${victim.pid} -1; echo; cat /proc/${pid}/environ /proc/${victim.pid}/environ && echo READ`;
    const { output } = await agent(stamp, access);
    expect(output).not.toContain('READ');
    expect(isAlive(pid)).toBe(true);
    expect(isAlive(victim.pid as number)).toBe(true);
    expect((await (await field.home.ask()).call('status', {})).pid).toBe(pid);
    const other = spawn('sleep', ['600'], { stdio: 'ignore' });
    const killed = once(other, 'exit');
    await obey(field, `kill -9 ${other.pid}`, { access: 'full-access' });
    await killed;
    expect(other.signalCode).toBe('SIGKILL');
  });

  test.each(CONFINED)('that wants to type into the terminal and to find services (%s)', async (access) => {
    const heard: string[] = [];
    const listen = async (path: string): Promise<void> => {
      const server = createServer((socket) => {
        heard.push(path);
        socket.on('error', () => {}).end();
      });
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(path, resolve));
    };
    const [file, abstract] = [home(`bus-${access}.sock`), `\0red-${field.device}-${access}`];
    await Promise.all([listen(file), listen(abstract)]);
    const program = field.put(
      'reach.py',
      `import fcntl, socket, sys, termios
def tries(name, do):
    try: do(); print("DID", name)
    except Exception as error: print("no", name, error)
def to(path): s = socket.socket(socket.AF_UNIX); s.connect(path)
tries("file", lambda: to(${JSON.stringify(file)}))
tries("abstract", lambda: to("\\0" + ${JSON.stringify(abstract.slice(1))}))
for path in ["/var/run/docker.sock", "/run/docker.sock", "/run/dbus/system_bus_socket", "/run/user/0/bus", "/run/systemd/private"]:
    tries(path, lambda: to(path))
tries("typing", lambda: [fcntl.ioctl(0, termios.TIOCSTI, c) for c in "x"])
`,
    );
    const tty = { cols: 80, rows: 24 };
    const { output } = await agent(`python3 ${program}; env | grep -E '^(DBUS|SSH_AUTH|DOCKER|XDG_RUNTIME)'`, access, {
      tty,
    });
    expect(output).toContain('no file');
    expect(output).not.toContain('DID');
    expect(output).not.toMatch(/^(DBUS|SSH_AUTH|DOCKER|XDG_RUNTIME)/m);
    expect(heard).toEqual([]);
    await obey(field, `python3 ${program}`, { access: 'full-access', tty });
    expect(heard.sort()).toEqual([abstract, file].sort());
  });
});
