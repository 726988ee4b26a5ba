// Somebody has a device that the owner paired and that may answer here as well, or only watch. What it signs is looked at.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ShellAction } from '../../../src/core/actions.ts';
import { needs } from '../../helpers/needs.ts';
import { until } from '../../helpers/until.ts';
import { type Attacker, admit, createAttacker, refused } from './attacker.ts';
import { type Field, openField, patient, requestOf, settled } from './field.ts';

patient();

needs('bwrap')('a stolen device', () => {
  let field: Field;
  let runner: Attacker;
  let approver: Attacker;
  let watcher: Attacker;
  /** A file that shows that something was done that nobody allowed; each test has its own. */
  const canary = (name: string): string => join(field.home.work, `canary-${name}`);

  beforeAll(async () => {
    field = await openField('far');
    // Each is written into the file of pairings as the one before left it.
    runner = await createAttacker(field, 'runner', ['run']);
    approver = await createAttacker(field, 'approver', ['run', 'approve']);
    watcher = await createAttacker(field, 'watcher', ['observe']);
    await field.home.begin();
  });
  afterAll(async () => {
    await Promise.all([runner, approver, watcher].map((each) => each?.close()));
    await field?.dispose();
  });

  describe('with the grants to run and to approve', () => {
    test('wants other signatures to count as its yes', async () => {
      const trace = canary('signature');
      const [first, second] = [
        await runner.send(runner.offer(`touch ${trace}`)),
        await runner.send(runner.offer(`touch ${trace}; true`)),
      ];
      const [asked, other] = [await requestOf(field, first.id), await requestOf(field, second.id)];
      const link = await approver.link();
      const good = approver.answer(asked, 'approve');
      const wrong = {
        'of another device': runner.answer(asked, 'approve'),
        'of another request': { ...good, signature: approver.answer(other, 'approve').signature },
        'of a no': { ...good, signature: approver.answer(asked, 'reject').signature },
        'of another digest': {
          ...good,
          signature: approver.answer({ ...asked, digest: other.digest }, 'approve').signature,
        },
        'of another end': {
          ...good,
          signature: approver.answer({ ...asked, expiresAt: asked.expiresAt + 1 }, 'approve').signature,
        },
        'of a longer time': { ...approver.answer(asked, 'approve-for-run', { forMs: 1000 }), forMs: 100_000 },
        'of nothing': { ...good, signature: Buffer.alloc(64).toString('base64') },
      };
      for (const [what, answer] of Object.entries(wrong))
        await expect(link.call('decide', answer), what).rejects.toMatchObject(refused);
      const outdated = approver.answer({ ...asked, digest: other.digest }, 'approve');
      await expect(link.call('decide', outdated)).rejects.toMatchObject({ code: 'conflict' });
      expect((await settled(field, first.id)).status).toBe('waiting_approval');
      expect(existsSync(trace)).toBe(false);
      await link.call('decide', good);
      await until('the canary', () => existsSync(trace));
      // The same bytes once more, and then for another request.
      await expect(link.call('decide', { ...good, approval: other.id })).rejects.toMatchObject(refused);
      expect((await settled(field, second.id)).status).toBe('waiting_approval');
    });

    test('wants a yes beforehand to count for another run, and for another device', async () => {
      const trace = canary('beforehand');
      const said = approver.withYes(approver.offer(`touch ${trace}`));
      const again = approver.offer(`touch ${trace}`);
      expect(
        (await approver.send({ ...again, approve: said.approve as NonNullable<typeof said.approve> })).status,
      ).toBe('waiting_approval');
      const changed = { ...said, action: { ...said.action, access: 'full-access' } as ShellAction };
      expect((await approver.send(changed)).status).toBe('waiting_approval');
      const foreign = runner.offer(`touch ${trace}`);
      expect((await runner.send({ ...foreign, approve: approver.withYes(foreign).approve as never })).status).toBe(
        'waiting_approval',
      );
      const agent = approver.offer(`touch ${trace}`, {}, { by: { kind: 'agent', device: approver.device } });
      expect((await approver.send(approver.withYes(agent))).status).toBe('waiting_approval');
      expect(existsSync(trace)).toBe(false);
      expect((await approver.send(approver.withYes(approver.offer(`touch ${trace}`)))).status).toBe('completed');
      expect(existsSync(trace)).toBe(true);
    });

    test('wants to have shown one command and run another', async () => {
      const trace = canary('edit');
      const { id } = await runner.send(runner.offer('touch harmless'));
      const asked = await requestOf(field, id);
      const link = await approver.link();
      await link.call('edit', { approval: asked.id, digest: asked.digest, command: `touch ${trace}` });
      const over = { name: 'DispatchError', code: expect.stringMatching(/^(conflict|not-found)$/) as string };
      // The yes to what was shown first is a yes to nothing now, whoever says it.
      await expect(link.call('decide', approver.answer(asked, 'approve'))).rejects.toMatchObject(over);
      await expect(
        (await field.home.ask()).call('decide', { approval: asked.id, decision: 'approve', digest: asked.digest }),
      ).rejects.toMatchObject(over);
      expect(existsSync(trace)).toBe(false);
      const next = await requestOf(field, id);
      expect(next).toMatchObject({ edits: asked.id, payload: { command: `touch ${trace}` } });
      await link.call('decide', approver.answer(next, 'approve'));
      await until('the canary', () => existsSync(trace));
    });

    test('wants "always" to mean more than was shown, and to last', async () => {
      const command = 'touch always';
      const made = canary('x').replace('canary-x', 'always');
      const { id } = await approver.send(approver.offer(command));
      const asked = await requestOf(field, id);
      const link = await approver.link();
      const { rule } = await link.call('propose', { approval: asked.id });
      const wide = { name: 'wide', decision: 'allow', access: 'full-access' } as const;
      for (const other of [wide, { ...rule, command: ['...'] }, { ...rule, requesters: ['agent'] }])
        await expect(
          link.call('decide', approver.answer(asked, 'approve-always', { rule: other })),
        ).rejects.toMatchObject({ code: 'conflict' });
      expect(existsSync(made)).toBe(false);
      await link.call('decide', approver.answer(asked, 'approve-always', { rule }));
      await until('the file', () => existsSync(made));
      rmSync(made);
      // For the one that asked, and for no other device.
      expect((await runner.send(runner.offer(command))).status).toBe('waiting_approval');
      expect((await approver.send(approver.offer(command))).status).toBe('completed');
      expect(existsSync(made)).toBe(true);
      rmSync(made);
      expect((await approver.send(approver.offer('touch always more'))).status).toBe('waiting_approval');

      // It keeps `run` and loses `approve`: the rule does not count.
      await field.home.killPeer();
      await admit(field, approver.device, ['run']);
      await field.home.begin();
      expect((await runner.send(runner.offer(command))).status).toBe('waiting_approval');
      expect((await approver.send(approver.offer(command))).status).toBe('waiting_approval');
      expect(existsSync(made)).toBe(false);

      // It is revoked: the rule is gone, also for when it comes back.
      await (await field.home.ask()).call('device.revoke', { device: approver.device });
      const { rules } = await (await field.home.ask()).call('policy.list', {});
      expect(rules.filter(({ grantedBy }) => grantedBy !== undefined)).toEqual([]);
      expect(readFileSync(field.home.paths.configFile, 'utf8')).not.toContain(rule.name);
    });
  });

  test('that may only watch wants to see and to change what it was not shown', async () => {
    const link = await watcher.link();
    const { id } = await runner.send(runner.offer('touch watched'));
    const asked = await requestOf(field, id);
    await expect(link.call('decide', watcher.answer(asked, 'approve'))).rejects.toMatchObject(refused);
    await expect(link.call('offer', watcher.offer('true', { access: 'read-only' }))).rejects.toMatchObject(refused);
    await expect(
      link.call('check', { action: { kind: 'shell', command: 'ls', access: 'read-only', cwd: '/root' } }),
    ).rejects.toMatchObject(refused);
    await expect(link.input({ run: id as never })).rejects.toMatchObject({ name: 'DispatchError' });
    expect((await settled(field, id)).status).toBe('waiting_approval');
  });
});
