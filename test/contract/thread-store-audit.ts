// The part of the contract that is about the audit: the events of a run, and the chain.
import { describe, expect, test } from 'vitest';
import type { ApprovalId } from '../../src/core/ids.ts';
import type { ThreadStore } from '../../src/engine/ports.ts';
import {
  ACCEPT,
  answer,
  ask,
  COMPLETE,
  carryOut,
  DIGEST,
  id,
  leave,
  runId,
  START,
  say,
  submit,
} from './thread-store-events.ts';

/** Describes the audit over the store that is open at the time; it must be empty when a test begins. */
export function describeAudit(store: () => ThreadStore, reopen: () => Promise<void>): void {
  describe('the events of a run', () => {
    test('are those of that run alone, in order, also over a restart and a rebuild', async () => {
      await carryOut(store(), runId(1), submit(1), ACCEPT, ask(id(50)));
      await carryOut(store(), runId(2), submit(2), ACCEPT, START, COMPLETE);
      await store().append([say(id(60), 'in between')], { sync: false });
      await carryOut(store(), runId(1), answer(id(50), 'approve'), START, leave(id(70), 'a.txt'), COMPLETE);
      const types = async (n: number) => (await store().eventsOf(runId(n))).map(({ type }) => type);
      const expected = [
        'run.submitted',
        'run.accepted',
        'approval.requested',
        'approval.decided',
        'run.started',
        'artifact.created',
        'run.completed',
      ];
      expect(await types(1)).toEqual(expected);
      expect(await types(2)).toEqual(['run.submitted', 'run.accepted', 'run.started', 'run.completed']);
      expect(await types(3)).toEqual([]);
      await reopen();
      expect(await types(1)).toEqual(expected);
      await store().rebuild();
      expect(await types(1)).toEqual(expected);
    });
  });

  describe('an edited request', () => {
    test('is kept beside the one that took its place, and the run has the new action', async () => {
      const next = id(51) as ApprovalId;
      const action = { kind: 'shell', command: 'true --edited', access: 'read-only' } as const;
      await carryOut(
        store(),
        runId(1),
        submit(1),
        ACCEPT,
        ask(id(50)),
        { type: 'edit', approval: id(50) as ApprovalId, digest: DIGEST, next, action },
        ask(next),
      );
      expect(await store().approval(id(50))).toMatchObject({ status: 'expired', replacedBy: next });
      expect(await store().approval(next)).toMatchObject({ status: 'pending', edits: id(50) });
      expect((await store().pendingApprovals(10)).map((approval) => approval.id)).toEqual([next]);
      expect((await store().approvalsOf(runId(1))).map((approval) => approval.id)).toEqual([id(50), next]);
      const state = await store().run(runId(1));
      expect(state?.run.action).toEqual(action);
      expect(state?.approval?.id).toBe(next);
      const changes = (await store().changesAfter({}, 100)).items;
      expect(changes.map(({ event, entry }) => [event.type, entry.kind])).toContainEqual([
        'approval.edited',
        'approval',
      ]);
    });

    test('that needs two yeses keeps the first', async () => {
      await carryOut(store(), runId(1), submit(1), ACCEPT, ask(id(50), 2), answer(id(50), 'approve'));
      expect(await store().approval(id(50))).toMatchObject({ status: 'pending', agreed: [{ by: { kind: 'human' } }] });
      expect((await store().changesAfter({}, 100)).items.at(-1)?.entry.kind).toBe('approval');
    });
  });

  describe('the chain', () => {
    test('holds over batches, restarts and a rebuild, and counts what it read', async () => {
      expect(await store().verifyChain()).toEqual({ events: 0, unchained: 0, findings: [] });
      await store().append([say(id(1), 'one'), say(id(2), 'two')], { sync: false });
      await reopen();
      await carryOut(store(), runId(1), submit(1), ACCEPT, START, COMPLETE);
      expect(await store().verifyChain()).toEqual({ events: 6, unchained: 0, findings: [] });
      await store().rebuild();
      await store().append([say(id(3), 'three')], { sync: true });
      expect(await store().verifyChain()).toEqual({ events: 7, unchained: 0, findings: [] });
    });

    test('can be walked over while it grows', async () => {
      for (let n = 0; n < 300; n += 1) await store().append([say(id(n), `before ${n}`)], { sync: false });
      const walk = store().verifyChain();
      for (let n = 300; n < 400; n += 1) await store().append([say(id(n), `during ${n}`)], { sync: n % 10 === 0 });
      expect((await walk).findings).toEqual([]);
    });

    test('a walk ends when the store is closed', async () => {
      for (let n = 0; n < 1000; n += 1) await store().append([say(id(n), `${n}`)], { sync: false });
      const walk = store().verifyChain();
      await store().close();
      await expect(walk).rejects.toMatchObject({ code: 'unavailable' });
    });
  });
}
