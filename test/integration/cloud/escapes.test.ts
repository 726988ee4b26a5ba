// What programs may not do, tried in each of the ways that there are to run one: use too much, see too much, reach out, and stay.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findConfinement } from '../../../src/cloud/code/confinement.ts';
import { DEFAULT_LIMITS } from '../../../src/cloud/code/job.ts';
import { type Cloud, processesLike, startCloud } from '../../helpers/cloud.ts';
import { unless } from '../../helpers/needs.ts';
import { until } from '../../helpers/until.ts';

const MIB = 1024 * 1024;
const LIMITS = {
  memoryBytes: 300 * MIB,
  outputBytes: MIB,
  folderBytes: 20 * MIB,
  folderFiles: 200,
  processes: 64,
  slots: 4,
};
const confinement = await findConfinement({ ...DEFAULT_LIMITS, ...LIMITS }, undefined);
const confined = unless(confinement.kind === 'none' ? `a sandbox for programs: ${confinement.why}` : undefined);

let cloud: Cloud;
let knocks = 0;
let door: Server;
let port: number;
beforeAll(async () => {
  cloud = await startCloud({ limits: LIMITS });
  door = createServer((socket) => {
    knocks += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  port = (door.address() as { port: number }).port;
  mkdirSync(join(cloud.stateDir, 'work'), { recursive: true });
  writeFileSync(join(cloud.stateDir, 'secret'), 'TOP-SECRET');
});
afterAll(async () => {
  await cloud.close();
  door.close();
});

const ENDLESS: Readonly<Record<string, string>> = {
  js: 'while (true);',
  ts: 'for (;;) {}',
  'python-wasm': 'while True: pass',
  'bash-wasm': 'while true; do :; done',
};
const ENDLESS_PROGRAMS = { python: 'while True: pass', bash: 'while true; do :; done', perl: '1 while 1' };

async function expectEnded(language: string, source: string): Promise<void> {
  const startedAt = performance.now();
  const { end } = await cloud.run(language, source, { timeoutMs: 1000 });
  expect(end.timedOut).toBe(true);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
}

describe('interpreted', () => {
  test.each(Object.entries(ENDLESS))('%s: an endless loop ends when its time is over', (language, source) =>
    expectEnded(language, source),
  );

  test.each([
    ['js', '"a".repeat(2 ** 24).match(/(a+)+b/)'],
    ['js', 'Array.from({ length: 1e9 }, (_, i) => i)'],
    ['js', '(async () => { for (;;) await null; })()'],
    ['bash-wasm', 'sleep 1000'],
    ['bash-wasm', ': | sleep 1000 | cat'],
    ['python-wasm', 'import time; time.sleep(1000)'],
  ])('%s: %s does not go on, either', async (language, source) => {
    const { end } = await cloud.run(language, source, { timeoutMs: 1500 });
    expect(end.timedOut === true || end.exitCode !== 0).toBe(true);
  });

  test.each([
    ['js', 'const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1))'],
    ['js', 'let text = "x"; for (;;) text += text'],
    ['python-wasm', 'all = []\nwhile True: all.append(bytearray(10_000_000))'],
    ['bash-wasm', 'x=x; while true; do x=$x$x; done'],
  ])('%s: a memory bomb (%s) ends, and the server goes on', async (language, source) => {
    const { end } = await cloud.run(language, source, { timeoutMs: 20_000 });
    expect(end.timedOut).not.toBe(true);
    expect(end.exitCode).not.toBe(0);
    expect((await cloud.run('js', 'print(1)')).stdout).toBe('1\n');
  });

  test.each([
    ['js', 'function f() { f(); } f()'],
    ['js', 'JSON.parse("[".repeat(1e6))'],
    ['python-wasm', 'def f(): f()\nf()'],
    ['bash-wasm', 'f() { f; }; f'],
  ])('%s: deep recursion (%s) ends', async (language, source) => {
    const { end } = await cloud.run(language, source, { timeoutMs: 20_000 });
    expect(end.timedOut).not.toBe(true);
    expect(end.exitCode).not.toBe(0);
    expect((await cloud.run('js', 'print(1)')).stdout).toBe('1\n');
  });

  test('there are no files of the machine', async () => {
    const secret = join(cloud.stateDir, 'secret');
    for (const path of ['/etc/shadow', '/etc/passwd', secret, '/proc/self/environ', `${homedir()}/.ssh`]) {
      const python = await cloud.run('python-wasm', `print(open(${JSON.stringify(path)}).read())`);
      const bash = await cloud.run('bash-wasm', `cat ${path}; ls ${path}; ln -s ${path} link; cat link; cat < ${path}`);
      for (const ran of [python, bash]) {
        expect(ran.stdout).not.toMatch(/root:|TOP-SECRET|PATH=/);
        expect(ran.files).toEqual({});
      }
    }
    const walked = await cloud.run(
      'python-wasm',
      'import os\nfor at, _, names in os.walk("/"):\n  for n in names: print(os.path.join(at, n))',
    );
    expect(walked.stdout).not.toContain('/home/');
    expect(walked.stdout).not.toContain(cloud.stateDir);
  });

  test('there is no network', async () => {
    await cloud.run('python-wasm', `import socket\nsocket.create_connection(("127.0.0.1", ${port}), 2)`, {
      timeoutMs: 5000,
    });
    await cloud.run(
      'python-wasm',
      `import urllib.request\nurllib.request.urlopen("http://127.0.0.1:${port}", timeout=2)`,
      { timeoutMs: 5000 },
    );
    await cloud.run(
      'bash-wasm',
      `curl http://127.0.0.1:${port}; wget http://127.0.0.1:${port}; echo x > /dev/tcp/127.0.0.1/${port}`,
    );
    await cloud.run('js', `typeof fetch === 'function' && fetch('http://127.0.0.1:${port}')`);
    expect(knocks).toBe(0);
  });

  test('there is no way to the host through the language', async () => {
    const ran = await cloud.run(
      'js',
      `for (const make of [print.constructor, (async () => {}).constructor, readFile.constructor])
         try { print(make('return typeof process + typeof require + typeof globalThis.process')()); } catch (error) { print(String(error)); }`,
    );
    expect(ran.stdout).not.toContain('object');
    const python = await cloud.run(
      'python-wasm',
      'import os\nprint(os.environ)\nos.system("id")\nimport subprocess\nsubprocess.run(["id"])',
    );
    expect(python.stdout).not.toMatch(/uid=|DISPATCH|NODE_/);
    const bash = await cloud.run(
      'bash-wasm',
      'env; node -e 1; /usr/bin/id; js-exec -c "console.log(1)"; python3 -c "import js"',
    );
    expect(bash.stdout).not.toMatch(/uid=|DISPATCH|NODE_/);
  });

  test.each([
    ['js', 'for (;;) print("x".repeat(10000))'],
    ['python-wasm', 'while True: print("x" * 10000)'],
    ['bash-wasm', 'while true; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done'],
  ])('%s: output without end is cut', async (language, source) => {
    const ran = await cloud.run(language, source, { timeoutMs: 15_000 });
    expect(ran.bytes.length).toBeLessThanOrEqual(MIB);
    if (language === 'js')
      expect(ran.end).toMatchObject({ signal: 'SIGKILL', message: expect.stringContaining('printed more than') });
    // The shell keeps all that is printed until the end: what ends first is its memory, its limit or its time.
    const { exitCode, signal, timedOut } = ran.end;
    expect(timedOut === true || signal === 'SIGKILL' || (exitCode ?? 0) > 0).toBe(true);
  });

  test('hanging up ends the process', async () => {
    const abort = new AbortController();
    const body = { language: 'python-wasm', source: 'while True: pass', timeoutMs: 60_000 };
    const asked = cloud.request('/v1/code', { body, signal: abort.signal });
    await asked;
    const before = processesLike('runner.ts wasm');
    expect(before.length).toBeGreaterThan(0);
    abort.abort();
    await until('end of the process', () => before.every((pid) => !processesLike('runner.ts wasm').includes(pid)));
  });
});

confined('programs of the machine', () => {
  const python = (source: string, more: object = {}) => cloud.run('python', source, more);
  const shell = (source: string, more: object = {}) => cloud.run('bash', source, more);

  test('run in the sandbox', async () => {
    expect((await python('print(1)')).end).toEqual({ exitCode: 0, runtime: 'bubblewrap' });
  });

  test.each(Object.entries(ENDLESS_PROGRAMS))('%s: an endless loop ends when its time is over', (language, source) =>
    expectEnded(language, source),
  );

  test('a time limit ends what was left behind, too', async () => {
    const { end } = await shell('setsid sleep 31415.1 & (sleep 31415.2 &) ; nohup sleep 31415.3', { timeoutMs: 1000 });
    expect(end.timedOut).toBe(true);
    await until('end of all', () => processesLike('sleep 31415').length === 0);
  });

  test('what a program leaves behind ends with it', async () => {
    const { end, stdout } = await shell('setsid sleep 27182.8 >/dev/null 2>&1 & echo done');
    expect([end.exitCode, stdout]).toEqual([0, 'done\n']);
    await until('end of all', () => processesLike('sleep 27182.8').length === 0);
  });

  test('hanging up ends the whole tree', async () => {
    const abort = new AbortController();
    const body = {
      language: 'bash',
      source: 'sleep 16180.3 & setsid sleep 16180.4 & echo on; wait',
      timeoutMs: 60_000,
    };
    const response = await cloud.request('/v1/code', { body, signal: abort.signal });
    await (response.body as ReadableStream<Uint8Array>).getReader().read();
    await until('two of them', () => processesLike('sleep 16180').length === 2);
    abort.abort();
    await until('end of all', () => processesLike('sleep 16180').length === 0);
    await until('removal of the folder', () =>
      readdirSync(join(cloud.stateDir, 'work')).every((name) => name.endsWith('-filter')),
    );
  });

  test('a memory bomb ends, of one process and of many', async () => {
    const one = await python('all = []\nwhile True: all.append(bytearray(10_000_000))', { timeoutMs: 20_000 });
    expect(one.end.exitCode).not.toBe(0);
    expect(one.end.timedOut).not.toBe(true);
    const many = await python(
      'import os, time\nfor _ in range(8):\n  if os.fork() == 0:\n    x = bytearray(100_000_000)\n    for i in range(0, len(x), 4096): x[i] = 1\n    time.sleep(60)\ntime.sleep(60)',
      { timeoutMs: 20_000 },
    );
    expect(many.end.message).toContain('MiB of memory');
    const shared = await python(
      'import mmap, time\nm = mmap.mmap(-1, 600_000_000)\nfor i in range(0, len(m), 4096): m[i] = 1\ntime.sleep(60)',
      { timeoutMs: 20_000 },
    );
    expect(shared.end.message).toContain('MiB of memory');
  });

  test('memory that belongs to no process is not to be had', async () => {
    const files = await python('import os\nos.memfd_create("x")');
    expect(files.stderr).toContain('PermissionError');
    const segments = await python(
      'import ctypes\nc = ctypes.CDLL(None, use_errno=True)\nprint(c.shmget(0, 4096, 0o1600), c.prctl(4, 0, 0, 0, 0))',
    );
    expect(segments.stdout).toBe('-1 -1\n');
  });

  test('children of other threads than the first are counted', async () => {
    const ran = await python(
      `import os, threading, time
def work():
  for _ in range(4):
    if os.fork() == 0:
      x = bytearray(120_000_000)
      for i in range(0, len(x), 4096): x[i] = 1
      time.sleep(60)
  time.sleep(60)
threading.Thread(target=work).start()`,
      { timeoutMs: 20_000 },
    );
    expect(ran.end.message).toContain('MiB of memory');
  });

  test('folders deeper than a path can say end the one program, and are removed', async () => {
    const ran = await python(
      "import os, time\nfor i in range(30):\n  os.mkdir('d' * 250)\n  os.chdir('d' * 250)\ntime.sleep(60)",
      { timeoutMs: 20_000 },
    );
    expect(ran.end).toMatchObject({ signal: 'SIGKILL', message: expect.stringContaining('cannot be counted') });
    await until('removal of the folder', () =>
      readdirSync(join(cloud.stateDir, 'work')).every((name) => name.endsWith('-filter')),
    );
    expect((await shell('echo alive')).stdout).toBe('alive\n');
  });

  test('removed files count while they are open', async () => {
    const ran = await python(
      `import os, time
held = []
for i in range(10):
  held.append(open('f', 'wb', 0))
  os.unlink('f')
  held[-1].write(b'x' * 10_000_000)
time.sleep(60)`,
      { timeoutMs: 20_000 },
    );
    expect(ran.end).toMatchObject({ signal: 'SIGKILL', message: expect.stringContaining('20 MiB') });
  });

  test('deep recursion ends', async () => {
    expect((await shell('f() { f; }; f', { timeoutMs: 20_000 })).end.exitCode ?? 1).not.toBe(0);
    expect((await python('def f(): f()\nf()')).end.exitCode).toBe(1);
  });

  test('a fork bomb meets its limit, and nothing of it is left', async () => {
    const ran = await shell('for i in $(seq 500); do sleep 14142.1 & done; wait', { timeoutMs: 3000 });
    expect(ran.stderr).toMatch(/fork|Resource/i);
    await shell('f() { f | f & }; f; sleep 60', { timeoutMs: 3000 });
    await until('end of all', () => processesLike('sleep 14142.1').length === 0);
    expect((await shell('echo alive')).stdout).toBe('alive\n');
  });

  test.each(['/etc/shadow', '/etc/passwd', '/root', '/home', '/var', '/etc/hostname', '/tmp/..data'])(
    'there is no %s',
    async (path) => {
      const { stdout } = await shell(`cat ${path} 2>&1; ls ${path}`);
      expect(stdout).not.toMatch(/^root:/m);
      expect(stdout).toMatch(/No such file|Permission denied/);
    },
  );

  test('there is no home, no folder of others, and no process of others', async () => {
    const secret = join(cloud.stateDir, 'secret');
    const { stdout } = await shell(
      `ls -la ${homedir()} ~/.ssh ${cloud.stateDir} ${process.cwd()} 2>&1; cat ${secret} 2>&1; echo /work/*; ls /work/..; id`,
    );
    expect(stdout).not.toMatch(/TOP-SECRET|id_rsa|package\.json|uid=0/);
    const seen = await shell(
      'for p in /proc/[0-9]*; do tr "\\0" " " < $p/cmdline; echo; done; cat /proc/1/environ /proc/1/root/etc/shadow 2>&1',
    );
    expect(seen.stdout).not.toMatch(/node|vitest|PATH=|root:/);
    const environment = await shell('env');
    expect(environment.stdout).not.toMatch(/DISPATCH|NODE|VITEST|SSH|TOKEN/);
  });

  test('two at once do not see each other', async () => {
    const [one, two] = await Promise.all([
      shell('echo mine > note; sleep 1; ls -R / 2>/dev/null | grep -c other-note; ls'),
      shell('echo mine > other-note; sleep 1; ls; kill -9 -1 2>/dev/null; true'),
    ]);
    expect(one.stdout).toContain('0\n');
    expect(one.stdout).toContain('note');
    expect(two.stdout).toBe('main.sh\nother-note\n');
  });

  test('nothing can be written outside of the folder', async () => {
    const { stdout } = await shell(
      'for f in /usr/x /etc/x /bin/x /x /dev/x /proc/sys/kernel/core_pattern /run/x; do (echo x > $f) 2>/dev/null && echo WROTE $f; done; echo x > /tmp/x && echo fine',
    );
    expect(stdout).toBe('fine\n');
    const again = await shell('ls /tmp /dev/shm');
    expect(again.stdout).not.toContain('x\n');
  });

  test('no capability, no mount, no new privileges', async () => {
    const { stdout } = await shell(
      'grep -E "^(Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs)" /proc/self/status; mount -t tmpfs x /tmp 2>&1; mount -o remount,rw / 2>&1; chroot / 2>&1',
    );
    for (const name of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb', 'CapBnd'])
      expect(stdout).toMatch(new RegExp(`${name}:\\s+0000000000000000`));
    expect(stdout).toMatch(/NoNewPrivs:\s+1/);
    const nested = await shell('unshare -U true; unshare -Urm true; grep Seccomp: /proc/self/status');
    expect(nested.stderr.match(/Operation not permitted/g)).toHaveLength(2);
    expect(nested.stdout).toMatch(/Seccomp:\s+2/);
    expect(stdout).not.toContain('WROTE');
  });

  test('there is no network', async () => {
    const before = knocks;
    const ran = await python(`import socket\nsocket.create_connection(("127.0.0.1", ${port}), 2)`);
    expect(ran.end.exitCode).toBe(1);
    await shell(`(echo x > /dev/tcp/127.0.0.1/${port}) 2>&1; ls /sys/class/net 2>&1; cat /proc/net/tcp`);
    expect(knocks).toBe(before);
  });

  test('a link out of the folder is no result, nor is a pipe, a device or a socket', async () => {
    const secret = join(cloud.stateDir, 'secret');
    const ran =
      await shell(`ln -s /etc/passwd a; ln -s ${secret} b; ln -s / c; mkdir d; ln -s ../../secret d/e; ln -s ${cloud.stateDir} f; mkfifo p; echo real > r; ln -s r s
      python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("sock")' 2>/dev/null`);
    expect(ran.files).toEqual({ r: Buffer.from('real\n') });
  });

  test('a link to a folder that replaces one that came along leads nowhere', async () => {
    const files = [{ name: 'd/secret', base64: 'aGk=' }];
    const ran = await shell(`rm -r d; ln -s ${cloud.stateDir} d`, { files });
    expect(ran.files).toEqual({});
  });

  test('too many files, too large ones, and too much of them', async () => {
    const many = await shell('for i in $(seq 5000); do echo > f$i; done; sleep 20', { timeoutMs: 15_000 });
    expect(many.end.message).toContain('200 files');
    const large = await shell('for i in 1 2 3 4; do head -c 10000000 /dev/zero > f$i; done; sleep 20', {
      timeoutMs: 15_000,
    });
    expect(large.end.message).toMatch(/20 MiB/);
    const one = await shell('head -c 100000000 /dev/zero > f; echo ended $?', { timeoutMs: 15_000 });
    expect(one.files.f?.length ?? 0).toBeLessThanOrEqual(LIMITS.folderBytes);
    const private_ = await shell(
      'head -c 500000000 /dev/zero > /tmp/f; head -c 500000000 /dev/zero > /dev/shm/f; ls -l /tmp/f',
    );
    expect(private_.end.timedOut).not.toBe(true);
  });

  test('1 GB of output is cut, and told', async () => {
    const ran = await shell('head -c 1000000000 /dev/zero');
    expect(ran.bytes.length).toBe(MIB);
    expect(ran.end.message).toContain('printed more than');
  });

  test('a signal that ends a program is told', async () => {
    expect((await shell('kill -SEGV $$')).end).toMatchObject({ signal: 'SIGSEGV' });
  });
});
