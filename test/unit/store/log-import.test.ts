// Copying other devices' logs: what comes twice, out of turn or with ill will changes nothing that it should not.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Timestamp, wallTime } from '../../../src/core/clock.ts';
import type { LogEvent, NewEvent } from '../../../src/core/events.ts';
import type { ArtifactId, DeviceId, MessageId, RunId, Sha256 } from '../../../src/core/ids.ts';
import { type ImportingThreadStore, openThreadStore } from '../../../src/store/log/thread-store.ts';
import { DEVICE, id, runId, say, submit } from '../../contract/thread-store-events.ts';

const BOX = 'Box1' as DeviceId;
const NAS = 'Nas1' as DeviceId;
const NOW = 1_800_000_000_000;

let folder: string;
let store: ImportingThreadStore;
const open = (now = () => NOW): Promise<ImportingThreadStore> =>
  openThreadStore({ location: join(folder, 'thread'), device: DEVICE, now });
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dispatch-import-'));
  store = await open();
});
afterEach(async () => {
  expect(await store.verify()).toEqual([]);
  await store.close();
  rmSync(folder, { recursive: true });
});

const stamp = (ms: number): Timestamp => `${(NOW + ms).toString(16).padStart(12, '0')}-0000` as Timestamp;
const of = (device: DeviceId, seq: number, event: NewEvent, ms = seq): LogEvent =>
  ({ v: 1, device, seq, at: stamp(ms), ...event, by: { kind: 'human', device } }) as LogEvent;
const message = (device: DeviceId, seq: number, number: number, text: string): LogEvent =>
  of(device, seq, say(id(number), text));
const submitted = (device: DeviceId, seq: number, run: RunId, on: DeviceId, number = 1): LogEvent => {
  const command = submit(number);
  if (command.type !== 'submit') throw new Error('no submission');
  return of(device, seq, { ...EVENT, stream: run, type: 'run.submitted', data: { ...command.data, device: on } });
};
const received = (device: DeviceId, seq: number, run: RunId, origin: DeviceId, place: string): LogEvent => {
  const { data } = submit(1) as Extract<ReturnType<typeof submit>, { type: 'submit' }>;
  const event = of(device, seq, {
    ...EVENT,
    stream: run,
    type: 'run.received',
    data: { ...data, device, origin, place },
  });
  return { ...event, by: { kind: 'human', device: origin } } as LogEvent;
};
const EVENT = { by: { kind: 'human', device: DEVICE } } as const;
const completed = (device: DeviceId, seq: number, run: RunId): LogEvent =>
  of(device, seq, {
    ...EVENT,
    stream: run,
    type: 'run.completed',
    data: { exitCode: 0, output: { bytes: 0, droppedBytes: 0 } },
  });
const accepted = (device: DeviceId, seq: number, run: RunId): LogEvent =>
  of(device, seq, { ...EVENT, stream: run, type: 'run.accepted', data: { because: [] } });
const take = (device: DeviceId, events: readonly LogEvent[], upTo = events.at(-1)?.seq ?? 0) =>
  store.importLog({ device, events, upTo, scope: 'all' });
const texts = async (): Promise<string[]> =>
  (await store.entries({ limit: 100 })).items.map((entry) =>
    entry.kind === 'message' ? entry.message.text : entry.kind === 'run' ? `run ${entry.run.number}` : entry.kind,
  );

describe('a log of another device', () => {
  it('is copied once, whatever comes twice, with the gaps that it has', async () => {
    const events = [message(BOX, 3, 1, 'three'), message(BOX, 9, 2, 'nine')];
    expect(await take(BOX, events, 12)).toHaveLength(2);
    expect(await take(BOX, events, 12)).toHaveLength(0);
    expect(await take(BOX, [message(BOX, 5, 3, 'five, seen later')], 12)).toHaveLength(1);
    expect(await texts()).toEqual(['three', 'five, seen later', 'nine']);
    expect(await store.position(BOX)).toEqual({ seq: 12, scope: 'all' });
    expect(store.cursor()).toEqual({ [BOX]: 9 });
    await store.close();
    store = await open();
    expect(await store.position(BOX)).toEqual({ seq: 12, scope: 'all' });
    expect(await take(BOX, events, 12)).toHaveLength(0);
  });

  it('gives its runs numbers of this thread, which stay when everything is derived anew', async () => {
    await store.append([{ ...say(id(50), 'own') }], { sync: false });
    expect(store.nextRunNumber()).toBe(1);
    await take(NAS, [submitted(NAS, 1, runId(20), NAS, 77)]);
    await take(BOX, [submitted(BOX, 1, runId(10), BOX, 77)]);
    const numbers = async (): Promise<number[]> => [
      (await store.run(runId(20)))?.run.number ?? 0,
      (await store.run(runId(10)))?.run.number ?? 0,
    ];
    expect(await numbers()).toEqual([2, 3]);
    await store.rebuild();
    expect(await numbers()).toEqual([2, 3]);
    expect(await store.runByNumber(3)).toBe(runId(10));
    expect(store.nextRunNumber()).toBe(4);
  });

  it('puts a run where it was submitted, whoever tells of it first', async () => {
    const place = `${stamp(1)}/${NAS}/000000000001`;
    await take(BOX, [message(BOX, 4, 1, 'between'), received(BOX, 5, runId(1), NAS, place)]);
    await take(NAS, [submitted(NAS, 1, runId(1), BOX), message(NAS, 2, 2, 'after')]);
    expect(await texts()).toEqual(['run 1', 'after', 'between']);
    expect((await store.run(runId(1)))?.run).toMatchObject({ origin: NAS, device: BOX });
  });
});

describe('a hostile device', () => {
  it('cannot speak for another one', async () => {
    expect(await take(BOX, [message(NAS, 1, 1, 'as the nas'), message(DEVICE, 1, 2, 'as this one')])).toHaveLength(0);
    expect(await texts()).toEqual([]);
  });

  it('cannot end, receive or adorn a run that is not its own', async () => {
    const command = submit(1);
    if (command.type !== 'submit') throw new Error('no submission');
    const own = { ...command.data, number: store.nextRunNumber() };
    await store.append([{ ...EVENT, stream: runId(1), type: 'run.submitted', data: own }], { sync: false });
    await take(NAS, [submitted(NAS, 1, runId(2), NAS)]);
    const artifact = {
      id: id(9) as ArtifactId,
      name: 'x',
      kind: 'file',
      mimeType: 'text/plain',
      sizeBytes: 1,
      sha256: 'a'.repeat(64) as Sha256,
    } as const;
    for (const run of [runId(1), runId(2)]) {
      const attempts = [
        accepted(BOX, 1, run),
        completed(BOX, 2, run),
        of(BOX, 3, { ...EVENT, stream: run, type: 'run.cancelled', data: { reason: 'user' } }),
        of(BOX, 4, { ...EVENT, stream: run, type: 'artifact.created', data: { artifact } }),
        of(BOX, 5, { ...EVENT, stream: run, type: 'run.offered', data: {} }),
        submitted(BOX, 6, run, BOX),
        received(BOX, 7, run, NAS, `${stamp(1)}/${NAS}/000000000001`),
      ];
      expect(await take(BOX, attempts)).toHaveLength(0);
      expect((await store.run(run))?.run.status).toBe('queued');
    }
  });

  it('cannot invent runs of this device, or runs that this one is to execute', async () => {
    const place = `${stamp(1)}/${DEVICE}/000000000001`;
    expect(
      await take(BOX, [
        received(BOX, 1, runId(5), DEVICE, place),
        received(BOX, 2, runId(6), NAS, place),
        submitted(BOX, 3, runId(7), DEVICE),
      ]),
    ).toHaveLength(0);
  });

  it('cannot take the place or the id of what is there', async () => {
    const [change] = await take(NAS, [message(NAS, 1, 1, 'first')]);
    const place = change?.entry.key ?? '';
    const stolen: LogEvent = of(BOX, 2, {
      ...EVENT,
      stream: 'thread',
      type: 'message.said',
      data: { message: id(1) as MessageId, role: 'user', text: 'mine now' },
    });
    expect(await take(BOX, [received(BOX, 1, runId(5), NAS, place), stolen])).toHaveLength(0);
    expect(await texts()).toEqual(['first']);
  });

  it('cannot move this clock far, nor hold up the rest of its log with nonsense', async () => {
    const future = of(BOX, 1, say(id(1), 'from next year'), 365 * 86_400_000);
    expect(await take(BOX, [completed(BOX, 2, runId(99)), future, message(BOX, 3, 2, 'and now')])).toHaveLength(2);
    const [own] = await store.append([say(id(3), 'own')], { sync: true });
    expect(wallTime(own?.event.at ?? stamp(0)) - NOW).toBeLessThan(1000);
    const seen = stamp(60_000);
    const [later] = await store.append([say(id(4), 'after what was seen')], { sync: true, seen });
    expect((later?.event.at ?? '') > seen).toBe(true);
  });
});
