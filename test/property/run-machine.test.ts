import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Actor, Approval } from '../../src/core/approvals.ts';
import { type Timestamp, tick } from '../../src/core/clock.ts';
import { decide, decideAll, type RunCommand } from '../../src/core/decide.ts';
import type { LogEvent } from '../../src/core/events.ts';
import { evolve } from '../../src/core/evolve.ts';
import type { ApprovalId, ArtifactId, DeviceId, RunId, Sha256 } from '../../src/core/ids.ts';
import { canMove, isFinal, type RunState } from '../../src/core/runs.ts';

const device = '12D3KooWdevice' as DeviceId;
const by: Actor = { kind: 'human', device };
const run = 'aaaaaaaaaaaaaaaa' as RunId;
const digests = ['d1', 'd2'] as Sha256[];

const submit: RunCommand = {
  type: 'submit',
  data: {
    number: 1,
    task: '!make',
    route: 'desktop-local',
    action: { kind: 'shell', command: 'make', access: 'workspace-write' },
    device,
    because: [],
  },
};

const digest = fc.constantFrom(...digests);
const approvalId = fc.constantFrom('approval1', 'approval2').map((id) => id as ApprovalId);
const output = { bytes: 3, droppedBytes: 0 };
const request = fc.record({ approval: approvalId, digest }).map<RunCommand>(({ approval, digest: plan }) => ({
  type: 'request-approval',
  approval,
  title: 'make',
  description: 'Run make.',
  payload: {
    command: 'make',
    cwd: '/',
    executable: '/bin/sh',
    envNames: [],
    access: 'workspace-write',
    enforced: 'full-access',
  },
  digest: plan,
  expiresAt: 1_000,
}));
const answer = fc
  .record({ approval: approvalId, digest, decision: fc.constantFrom('approve' as const, 'reject' as const) })
  .map<RunCommand>((data) => ({ type: 'decide', ...data }));
const commands: fc.Arbitrary<RunCommand> = fc.oneof(
  fc.constant(submit),
  fc.constant<RunCommand>({ type: 'accept', because: ['policy: x'] }),
  request,
  answer,
  fc.constant<RunCommand>({ type: 'expire' }),
  fc.record({ digest, mustBeApproved: fc.constant(true) }).map<RunCommand>((start) => ({ type: 'start', ...start })),
  fc.constant<RunCommand>({ type: 'complete', data: { exitCode: 0, output } }),
  fc.constant<RunCommand>({ type: 'fail', data: { reason: 'exit', message: 'it failed', exitCode: 2, output } }),
  fc.constant<RunCommand>({ type: 'cancel', data: { reason: 'user' } }),
  fc.constant<RunCommand>({
    type: 'add-artifact',
    artifact: {
      id: 'artifact1' as ArtifactId,
      name: 'a',
      kind: 'file',
      mimeType: 'text/plain',
      sizeBytes: 1,
      sha256: 'f' as Sha256,
    },
  }),
);

interface World {
  state: RunState | undefined;
  log: LogEvent[];
  at: Timestamp | undefined;
}

/** Carries out a command as the journal does, at a wall time in milliseconds. */
function step(world: World, command: RunCommand, now: number): boolean {
  const result = decide(world.state, command, { runId: run, by, now });
  if (!result.ok) return false;
  for (const event of result.events) {
    world.at = tick(world.at, now);
    const logged = { ...event, v: 1 as const, device, seq: world.log.length + 1, at: world.at };
    world.state = evolve(world.state, logged);
    world.log.push(logged);
  }
  return true;
}

const timedCommands = fc.array(fc.tuple(commands, fc.integer({ min: 0, max: 2_000 })), { maxLength: 40 });

describe('the run state machine', () => {
  it('only ever makes the moves that exist, and nothing leaves a final status', () => {
    fc.assert(
      fc.property(timedCommands, (sequence) => {
        const world: World = { state: undefined, log: [], at: undefined };
        for (const [command, now] of sequence) {
          const before = world.state;
          const logged = world.log.length;
          step(world, command, now);
          const after = world.state;
          if (before === undefined || after === undefined) continue;
          if (isFinal(before.run)) {
            expect(after).toEqual(before);
            expect(world.log.length).toBe(logged);
          }
          // One command may pass through several statuses (reject: decided, then cancelled); each event is one move.
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('moves one allowed step an event', () => {
    fc.assert(
      fc.property(timedCommands, (sequence) => {
        const world: World = { state: undefined, log: [], at: undefined };
        for (const [command, now] of sequence) step(world, command, now);
        let state: RunState | undefined;
        for (const event of world.log) {
          const next = evolve(state, event);
          if (state !== undefined && next.run.status !== state.run.status) {
            expect(canMove(state.run.status, next.run.status)).toBe(true);
          }
          state = next;
        }
        expect(state).toEqual(world.state);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never starts without an approval bound to the same digest, and starts at most once', () => {
    let started = 0;
    fc.assert(
      fc.property(
        fc.array(request, { minLength: 1, maxLength: 1 }),
        fc.array(answer, { maxLength: 3 }),
        timedCommands,
        (asked, answers, sequence) => {
          const world: World = { state: undefined, log: [], at: undefined };
          // Get as far as a waiting approval first, or random commands would seldom come so far.
          for (const opening of [submit, { type: 'accept', because: [] } as const, ...asked, ...answers])
            step(world, opening, 0);
          for (const [command, now] of sequence) step(world, command, now);
          const starts = world.log.filter((event) => event.type === 'run.started');
          expect(starts.length).toBeLessThanOrEqual(1);
          started += starts.length;
          for (const start of starts) {
            const before = world.log.slice(0, world.log.indexOf(start));
            const decided = before.findLast((event) => event.type === 'approval.decided');
            const requested = before.findLast((event) => event.type === 'approval.requested');
            expect(decided?.data).toMatchObject({
              decision: 'approve',
              digest: start.data.digest,
              approval: requested?.data.approval,
            });
          }
        },
      ),
      { numRuns: 5_000 },
    );
    expect(started).toBeGreaterThan(0);
  });

  it('never turns an expired or unanswered request into a yes', () => {
    fc.assert(
      fc.property(timedCommands, (sequence) => {
        const world: World = { state: undefined, log: [], at: undefined };
        for (const [command, now] of sequence) {
          const pending: Approval | undefined = world.state?.approval;
          step(world, command, now);
          if (pending?.status === 'pending' && world.state?.approval?.status === 'approved')
            expect(now).toBeLessThan(pending.expiresAt);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('treats the same command twice as once where that is promised', () => {
    fc.assert(
      fc.property(timedCommands, (sequence) => {
        const world: World = { state: undefined, log: [], at: undefined };
        for (const [command, now] of sequence) {
          if (!step(world, command, now)) continue;
          if (command.type !== 'submit' && command.type !== 'decide' && command.type !== 'cancel') continue;
          const events = world.log.length;
          expect(step(world, command, now)).toBe(true);
          expect(world.log.length).toBe(events);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('decides several commands as one step exactly as one by one', () => {
    fc.assert(
      fc.property(fc.array(commands, { maxLength: 5 }), (sequence) => {
        const world: World = { state: undefined, log: [], at: undefined };
        const together = decideAll(undefined, sequence, { runId: run, by, now: 1 });
        const allPassed = sequence.every((command) => step(world, command, 1));
        expect(together.ok).toBe(allPassed);
        if (together.ok) expect(together.events.map(({ type }) => type)).toEqual(world.log.map(({ type }) => type));
      }),
      { numRuns: 2_000 },
    );
  });
});
