// Makes events for tests the way the engine does: by deciding about a run as the store has it.
import { type Actor, DECISIONS } from '../../src/core/approvals.ts';
import type { RunCommand } from '../../src/core/commands.ts';
import { decideAll } from '../../src/core/decide.ts';
import type { NewEvent } from '../../src/core/events.ts';
import type { ApprovalId, ArtifactId, DeviceId, MessageId, RunId, Sha256 } from '../../src/core/ids.ts';
import type { SearchTerms } from '../../src/core/search/found-by.ts';
import { readQuery, resolveQuery } from '../../src/core/search/query.ts';
import type { LoggedChange, ThreadStore } from '../../src/engine/ports.ts';

export const DEVICE = 'test-device' as DeviceId;
export const HUMAN: Actor = { kind: 'human', device: DEVICE };
export const DIGEST = 'd'.repeat(64) as Sha256;
export const EXPIRES = 4_000_000_000_000;

/** An id that ends in the number: `id(7)` is 0000000000000007. */
export const id = (number: number): string => String(number).padStart(16, '0');
export const runId = (number: number): RunId => id(number) as RunId;

export function submit(number: number, task = `!true ${number}`): RunCommand {
  return {
    type: 'submit',
    data: {
      number,
      task,
      route: 'desktop-local',
      action: { kind: 'shell', command: task.slice(1), access: 'read-only' },
      device: DEVICE,
      because: ['asked for'],
    },
  };
}

export const ACCEPT: RunCommand = { type: 'accept', because: ['policy: test'], rule: 'test' };
export const START: RunCommand = { type: 'start', digest: DIGEST, mustBeApproved: false };
export const COMPLETE: Extract<RunCommand, { type: 'complete' }> = {
  type: 'complete',
  data: { exitCode: 0, output: { bytes: 3, droppedBytes: 0 } },
};
export const FAIL: RunCommand = {
  type: 'fail',
  data: { reason: 'exit', message: 'ENOENT: no such file', exitCode: 1, output: { bytes: 3, droppedBytes: 0 } },
};
export const CANCEL: RunCommand = { type: 'cancel', data: { reason: 'user' } };

export function ask(approval: string, approvers?: number): RunCommand {
  return {
    type: 'request-approval',
    approval: approval as ApprovalId,
    title: 'true',
    description: 'Run a shell command.',
    payload: {
      command: 'true',
      cwd: '/',
      executable: '/bin/true',
      envNames: [],
      access: 'read-only',
      enforced: 'full-access',
    },
    digest: DIGEST,
    decisions: DECISIONS,
    expiresAt: EXPIRES,
    ...(approvers === undefined ? {} : { approvers }),
  };
}

export function answer(approval: string, decision: 'approve' | 'reject'): RunCommand {
  return { type: 'decide', approval: approval as ApprovalId, decision, digest: DIGEST };
}

export function leave(artifact: string, name: string): RunCommand {
  return {
    type: 'add-artifact',
    artifact: {
      id: artifact as ArtifactId,
      name,
      kind: 'file',
      mimeType: 'application/octet-stream',
      sizeBytes: 5,
      sha256: 'a'.repeat(64) as Sha256,
    },
  };
}

/** What a person who looks for it on the device of the test means. */
export function terms(query: string): SearchTerms {
  const read = readQuery(query, Date.now());
  const resolved = read.ok
    ? resolveQuery(read.query, { devices: [{ id: DEVICE, name: 'test', local: true }], revoked: [] })
    : read;
  if (!resolved.ok) throw new Error(resolved.reason);
  return resolved.terms;
}

export function say(message: string, text: string): NewEvent {
  return {
    type: 'message.said',
    data: { message: message as MessageId, role: 'user', text },
    stream: 'thread',
    by: HUMAN,
  };
}

/** The events that carry out the commands on the run as it is. Throws what is refused. */
export async function decided(store: ThreadStore, run: RunId, ...commands: RunCommand[]): Promise<readonly NewEvent[]> {
  const result = decideAll(await store.run(run), commands, { runId: run, by: HUMAN, now: 1_000_000 });
  if (!result.ok) throw new Error(result.reason);
  return result.events;
}

/** Decides and appends. */
export async function carryOut(
  store: ThreadStore,
  run: RunId,
  ...commands: RunCommand[]
): Promise<readonly LoggedChange[]> {
  return store.append(await decided(store, run, ...commands), { sync: false });
}

/** All that the store answers, for comparing. */
export async function dump(store: ThreadStore) {
  const limit = 100_000;
  const runs = (await store.runs({ limit })).items;
  return {
    cursor: store.cursor(),
    entries: (await store.entries({ limit })).items,
    runs,
    states: await Promise.all(runs.map((run) => store.run(run.id))),
    approvalsOf: await Promise.all(runs.map((run) => store.approvalsOf(run.id))),
    artifactsOf: await Promise.all(runs.map((run) => store.artifactsOf(run.id))),
    numbers: await Promise.all(runs.map((run) => store.runByNumber(run.number))),
    pending: await store.pendingApprovals(limit),
    approvals: await store.approvals(limit),
    artifacts: await store.artifacts(limit),
    changes: (await store.changesAfter({}, limit)).items,
  };
}
