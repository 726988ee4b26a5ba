// A peer without a screen: what it logs, how it ends, what it tells systemd and a monitoring system, and what it refuses.
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliHome, createHome, LAUNCHER, type Running } from '../../helpers/cli.ts';
import { needs } from '../../helpers/needs.ts';
import { isAlive } from '../../helpers/processes.ts';
import { startTerminal } from '../../helpers/terminal-driver.ts';
import { until } from '../../helpers/until.ts';

/** No machine but this one hears of the test. */
const LOCAL = '[network]\nlisten = ["127.0.0.1:0"]\nlan = false\n';

let home: CliHome;
beforeEach(() => {
  home = createHome();
  home.writeConfig(LOCAL);
});
afterEach(() => home.dispose());

interface LogLine {
  readonly level: string;
  readonly time: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

const logOf = (text: string): LogLine[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogLine);

async function startPeer(...args: string[]): Promise<Running> {
  const peer = home.start(['peer', ...args]);
  await peer.printed('serves at', 'err');
  return peer;
}

/** A run that ignores SIGTERM until the file is there. */
const stubborn = (file: string): string =>
  `trap 'echo asked; while [ ! -e "${file}" ]; do sleep 0.02; done; exit 0' TERM; echo begun; while :; do sleep 0.02; done`;

describe('the log', () => {
  it('is JSON where no terminal reads it, from the first line to the last', async () => {
    const peer = await startPeer('--name', 'desk');
    expect((await home.cli(['run', '--', 'echo hi'])).code).toBe(0);
    peer.kill('SIGTERM');
    const { code, out, err } = await peer.done;
    expect({ code, out }).toEqual({ code: 0, out: '' });
    const log = logOf(err);
    for (const { level, time } of log) {
      expect(level).toMatch(/^(info|warn|error)$/);
      expect(new Date(time).toISOString()).toBe(time);
    }
    expect(log.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^peer desk \(12D3Koo\w+\) version \S+ serves at /),
        'stopping: a signal',
        'stopped',
      ]),
    );
  });

  it('is for people on a terminal', async () => {
    const terminal = startTerminal({
      command: process.execPath,
      args: [LAUNCHER, 'peer', '--name', 'desk'],
      cols: 200,
      env: home.env as Record<string, string>,
    });
    try {
      await terminal.waitFor('dispatch: peer "desk" serves at');
      expect(terminal.screen()).toMatch(/^\d{4}-\d\d-\d\dT\S+Z info peer desk \(12D3Koo/m);
      terminal.press('C-c');
      expect(await terminal.exited()).toEqual({ code: 0, signal: 0 });
    } finally {
      await terminal.dispose();
    }
  });

  it.each([
    ['plain lines', [], /^<6>peer desk \(12D3Koo\w+\) version \S+ serves at /m],
    ['JSON with --json', ['--json'], /^<6>\{"level":"info",.*serves at /m],
  ])('in the journal has a priority before %s', async (_what, args, wanted) => {
    const file = join(home.path, 'journal');
    const journal = openSync(file, 'a', 0o600);
    const { dev, ino } = fstatSync(journal, { bigint: true });
    const peer = spawn(process.execPath, [LAUNCHER, 'peer', '--name', 'desk', ...args], {
      env: { ...home.env, JOURNAL_STREAM: `${dev}:${ino}` },
      stdio: ['ignore', 'ignore', journal],
    });
    closeSync(journal);
    const ended = new Promise((resolve) => peer.once('exit', (code) => resolve(code)));
    await until('a peer that serves', () => wanted.test(readFileSync(file, 'utf8')));
    peer.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(/^(<[346]>.*\n)+$/);
  });
});

describe('SIGTERM', () => {
  it('lets runs end in their own time, tells clients, and takes nothing new meanwhile', async () => {
    const peer = await startPeer('--metrics', '127.0.0.1:0');
    const url = metricsOf(peer);
    const go = join(home.work, 'go');
    const run = home.start(['run', '--yes', '--', stubborn(go)]);
    await run.printed('begun');
    const client = await home.client();
    await client.peer;
    const told = new Promise<string>((resolve) => client.on('stopping', ({ reason }) => resolve(reason)));

    peer.kill('SIGTERM');
    expect(await told).toBe('a signal');
    await run.printed('asked');
    await expect(client.call('say', { text: 'late' })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('the peer is stopping'),
      retryable: true,
    });
    const late = await home.cli(['ps']);
    expect(late.code).toBe(125);
    expect(late.err).toContain('the peer is stopping');
    expect(await get(`${url}/readyz`)).toEqual({ status: 503, body: 'stopping\n' });
    expect(await get(`${url}/healthz`)).toEqual({ status: 200, body: 'alive\n' });
    expect(isAlive(peer.pid)).toBe(true);

    writeFileSync(go, '');
    expect((await peer.done).code).toBe(0);
    const { code, out } = await run.done;
    expect(code).toBe(1);
    expect(out).toMatch(/^begun\n[\s\S]*asked\n/); // the shell may tell that its sleep was ended
    await expect(get(`${url}/healthz`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await home.json(['show', '1', '--json'])).toMatchObject({
      run: { status: 'failed', reason: 'interrupted' },
    });
  });

  it('for the second time ends it at once; the next peer ends what was left', async () => {
    const peer = await startPeer();
    const run = home.start(['run', '--yes', '--', stubborn(join(home.work, 'never'))]);
    await run.printed('begun');
    peer.kill('SIGTERM');
    await run.printed('asked');
    peer.kill('SIGTERM');
    expect(await peer.done).toMatchObject({ code: null, signal: 'SIGTERM' });
    await run.done;
    expect((await home.cli(['wait', '1'])).code).toBe(1); // the next peer, which that starts, is ending it
    expect(await home.json(['show', '1', '--json'])).toMatchObject({
      run: { status: 'failed', reason: 'interrupted', receipt: { left: [] } },
    });
  });
});

const metricsOf = (peer: Running): string => {
  const line = logOf(peer.err()).find(({ metrics }) => typeof metrics === 'string');
  if (line === undefined) throw new Error(`no metrics in ${peer.err()}`);
  return String(line.metrics).replace(/\/metrics$/, '');
};

function get(
  url: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { ...options, agent: false, timeout: 10_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode, body }));
      response.on('error', reject);
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer from ${url}`)));
    asked.on('error', reject);
    asked.end();
  });
}

describe('metrics', () => {
  const sample = (body: string, series: string): number => {
    const line = body.split('\n').find((candidate) => candidate.startsWith(`${series} `));
    if (line === undefined) throw new Error(`no ${series} in ${body}`);
    return Number(line.slice(series.length + 1));
  };

  it('tell of runs, approvals, output and events, and of the process', async () => {
    const url = metricsOf(await startPeer('--name', 'desk', '--metrics', '127.0.0.1:0'));
    expect(await get(`${url}/readyz`)).toEqual({ status: 200, body: 'ready\n' });
    expect((await home.cli(['run', '--', 'echo 12345'])).code).toBe(0);
    expect((await home.cli(['run', '--yes', '--', 'exit 7'])).code).toBe(7);
    expect((await home.cli(['run', '--detach', '--', 'touch file'])).code).toBe(0);
    const running = home.start(['run', '--yes', '--', 'echo begun; sleep 300']);
    await running.printed('begun');

    const { status, body } = await until('everything in the metrics', async () => {
      const answer = await get(`${url}/metrics`);
      return sample(answer.body, 'dispatch_approvals_pending') === 1 && answer;
    });
    expect(status).toBe(200);
    const values = {
      'dispatch_runs{status="running",executor="here"}': 1,
      'dispatch_runs{status="waiting_approval",executor="here"}': 1,
      'dispatch_runs{status="queued",executor="here"}': 0,
      'dispatch_runs_ended_total{status="completed",reason="",executor="here"}': 1,
      'dispatch_runs_ended_total{status="failed",reason="exit",executor="here"}': 1,
      dispatch_runs_executing: 1,
      dispatch_runs_waiting_for_slot: 0,
      dispatch_output_bytes_total: 'begun\n'.length + '12345\n'.length,
      'dispatch_events_total{type="run.submitted",log="own"}': 4,
      'dispatch_events_total{type="approval.requested",log="own"}': 1 + 2,
      'dispatch_devices{presence="online"}': 0,
    };
    for (const [series, value] of Object.entries(values))
      expect(`${series} ${sample(body, series)}`).toBe(`${series} ${value}`);
    expect(body).toMatch(/^dispatch_info\{version="[^"]+",device="12D3Koo\w+",name="desk"\} 1$/m);
    expect(sample(body, 'process_resident_memory_bytes')).toBeGreaterThan(10 * 2 ** 20);
    expect(body).not.toContain('touch');
    for (const line of body.split('\n')) expect(line).toMatch(/^(# (HELP|TYPE) .*|[a-z_]+(\{.*\})? [-+0-9.e]+|)$/i);
  });

  it('know the runs that an earlier peer left open', async () => {
    await home.startPeer();
    expect((await home.cli(['run', '--detach', '--', 'touch file'])).code).toBe(0);
    await until('an approval', async () => ((await home.json(['approvals', '--json'])) as unknown[]).length === 1);
    expect((await home.cli(['peer', 'stop'])).code).toBe(0);
    const url = metricsOf(await startPeer('--metrics', '127.0.0.1:0'));
    expect(sample((await get(`${url}/metrics`)).body, 'dispatch_approvals_pending')).toBe(1);
    expect((await home.cli(['reject', '1'])).code).toBe(0);
    await until(
      'no approval',
      async () => sample((await get(`${url}/metrics`)).body, 'dispatch_approvals_pending') === 0,
    );
  });

  it('are served where config.toml says', async () => {
    home.writeConfig(`${LOCAL}[metrics]\nlisten = "127.0.0.1:0"\n`);
    expect((await get(`${metricsOf(await startPeer())}/healthz`)).status).toBe(200);
  });

  it('answer GET and HEAD of three pages, by an address of this machine', async () => {
    const url = metricsOf(await startPeer('--metrics', '127.0.0.1:0'));
    const { port } = new URL(url);
    expect(await get(`${url}/metrics`, { method: 'HEAD' })).toEqual({ status: 200, body: '' });
    expect((await get(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
    expect(await get(`${url}/`)).toEqual({ status: 404, body: 'there are /metrics, /healthz, /readyz\n' });
    expect((await get(`${url}/__proto__`)).status).toBe(404);
    expect((await get(`${url}/metrics`, { headers: { Host: `localhost:${port}` } })).status).toBe(200);
    expect((await get(`${url}/metrics`, { headers: { Host: `rebound.example:${port}` } })).status).toBe(421);
  });

  it('for everybody come with a warning', async () => {
    const peer = await startPeer('--metrics', '0.0.0.0:0');
    expect(logOf(peer.err())).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        msg: expect.stringMatching(/^the metrics at 0\.0\.0\.0:\d+ are for everybody/),
      }),
    );
    expect((await get(metricsOf(peer).replace('0.0.0.0', '127.0.0.1').concat('/healthz'))).status).toBe(200);
  });

  it('at a port in use keep the peer from starting, whoever starts it, and it lets go of everything', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, err } = await home.cli(['peer', '--metrics', `127.0.0.1:${port}`]);
    expect(code).toBe(125);
    const message = `dispatch: cannot serve metrics at 127.0.0.1:${port}: the port is in use: choose another place with --metrics HOST:PORT or metrics.listen in config.toml\n`;
    expect(err.endsWith(message), err).toBe(true);
    home.writeConfig(`${LOCAL}[metrics]\nlisten = "127.0.0.1:${port}"\n`);
    expect(await home.cli(['run', '--', 'true'])).toMatchObject({ code: 125, err: message });
    await new Promise((resolve) => other.close(resolve));
    expect((await get(`${metricsOf(await startPeer('--metrics', `127.0.0.1:${port}`))}/healthz`)).status).toBe(200);
  });
});

describe('a peer refuses', () => {
  it.each([
    [
      ['--name', 'a b'],
      '--name a b: expected letters, digits, ".", "_" and "-", at most 63, beginning with a letter or a digit; not "local", "all" or an id: choose a name that "@name" in a task can hold',
    ],
    [
      ['--name', ''],
      '--name : expected letters, digits, ".", "_" and "-", at most 63, beginning with a letter or a digit; not "local", "all" or an id: choose a name that "@name" in a task can hold',
    ],
    [
      ['--listen', '4747'],
      '--listen 4747: expected HOST:PORT, such as "127.0.0.1:4747" or "[::]:4747": dispatch peer --help',
    ],
    [
      ['--listen', '0.0.0.0:4747', '--listen', '[::]:x'],
      '--listen [::]:x: expected a port from 0 to 65535 after the colon, not "x": dispatch peer --help',
    ],
    [
      ['--listen', 'example.org:1'],
      '--listen example.org:1: "example.org" is a name, and listening needs an address of this machine, such as "0.0.0.0": dispatch peer --help',
    ],
    [
      ['--metrics', '127.0.0.1:99999'],
      '--metrics 127.0.0.1:99999: expected a port from 0 to 65535 after the colon, not "99999": dispatch peer --help',
    ],
    [
      ['--metrics', '::1:80'],
      '--metrics ::1:80: an IPv6 address stands in brackets before the port, as in "[::1:80]:4747": dispatch peer --help',
    ],
    [['--print'], '--print goes with "peer install": dispatch peer --help'],
    [['status', '--metrics', '127.0.0.1:1'], 'peer status takes no --metrics: dispatch peer --help'],
    [['start'], 'peer start: expected status, stop or install: dispatch peer --help'],
  ])('%j', async (args, message) => {
    expect(await home.cli(['peer', ...args])).toMatchObject({ code: 2, out: '', err: `dispatch: ${message}\n` });
  });

  it('a port in use, and lets go of everything', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, err } = await home.cli(['peer', '--listen', `127.0.0.1:${port}`]);
    expect(code).toBe(125);
    expect(err).toBe(
      `dispatch: port in use: somebody listens at 127.0.0.1:${port} already: stop that, or name another with --listen HOST:PORT\n`,
    );
    await new Promise((resolve) => other.close(resolve));
    const peer = await startPeer('--listen', `127.0.0.1:${port}`);
    expect(await home.json(['peer', 'status', '--json'])).toMatchObject({
      pid: peer.pid,
      addresses: [`127.0.0.1:${port}`],
    });
  });

  it('metrics at an address of another machine', async () => {
    const { code, err } = await home.cli(['peer', '--metrics', '192.0.2.1:9464']);
    expect(code).toBe(125);
    expect(err.trimEnd().split('\n').at(-1)).toContain(
      'cannot serve metrics at 192.0.2.1:9464: 192.0.2.1 is no address of this machine',
    );
  });

  it.each([
    ['[network]\nlisten = ["4747"]\n', ':2: network.listen.0: expected HOST:PORT'],
    ['[network]\nlisten = []\n', ':2: network.listen: expected at least one "HOST:PORT"'],
    ['[network]\nannounce = ["a b:1"]\n', ':2: network.announce.0: "a b" is no host name'],
    ['[network]\nlan = "no"\n', ':2: network.lan: '],
    ['[metrics]\nlisten = "example.org:1"\n', ':2: metrics.listen: "example.org" is a name'],
  ])('%j in config.toml', async (text, message) => {
    home.writeConfig(text);
    const { code, err } = await home.cli(['peer']);
    expect(code).toBe(125);
    expect(err).toContain(`dispatch: ${home.paths.configFile}${message}`);
  });
});

describe('peer status', () => {
  it('tells what scripts use', async () => {
    const peer = await startPeer('--name', 'desk');
    expect(await home.json(['peer', 'status', '--json'])).toMatchObject({
      pid: peer.pid,
      id: expect.stringMatching(/^12D3Koo/),
      name: 'desk',
      version: expect.stringMatching(/^\d/),
      addresses: [expect.stringMatching(/^127\.0\.0\.1:\d+$/)],
      home: home.paths.home,
      startedAt: expect.any(Number),
      load: { running: 0, queued: 0 },
    });
    expect((await home.cli(['peer', 'status'])).out).toMatch(/^reached at 127\.0\.0\.1:\d+$/m);
  });
});

needs('systemd-notify', 'python3')('systemd', () => {
  /** The notification socket of a service manager: gives what it is told, datagram by datagram. */
  async function listen(): Promise<{ path: string; heard: () => string }> {
    const path = join(home.path, 'notify');
    const program = [
      'import socket, sys',
      's = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)',
      's.bind(sys.argv[1])',
      'print("listens", flush=True)',
      'while True: print(s.recv(4096).decode(), flush=True)',
    ].join('\n');
    const listener = spawn('python3', ['-c', program, path], {
      env: { ...process.env, DISPATCH_HOME: home.path }, // ends with the home
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let heard = '';
    listener.stdout.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
    });
    await until('a notification socket', () => heard.startsWith('listens'));
    return { path, heard: () => heard };
  }

  it('is told when the peer serves; runs know nothing of it', async () => {
    const { path, heard } = await listen();
    const peer = home.start(['peer', '--name', 'desk'], { env: { NOTIFY_SOCKET: path } });
    await until('word that it is ready', () => /^READY=1$/m.test(heard()));
    expect(heard()).toMatch(/^STATUS=serves as desk$/m);
    expect(await home.peerPid()).toBe(peer.pid); // it serves by then
    const { out } = await home.cli(['run', '--yes', '--', 'env']);
    expect(out).toMatch(/^PATH=/m);
    expect(out).not.toContain('NOTIFY_SOCKET');
  });

  it('that cannot be told is no reason to end', async () => {
    const peer = home.start(['peer'], { env: { NOTIFY_SOCKET: join(home.path, 'nobody') } });
    await peer.printed('systemd cannot be told that the peer serves', 'err');
    expect(logOf(peer.err()).at(-1)).toMatchObject({ level: 'warn' });
    expect((await home.cli(['run', '--', 'true'])).code).toBe(0);
  });
});
