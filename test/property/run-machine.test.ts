import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Actor, type Approval, DECISIONS } from '../../src/core/approvals.ts';
import { type Timestamp, tick } from '../../src/core/clock.ts';
import type { RunCommand } from '../../src/core/commands.ts';
import { decide, decideAll } from '../../src/core/decide.ts';
import type { LogEvent } from '../../src/core/events.ts';
import { evolve } from '../../src/core/evolve.ts';
import type { ApprovalId, ArtifactId, DeviceId, RunId, Sha256 } from '../../src/core/ids.ts';
import { canMove, isFinal, type RunState } from '../../src/core/runs.ts';

const device = '12D3KooWdevice' as DeviceId;
const by: Actor = { kind: 'human', device };
const nas = '12D3KooWnas' as DeviceId;
const laptop = '12D3KooWlaptop' as DeviceId;
/** Who may come: people at three devices, a program, the assistant. */
const actors = fc.constantFrom<Actor>(
  by,
  { kind: 'human', device: nas },
  { kind: 'human', device: laptop },
  { kind: 'agent', device },
  { kind: 'assistant', device: nas },
);
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

// Mostly the same ones, or random commands would seldom fit each other.
const digest = fc.oneof({ weight: 4, arbitrary: fc.constant(digests[0] as Sha256) }, fc.constantFrom(...digests));
const approvalId = fc.constantFrom('approval1', 'approval1', 'approval2').map((id) => id as ApprovalId);
const output = { bytes: 3, droppedBytes: 0 };
const asks = fc.record({ approval: approvalId, digest, approvers: fc.constantFrom(1, 1, 2, 3) });
const request = asks.map<RunCommand>(({ approval, digest: plan, approvers }) => ({
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
  decisions: approvers > 1 ? ['approve', 'reject'] : DECISIONS,
  expiresAt: 1_000,
  ...(approvers > 1 ? { approvers } : {}),
}));
const answer = fc
  .record({
    approval: approvalId,
    digest,
    decision: fc.constantFrom(...DECISIONS, 'approve' as const, 'approve-for-run' as const),
  })
  .map<RunCommand>((data) => ({
    type: 'decide',
    ...data,
    ...(data.decision === 'approve-for-run' ? { forMs: 500 } : {}),
  }));
const edit = fc.record({ approval: approvalId, digest }).map<RunCommand>((data) => ({
  type: 'edit',
  ...data,
  next: 'approval2' as ApprovalId,
  action: { kind: 'shell', command: 'make it', access: 'workspace-write' },
}));
const cover = digest.map<RunCommand>((plan) => ({ type: 'cover', digest: plan }));
const commands: fc.Arbitrary<RunCommand> = fc.oneof(
  fc.constant(submit),
  fc.constant<RunCommand>({ type: 'accept', because: ['policy: x'] }),
  request,
  answer,
  edit,
  cover,
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
function step(world: World, command: RunCommand, now: number, actor = by): boolean {
  const result = decide(world.state, command, { runId: run, by: actor, now });
  if (!result.ok) return false;
  for (const event of result.events) {
    world.at = tick(world.at, now);
    const logged = { ...event, v: 1 as const, device, seq: world.log.length + 1, at: world.at };
    world.state = evolve(world.state, logged);
    world.log.push(logged);
  }
  return true;
}

const timedCommands = fc.array(fc.tuple(commands, fc.integer({ min: 0, max: 2_000 }), actors), { maxLength: 40 });

/** The newest request named this digest, nobody changed it since, and as many people as it wanted said yes to exactly it. */
function proveApproved(
  before: readonly LogEvent[],
  started: Sha256,
  seen: { byOne: number; bySeveral: number; covered: number; edited: number },
): void {
  const asked = before.findLast((event) => event.type === 'approval.requested');
  const decided = before.findLast((event) => event.type === 'approval.decided');
  if (asked === undefined || decided === undefined) throw new Error('it started and nobody was asked');
  expect(asked.data.digest).toBe(started);
  expect(decided.data).toMatchObject({ approval: asked.data.approval, digest: started });
  expect(before.indexOf(decided)).toBeGreaterThan(before.indexOf(asked));
  expect(before.slice(before.indexOf(asked)).some(({ type }) => type === 'approval.edited')).toBe(false);
  if (before.some(({ type }) => type === 'approval.edited')) seen.edited += 1;
  const { under, decision } = decided.data;
  if (under !== undefined) {
    const first = before.filter((event) => event.type === 'approval.decided' && event.data.approval === under);
    expect(first.some(({ by, data }) => by.kind === 'human' && 'forMs' in data && data.forMs !== undefined)).toBe(true);
    seen.covered += 1;
    return;
  }
  expect(decision).not.toBe('reject');
  expect(decided.by.kind).toBe('human');
  const wanted = asked.data.approvers ?? 1;
  const agreed = before.filter(
    (event) => event.type === 'approval.agreed' && event.data.approval === asked.data.approval,
  );
  expect(
    agreed.every((event) => event.by.kind === 'human' && 'digest' in event.data && event.data.digest === started),
  ).toBe(true);
  expect(new Set([...agreed, decided].map((event) => event.by.device)).size).toBeGreaterThanOrEqual(wanted);
  if (wanted > 1) seen.bySeveral += 1;
  else seen.byOne += 1;
}

describe('the run state machine', () => {
  it('only ever makes the moves that exist, and nothing leaves a final status', () => {
    fc.assert(
      fc.property(timedCommands, (sequence) => {
        const world: World = { state: undefined, log: [], at: undefined };
        for (const [command, now, actor] of sequence) {
          const before = world.state;
          const logged = world.log.length;
          step(world, command, now, actor);
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
        for (const [command, now, actor] of sequence) step(world, command, now, actor);
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
    const seen = { started: 0, byOne: 0, bySeveral: 0, covered: 0, edited: 0 };
    fc.assert(
      fc.property(
        request,
        fc.array(fc.tuple(fc.oneof(answer, edit, request, cover), fc.oneof(fc.constant(by), actors)), { maxLength: 8 }),
        timedCommands,
        (asked, answers, sequence) => {
          const world: World = { state: undefined, log: [], at: undefined };
          // Get as far as a waiting approval first, or random commands would seldom come so far.
          for (const opening of [submit, { type: 'accept', because: [] } as const, asked]) step(world, opening, 0);
          for (const [command, actor] of answers) step(world, command, 0, actor);
          step(world, { type: 'start', digest: digests[0] as Sha256, mustBeApproved: true }, 1);
          for (const [command, now, actor] of sequence) step(world, command, now, actor);
          const starts = world.log.filter((event) => event.type === 'run.started');
          expect(starts.length).toBeLessThanOrEqual(1);
          for (const start of starts) {
            seen.started += 1;
            proveApproved(world.log.slice(0, world.log.indexOf(start)), start.data.digest, seen);
          }
        },
      ),
      { numRuns: 20_000 },
    );
    // It has gone down every way to a start.
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(0);
  });

  it('never turns an expired or unanswered request into a yes', () => {
    fc.assert(
      fc.property(timedCommands, (sequence) => {
        const world: World = { state: undefined, log: [], at: undefined };
        for (const [command, now, actor] of sequence) {
          const pending: Approval | undefined = world.state?.approval;
          step(world, command, now, actor);
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
        for (const [command, now, actor] of sequence) {
          if (!step(world, command, now, actor)) continue;
          if (command.type !== 'submit' && command.type !== 'decide' && command.type !== 'cancel') continue;
          const events = world.log.length;
          expect(step(world, command, now, actor)).toBe(true);
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
