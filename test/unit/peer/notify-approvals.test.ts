import { describe, expect, it } from 'vitest';
import type { Actor, Approval } from '../../../src/core/approvals.ts';
import type { Device } from '../../../src/core/devices.ts';
import type { DeviceId, RunId } from '../../../src/core/ids.ts';
import type { Run } from '../../../src/core/runs.ts';
import { notifyApprovals } from '../../../src/peer/notify-approvals.ts';
import type { Change, EngineApi, KnownDevices } from '../../../src/protocol/api.ts';

const HERE = '12D3KooWhere' as DeviceId;
const MINE = '12D3KooWmine' as DeviceId;
const OTHER = '12D3KooWother' as DeviceId;
const device = (id: DeviceId, name: string, held?: string[]): Device =>
  ({
    id,
    name,
    local: id === HERE,
    ...(held === undefined ? {} : { grants: { held, given: [] } }),
  }) as unknown as Device;

function world(pending: Approval[], runs: Run[]) {
  const said: unknown[] = [];
  const listeners: ((change: Change) => void)[] = [];
  const ofDevices = new Set<(known: KnownDevices) => void>();
  const revoked: KnownDevices['revoked'] = [];
  const devices = [device(HERE, 'laptop'), device(MINE, 'gpu-box', ['run', 'approve']), device(OTHER, 'nas', ['run'])];
  const api = {
    snapshot: async () => ({ devices, revoked, approvals: pending, runs, cursor: { [HERE]: 7 } }),
    follow: async (cursor: unknown, listener: (change: Change) => void) => {
      said.push(cursor);
      listeners.push(listener);
    },
    onDevices(listener: (known: KnownDevices) => void) {
      ofDevices.add(listener);
      return () => ofDevices.delete(listener);
    },
  } as unknown as EngineApi;
  const notifier = {
    requested: ({ id }: { id: string }, names: unknown) => void said.push([id, names]),
    withdrawn: (id: string) => void said.push(id),
    close: async () => {},
  };
  const end = new AbortController();
  return {
    said,
    ofDevices,
    end,
    begin: () => notifyApprovals(api, notifier, end.signal),
    tell: (approval: Approval, run?: Run) =>
      listeners[0]?.({
        entry: { kind: 'approval', approval },
        ...(run === undefined ? {} : { run }),
      } as unknown as Change),
  };
}

const approval = (id: string, on: DeviceId, status = 'pending'): Approval =>
  ({ id, runId: `run-${id}`, title: id, device: on, status }) as unknown as Approval;
const run = (id: string, by: Actor): Run => ({ id: `run-${id}` as RunId, by }) as unknown as Run;

describe('approvals that this device may answer', () => {
  it('are told: those that wait already, and those that come, until they wait no more', async () => {
    const { said, begin, tell } = world(
      [approval('a', HERE), approval('b', OTHER)],
      [run('a', { kind: 'device', device: MINE })],
    );
    await begin();
    tell(approval('c', MINE), run('c', { kind: 'human', device: HERE }));
    tell(approval('d', OTHER), run('d', { kind: 'human', device: HERE })); // others have to answer
    tell(approval('e', HERE), run('e', { kind: 'agent', device: HERE }));
    tell(approval('f', HERE), run('f', { kind: 'human', device: OTHER }));
    tell(approval('c', MINE, 'approved'));
    tell(approval('a', HERE, 'expired'));
    expect(said).toEqual([
      ['a', { device: 'laptop', by: 'gpu-box' }],
      { [HERE]: 7 },
      ['c', { device: 'gpu-box', by: 'you' }],
      ['e', { device: 'laptop', by: 'an agent on laptop' }],
      ['f', { device: 'laptop', by: 'nas' }],
      'c',
      'a',
    ]);
  });

  it('are told with grants and names as they are then', async () => {
    const { said, begin, tell, ofDevices, end } = world([], []);
    await begin();
    for (const listener of ofDevices)
      listener({
        devices: [device(HERE, 'laptop'), device(OTHER, 'attic', ['approve'])],
        revoked: [{ id: MINE, name: 'gpu-box' }],
      });
    tell(approval('a', OTHER), run('a', { kind: 'human', device: OTHER }));
    tell(approval('b', OTHER), run('b', { kind: 'human', device: MINE }));
    expect(said.slice(1)).toEqual([
      ['a', { device: 'attic', by: 'attic' }],
      ['b', { device: 'attic', by: 'gpu-box (revoked)' }],
    ]);
    end.abort();
    expect(ofDevices.size).toBe(0);
  });
});
