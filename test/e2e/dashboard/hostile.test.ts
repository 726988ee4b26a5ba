// A corpus of hostile text and bytes, played through every place of the real dashboard that shows what others wrote. Whatever it
// is, the terminal around the dashboard gets nothing but drawing, every frame closes, and a key is answered.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ControlClient } from '../../../src/control/client/client.ts';
import { systemIds } from '../../../src/peer/system.ts';
import { ENDLESS, HOSTILE, MARK } from '../../fixtures/hostile/corpus.ts';
import { type Dashboard, dashboards, projectOf } from '../../helpers/dashboard.ts';
import { expectNoHarm } from '../../helpers/no-harm.ts';
import { until } from '../../helpers/until.ts';

const stage = dashboards();
let dashboard: Dashboard;
let client: ControlClient;
let from: number;

beforeEach(async () => {
  const home = stage.home();
  await home.startPeer();
  client = await home.client();
  const folder = join(projectOf(home), 'hostile');
  mkdirSync(folder);
  for (const [index, [, bytes]] of HOSTILE.entries()) writeFileSync(join(folder, `${index}`), bytes);
  dashboard = await stage.open(home);
  from = dashboard.written();
});

async function run(command: string, tty = false): Promise<string> {
  const cwd = projectOf(dashboard.home);
  const size = tty ? { tty: { cols: 80, rows: 24 } } : {};
  const action = { kind: 'shell', command, access: 'workspace-write', cwd, ...size } as const;
  const { run } = await client.call('submit', { id: systemIds.next(), task: `!${command}`, action, approve: true });
  return run.id;
}

const expectUnharmed = () => expectNoHarm(dashboard, from);

const every = HOSTILE.map((_, index) => `cat hostile/${index}; echo`).join('; ');

describe('hostile bytes', () => {
  it.each([
    ['on pipes', false],
    ['on a terminal', true],
  ])('of each kind, as the newest lines of a run %s', async (_, tty) => {
    for (const [index, [name]] of HOSTILE.entries()) {
      // Behind a title that never ends, and a screen of its own, nothing is a line.
      const reset = tty ? "printf '\\033\\\\\\033[?1049l\\033[?47l';" : '';
      await run(`cat hostile/${index}; ${reset} echo; echo the end of ${index}`, tty);
      await dashboard.printed(`the end of ${index}`).catch((error: Error) => {
        throw new Error(`${name}: ${error.message}`);
      });
    }
    await expectUnharmed();
    expect(dashboard.find('1 Thread')).toEqual({ x: 2, y: 1 });
  });

  it.each([
    ['on pipes', false],
    ['on a terminal', true],
  ])('of all kinds in the detail of a run %s', async (_, tty) => {
    const id = await run(`${every}; printf '\\033\\\\\\033[0m\\033[24;1H'; echo; echo the last line`, tty);
    await client.call('wait', { runs: [id] });
    await dashboard.go(3);
    dashboard.press('enter');
    await dashboard.waitFor('the last line');
    dashboard.press('home');
    await expectUnharmed();
  });

  it('of all kinds to whoever is attached, who types on', async () => {
    await run(`${every}; printf '\\033\\\\\\033c'; echo the last line; read -r line; echo "got $line"`, true);
    await dashboard.waitFor('▶ 1 running');
    await dashboard.go(3);
    await dashboard.attach();
    await dashboard.waitFor(/^the last line$/m);
    dashboard.press('C-]');
    await dashboard.waitGone('C-] detaches');
    await expectUnharmed();
  });

  it('as names of artifacts', async () => {
    const name = `"$(printf 'a\\033]0;${MARK}\\007\\302\\233\\342\\200\\256b').txt"`;
    const id = await run(`(${every}) > "$DISPATCH_ARTIFACTS"/${name}; (${every}) > "$DISPATCH_ARTIFACTS"/page.md`);
    await client.call('wait', { runs: [id] });
    const { artifacts } = await client.call('artifacts.list', { limit: 10 });
    expect(artifacts).toHaveLength(2);
    dashboard.submit('/artifacts');
    await dashboard.waitFor('page.md');
    await expectUnharmed();
    for (const at of ['first', 'second']) {
      dashboard.press('v');
      await dashboard.waitGone('What runs made', 30_000);
      await dashboard.waitGone('loading…', 30_000);
      await expectUnharmed();
      dashboard.press('escape');
      await dashboard.waitFor('What runs made', 30_000);
      if (at === 'first') dashboard.press('j');
    }
  });

  it('in messages and tasks', async () => {
    for (const [, bytes] of HOSTILE) {
      const text = Buffer.from(bytes).toString();
      await client.call('say', { text });
      await run(`: '${text.replaceAll("'", '').replaceAll('\0', '')}'`).catch(() => {});
    }
    await client.call('say', { text: 'the last message' });
    await dashboard.waitFor('the last message');
    await dashboard.go(1);
    for (let page = 0; page < 4; page += 1) dashboard.press('pageup');
    await expectUnharmed();
  });

  it('in what is said to a request', async () => {
    const action = {
      kind: 'shell',
      command: 'touch made',
      access: 'workspace-write',
      cwd: projectOf(dashboard.home),
    } as const;
    for (const [index, [, bytes]] of HOSTILE.entries()) {
      await client.call('submit', { id: systemIds.next(), task: `!touch ${index}`, action });
      const asked = await until(
        'a request',
        async () => (await client.call('approvals.list', { limit: 10 })).approvals[0],
      );
      const note = Buffer.from(bytes).toString().slice(0, 200);
      await client.call('decide', { approval: asked.id, decision: 'reject', note });
    }
    await client.call('say', { text: 'the last message' });
    await dashboard.waitFor('the last message');
    await dashboard.go(1);
    for (let page = 0; page < 3; page += 1) dashboard.press('pageup');
    await expectUnharmed();
  });
});

describe('output without end', () => {
  it.each(Object.entries(ENDLESS))('%s leaves the keys answered', async (_, command) => {
    await run(`${command}; echo; echo the last line`);
    await dashboard.printed('the last line', 25_000);
    await expectUnharmed();
    await dashboard.go(3);
    dashboard.press('enter');
    const isAtEnd = () => /^.the last line/m.test(dashboard.screen());
    await dashboard.waitFor(isAtEnd, 30_000);
    await expectUnharmed();
    dashboard.press('home');
    await dashboard.waitFor(() => !isAtEnd(), 30_000);
    await expectUnharmed();
  });
});
