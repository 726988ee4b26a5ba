// What every ThreadStore must do, over any implementation of it that can be opened again.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { wallTime } from '../../src/core/clock.ts';
import type { RunId } from '../../src/core/ids.ts';
import type { ThreadStore } from '../../src/engine/ports.ts';
import { describeAudit } from './thread-store-audit.ts';
import {
  ACCEPT,
  answer,
  ask,
  CANCEL,
  COMPLETE,
  carryOut,
  DEVICE,
  decided,
  dump,
  id,
  leave,
  runId,
  START,
  say,
  submit,
  terms,
} from './thread-store-events.ts';
import { describeSearch } from './thread-store-search.ts';

export interface ThreadStoreFactory {
  /** Opens the store, the same one each time, with this wall clock. */
  open(now: () => number): Promise<ThreadStore>;
  dispose(): Promise<void>;
}

/** Describes the suite; `begin` makes a factory with nothing in it. */
export function describeThreadStore(name: string, begin: () => Promise<ThreadStoreFactory>): void {
  describe(name, () => {
    let factory: ThreadStoreFactory;
    let store: ThreadStore;
    let time: number;

    beforeEach(async () => {
      time = 1_700_000_000_000;
      factory = await begin();
      store = await factory.open(() => time);
    });

    afterEach(async () => {
      await store.close();
      await factory.dispose();
    });

    const reopen = async (): Promise<void> => {
      await store.close();
      store = await factory.open(() => time);
    };

    describe('append', () => {
      test('gives events their places and their time', async () => {
        const first = await store.append([say(id(1), 'one'), say(id(2), 'two')], { sync: true });
        time += 5;
        const second = await store.append([say(id(3), 'three')], { sync: false });
        const events = [...first, ...second].map(({ event }) => event);
        expect(events.map(({ v, device, seq }) => [v, device, seq])).toEqual([1, 2, 3].map((seq) => [1, DEVICE, seq]));
        expect(events.map(({ at }) => wallTime(at))).toEqual([time - 5, time - 5, time]);
        expect(new Set(events.map(({ at }) => at)).size).toBe(3);
        expect(store.cursor()).toEqual({ [DEVICE]: 3 });
      });

      test('answers with the entry and the run as each event left them', async () => {
        const changes = await carryOut(store, runId(1), submit(1), ACCEPT, ask(id(50)), answer(id(50), 'approve'));
        expect(changes.map(({ run }) => run?.status)).toEqual(['queued', 'running', 'waiting_approval', 'running']);
        const entries = changes.map(({ entry }) => entry);
        expect(entries.map((entry) => (entry.kind === 'run' ? entry.run.status : ''))).toEqual([
          'queued',
          'running',
          '',
          '',
        ]);
        expect(entries.map((entry) => (entry.kind === 'approval' ? entry.approval.status : ''))).toEqual([
          '',
          '',
          'pending',
          'approved',
        ]);
        expect(entries[0]?.key).toBe(entries[1]?.key);
        expect(entries[2]?.key).toBe(entries[3]?.key);
      });

      test('an empty list changes nothing', async () => {
        expect(await store.append([], { sync: true })).toEqual([]);
        expect(store.cursor()).toEqual({});
      });

      test('calls that overlap are written one after the other', async () => {
        const calls = Array.from({ length: 50 }, (_, n) => store.append([say(id(n), `${n}`)], { sync: n % 10 === 0 }));
        const seqs = (await Promise.all(calls)).map(([change]) => change?.event.seq);
        expect(seqs).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
        expect((await store.entries({ limit: 100 })).items).toHaveLength(50);
      });

      test('an event that does not fit is not written, nor what came with it', async () => {
        await carryOut(store, runId(1), submit(1));
        const [start] = await decidedFor(ACCEPT, START);
        await expect(store.append([say(id(9), 'lost'), start], { sync: true })).rejects.toThrow('log damaged');
        expect(store.cursor()).toEqual({ [DEVICE]: 1 });
        expect((await store.entries({ limit: 10 })).items).toHaveLength(1);
        expect(await store.append([say(id(9), 'kept')], { sync: true })).toHaveLength(1);
        expect(await store.verify()).toEqual([]);
      });

      /** A completion, which cannot follow a submission. */
      async function decidedFor(...before: Parameters<typeof carryOut>[2][]) {
        const events = await decided(store, runId(1), ...before, COMPLETE);
        const last = events.at(-1);
        if (last === undefined) throw new Error('nothing was decided');
        return [last] as const;
      }

      test('time never goes back, also over a restart under a clock that did', async () => {
        const [before] = await store.append([say(id(1), 'late')], { sync: true });
        time -= 3_600_000;
        await reopen();
        const [after] = await store.append([say(id(2), 'early')], { sync: true });
        expect(String(after?.event.at) > String(before?.event.at)).toBe(true);
        expect((await store.entries({ limit: 10 })).items.map(({ key }) => key)).toEqual([
          before?.entry.key,
          after?.entry.key,
        ]);
      });
    });

    describe('reading by id', () => {
      test('a run with its newest approval, all its approvals and its artifacts', async () => {
        const run = runId(1);
        await carryOut(store, run, submit(1), ACCEPT, ask(id(51)), answer(id(51), 'approve'), ask(id(50)));
        await carryOut(
          store,
          run,
          answer(id(50), 'approve'),
          START,
          leave(id(71), 'b.txt'),
          leave(id(70), 'a.txt'),
          COMPLETE,
        );
        const state = await store.run(run);
        expect(state?.run.status).toBe('completed');
        expect(state?.approval?.id).toBe(id(50));
        expect((await store.approvalsOf(run)).map((approval) => approval.id)).toEqual([id(51), id(50)]);
        expect((await store.artifactsOf(run)).map((artifact) => artifact.name)).toEqual(['b.txt', 'a.txt']);
        expect((await store.approval(id(51)))?.runId).toBe(run);
        expect(await store.artifact(id(70))).toMatchObject({
          name: 'a.txt',
          runId: run,
          device: DEVICE,
          createdAt: time,
        });
      });

      test('what is not there is undefined or empty', async () => {
        expect(await store.run(runId(1))).toBeUndefined();
        expect(await store.approval(id(1))).toBeUndefined();
        expect(await store.artifact(id(1))).toBeUndefined();
        expect(await store.runByNumber(1)).toBeUndefined();
        expect(await store.runByNumber(-1)).toBeUndefined();
        expect(await store.approvalsOf(runId(1))).toEqual([]);
        expect(await store.artifactsOf(runId(1))).toEqual([]);
        expect(await store.entries({ limit: 10 })).toEqual({ items: [], more: false });
        expect(await store.runs({ limit: 10 })).toEqual({ items: [], more: false });
        expect(await store.changesAfter({}, 10)).toEqual({ items: [], more: false });
      });

      test('ids by prefix, the whole id too', async () => {
        const ids = ['aaaa000000000001', 'aaaa000000000002', 'aaab000000000003'] as RunId[];
        for (const [n, run] of ids.entries()) await carryOut(store, run, submit(n + 1));
        expect(await store.idsByPrefix('run', 'aaaa', 10)).toEqual(ids.slice(0, 2));
        expect(await store.idsByPrefix('run', 'aaaa', 1)).toEqual(ids.slice(0, 1));
        expect(await store.idsByPrefix('run', 'aaab000000000003', 2)).toEqual(ids.slice(2));
        expect(await store.idsByPrefix('run', '', 10)).toEqual(ids);
        expect(await store.idsByPrefix('run', 'b', 10)).toEqual([]);
        expect(await store.idsByPrefix('approval', 'aaaa', 10)).toEqual([]);
      });

      test('short numbers lead to runs, and go on after a restart', async () => {
        expect([store.nextRunNumber(), store.nextRunNumber()]).toEqual([1, 2]);
        await carryOut(store, runId(7), submit(2));
        expect(store.nextRunNumber()).toBe(3);
        await reopen();
        expect(store.nextRunNumber()).toBe(3);
        expect(await store.runByNumber(2)).toBe(runId(7));
        expect(await store.runByNumber(1)).toBeUndefined();
      });
    });

    describe('lists', () => {
      test('runs newest first, by status, in pages', async () => {
        for (let n = 1; n <= 9; n += 1) await carryOut(store, runId(n), submit(n));
        for (const n of [2, 5, 8]) await carryOut(store, runId(n), ACCEPT);
        for (const n of [3, 5]) await carryOut(store, runId(n), CANCEL);
        const numbers = async (query: Parameters<ThreadStore['runs']>[0]) => {
          const page = await store.runs(query);
          return [page.items.map((run) => run.number), page.more];
        };
        expect(await numbers({ limit: 4 })).toEqual([[9, 8, 7, 6], true]);
        expect(await numbers({ limit: 4, before: runId(6) })).toEqual([[5, 4, 3, 2], true]);
        expect(await numbers({ limit: 4, before: runId(2) })).toEqual([[1], false]);
        expect(await numbers({ limit: 9 })).toEqual([[9, 8, 7, 6, 5, 4, 3, 2, 1], false]);
        expect(await numbers({ limit: 9, status: ['running'] })).toEqual([[8, 2], false]);
        expect(await numbers({ limit: 2, status: ['running', 'cancelled'], before: runId(8) })).toEqual([[5, 3], true]);
        expect(await numbers({ limit: 9, status: ['completed'] })).toEqual([[], false]);
        await expect(store.runs({ limit: 1, before: runId(99) })).rejects.toMatchObject({ code: 'not-found' });
      });

      test('approvals: those that wait, and all', async () => {
        for (const n of [1, 2, 3]) await carryOut(store, runId(n), submit(n), ACCEPT, ask(id(50 + n)));
        await carryOut(store, runId(2), answer(id(52), 'reject'));
        expect((await store.pendingApprovals(10)).map((approval) => approval.id)).toEqual([id(51), id(53)]);
        expect((await store.pendingApprovals(1)).map((approval) => approval.id)).toEqual([id(51)]);
        expect((await store.approvals(2)).map(({ id, status }) => [id, status])).toEqual([
          [id(53), 'pending'],
          [id(52), 'rejected'],
        ]);
        await carryOut(store, runId(1), CANCEL);
        expect((await store.pendingApprovals(10)).map((approval) => approval.id)).toEqual([id(53)]);
        expect((await store.approval(id(51)))?.status).toBe('expired');
      });

      test('artifacts newest first', async () => {
        await carryOut(store, runId(1), submit(1), ACCEPT, START, leave(id(70), 'a'), leave(id(71), 'b'), COMPLETE);
        expect((await store.artifacts(10)).map(({ name }) => name)).toEqual(['b', 'a']);
        expect((await store.artifacts(1)).map(({ name }) => name)).toEqual(['b']);
      });
    });

    describe('the thread', () => {
      test('pages both ways meet every entry once', async () => {
        for (let n = 1; n <= 23; n += 1) await store.append([say(id(n), `${n}`)], { sync: false });
        const whole = (await store.entries({ limit: 100 })).items;
        expect(whole.map((entry) => (entry.kind === 'message' ? entry.message.text : ''))).toEqual(
          Array.from({ length: 23 }, (_, n) => `${n + 1}`),
        );
        const back = [];
        for (let page = await store.entries({ limit: 5 }); ; ) {
          back.unshift(...page.items);
          const before = page.items[0]?.key;
          if (!page.more || before === undefined) break;
          page = await store.entries({ limit: 5, before });
        }
        expect(back).toEqual(whole);
        const forth = [];
        for (let page = await store.entries({ limit: 5, after: '' }); ; ) {
          forth.push(...page.items);
          const after = page.items.at(-1)?.key;
          if (!page.more || after === undefined) break;
          page = await store.entries({ limit: 5, after });
        }
        expect(forth).toEqual(whole);
        const [from, to] = [whole[4]?.key ?? '', whole[8]?.key ?? ''];
        expect((await store.entries({ after: from, before: to, limit: 10 })).items).toEqual(whole.slice(5, 8));
        expect(await store.entries({ after: whole.at(-1)?.key ?? '', limit: 10 })).toEqual({ items: [], more: false });
      });

      test('each thing stands where it began, as it is now', async () => {
        await carryOut(store, runId(1), submit(1), ACCEPT, ask(id(50)));
        await store.append([say(id(60), 'meanwhile')], { sync: false });
        await carryOut(store, runId(1), answer(id(50), 'approve'), START, leave(id(70), 'a.txt'), COMPLETE);
        const entries = (await store.entries({ limit: 10 })).items;
        expect(entries.map(({ kind }) => kind)).toEqual(['run', 'approval', 'message', 'artifact']);
        expect(entries[0]).toMatchObject({ run: { status: 'completed' } });
        expect(entries[1]).toMatchObject({ approval: { status: 'approved' } });
      });

      test('a follower reads on from its cursor and sees things as they are now', async () => {
        await carryOut(store, runId(1), submit(1), ACCEPT);
        await store.append([say(id(60), 'hello')], { sync: false });
        await carryOut(store, runId(1), CANCEL);
        const all = await store.changesAfter({}, 10);
        expect(all.items.map(({ event }) => event.type)).toEqual([
          'run.submitted',
          'run.accepted',
          'message.said',
          'run.cancelled',
        ]);
        expect(all.items.map(({ run }) => run?.status)).toEqual(['cancelled', 'cancelled', undefined, 'cancelled']);
        expect(all.more).toBe(false);
        const first = await store.changesAfter({}, 3);
        expect([first.items.length, first.more]).toEqual([3, true]);
        const rest = await store.changesAfter({ [DEVICE]: 3 }, 10);
        expect(rest.items.map(({ event }) => event.seq)).toEqual([4]);
        expect(await store.changesAfter(store.cursor(), 10)).toEqual({ items: [], more: false });
      });
    });

    describeSearch(() => store);
    describeAudit(() => store, reopen);

    describe('over its life', () => {
      const live = async (): Promise<void> => {
        await carryOut(store, runId(1), submit(1), ACCEPT, ask(id(50)), answer(id(50), 'approve'), START);
        await carryOut(store, runId(1), leave(id(70), 'a.txt'), COMPLETE);
        await carryOut(store, runId(2), submit(2), ACCEPT, ask(id(51)), answer(id(51), 'reject'));
        await carryOut(store, runId(3), submit(3), ACCEPT, ask(id(52)));
        await store.append([say(id(60), 'words to find')], { sync: false });
      };

      test('a restart changes nothing', async () => {
        await live();
        const before = await dump(store);
        await reopen();
        expect(await dump(store)).toEqual(before);
        expect((await carryOut(store, runId(4), submit(4)))[0]?.event.seq).toBe(before.changes.length + 1);
      });

      test('a rebuild changes nothing, and readers and writers wait for it', async () => {
        await live();
        const before = await dump(store);
        const rebuilt = store.rebuild();
        const search = store.search({ terms: terms('words to find'), limit: 5 });
        const append = store.append([say(id(61), 'after it')], { sync: false });
        expect(await rebuilt).toBe(before.changes.length);
        expect((await search).items).toHaveLength(1);
        expect((await append)[0]?.event.seq).toBe(before.changes.length + 1);
        expect((await dump(store)).entries.slice(0, -1)).toEqual(before.entries);
        expect(await store.verify()).toEqual([]);
      });

      test('nothing is found wrong with it', async () => {
        expect(await store.verify()).toEqual([]);
        await live();
        expect(await store.verify()).toEqual([]);
      });

      test('closing waits for what was asked for, and refuses what comes later', async () => {
        const write = store.append([say(id(1), 'last words')], { sync: false });
        const closing = store.close();
        expect(await write).toHaveLength(1);
        await closing;
        await expect(store.append([say(id(2), 'too late')], { sync: false })).rejects.toMatchObject({
          code: 'unavailable',
        });
        await expect(store.entries({ limit: 1 })).rejects.toMatchObject({ code: 'unavailable' });
        store = await factory.open(() => time);
        expect((await store.entries({ limit: 10 })).items).toHaveLength(1);
      });
    });
  });
}
