// Ways out of the sandbox, each tried for real. Most are also tried without it, where they must succeed: else they would show nothing.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccessLevel } from '../../../src/core/access.ts';
import type { ShellAction } from '../../../src/core/actions.ts';
import { needs } from '../../helpers/needs.ts';
import { isAlive } from '../../helpers/processes.ts';
import { accounts, openRunner, type Runner } from './runner.ts';

interface Stage {
  readonly runner: Runner;
  /** A process outside, of the same account. */
  readonly victim: ChildProcess;
  readonly port: number;
  readonly abstract: string;
  readonly servers: readonly Server[];
}

interface Escape {
  readonly name: string;
  /** Prints ESCAPED where it has got out. */
  readonly command: string | ((stage: Stage) => string);
  /** Those that it is tried at; both if absent. */
  readonly levels?: readonly Exclude<AccessLevel, 'full-access'>[];
  readonly network?: true;
  readonly more?: Partial<ShellAction>;
  /** Who can do it without a sandbox: everybody, root alone, or nobody surely (`never`), where the machine or Python has a say. */
  readonly control?: 'root' | 'never';
  /** Something else than ESCAPED that must not be printed. */
  readonly never?: RegExp;
}

const WRITE = ['workspace-write'] as const;
const attack = (name: string, ...args: string[]): string => `python3 ~/attack.py ${name} ${args.join(' ')}`;
const did = (command: string): string => `(${command}) && echo ESCAPED`;
const filtered = (name: string, ...args: string[]): Escape => ({
  name: `the system call of ${name}`,
  command: attack(name, ...args),
  control: 'never',
  never: /LET THROUGH/,
});

/** Descriptors of files and folders, of the shell and of what makes the sandbox. */
const LEFT_OPEN = `for f in /proc/$$/fd/* /proc/1/fd/*; do
  t=$(readlink $f); case $t in /dev/*|/proc/*|*'(deleted)'|'') ;; /*) echo "ESCAPED $t" ;; esac
done`;

const ESCAPES: readonly Escape[] = [
  // Files outside.
  { name: 'writing a file outside', command: ({ runner }) => did(`echo x > ${runner.outside}/new`) },
  { name: 'reading a file outside', command: ({ runner }) => did(`grep secret ${runner.outside}/file`) },
  { name: 'listing a folder outside', command: ({ runner }) => did(`ls ${runner.outside} | grep file`) },
  { name: 'reading through a symbolic link', command: did('grep secret ~/link-to-file') },
  { name: 'writing through a symbolic link', command: did('echo x >> ~/link-to-file') },
  { name: 'going through a link to a folder', command: did('cd ~/link-to-folder') },
  {
    name: 'a new link to the outside',
    command: ({ runner }) => did(`l=/tmp/dispatch-link-$$; ln -s ${runner.outside}/file $l; cat $l && rm $l`),
  },
  {
    name: 'a hard link to the outside',
    command: ({ runner }) => did(`ln ${runner.outside}/file ~/hard && grep secret ~/hard`),
  },
  { name: 'going up from the home folder', command: did('ls ~/../outside') },
  { name: 'the folder of another process', command: ({ victim }) => did(`ls /proc/${victim.pid}/cwd/`) },
  {
    name: 'the root of another process',
    command: ({ victim, runner }) => did(`ls /proc/${victim.pid}/root${runner.outside}`),
  },
  { name: 'the root of process 1', command: ({ runner }) => did(`ls /proc/1/root${runner.outside}`), control: 'never' },
  {
    name: 'the folder of process 1',
    command: ({ runner }) => did(`ls /proc/1/cwd/${runner.outside}`),
    control: 'never',
  },
  { name: 'the memory of another process', command: ({ victim }) => did(`head -c 0 /proc/${victim.pid}/mem`) },
  { name: 'the environment of another process', command: ({ victim }) => did(`cat /proc/${victim.pid}/environ`) },
  { name: 'a new name in the root folder', command: did('mkdir /escape && rmdir /escape'), control: 'root' },
  { name: 'a file of the system', command: did('touch /usr/bin/env'), control: 'root' },
  { name: 'a setting of the system', command: did('touch /etc/passwd'), control: 'root' },
  { name: 'the passwords of the system', command: did('head -c 1 /etc/shadow'), control: 'root' },
  { name: 'the socket of docker, dbus or systemd', command: did('ls /run | grep .') },
  { name: 'other memory files', command: ({ runner }) => did(`test -e /dev/shm/${runner.pid}`), control: 'never' },
  { name: 'writing where it may only read', command: did('touch ~/new'), levels: ['read-only'] },
  { name: 'deleting where it may only read', command: did('rm ~/doomed-read-only'), levels: ['read-only'] },
  { name: 'changing modes where it may only read', command: did('chmod 700 ~/attack.py'), levels: ['read-only'] },
  {
    name: 'leaving an artifact where it may only read',
    command: did('touch $DISPATCH_ARTIFACTS/x'),
    levels: ['read-only'],
  },
  {
    name: 'a program with the rights of its owner',
    command: 'test "$(~/set-uid -p -c "id -u")" = 0 && test "$(id -u)" != 0 && echo ESCAPED',
    control: 'never',
  },

  // What is hidden.
  { name: 'reading a key', command: did('cat ~/.ssh/id_ed25519') },
  { name: 'listing keys', command: did('ls ~/.ssh') },
  { name: 'reading a hidden file', command: did('grep secret ~/.netrc') },
  { name: 'reading a key through a link', command: did('cat ~/keys/id_ed25519') },
  { name: 'reading what the owner hides', command: did('cat ~/hidden-by-owner/note') },
  { name: 'the key of Dispatch', command: did('cat ~/.dispatch/identity.key') },
  { name: 'listing the folder of Dispatch', command: did('ls ~/.dispatch') },
  {
    name: 'the artifacts of other runs',
    command: did('ls ~/.dispatch/runs | grep -vF "$(basename $DISPATCH_ARTIFACTS)"'),
  },
  { name: 'the control socket', command: attack('unix', '~/.dispatch/peer.sock') },
  {
    name: 'moving what is hidden',
    command: did('mv ~/.ssh ~/moved && cat ~/moved/id_ed25519; mv ~/moved ~/.ssh'),
    levels: WRITE,
    control: 'never',
  },
  { name: 'adding a key', command: did('echo key >> ~/.ssh/authorized_keys'), levels: WRITE },
  { name: 'uncovering what is hidden', command: attack('umount', '~/.ssh'), control: 'never' },

  // What would run outside later.
  { name: 'the start of the next shell', command: did('echo x >> ~/.bashrc'), levels: WRITE },
  {
    name: 'another start of the next shell',
    command: did('echo x > /tmp/b && mv -f /tmp/b ~/.bashrc'),
    levels: WRITE,
    control: 'never',
  },
  { name: 'the start of the next shell through its link', command: did('echo x >> ~/dotfiles/profile'), levels: WRITE },
  { name: 'the next login', command: did('touch ~/.config/autostart/x.desktop'), levels: WRITE },
  {
    name: 'moving the folder of the next login',
    command: did('mv ~/.config ~/old && mv ~/old ~/.config'),
    levels: WRITE,
  },
  { name: 'a program by the name of another', command: did('touch ~/.local/bin/ls'), levels: WRITE },
  {
    name: 'a hook of git',
    command: did('cd ~/repo && touch .git/hooks/pre-commit'),
    levels: WRITE,
    more: { cwd: 'repo' },
  },
  {
    name: 'a setting of git',
    command: did('cd ~/repo && echo x >> .git/config'),
    levels: WRITE,
    more: { cwd: 'repo' },
  },
  {
    name: 'another repository in its place',
    command: did('mv ~/repo/.git ~/repo/g && mv ~/repo/g ~/repo/.git'),
    levels: WRITE,
    more: { cwd: 'repo' },
  },

  // Other processes.
  { name: 'a signal to another process', command: ({ victim }) => did(`kill -0 ${victim.pid}`) },
  {
    name: 'following another process',
    command: ({ victim }) => attack('ptrace', `${victim.pid}`),
    never: /LET THROUGH/,
    control: 'never',
  },
  {
    name: 'reading another process',
    command: ({ victim }) => attack('peek', `${victim.pid}`),
    never: /LET THROUGH/,
    control: 'never',
  },
  { name: 'the program that makes the sandbox', command: attack('exe'), control: 'never' },
  { name: 'open folders that were left', command: LEFT_OPEN, control: 'never' },

  // The kernel.
  {
    name: 'where the kernel sends cores',
    command: did('cat /proc/sys/kernel/core_pattern > /tmp/c && cat /tmp/c > /proc/sys/kernel/core_pattern'),
    control: 'root',
  },
  {
    name: 'another setting of the kernel',
    command: did('echo 100 > /proc/sys/vm/vfs_cache_pressure'),
    control: 'root',
  },
  { name: 'the keys of the kernel', command: did('echo h > /proc/sysrq-trigger'), control: 'never' },
  { name: 'the memory of the machine', command: did('head -c 1 /dev/mem'), control: 'never' },
  { name: 'a disk', command: did('head -c 1 /dev/[svx][dv][a-z]'), control: 'never' },
  { name: 'a new device', command: did('mknod /tmp/escape-null c 1 3 && rm /tmp/escape-null'), control: 'root' },
  { name: 'the folders of the kernel', command: did('ls /sys/kernel') },

  // The network.
  { name: 'a service of this machine', command: ({ port }) => attack('tcp', `${port}`) },
  { name: 'a socket with an abstract name', command: ({ abstract }) => attack('abstract', abstract) },
  {
    name: 'a socket with an abstract name, with the network',
    command: ({ abstract }) => attack('abstract', abstract),
    network: true,
    levels: WRITE,
  },
  { name: 'a socket in a folder that it may read', command: attack('unix', '~/open.sock'), levels: ['read-only'] },
  {
    name: 'a socket in a shared folder, with the network',
    command: attack('unix', '~/open.sock'),
    network: true,
    levels: WRITE,
  },
  { name: 'the machine around this one', command: attack('vsock'), control: 'never' },
  { name: 'raw packets', command: attack('packet'), control: 'root' },

  // Mounts, namespaces and the rest.
  ...[
    ...(['mount', 'remount', 'bind', 'umount', 'pivot', 'chroot'] as const).map((name) => filtered(name, '~')),
    ...['unshare-user', 'unshare-mount', 'clone-user', 'clone3-user', 'setns', 'fsopen', 'open-tree', 'handle'].map(
      (name) => filtered(name),
    ),
    ...['keyring', 'add-key', 'bpf', 'perf', 'userfault', 'io-uring', 'kexec', 'module'].map((name) => filtered(name)),
  ],
];

/** Of x86-64 alone: numbers of calls that are those of another architecture. */
const OTHER_NUMBERS: readonly Escape[] = [
  { name: 'calls by the numbers of x32', command: attack('x32'), never: /LET THROUGH/, control: 'never' },
  { name: 'calls by the numbers of i386', command: attack('i386') },
];

needs(
  'bwrap',
  'python3',
  'setpriv',
)('the sandbox', () => {
  describe.each(accounts())('of $name', (account) => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await setTheStage(await openRunner(account), account.uid);
      expect(stage.runner.report).toMatchObject({ kind: 'bubblewrap' });
    });
    afterAll(() => {
      stage.victim.kill('SIGKILL');
      for (const server of stage.servers) server.close();
      stage.runner.close();
    });

    const escapes = [...ESCAPES, ...(process.arch === 'x64' ? OTHER_NUMBERS : [])];
    const tries = escapes.flatMap((way) =>
      (way.levels ?? (['read-only', 'workspace-write'] as const)).map((level) => ({ ...way, level })),
    );
    test.each(tries)('$name ($level)', async ({ command, level, network, more = {}, never }) => {
      const text = typeof command === 'string' ? command : command(stage);
      const answer = await stage.runner.ask(text, {
        access: level,
        ...(network && { network }),
        ...within(stage, more),
      });
      expect(answer.refused).toBeUndefined();
      expect(answer.outcome?.kind).not.toBe('failed');
      expect(answer.text).not.toContain('ESCAPED');
      if (never !== undefined) expect(answer.text).not.toMatch(never);
      expect(isAlive(stage.victim.pid ?? 0)).toBe(true);
    });

    const controls = escapes.filter(
      ({ control }) => control === undefined || (control === 'root' && account.uid === 0),
    );
    test.each(controls)('without a sandbox: $name', async ({ command, more = {} }) => {
      const text = typeof command === 'string' ? command : command(stage);
      const answer = await stage.runner.ask(text, { access: 'full-access', ...within(stage, more) });
      expect(answer.text).toContain('ESCAPED');
    });

    test('nothing outside has changed', () => {
      expect(readFileSync(join(stage.runner.home, '.ssh', 'id_ed25519'), 'utf8')).toBe('secret key');
      expect(lstatSync(join(stage.runner.home, '.profile')).isSymbolicLink()).toBe(true);
    });
  });
});

function within({ runner }: Stage, more: Partial<ShellAction>): Partial<ShellAction> {
  return more.cwd === undefined ? more : { ...more, cwd: join(runner.home, more.cwd) };
}

async function setTheStage(runner: Runner, uid: number): Promise<Stage> {
  const { home, outside, own } = runner;
  const at = (...names: string[]): string => join(home, ...names);
  for (const folder of ['.ssh', 'hidden-by-owner', 'dotfiles', 'repo/.git/hooks', '.config/autostart', '.local/bin'])
    mkdirSync(at(folder), { recursive: true });
  const files: Readonly<Record<string, string>> = {
    [at('.ssh', 'id_ed25519')]: 'secret key',
    [at('.netrc')]: 'secret password',
    [at('.bashrc')]: ': of the person\n',
    [at('dotfiles', 'profile')]: ': of the person\n',
    [at('hidden-by-owner', 'note')]: 'secret',
    [at('doomed-read-only')]: '',
    [at('repo', '.git', 'config')]: '',
    [join(own, 'identity.key')]: 'secret',
    [join(outside, 'file')]: 'secret',
  };
  for (const [path, content] of Object.entries(files)) writeFileSync(path, content);
  symlinkSync(join(outside, 'file'), at('link-to-file'));
  symlinkSync(outside, at('link-to-folder'));
  symlinkSync('.ssh', at('keys'));
  symlinkSync('dotfiles/profile', at('.profile'));
  copyFileSync(join(import.meta.dirname, 'attack.py'), at('attack.py'));
  copyFileSync('/bin/bash', at('set-uid'));
  const abstract = `dispatch-test-${runner.pid}`;
  const servers = await Promise.all([
    listen({ host: '127.0.0.1', port: 0 }),
    listen({ path: `\0${abstract}` }),
    listen({ path: at('open.sock') }),
    listen({ path: join(own, 'peer.sock') }),
  ]);
  runner.settle();
  if (process.getuid?.() === 0) chownSync(at('set-uid'), 0, 0);
  chmodSync(at('set-uid'), 0o4755);
  for (const socket of [at('open.sock'), join(own, 'peer.sock')]) chmodSync(socket, 0o777);
  const address = servers[0]?.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const options = process.getuid?.() === 0 ? { uid, gid: uid } : {};
  const victim = spawn('sleep', ['1000'], { stdio: 'ignore', cwd: outside, ...options });
  await once(victim, 'spawn');
  return { runner, victim, port, abstract, servers };
}

async function listen(
  where: { readonly host: string; readonly port: number } | { readonly path: string },
): Promise<Server> {
  const server = createServer((socket) => socket.end());
  server.listen(where);
  await once(server, 'listening');
  return server;
}
