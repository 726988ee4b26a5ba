// A run that two devices write about: whoever hears of it, in whichever order the two logs meet, sees the same run.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Actor } from '../../src/core/approvals.ts';
import { compareEvents, type Timestamp } from '../../src/core/clock.ts';
import type { LogEvent, NewEvent } from '../../src/core/events.ts';
import { evolve } from '../../src/core/evolve.ts';
import type { ApprovalId, DeviceId, RunId, Sha256 } from '../../src/core/ids.ts';
import { mayTell } from '../../src/core/replica.ts';
import type { RunState } from '../../src/core/runs.ts';

const ORIGIN = 'Lapt1p' as DeviceId;
const EXECUTOR = 'Gpub1x' as DeviceId;
const OBSERVER = 'Third1' as DeviceId;
const RUN = '0123456789abcdef' as RunId;
const DIGEST = 'd'.repeat(64) as Sha256;
const human: Actor = { kind: 'human', device: ORIGIN };
const start = 0x18c00000000;

const submission = {
  number: 7,
  task: '!make',
  route: 'desktop-local',
  action: { kind: 'shell', command: 'make', access: 'workspace-write' },
  device: EXECUTOR,
  because: ['you named it'],
} as const;

const stamp = (ms: number): Timestamp => `${(start + ms).toString(16).padStart(12, '0')}-0000` as Timestamp;
const place = `${stamp(0)}/${ORIGIN}/000000000001`;

/** What each wrote, each in its own order. The clocks may disagree by any amount. */
function logs(skew: number, cancelled: boolean, ending: number): { origin: LogEvent[]; executor: LogEvent[] } {
  const log = (device: DeviceId, from: number, events: readonly NewEvent[]): LogEvent[] =>
    events.map((event, index) => ({ v: 1, device, seq: index + 1, at: stamp(from + index), ...event }) as LogEvent);
  const about = { stream: RUN, by: human };
  const endings: readonly NewEvent[] = [
    { ...about, type: 'run.completed', data: { exitCode: 0, output: { bytes: 1, droppedBytes: 0 } } },
    { ...about, type: 'run.failed', data: { reason: 'interrupted', message: 'the peer ended' } },
    { ...about, type: 'run.cancelled', data: { reason: 'user' } },
  ];
  return {
    origin: log(ORIGIN, 0, [
      { ...about, type: 'run.submitted', data: submission },
      { ...about, type: 'run.offered', data: {} },
      ...(cancelled ? [{ ...about, type: 'run.cancel_requested', data: {} } as const] : []),
    ]),
    executor: log(EXECUTOR, skew, [
      { ...about, type: 'run.received', data: { ...submission, origin: ORIGIN, place } },
      { ...about, type: 'run.accepted', data: { because: ['policy'] } },
      {
        ...about,
        type: 'approval.requested',
        data: {
          approval: 'fedcba9876543210' as ApprovalId,
          title: 'make',
          description: 'Run it.',
          payload: {
            command: 'make',
            cwd: '/',
            executable: '/bin/sh',
            envNames: [],
            access: 'workspace-write',
            enforced: 'full-access',
          },
          digest: DIGEST,
          decisions: ['approve', 'reject'],
          expiresAt: start + 1e9,
        },
      },
      {
        ...about,
        type: 'approval.decided',
        data: { approval: 'fedcba9876543210' as ApprovalId, decision: 'approve', digest: DIGEST },
      },
      { ...about, type: 'run.started', data: { digest: DIGEST } },
      endings[ending] as NewEvent,
    ]),
  };
}

const hear = (events: readonly LogEvent[]): RunState | undefined =>
  events.reduce<RunState | undefined>((state, event) => {
    expect(mayTell(event, state?.run, OBSERVER)).toBe(true);
    return evolve(state, event);
  }, undefined);

it('looks the same in whichever order its two logs meet', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -86_400_000, max: 86_400_000 }),
      fc.boolean(),
      fc.nat(2),
      fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
      (skew, cancelled, ending, choices) => {
        const { origin, executor } = logs(skew, cancelled, ending);
        const left = [...origin];
        const right = [...executor];
        const mixed: LogEvent[] = [];
        for (const first of choices) {
          const next = (first ? left : right).shift() ?? left.shift() ?? right.shift();
          if (next !== undefined) mixed.push(next);
        }
        mixed.push(...left, ...right);
        const heard = hear(mixed);
        expect(heard).toEqual(hear([...origin, ...executor]));
        expect(heard).toEqual(hear([...origin, ...executor].sort(compareEvents)));
        expect(heard?.run.status).toBe((['completed', 'failed', 'cancelled'] as const)[ending]);
      },
    ),
  );
});
