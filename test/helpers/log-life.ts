// A thread with everything in it that the database keeps: runs in every status, an edited request, messages, artifacts, and the log
// of another device. For tests that damage it.
import type { Timestamp } from '../../src/core/clock.ts';
import type { LogEvent } from '../../src/core/events.ts';
import type { ApprovalId, DeviceId, RunId } from '../../src/core/ids.ts';
import { hashEvent, NOTHING_BEFORE } from '../../src/store/log/hash-chain.ts';
import type { ImportingThreadStore } from '../../src/store/log/thread-store.ts';
import {
  ACCEPT,
  answer,
  ask,
  CANCEL,
  COMPLETE,
  carryOut,
  DIGEST,
  id,
  leave,
  runId,
  START,
  say,
  submit,
} from '../contract/thread-store-events.ts';

export const FAR = 'Far1' as DeviceId;
const FAR_NOW = 1_700_000_000_000;

/** `round` keeps ids apart when it is lived several times. */
export async function live(store: ImportingThreadStore, round = 0): Promise<void> {
  const base = round * 1000;
  const run = (n: number): RunId => runId(base + n);
  await carryOut(store, run(1), submit(base + 1), ACCEPT, ask(id(base + 50)), answer(id(base + 50), 'approve'), START);
  await carryOut(store, run(1), leave(id(base + 70), 'made.txt'), COMPLETE);
  const next = id(base + 52) as ApprovalId;
  const action = { kind: 'shell', command: 'true --edited', access: 'read-only' } as const;
  await carryOut(
    store,
    run(2),
    submit(base + 2),
    ACCEPT,
    ask(id(base + 51)),
    { type: 'edit', approval: id(base + 51) as ApprovalId, digest: DIGEST, next, action },
    ask(next),
  );
  await carryOut(store, run(3), submit(base + 3), CANCEL);
  await store.append([say(id(base + 60), `words to find, of round ${round}`)], { sync: true });
  await store.importLog({ device: FAR, events: farLog(round), upTo: 3 * (round + 1), scope: 'all' });
}

/** Three events of another device: a message, and a run that it received from a third one. */
function farLog(round: number): LogEvent[] {
  const first = round * 3 + 1;
  const origin = 'Third1' as DeviceId;
  const by = { kind: 'human', device: FAR } as const;
  const run = runId(round * 1000 + 500);
  const command = submit(1);
  if (command.type !== 'submit') throw new Error('no submission');
  const stamp = (seq: number): Timestamp => `${(FAR_NOW + seq).toString(16).padStart(12, '0')}-0000` as Timestamp;
  const place = `${stamp(first)}/${origin}/${(round + 1).toString(16).padStart(12, '0')}`;
  const bodies = [
    { ...say(id(round * 1000 + 61), 'from afar'), by },
    {
      type: 'run.received' as const,
      stream: run,
      by: { kind: 'human' as const, device: origin },
      data: { ...command.data, device: FAR, origin, place },
    },
    { type: 'run.accepted' as const, stream: run, by, data: { because: ['far away'] } },
  ];
  let prev = farPrev.get(first - 1) ?? NOTHING_BEFORE;
  return bodies.map((body, index) => {
    const seq = first + index;
    const event: LogEvent = { v: 1, device: FAR, seq, at: stamp(seq), prev, ...body };
    prev = hashEvent(event);
    farPrev.set(seq, prev);
    return event;
  });
}

/** The hash of each event of the other device, by its number: every life of it is the same. */
const farPrev = new Map<number, LogEvent['prev'] & {}>();
