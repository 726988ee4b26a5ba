// Slots and turns, with work that ends when the test says so.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DeviceId, RunId } from '../../../src/core/ids.ts';
import { createScheduler } from '../../../src/engine/scheduler.ts';

const [OWNER, A, B] = ['owner', 'a', 'b'] as DeviceId[] as [DeviceId, DeviceId, DeviceId];

/** Names say whose a run is: `a1` is the first of `a`. */
function openScheduler(slots: number, inline = 1) {
  const faults: string[] = [];
  const started: string[] = [];
  const ends = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  let loads = 0;
  const scheduler = createScheduler({
    self: OWNER,
    slots: { shell: slots, inline },
    onLoad: () => {
      loads += 1;
    },
    onFault: (what) => faults.push(what),
  });
  return {
    scheduler,
    faults,
    started,
    loads: () => loads,
    /** Those that run now. */
    running: () => [...ends.keys()],
    add(run: string, position: 'first' | 'last' = 'last', kind: 'shell' | 'inline' = 'shell') {
      const origin = [OWNER, A, B].find((device) => run.startsWith(device)) as DeviceId;
      const work = (): Promise<void> => {
        started.push(run);
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        ends.set(run, { resolve, reject });
        return promise;
      };
      scheduler.enqueue({ run: run as RunId, kind, origin, work }, position);
    },
    async end(run: string, error?: Error) {
      const end = ends.get(run);
      if (end === undefined) throw new Error(`${run} does not run: ${[...ends.keys()]}`);
      ends.delete(run);
      if (error === undefined) end.resolve();
      else end.reject(error);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const runs = (device: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${device}${index + 1}`);

describe('one device alone', () => {
  test('gets its runs done in their order, as many at once as there are slots', async () => {
    const { add, started, end, scheduler } = openScheduler(2);
    for (const run of runs('owner', 4)) add(run);
    expect(started).toEqual(['owner1', 'owner2']);
    expect(scheduler).toMatchObject({ running: 2, queued: 2 });
    await end('owner2');
    expect(started).toEqual(['owner1', 'owner2', 'owner3']);
    await end('owner1');
    await end('owner3');
    await end('owner4');
    expect(scheduler).toMatchObject({ running: 0, queued: 0 });
  });

  test('gets first what was approved, in the order of the answers', async () => {
    const { add, started, end } = openScheduler(1);
    for (const run of runs('owner', 3)) add(run);
    add('owner8', 'first');
    add('owner9', 'first');
    for (const run of ['owner1', 'owner8', 'owner9', 'owner2']) await end(run);
    expect(started).toEqual(['owner1', 'owner8', 'owner9', 'owner2', 'owner3']);
  });

  test('has slots of each kind, and a run only once', () => {
    const { add, started, scheduler } = openScheduler(1);
    add('owner1');
    add('owner1');
    add('owner2');
    add('owner2');
    add('owner3', 'last', 'inline');
    expect(started).toEqual(['owner1', 'owner3']);
    expect(scheduler.queued).toBe(1);
  });

  test('may have every slot', () => {
    const { add, started } = openScheduler(3);
    for (const run of runs('owner', 3)) add(run);
    expect(started).toHaveLength(3);
  });
});

describe('another device', () => {
  test('leaves a slot to this one, however much it asks for', async () => {
    const { add, started, end, running } = openScheduler(4);
    for (const run of runs('a', 12)) add(run);
    expect(running()).toHaveLength(3);
    add('owner1');
    expect(started.at(-1)).toBe('owner1');
    // Nor when the owner's own has ended, or with a yes for each.
    await end('owner1');
    for (const run of ['a90', 'a91']) add(run, 'first');
    expect(running()).toHaveLength(3);
    add('owner2');
    expect(running()).toContain('owner2');
  });

  test('leaves it also together with others', () => {
    const { add, running } = openScheduler(4);
    for (const run of [...runs('a', 5), ...runs('b', 5)]) add(run);
    expect(running()).toHaveLength(3);
    add('owner1');
    expect(running()).toContain('owner1');
  });

  test('may have the only slot', () => {
    const { add, started } = openScheduler(1);
    add('a1');
    expect(started).toEqual(['a1']);
  });

  test('takes turns with the others, whoever came first', async () => {
    const { add, started, end } = openScheduler(2);
    for (const run of runs('a', 4)) add(run);
    for (const run of runs('b', 2)) add(run);
    for (const run of ['a1', 'b1', 'a2', 'b2', 'a3']) await end(run);
    expect(started).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'a4']);
  });

  test('goes behind this one where neither had a turn', async () => {
    const { add, started, end } = openScheduler(1);
    add('b1');
    add('a1');
    add('owner1');
    await end('b1');
    expect(started).toEqual(['b1', 'owner1']);
    await end('owner1');
    expect(started).toEqual(['b1', 'owner1', 'a1']);
  });

  test('goes before those that wait with what was approved', async () => {
    const { add, started, end } = openScheduler(1);
    for (const run of ['owner1', 'owner2', 'b1', 'a1']) add(run);
    add('a9', 'first');
    await end('owner1');
    expect(started).toEqual(['owner1', 'a9']);
  });

  test('that takes turns with this one gets every other', async () => {
    const { add, started, end } = openScheduler(1);
    for (const run of [...runs('a', 3), ...runs('owner', 3)]) add(run);
    for (let count = 0; count < 5; count++) await end(started.at(-1) as string);
    expect(started).toEqual(['a1', 'owner1', 'a2', 'owner2', 'a3', 'owner3']);
  });
});

test('what is taken out does not start', async () => {
  const { add, scheduler, started, end } = openScheduler(1);
  for (const run of runs('a', 3)) add(run);
  expect(scheduler.remove('a2' as RunId)).toBe(true);
  expect(scheduler.remove('a2' as RunId)).toBe(false);
  expect(scheduler.remove('a1' as RunId)).toBe(false);
  await end('a1');
  expect(started).toEqual(['a1', 'a3']);
});

test('work that fails is told, and its slot is free', async () => {
  const { add, faults, started, end, loads } = openScheduler(1);
  add('a1');
  add('a2');
  const before = loads();
  await end('a1', new Error('x'));
  expect(faults).toEqual(['run a1']);
  expect(started).toEqual(['a1', 'a2']);
  expect(loads()).toBeGreaterThan(before);
});

test('draining starts nothing more, and waits for what runs', async () => {
  const { add, scheduler, started, end } = openScheduler(1);
  add('a1');
  add('a2');
  let isOver = false;
  const drained = scheduler.drain().then(() => {
    isOver = true;
  });
  add('owner1', 'first');
  expect(isOver).toBe(false);
  await end('a1');
  await drained;
  expect(started).toEqual(['a1']);
  expect(scheduler.queued).toBe(0);
});

test('whatever comes and ends: no slot too many, one for this device, and none idle that somebody may have', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('add' as const), who: fc.constantFrom('owner', 'a', 'b'), first: fc.boolean() }),
    fc.record({ do: fc.constant('end' as const), which: fc.nat(20) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), async (slots, steps) => {
      const { add, end, running, scheduler, started } = openScheduler(slots);
      let count = 0;
      const waiting = new Set<string>();
      for (const each of steps) {
        if (each.do === 'add') {
          count += 1;
          const run = `${each.who}${count}`;
          waiting.add(run);
          add(run, each.first ? 'first' : 'last');
        } else {
          const run = running()[each.which % Math.max(1, running().length)];
          if (run !== undefined) await end(run);
        }
        for (const run of started) waiting.delete(run);
        const others = running().filter((run) => !run.startsWith('owner')).length;
        const most = Math.max(1, slots - 1);
        expect(running().length).toBeLessThanOrEqual(slots);
        expect(others).toBeLessThanOrEqual(most);
        const isFree = running().length < slots;
        if (isFree) expect([...waiting].filter((run) => run.startsWith('owner'))).toEqual([]);
        if (isFree && others < most) expect([...waiting]).toEqual([]);
        expect(scheduler.queued).toBe(waiting.size);
      }
    }),
    { numRuns: 200 },
  );
});
