// Any history that the state machine allows, written in any portions, with restarts in between: the store shows what folding
// the same events in memory shows.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Timestamp, tick } from '../../../src/core/clock.ts';
import type { RunCommand } from '../../../src/core/commands.ts';
import { decide } from '../../../src/core/decide.ts';
import type { LogEvent, NewEvent } from '../../../src/core/events.ts';
import { evolve } from '../../../src/core/evolve.ts';
import { isFinal, type RunState } from '../../../src/core/runs.ts';
import { entryKey } from '../../../src/core/thread.ts';
import type { StoredEntry } from '../../../src/engine/ports.ts';
import { openThreadStore } from '../../../src/store/log/thread-store.ts';
import {
  ACCEPT,
  answer,
  ask,
  CANCEL,
  COMPLETE,
  DEVICE,
  dump,
  EXPIRES,
  HUMAN,
  id,
  leave,
  runId,
  START,
  say,
  submit,
} from '../../contract/thread-store-events.ts';

const NOW = 1_700_000_000_000;
const RUNS = 9;

type Step =
  | { readonly kind: 'command'; readonly run: number; readonly choice: number }
  | { readonly kind: 'say'; readonly text: string }
  /** Write what has gathered. */
  | { readonly kind: 'append'; readonly sync: boolean }
  | { readonly kind: 'reopen'; readonly clock: number };

const COMMANDS = [
  'submit',
  'accept',
  'ask',
  'approve',
  'reject',
  'expire',
  'start',
  'leave',
  'complete',
  'fail',
  'cancel',
];

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('command' as const),
      run: fc.integer({ min: 1, max: RUNS }),
      choice: fc.nat(COMMANDS.length - 1),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('say' as const), text: fc.string({ unit: 'grapheme' }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('append' as const), sync: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('reopen' as const), clock: fc.integer({ min: -1000, max: 1000 }) }),
  },
);

/** The fold in memory: what the thread is by the definition of evolve. */
class Model {
  readonly states = new Map<string, RunState>();
  readonly entries: { key: string; kind: StoredEntry['kind']; of: string; run: string }[] = [];
  readonly artifacts = new Map<string, StoredEntry>();
  #ids = 100;
  #at: Timestamp | undefined;
  #seq = 0;

  newId(): string {
    return id(this.#ids++);
  }

  /** The events of one of the commands that the run allows now, if it allows any. */
  move(run: number, choice: number, now: number): readonly NewEvent[] {
    const possible = COMMANDS.flatMap((name) => {
      const context = { runId: runId(run), by: HUMAN, now: name === 'expire' ? EXPIRES : now };
      const result = decide(this.states.get(runId(run)), commandOf(name, run, this), context);
      return result.ok && result.events.length > 0 ? [result.events] : [];
    });
    return possible[choice % Math.max(1, possible.length)] ?? [];
  }

  take(event: NewEvent, now: number): void {
    this.#at = tick(this.#at, now);
    this.#seq += 1;
    const logged: LogEvent = { ...event, v: 1, device: DEVICE, seq: this.#seq, at: this.#at };
    const key = entryKey(logged);
    const enter = (kind: StoredEntry['kind'], of: string): unknown =>
      this.entries.push({ key, kind, of, run: event.stream });
    if (logged.type === 'message.said') {
      enter('message', logged.data.message);
      return;
    }
    this.states.set(event.stream, evolve(this.states.get(event.stream), logged));
    if (logged.type === 'run.submitted') enter('run', event.stream);
    if (logged.type === 'approval.requested') enter('approval', logged.data.approval);
    if (logged.type === 'artifact.created') enter('artifact', logged.data.artifact.id);
  }
}

function commandOf(name: string, run: number, model: Model): RunCommand {
  const approval = model.states.get(runId(run))?.approval?.id ?? id(0);
  switch (name) {
    case 'submit':
      return submit(run, `!make target${run}`);
    case 'accept':
      return ACCEPT;
    case 'ask':
      return ask(model.newId());
    case 'approve':
    case 'reject':
      return answer(approval, name);
    case 'expire':
      return { type: 'expire' };
    case 'start':
      return START;
    case 'leave':
      return leave(model.newId(), `file-${run}.txt`);
    case 'complete':
      return COMPLETE;
    case 'fail':
      return { type: 'fail', data: { reason: 'exit', message: 'it exited with status 3', exitCode: 3 } };
    default:
      return CANCEL;
  }
}

test('the store shows what folding the events in memory shows', async () => {
  let events = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 40, maxLength: 150, size: 'max' }), async (steps) => {
      const folder = await mkdtemp(join(tmpdir(), 'dispatch-property-'));
      let clock = NOW;
      const open = () => openThreadStore({ location: join(folder, 'thread'), device: DEVICE, now: () => clock });
      let store = await open();
      const model = new Model();
      let waiting: NewEvent[] = [];
      try {
        for (const each of [...steps, { kind: 'append', sync: true } as const]) {
          if (each.kind === 'append' || each.kind === 'reopen') {
            const changes = await store.append(waiting, { sync: each.kind === 'append' && each.sync });
            events += changes.length;
            waiting = [];
          }
          if (each.kind === 'reopen') {
            await store.close();
            clock += each.clock;
            store = await open();
          }
          if (each.kind !== 'command' && each.kind !== 'say') continue;
          const made = each.kind === 'say' ? [say(model.newId(), each.text)] : model.move(each.run, each.choice, clock);
          for (const event of made) model.take(event, clock);
          waiting.push(...made);
        }
        const shown = await dump(store);
        expectShown(shown, model);
        expect(await store.verify()).toEqual([]);
        await store.rebuild();
        expect(await dump(store)).toEqual(shown);
      } finally {
        await store.close();
        await rm(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: 25 },
  );
  // A generator whose commands are all refused would prove nothing.
  expect(events).toBeGreaterThan(500);
}, 60_000);

function expectShown(shown: Awaited<ReturnType<typeof dump>>, model: Model): void {
  const idOf = (entry: StoredEntry): string => {
    if (entry.kind === 'message') return entry.message.id;
    if (entry.kind === 'artifact') return entry.artifact.id;
    return entry.kind === 'run' ? entry.run.id : entry.approval.id;
  };
  expect(shown.entries.map((entry) => ({ key: entry.key, kind: entry.kind, of: idOf(entry) }))).toEqual(
    model.entries.map(({ key, kind, of }) => ({ key, kind, of })),
  );
  const runs = model.entries.filter(({ kind }) => kind === 'run').reverse();
  const states = runs.map(({ of }) => model.states.get(of));
  expect(shown.states).toEqual(states);
  expect(shown.runs).toEqual(states.map((state) => state?.run));
  expect(shown.numbers).toEqual(runs.map(({ of }) => of));
  const ofKind = (kind: StoredEntry['kind'], run: string): string[] =>
    model.entries.filter((entry) => entry.kind === kind && entry.run === run).map(({ of }) => of);
  expect(shown.approvalsOf.map((all) => all.map((approval) => approval.id))).toEqual(
    runs.map(({ of }) => ofKind('approval', of)),
  );
  expect(shown.artifactsOf.map((all) => all.map((artifact) => artifact.id))).toEqual(
    runs.map(({ of }) => ofKind('artifact', of)),
  );
  const waiting = states.filter(
    (state) => state !== undefined && !isFinal(state.run) && state.approval?.status === 'pending',
  );
  expect(new Set(shown.pending)).toEqual(new Set(waiting.map((state) => state?.approval)));
}
