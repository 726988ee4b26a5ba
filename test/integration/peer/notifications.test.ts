// Notifications on the desktop, on a real bus of its own with a small notification service on it.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Message, type MessageBus, sessionBus } from 'dbus-next';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { busAddress } from '../../../src/peer/notification-bus.ts';
import { createNotifier, type Notifier } from '../../../src/peer/notifications.ts';
import { createHome } from '../../helpers/cli.ts';
import { needs } from '../../helpers/needs.ts';
import { until } from '../../helpers/until.ts';

const SERVICE = 'org.freedesktop.Notifications';
const HERE = { device: 'gpu-box', by: 'you' };

interface Shown {
  readonly id: number;
  readonly replaces: number;
  readonly title: string;
  readonly body: string;
}

interface Desktop {
  readonly shown: Shown[];
  readonly closed: number[];
  capabilities: string[];
  fail: boolean;
}

function serve(bus: MessageBus): Desktop {
  let ids = 0;
  const desktop: Desktop = {
    shown: [],
    closed: [],
    capabilities: ['body'],
    fail: false,
  };
  bus.addMethodHandler((message: Message) => {
    if (message.interface !== SERVICE) return false;
    const answer = (signature: string, body: unknown[]): true => {
      bus.send(Message.newMethodReturn(message, signature, body));
      return true;
    };
    if (message.member === 'GetCapabilities') return answer('as', [desktop.capabilities]);
    if (message.member === 'CloseNotification') {
      desktop.closed.push(message.body[0] as number);
      return answer('', []);
    }
    if (desktop.fail) {
      bus.send(
        Message.newError(
          message as unknown as string,
          'org.freedesktop.DBus.Error.Failed',
          'the screen\u001b[2J is full',
        ),
      );
      return true;
    }
    const [, replaces, , title, body] = message.body as [string, number, string, string, string];
    const id = replaces === 0 ? ++ids : replaces;
    desktop.shown.push({ id, replaces, title, body });
    return answer('u', [id]);
  });
  return desktop;
}

needs('dbus-daemon')('on a session bus', () => {
  let folder: string;
  let daemon: ChildProcess;
  let address: string;
  let service: MessageBus;
  let desktop: Desktop;
  let warnings: string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dispatch-bus-'));
    const args = ['--session', '--nofork', '--nopidfile', '--print-address', `--address=unix:path=${folder}/bus`];
    daemon = spawn('dbus-daemon', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let printed = '';
    daemon.stdout?.on('data', (bytes: Buffer) => {
      printed += bytes.toString();
    });
    address = await until('address of the bus', () => printed.includes('\n') && printed.trim());
    service = sessionBus({ busAddress: `unix:path=${folder}/bus` });
    await service.requestName(SERVICE, 0);
  });
  afterAll(() => {
    service.disconnect();
    daemon.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    for (const handler of [...handlers(service)]) service.removeMethodHandler(handler);
    desktop = serve(service);
    warnings = [];
  });

  function notifier(): Notifier {
    const made = createNotifier({
      env: { DBUS_SESSION_BUS_ADDRESS: address },
      log: { warn: (message) => void warnings.push(message) },
    });
    onTestFinished(() => made.close());
    return made;
  }
  const nth = (count: number): Promise<Shown> =>
    until(`notification ${count}`, () => desktop.shown[count - 1] as Shown | undefined);

  it('says what, where and by whom, and goes when it is answered', async () => {
    const made = notifier();
    made.requested({ id: 'a', title: 'npm test' }, { device: 'gpu-box', by: 'an agent on laptop' });
    expect(await nth(1)).toEqual({
      id: expect.any(Number),
      replaces: 0,
      title: 'Dispatch: approval wanted',
      body: 'npm test\non gpu-box, asked by an agent on laptop',
    });
    made.withdrawn('a');
    await until('closing', () => desktop.closed.length === 1);
    expect(desktop.closed).toEqual([desktop.shown[0]?.id]);
    expect(warnings).toEqual([]);
  });

  it('tells what comes together at once, and all that wait whenever there is more', async () => {
    const made = notifier();
    for (let n = 1; n <= 7; n++) made.requested({ id: `${n}`, title: `make ${n}` }, HERE);
    const all = await nth(1);
    expect(all.title).toBe('Dispatch: 7 approvals wanted');
    expect(all.body.split('\n')).toEqual([
      ...[1, 2, 3, 4, 5].map((n) => `make ${n} (on gpu-box, asked by you)`),
      'and 2 more',
    ]);
    for (let n = 8; n <= 30; n++) made.requested({ id: `${n}`, title: `make ${n}` }, HERE);
    for (let n = 2; n <= 30; n++) made.withdrawn(`${n}`);
    expect(await nth(2)).toMatchObject({
      title: 'Dispatch: approval wanted',
      body: 'make 1\non gpu-box, asked by you',
    });
    made.withdrawn('1');
    await until('closing', () => desktop.closed.includes(desktop.shown[1]?.id ?? 0));
    expect(desktop.shown).toHaveLength(2);
  });

  it('shows nothing of a request that was answered in the same moment', async () => {
    const made = notifier();
    made.requested({ id: 'a', title: 'answered' }, HERE);
    made.withdrawn('a');
    made.requested({ id: 'b', title: 'waits' }, HERE);
    made.requested({ id: 'b', title: 'told twice' }, HERE);
    expect((await nth(1)).body).toBe('waits\non gpu-box, asked by you');
  });

  it('changes in place when fewer wait; what is new comes up again', async () => {
    const made = notifier();
    made.requested({ id: 'a', title: 'one' }, HERE);
    made.requested({ id: 'b', title: 'two' }, HERE);
    const both = await nth(1);
    made.withdrawn('a');
    expect(await nth(2)).toMatchObject({ id: both.id, replaces: both.id, body: 'two\non gpu-box, asked by you' });
    made.requested({ id: 'c', title: 'three' }, HERE);
    expect(await nth(3)).toMatchObject({ replaces: 0, title: 'Dispatch: 2 approvals wanted' });
    expect(desktop.closed).toEqual([both.id]);
  });

  it('shows text from elsewhere as text, without secrets', async () => {
    desktop.capabilities = ['body', 'body-markup'];
    const made = notifier();
    made.requested(
      { id: 'a', title: `echo <b>"hi" & \u202etxt\u001b]0;x\u0007 token=abcdefgh12345678 ${'x'.repeat(300)}` },
      { device: 'gpu\nbox', by: 'you' },
    );
    const { body } = await nth(1);
    expect(body).toMatch(
      /^echo &lt;b&gt;"hi" &amp; ⟨202E⟩txt⟨001B⟩\]0;x⟨0007⟩ token=•••••• x+…\non gpu⏎box, asked by you$/,
    );
  });

  it('leaves text as it is where the service reads no markup', async () => {
    const made = notifier();
    made.requested({ id: 'a', title: 'a < b && c' }, HERE);
    expect((await nth(1)).body).toBe('a < b && c\non gpu-box, asked by you');
  });

  it('logs once what does not work, and tries again with what is new', async () => {
    desktop.fail = true;
    const made = notifier();
    made.requested({ id: 'a', title: 'one' }, HERE);
    await until('warning', () => warnings.length > 0);
    expect(warnings).toEqual(['notifications on the desktop do not work: the screen⟨001B⟩[2J is full']);
    desktop.fail = false;
    made.requested({ id: 'b', title: 'two' }, HERE);
    expect((await nth(1)).title).toBe('Dispatch: 2 approvals wanted');
    expect(warnings).toHaveLength(1);
  });

  it('come from a peer as long as a run of its waits', async () => {
    const home = createHome({ env: { DBUS_SESSION_BUS_ADDRESS: address } });
    onTestFinished(() => home.dispose());
    await home.startPeer();
    await home.cli(['run', '--detach', '--', 'touch made']);
    const { id, body } = await nth(1);
    expect(body).toMatch(/^touch made\non .+, asked by you$/);
    expect(desktop.closed).toEqual([]);
    await home.cli(['approve', '1']);
    await until('closing', () => desktop.closed.includes(id));
  });

  it('takes away what is shown when it is closed', async () => {
    const made = notifier();
    made.requested({ id: 'a', title: 'one' }, HERE);
    const { id } = await nth(1);
    await made.close();
    expect(desktop.closed).toEqual([id]);
  });
});

describe('without a bus', () => {
  it('lives, and says so once', async () => {
    const warnings: string[] = [];
    const made = createNotifier({
      env: { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere/bus' },
      log: { warn: (message) => void warnings.push(message) },
    });
    made.requested({ id: 'a', title: 'one' }, HERE);
    await until('warning', () => warnings.length > 0);
    expect(warnings[0]).toContain('ENOENT');
    made.requested({ id: 'b', title: 'two' }, HERE);
    made.withdrawn('a');
    await made.close();
    expect(warnings).toHaveLength(1);
  });

  it.each([
    [undefined, undefined],
    ['', undefined],
    ['unixexec:path=/bin/sh,argv1=-c', undefined],
    ['tcp:host=192.0.2.1,port=1', undefined],
    ['unix:abstract=/tmp/dbus-x', undefined],
    ['unixexec:path=/bin/sh;unix:path=/run/user/1000/bus,guid=1', 'unix:path=/run/user/1000/bus,guid=1'],
    ['unix:guid=1,path=/run/user/1000/bus', 'unix:guid=1,path=/run/user/1000/bus'],
  ])('of %j uses only a socket of this machine', (given, used) => {
    expect(busAddress(given === undefined ? {} : { DBUS_SESSION_BUS_ADDRESS: given })).toBe(used);
  });
});

/** The library has no way to list them. */
function handlers(bus: MessageBus): ((message: Message) => boolean)[] {
  return (bus as unknown as { _methodHandlers: ((message: Message) => boolean)[] })._methodHandlers;
}
