// An engine that is all in memory, for the control server to serve: real changes in a real order, real runs decided by the
// core, and output that the test supplies.

import { routeOf } from '../../../src/core/actions.ts';
import type { Actor, Approval, PendingApproval } from '../../../src/core/approvals.ts';
import { tick } from '../../../src/core/clock.ts';
import type { RunCommand } from '../../../src/core/commands.ts';
import { decide } from '../../../src/core/decide.ts';
import type { Device } from '../../../src/core/devices.ts';
import { DispatchError } from '../../../src/core/errors.ts';
import type { LogEvent, NewEvent } from '../../../src/core/events.ts';
import { evolve } from '../../../src/core/evolve.ts';
import type { DeviceId, MessageId, RunId, Sha256 } from '../../../src/core/ids.ts';
import { EMBEDDED_SUMMARY } from '../../../src/core/routing/context.ts';
import { isFinal, type Run, type RunState } from '../../../src/core/runs.ts';
import { entryKey, type ThreadEntry } from '../../../src/core/thread.ts';
import type { Change, EngineApi, Notifications, OutputChunk, Snapshot } from '../../../src/protocol/api.ts';
import type { PairEvent } from '../../../src/protocol/pairing-api.ts';

export const DEVICE = 'device-of-the-tests' as DeviceId;
const BY = { kind: 'human', device: DEVICE } as const;

export interface MemoryApi {
  readonly api: EngineApi;
  /** As if somebody had written it; gives its number in the log. */
  append(text: string): number;
  setDevices(name: string): void;
  /** These devices besides the local one. */
  setOthers(devices: readonly Device[]): void;
  /** Lets the commands happen to a run, and tells everybody. */
  move(run: string, ...commands: RunCommand[]): Run;
  tellPair(event: PairEvent): void;
  tellFetch(progress: Notifications['fetch']): void;
  /** Clients that are told of pairing, and of fetches. */
  readonly told: () => { pair: number; fetch: number };
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
  const approvals = new Map<string, Approval>();
  const listeners = new Set<(change: Change) => void>();
  const waits = new Set<() => void>();
  const deviceListeners = new Set<Parameters<EngineApi['onDevices']>[0]>();
  const outputs: MemoryApi['outputs'] = new Map();
  const inputs: MemoryApi['inputs'] = new Map();
  const calls: string[] = [];
  const pairListeners = new Set<(event: PairEvent) => void>();
  const progressListeners = new Set<(progress: Notifications['progress']) => void>();
  const fetchListeners = new Set<(progress: Notifications['fetch']) => void>();
  let device = makeDevice('first');
  let others: readonly Device[] = [];
  const devices = (): Device[] => [device, ...others];
  const tellDevices = (): void => {
    for (const listener of deviceListeners)
      listener({ devices: devices(), revoked: [], routing: { connectors: [EMBEDDED_SUMMARY] } });
  };
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
    for (const look of [...waits]) look();
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
  const apply = (id: RunId, command: RunCommand, by: Actor = BY): Run => {
    const decided = decide(runs.get(id), command, { runId: id, by, now: Date.now() });
    if (!decided.ok) throw DispatchError.fromRefusal(decided);
    for (const event of decided.events.map(place)) {
      const state = evolve(runs.get(id), event);
      runs.set(id, state);
      if (state.approval !== undefined) approvals.set(state.approval.id, state.approval);
      publish(event, entryOf(event, state), state.run);
    }
    return mustRun(id).run;
  };
  const mustApproval = (ref: string): Approval => {
    const found = [...approvals.values()].findLast(
      ({ id, runId }) => id.startsWith(ref) || runs.get(runId)?.run.number === Number(ref),
    );
    if (found === undefined) throw new DispatchError('not-found', `there is no approval "${ref}"`, { hint: 'none' });
    return found;
  };
  const pending = (): PendingApproval[] => [...approvals.values()].filter((approval) => approval.status === 'pending');
  /** Answers when the run is final or, with `orApproval`, waits for a person. */
  const settled = (id: string, orApproval: boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        const { run } = mustRun(id);
        if (!isFinal(run) && !(orApproval && run.status === 'waiting_approval')) return;
        waits.delete(look);
        resolve();
      };
      waits.add(look);
      look();
    });
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
      devices: devices(),
      revoked: [],
      entries: log.slice(-entries).map(({ entry }) => entry),
      more: log.length > entries,
      runs: [...runs.values()].map(({ run }) => run),
      routing: { connectors: [EMBEDDED_SUMMARY] },
      approvals: pending(),
      cursor: log.length === 0 ? {} : { [DEVICE]: log.length },
    }),
    submit: async (params) => {
      calls.push('submit begins');
      await new Promise((resolve) => setImmediate(resolve)); // an append takes a while
      calls.push('submit ends');
      const action = params.action ?? { kind: 'inline', language: 'expression', source: params.task };
      const targets = (params.devices ?? ['local']).flatMap((name) =>
        name === '@all'
          ? devices()
          : devices().filter((known) => known.name === name || (name === 'local' && known.local)),
      );
      // No client makes an id with an i in it.
      const made = targets.map((target, index) => {
        const id = (index === 0 ? params.id : `${params.id.slice(0, 13)}i${String(index).padStart(2, '0')}`) as RunId;
        const shared = {
          ...(targets.length > 1 ? { group: params.id as RunId } : {}),
          ...(params.expiresInMs === undefined ? {} : { expiresAt: Date.now() + params.expiresInMs }),
        };
        const data = { number: runs.size + 1, task: params.task, device: target.id, because: [], ...shared };
        const by: Actor = { ...BY, kind: params.as ?? BY.kind };
        return apply(id, { type: 'submit', data: { ...data, route: routeOf(action), action } }, by);
      });
      const [run] = made;
      if (run === undefined) throw new DispatchError('not-found', 'there is no such device', { hint: 'none' });
      return { run, runs: made };
    },
    say: async ({ text }) => ({ entry: append(text).entry }),
    'thread.read': async ({ limit }) => ({
      entries: log.slice(-limit).map(({ entry }) => entry),
      more: log.length > limit,
    }),
    'run.get': async ({ run: ref }) => {
      const id = [...runs.values()].find(({ run }) => run.number === Number(ref))?.run.id ?? ref;
      const own = [...approvals.values()].filter(({ runId }) => runId === id);
      return { run: mustRun(id).run, approvals: own, artifacts: [] };
    },
    wait: async ({ runs: refs, orApproval = false }) => {
      calls.push('wait');
      for (const ref of refs) mustRun(ref);
      await Promise.race([finished, Promise.all(refs.map((ref) => settled(ref, orApproval)))]);
      return { runs: refs.map((ref) => mustRun(ref).run) };
    },
    search: async ({ query }) => {
      if (query === 'bug') throw new TypeError('a bug of ours');
      return { entries: [], more: false };
    },
    devices: async () => ({ devices: devices(), revoked: [] }),
    'device.rename': unsupported,
    'device.revoke': unsupported,
    'permissions.set': unsupported,
    'pair.open': unsupported,
    'pair.close': async () => ({ closed: false }),
    'pair.join': unsupported,
    'pair.confirm': unsupported,
    'pair.lan': async () => ({ found: [] }),
    'artifact.fetch': unsupported,
    'files.complete': unsupported,
    transfer: unsupported,
    route: unsupported,
    cancel: unsupported,
    retry: unsupported,
    reroute: unsupported,
    decide: async ({ approval: ref, decision, digest, note, forMs, rule }) => {
      const { id, runId, digest: own } = mustApproval(ref);
      const extras = {
        ...(note === undefined ? {} : { note }),
        ...(forMs === undefined ? {} : { forMs }),
        ...(rule === undefined ? {} : { rule: JSON.stringify(rule) }),
      };
      const run = apply(runId, {
        type: 'decide',
        approval: id,
        decision,
        digest: (digest ?? own) as Sha256,
        ...extras,
      });
      return { approval: mustApproval(id), run };
    },
    resize: async () => ({}),
    signal: unsupported,
    'runs.list': async () => ({ runs: [...runs.values()].map(({ run }) => run), more: false }),
    'approvals.list': async ({ all = false }) => ({ approvals: all ? [...approvals.values()].reverse() : pending() }),
    'artifacts.list': async () => ({ artifacts: [] }),
    'artifacts.prune': unsupported,
    'artifact.get': unsupported,
    'approval.edit': unsupported,
    'approval.propose': unsupported,
    'policy.check': unsupported,
    'policy.list': async () => ({ rules: [] }),
    'policy.add': unsupported,
    'policy.remove': unsupported,
    'connectors.list': async () => ({ connectors: [] }),
    'connector.show': unsupported,
    'connector.test': unsupported,
    'connector.key': unsupported,
    'connector.forget': unsupported,
    audit: unsupported,
    'audit.verify': unsupported,
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
    onPair(listener) {
      pairListeners.add(listener);
      return () => pairListeners.delete(listener);
    },
    onProgress(listener) {
      progressListeners.add(listener);
      return () => progressListeners.delete(listener);
    },
    onFetch(listener) {
      fetchListeners.add(listener);
      return () => fetchListeners.delete(listener);
    },
  };
  return {
    api,
    append: (text) => append(text).event.seq,
    setDevices(name) {
      device = makeDevice(name);
      tellDevices();
    },
    setOthers(found) {
      others = found;
      tellDevices();
    },
    move: (id, ...commands) => commands.map((command) => apply(id as RunId, command)).at(-1) ?? mustRun(id).run,
    tellPair(event) {
      for (const listener of [...pairListeners]) listener(event);
    },
    tellFetch(progress) {
      for (const listener of [...fetchListeners]) listener(progress);
    },
    told: () => ({ pair: pairListeners.size, fetch: fetchListeners.size }),
    outputs,
    inputs,
    calls,
    finish,
    followers: () => listeners.size,
  };
}

function entryOf(event: LogEvent, { run, approval }: RunState): ThreadEntry {
  const key = entryKey(event);
  if (event.type.startsWith('approval.') && approval !== undefined) return { key, kind: 'approval', approval };
  return { key, kind: 'run', run };
}

export function makeDevice(name: string): Device {
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
