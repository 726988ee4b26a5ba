// However a browser, its process or the peer ends: the run says so in one sentence, nothing stays behind, and the next run starts anew.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Site, serveSite } from '../../helpers/browser-site.ts';
import { needs } from '../../helpers/needs.ts';
import { until } from '../../helpers/until.ts';
import { browse, browserProcesses, openStage, type Stage, type StageOptions, step } from './harness.ts';

needs('chromium')('a browser that ends', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function begin(options?: StageOptions): Promise<[Site, Stage]> {
    const site = await serveSite({ '/': '<title>Home</title><p>home</p>', '/hang': () => {} });
    const stage = openStage(options);
    ends.push(site.close, stage.close);
    return [site, stage];
  }
  const profileOf = (stage: Stage) => join(stage.profiles, 'default');

  test('by itself fails the run, and not the one after it', async () => {
    const [site, stage] = await begin();
    const open = step('browser_navigate', { url: `${site.origin}/` });
    const action = browse(open, step('browser_wait_for', { text: 'never', time: 20 }));
    const { recording, finished } = stage.start(action, await stage.prepare(action));
    await recording.printed('[2/2]');
    const [pid] = browserProcesses(profileOf(stage));
    process.kill(pid as number, 'SIGKILL');
    expect((await finished).outcome).toMatchObject({
      exitCode: 1,
      message: 'step 2, browser_wait_for: the browser ended; start over',
    });
    expect((await stage.run(open, step('dispatch_text'))).text).toContain('   home\n');
    expect(stage.faults).toEqual([]);
  });

  test('because a page crashes fails the step', async () => {
    const [site, stage] = await begin({ settings: { stepTimeoutMs: 5000 } });
    const open = step('browser_navigate', { url: `${site.origin}/` });
    await stage.run(open);
    const renderers = browserProcesses(profileOf(stage));
    expect(renderers).toHaveLength(1);
    const crashed = await stage.run(
      open,
      step('browser_evaluate', { function: '() => { const all = []; for (;;) all.push(new Array(1e7).fill(1.5)); }' }),
    );
    expect(crashed.outcome).toMatchObject({
      kind: 'exit',
      exitCode: 1,
      message: expect.stringMatching(/^step 2, browser_evaluate: /),
    });
    expect((await stage.run(open, step('dispatch_text'))).text).toContain('   home\n');
  });

  test('when the run is stopped, so that nothing goes on in the page', async () => {
    const [site, stage] = await begin();
    const action = browse(step('browser_navigate', { url: `${site.origin}/hang` }));
    const { recording, finished } = stage.start(action, await stage.prepare(action));
    await until('the page to be asked for', () => site.asked.some((asked) => asked.endsWith('/hang')));
    recording.abort();
    expect((await finished).outcome).toMatchObject({ kind: 'stopped' });
    await until('no browser', () => browserProcesses(profileOf(stage)).length === 0);
  });

  test('when it has been idle, and with the peer', async () => {
    const [site, stage] = await begin({ settings: { idleMs: 1000 } });
    const open = step('browser_navigate', { url: `${site.origin}/` });
    await stage.run(open);
    expect(browserProcesses(profileOf(stage))).toHaveLength(1);
    await until('no browser', () => browserProcesses(profileOf(stage)).length === 0);
    await stage.run(open);
    await stage.executor.close();
    expect(browserProcesses(profileOf(stage))).toEqual([]);
  });

  test('with a peer that is killed', async () => {
    const [site, stage] = await begin();
    const script = `
      import { fork } from 'node:child_process';
      const host = fork(${JSON.stringify(new URL('../../../src/routes/desktop/browser-automation/browser-host.ts', import.meta.url).pathname)}, [], { execArgv: [], serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      host.on('message', (message) => { if (message.kind === 'answer') console.log('ready'); });
      host.send({ kind: 'ask', id: 1, question: { kind: 'perform', settings: { session: 'default', profile: ${JSON.stringify(profileOf(stage))}, program: '/usr/bin/chromium', headless: true, idleMs: 600000, stepTimeoutMs: 10000, sites: { allowed: [], denied: [] } }, steps: [{ tool: 'browser_navigate', params: { url: ${JSON.stringify(`${site.origin}/`)} } }], approved: [''], pages: [''], told: [], secrets: {}, uploads: {}, folder: ${JSON.stringify(stage.home)} } });
    `;
    const peer = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(peer.stdout, 'data');
    expect(browserProcesses(profileOf(stage))).toHaveLength(1);
    peer.kill('SIGKILL');
    await until('no browser', () => browserProcesses(profileOf(stage)).length === 0);
  });

  test('is waited for by a run of the same session, and not by one of another', async () => {
    const [site, stage] = await begin();
    const open = step('browser_navigate', { url: `${site.origin}/` });
    const long = browse(open, step('browser_wait_for', { time: 3 }));
    const first = stage.start(long, await stage.prepare(long));
    await first.recording.printed('[2/2]');
    const short = browse(open);
    const second = stage.start(short, await stage.prepare(short));
    await second.recording.printed('another run has the session default');
    const other = await stage.runAction({ ...browse(open), session: 'other' });
    expect(other.outcome).toMatchObject({ exitCode: 0 });
    expect(second.recording.text()).not.toContain('[1/1]');
    expect((await first.finished).outcome).toMatchObject({ exitCode: 0 });
    expect((await second.finished).outcome).toMatchObject({ exitCode: 0 });
  });

  test('is told where there is none', async () => {
    const [site, stage] = await begin({ settings: { program: '/nonexistent/browser' } });
    expect(await stage.executor.inspect(browse(step('browser_navigate', { url: site.origin })))).toMatchObject({
      ok: false,
      code: 'unavailable',
      reason: '/nonexistent/browser, which [browser] program names, is no program',
    });
  });
});
