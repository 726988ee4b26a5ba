// Who may not see all of a log may have missed a request: what comes after it must not be told of another one.
import { expect, it } from 'vitest';
import type { Timestamp } from '../../../src/core/clock.ts';
import type { EventBody, LogEvent } from '../../../src/core/events.ts';
import { evolve } from '../../../src/core/evolve.ts';
import type { ApprovalId, DeviceId, RunId, Sha256 } from '../../../src/core/ids.ts';
import type { RunState } from '../../../src/core/runs.ts';

const device = 'box' as DeviceId;
const run = 'aaaaaaaaaaaaaaaa' as RunId;
const [first, second] = ['first', 'second'] as unknown as [ApprovalId, ApprovalId];
const digest = 'd' as Sha256;
let seq = 0;

function after(state: RunState | undefined, body: EventBody): RunState {
  seq += 1;
  const at = `${seq.toString(16).padStart(12, '0')}-0000` as Timestamp;
  const event = { ...body, v: 1, device, seq, at, stream: run, by: { kind: 'human', device } };
  return evolve(state, event as LogEvent);
}

const opening: readonly EventBody[] = [
  {
    type: 'run.submitted',
    data: {
      number: 1,
      task: '!touch first',
      route: 'desktop-local',
      action: { kind: 'shell', command: 'touch first', access: 'workspace-write' },
      device,
      because: [],
    },
  },
  { type: 'run.accepted', data: { because: [] } },
  {
    type: 'approval.requested',
    data: {
      approval: first,
      title: 'touch first',
      description: '',
      payload: {
        command: 'touch first',
        cwd: '/',
        executable: '/bin/sh',
        envNames: [],
        access: 'workspace-write',
        enforced: 'workspace-write',
      },
      digest,
      decisions: ['approve', 'reject'],
      expiresAt: 1000,
    },
  },
];

const missed: readonly EventBody[] = [
  { type: 'approval.decided', data: { approval: second, decision: 'approve', digest } },
  { type: 'approval.agreed', data: { approval: second, digest } },
  {
    type: 'approval.edited',
    data: {
      approval: second,
      next: 'third' as ApprovalId,
      action: { kind: 'shell', command: 'touch third', access: 'workspace-write' },
    },
  },
  { type: 'approval.expired', data: { approval: second } },
];

it.each(missed.map((event) => [event.type, event] as const))(
  '%s of a request that was not seen is not taken for one of another',
  (_, event) => {
    let state: RunState | undefined;
    for (const body of [...opening, event]) state = after(state, body);
    expect(state?.approval).toMatchObject({ id: first, status: 'expired' });
    expect(state?.approval).not.toHaveProperty('agreed');
    expect(state?.approval).not.toHaveProperty('replacedBy');
  },
);
