// An engine that is all in memory, for the control server to serve: real changes in a real order, real runs decided by the
// core, and output that the test supplies.

import { tick } from '../../../src/core/clock.ts';
import { decide } from '../../../src/core/decide.ts';
import type { Device } from '../../../src/core/devices.ts';
import { DispatchError } from '../../../src/core/errors.ts';
import type { LogEvent, NewEvent } from '../../../src/core/events.ts';
import { evolve } from '../../../src/core/evolve.ts';
import type { DeviceId, MessageId, RunId } from '../../../src/core/ids.ts';
import type { Run, RunState } from '../../../src/core/runs.ts';
import { entryKey, type ThreadEntry } from '../../../src/core/thread.ts';
import type { Change, EngineApi, OutputChunk, Snapshot } from '../../../src/protocol/api.ts';

export const DEVICE = 'device-of-the-tests' as DeviceId;
const BY = { kind: 'human', device: DEVICE } as const;

export interface MemoryApi {
  readonly api: EngineApi;
  /** As if somebody had written it; gives its number in the log. */
  append(text: string): number;
  setDevices(name: string): void;
  /** What `output` and `blob` give, by run or artifact. */
  readonly outputs: Map<string, (offset: number, signal: AbortSignal) => AsyncIterable<OutputChunk>>;
  /** What runs were given as input. */
  readonly inputs: Map<string, { chunks: Buffer[]; ended: boolean; refuse?: DispatchError }>;
  readonly calls: string[];
  /** Lets `wait` answer. */
  finish(): void;
  /** Listeners that follow now. */
  readonly followers: () => number;
}

export function createMemoryApi(): MemoryApi {
  const log: Change[] = [];
  const runs = new Map<string, RunState>();
  const listeners = new Set<(change: Change) => void>();
  const deviceListeners = new Set<(devices: Device[]) => void>();
  const outputs: MemoryApi['outputs'] = new Map();
  const inputs: MemoryApi['inputs'] = new Map();
  const calls: string[] = [];
  let device = makeDevice('first');
  let finish: () => void = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });

  const place = (event: NewEvent): LogEvent =>
    ({ ...event, v: 1, device: DEVICE, seq: log.length + 1, at: tick(undefined, 1_000 + log.length) }) as LogEvent;
  const publish = (event: LogEvent, entry: ThreadEntry, run?: Run): Change => {
    const change = { event, entry, ...(run === undefined ? {} : { run }) };
    log.push(change);
    for (const listener of [...listeners]) listener(change);
    return change;
  };
  const append = (text: string): Change => {
    const event = place({
      type: 'message.said',
      data: { message: `m${log.length}` as MessageId, role: 'user', text },
      stream: 'thread',
      by: BY,
    });
    const message = { id: `m${log.length}` as MessageId, role: 'user', text, by: BY, at: 1 } as const;
    return publish(event, { key: entryKey(event), kind: 'message', message });
  };
  const mustRun = (ref: string): RunState => {
    const state = runs.get(ref);
    if (state === undefined)
      throw new DispatchError('not-found', `there is no run "${ref}"`, { hint: 'list them with "dispatch ps"' });
    return state;
  };
  const unsupported = async (): Promise<never> => {
    throw new Error('this engine cannot do that');
  };
  const source = (ref: string) => {
    const open = outputs.get(ref);
    if (open === undefined) throw new DispatchError('not-found', `there is no output of "${ref}"`, { hint: 'none' });
    return open;
  };

  const api: EngineApi = {
    snapshot: async ({ entries }): Promise<Snapshot> => ({
      device,
      devices: [device],
      entries: log.slice(-entries).map(({ entry }) => entry),
      more: log.length > entries,
      runs: [...runs.values()].map(({ run }) => run),
      approvals: [],
      cursor: log.length === 0 ? {} : { [DEVICE]: log.length },
    }),
    submit: async (params) => {
      calls.push('submit begins');
      await new Promise((resolve) => setImmediate(resolve)); // an append takes a while
      calls.push('submit ends');
      const action = params.action ?? { kind: 'inline', language: 'expression', source: params.task };
      const id = params.id as RunId;
      const decided = decide(
        runs.get(id),
        {
          type: 'submit',
          data: { number: runs.size + 1, task: params.task, route: 'inline', action, device: DEVICE, because: [] },
        },
        { runId: id, by: BY, now: 1 },
      );
      if (!decided.ok) throw DispatchError.fromRefusal(decided);
      for (const event of decided.events.map(place)) {
        const state = evolve(runs.get(id), event);
        runs.set(id, state);
        publish(event, { key: entryKey(event), kind: 'run', run: state.run }, state.run);
      }
      return { run: mustRun(id).run };
    },
    say: async ({ text }) => ({ entry: append(text).entry }),
    'thread.read': async ({ limit }) => ({
      entries: log.slice(-limit).map(({ entry }) => entry),
      more: log.length > limit,
    }),
    'run.get': async ({ run }) => ({ run: mustRun(run).run, approvals: [], artifacts: [] }),
    wait: async ({ runs: refs }) => {
      calls.push('wait');
      const found = refs.map((ref) => mustRun(ref).run);
      await finished;
      return { runs: found };
    },
    search: async ({ query }) => {
      if (query === 'bug') throw new TypeError('a bug of ours');
      return { entries: [], more: false };
    },
    devices: async () => ({ devices: [device] }),
    route: unsupported,
    cancel: unsupported,
    retry: unsupported,
    decide: unsupported,
    resize: async () => ({}),
    signal: unsupported,
    'runs.list': async () => ({ runs: [...runs.values()].map(({ run }) => run), more: false }),
    'approvals.list': async () => ({ approvals: [] }),
    'artifacts.list': async () => ({ artifacts: [] }),
    'artifact.get': unsupported,
    'policy.check': unsupported,
    doctor: async () => ({ checks: [] }),
    output: async ({ run, offset }, signal) => ({
      run: mustRun(run).run,
      size: 0,
      chunks: source(run)(offset, signal),
    }),
    blob: async ({ artifact, offset }, signal) => {
      const chunks = source(artifact)(offset, signal);
      return { artifact: { id: artifact } as never, chunks };
    },
    async input({ run }) {
      const target = inputs.get(run);
      if (target === undefined) throw new DispatchError('conflict', `run ${run} takes no input`, { hint: 'none' });
      return {
        write(bytes) {
          if (target.refuse !== undefined) throw target.refuse;
          target.chunks.push(Buffer.from(bytes));
        },
        end() {
          target.ended = true;
        },
      };
    },
    async follow(cursor, listener, signal) {
      let reached = cursor[DEVICE] ?? 0;
      const tell = (change: Change): void => {
        if (change.event.seq <= reached) return;
        reached = change.event.seq;
        listener(change);
      };
      for (const change of log.slice(reached)) tell(change);
      if (signal.aborted) return;
      listeners.add(tell);
      signal.addEventListener('abort', () => listeners.delete(tell), { once: true });
    },
    onDevices(listener) {
      deviceListeners.add(listener);
      return () => deviceListeners.delete(listener);
    },
  };
  return {
    api,
    append: (text) => append(text).event.seq,
    setDevices(name) {
      device = makeDevice(name);
      for (const listener of deviceListeners) listener([device]);
    },
    outputs,
    inputs,
    calls,
    finish,
    followers: () => listeners.size,
  };
}

function makeDevice(name: string): Device {
  return {
    id: DEVICE,
    name,
    platform: 'linux',
    local: true,
    capabilities: {
      shell: true,
      browserAutomation: false,
      desktopAutomation: false,
      local_files: false,
      reachableFolders: [],
    },
    permissions: { local_files: false, shell: true, browser_automation: false, desktop_automation: false },
    enforces: ['full-access'],
    presence: { state: 'online', since: 1 },
    load: { running: 0, slots: 1 },
  };
}
