// What a confined command cannot use up, as root and as an ordinary account; and what it gets of the peer's surroundings.
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findControlGroups } from '../../../src/routes/desktop/sandbox/control-group.ts';
import { needs, unless } from '../../helpers/needs.ts';
import { processesWith } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';
import { accounts, openRunner, type Runner, runName } from './runner.ts';

const MiB = 1024 * 1024;

needs(
  'bwrap',
  'python3',
  'setpriv',
)('the limits', () => {
  describe.each(accounts())('of $name', (account) => {
    let runner: Runner;
    beforeAll(async () => {
      runner = await openRunner(account);
    });
    afterAll(() => runner.close());

    const bounded = account.uid !== 0 || findControlGroups() !== undefined;
    unless(bounded ? undefined : 'control groups for root')('processes', () => {
      test('are bounded, and all of them gone afterwards', async () => {
        const code =
          'import os\\nn=0\\ntry:\\n  while n<500:\\n    if os.fork()==0: os.execlp("sleep","sleep","1000")\\n    n+=1\\nexcept OSError as e: print(n,e.errno)';
        const answer = await runner.ask(`python3 -c "$(printf '${code}')"; exit 5`, { limits: { processes: 40 } });
        const [started, errno] = answer.text.trim().split(' ').map(Number);
        expect(errno).toBe(11);
        expect(started).toBeGreaterThan(20);
        expect(started).toBeLessThanOrEqual(40);
        expect(answer.outcome).toMatchObject({ kind: 'exit', exitCode: 5 });
        if (account.uid === 0)
          expect(answer.outcome).toMatchObject({ message: expect.stringContaining('40 processes') });
        await until('end of all', () => processesWith(`DISPATCH_RUN=${runName(runner.pid, answer.id)}`).length === 0);
      });

      test('of a bomb are bounded too', async () => {
        const answer = await runner.ask('b() { b | b & }; b 2>/dev/null; sleep 0.5; echo survived', {
          limits: { processes: 30 },
        });
        expect(answer.text).toContain('survived');
        await until('end of all', () => processesWith(`DISPATCH_RUN=${runName(runner.pid, answer.id)}`).length === 0);
      });
    });

    test('one run does not use up the processes of another', async () => {
      const [first, second] = await Promise.all([
        runner.ask('for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.5 & done; wait; echo done', {
          limits: { processes: 16 },
        }),
        runner.ask('for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.5 & done; wait; echo done', {
          limits: { processes: 16 },
        }),
      ]);
      expect([first.text, second.text]).toEqual(['done\n', 'done\n']);
    });

    test('memory of a process is bounded', async () => {
      const command = 'python3 -c \'x = bytearray(300 << 20); print("got it")\'';
      expect((await runner.ask(command, { limits: { memoryBytes: 100 * MiB } })).text).toContain('MemoryError');
      expect((await runner.ask(command)).text).toContain('got it');
    });

    test.each(['/tmp', '/run', '/dev/shm'])('what lies in %s is bounded', async (folder) => {
      const answer = await runner.ask(`head -c 8000000 /dev/zero > ${folder}/full; wc -c < ${folder}/full; ls /`);
      expect(answer.text).toContain('No space left on device');
      expect(answer.text).toContain(`${4 * MiB}\n`);
    });

    test.each(['/', '/dev', '/home', '/proc', '/var'])('nothing can be made in %s', async (folder) => {
      expect((await runner.ask(`touch ${folder}/new && echo made`)).text).not.toContain('made');
    });

    test('what lies in /tmp is gone after the run', async () => {
      await runner.ask('touch /tmp/left');
      expect((await runner.ask('ls /tmp')).text).not.toContain('left');
    });

    test('cores are not written', async () => {
      expect((await runner.ask('ulimit -Hc')).text).toBe('0\n');
    });

    test('there is no capability, and none can come', async () => {
      const { text } = await runner.ask('grep -E "^(Cap|NoNewPrivs|Seccomp:)" /proc/self/status');
      expect(text.match(/0000000000000000$/gm)).toHaveLength(5);
      expect(text).toMatch(/NoNewPrivs:\t1/);
      expect(text).toMatch(/Seccomp:\t2/);
    });

    test('the environment has no address that leads out and no secret of the peer', async () => {
      const { text } = await runner.ask('env; tr "\\0" "\\n" < /proc/1/environ');
      expect(text).toContain('KEPT=yes\n');
      expect(text).not.toMatch(/SSH_AUTH_SOCK|DBUS|DISPLAY=|TOKEN|SECRET|not-for-commands/);
    });

    test('with full access the environment is the whole one', async () => {
      expect((await runner.ask('env', { access: 'full-access' })).text).toContain(
        'GITHUB_TOKEN=ghp-not-for-commands\n',
      );
    });

    test('the network is there where the owner lets it, and only then', async () => {
      const server = createServer((socket) => socket.end('hello\n')).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : 0;
      const command = `exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3`;
      expect((await runner.ask(command, { network: true })).text).toBe('hello\n');
      expect((await runner.ask(command, { network: false })).text).not.toContain('hello');
      expect((await runner.ask(command, { network: true, access: 'read-only' })).text).not.toContain('hello');
      server.close();
    });

    test('pairs of sockets work, and named ones in a network of its own', async () => {
      const pair = 'python3 -c \'import socket; a, b = socket.socketpair(); a.send(b"x"); print(b.recv(1))\'';
      expect((await runner.ask(pair, { access: 'read-only' })).text).toContain("b'x'");
      const named = 'python3 -c \'import socket; s = socket.socket(socket.AF_UNIX); s.bind("/tmp/s"); print("bound")\'';
      expect((await runner.ask(named)).text).toContain('bound');
      expect((await runner.ask(named, { network: true })).text).not.toContain('bound');
    });

    test('an open folder that the peer was started with stays outside', async () => {
      // Node closes the first few itself, where there is no gap.
      const leaky = await openRunner(account, ['bash', '-c', 'exec 7</ 200</; exec "$@"', 'bash']);
      try {
        const leak = 'for fd in 7 200; do ls /proc/$$/fd/$fd/ && echo ESCAPED; done';
        expect((await leaky.ask(leak, { access: 'full-access' })).text).toContain('ESCAPED');
        const { text, outcome } = await leaky.ask(leak);
        expect(outcome?.kind).toBe('exit');
        expect(text).not.toContain('ESCAPED');
      } finally {
        leaky.close();
      }
    });

    test('a run ends with its peer', async () => {
      const doomed = await openRunner(account);
      const command = 'setsid sleep 1234 & sleep 1235';
      void doomed.ask(command);
      const marked = (): number[] => processesWith(`DISPATCH_RUN=${runName(doomed.pid, 1)}`);
      const asleep = (pid: number): boolean => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('sleep');
      await until('start', () => marked().filter(asleep).length === 2);
      process.kill(doomed.pid, 'SIGKILL');
      await until('end', () => marked().length === 0);
      doomed.close();
    });
  });
});

test.runIf(process.getuid?.() === 0)('no control group is left behind', async () => {
  const left = (): string[] =>
    ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'].flatMap((root) => {
      try {
        return readdirSync(root).filter((name) => name.startsWith(`dispatch-${process.pid}-`));
      } catch {
        return [];
      }
    });
  await until('removal', () => left().length === 0);
});
