/**
 * What the peer tells a monitoring system: /metrics in the text format of Prometheus, /healthz while the process answers, /readyz
 * while it takes work. Names and numbers of devices and runs only: no task, no path, no output.
 */

import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Device } from '../core/devices.ts';
import type { DeviceId } from '../core/ids.ts';
import { isFinal } from '../core/runs.ts';
import type { Change, EngineApi, PeerStatus } from '../protocol/api.ts';
import type { PeerLog } from './log.ts';
import { serveMetrics, text } from './metrics-server.ts';
import { countRuns, type RunCounts } from './run-counts.ts';

/** What prom-client computes from a timer that would wake an idle peer a hundred times a second. */
const SAMPLED = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map(
  (part) => `nodejs_eventloop_lag_${part}_seconds`,
);
/** A timer that never fires while the process lives, as it cannot be left out. */
const NEVER_MS = 2 ** 31 - 1;

export interface Metrics {
  /** Of /metrics. */
  readonly url: string;
  /** From now on /readyz says yes. */
  ready(): void;
  /** From now on /readyz says no: the peer takes no more work. */
  stopping(): void;
  close(): Promise<void>;
}

export interface MetricsOptions {
  /** host:port. */
  readonly listen: string;
  readonly api: Pick<EngineApi, 'follow' | 'snapshot' | 'runs.list' | 'devices'>;
  readonly status: () => PeerStatus;
  /** All that runs have printed here since the start. */
  readonly outputBytes: () => number;
  readonly log: PeerLog;
}

/** Rejects with one sentence if it cannot listen there. */
export async function startMetrics(options: MetricsOptions): Promise<Metrics> {
  const { log, api, status } = options;
  const self = status().id as DeviceId;
  const registry = new Registry();
  const ending = new AbortController();
  const count = createCounters(registry, self);
  const runs = await countRuns(api, self, count, ending.signal);
  registerGauges(registry, options, runs);
  registerProcess(registry);
  let state: 'starting' | 'ready' | 'stopping' = 'starting';
  try {
    const server = await serveMetrics({
      listen: options.listen,
      pages: {
        '/metrics': async () => ({ status: 200, type: registry.contentType, body: await registry.metrics() }),
        '/healthz': async () => text(200, 'alive'),
        '/readyz': async () => text(state === 'ready' ? 200 : 503, state),
      },
      onFault: (what, error) => log.error(what, error),
    });
    const url = `http://${server.address}/metrics`;
    log.info(`metrics are at ${url}`, { metrics: url });
    if (server.open) {
      log.warn(
        `the metrics at ${server.address} are for everybody who can reach that address: they name this device and those it is paired with`,
      );
    }
    return {
      url,
      ready: () => {
        state = 'ready';
      },
      stopping: () => {
        state = 'stopping';
      },
      async close() {
        ending.abort();
        await server.close();
        registry.clear();
      },
    };
  } catch (error) {
    ending.abort();
    throw error;
  }
}

function registerProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: NEVER_MS });
  for (const name of SAMPLED) registry.removeSingleMetric(name);
}

/** What only grows. Gives who is to be told of each change of the thread. */
function createCounters(registry: Registry, self: DeviceId): (change: Change) => void {
  const registers = [registry];
  const events = new Counter({
    name: 'dispatch_events_total',
    help: 'Events that came into the thread since the peer started: of this device (own), or copied from another.',
    labelNames: ['type', 'log'] as const,
    registers,
  });
  const ended = new Counter({
    name: 'dispatch_runs_ended_total',
    help: 'Runs that ended since the peer started, by how and where they were executed.',
    labelNames: ['status', 'reason', 'executor'] as const,
    registers,
  });
  ended.inc({ status: 'completed', reason: '', executor: 'here' }, 0);
  return ({ event, entry, run: ofEntry }) => {
    events.inc({ type: event.type, log: event.device === self ? 'own' : 'copied' });
    if (event.type !== 'run.completed' && event.type !== 'run.failed' && event.type !== 'run.cancelled') return;
    const run = entry.kind === 'run' ? entry.run : ofEntry;
    if (run === undefined || !isFinal(run)) return;
    ended.inc({
      status: run.status,
      reason: run.status === 'completed' ? '' : run.reason,
      executor: run.device === self ? 'here' : 'elsewhere',
    });
  };
}

/** What is looked up when it is asked for. */
function registerGauges(registry: Registry, options: MetricsOptions, runs: RunCounts): void {
  const { status, api, outputBytes } = options;
  const registers = [registry];
  new Gauge({
    name: 'dispatch_info',
    help: 'Always 1: which device this is, and its version of Dispatch.',
    labelNames: ['version', 'device', 'name'] as const,
    registers,
    collect() {
      const { version, id, name } = status();
      this.reset();
      this.set({ version, device: id, name }, 1);
    },
  });
  new Gauge({
    name: 'dispatch_runs',
    help: 'Runs that are not over, by status and by where they execute.',
    labelNames: ['status', 'executor'] as const,
    registers,
    collect() {
      for (const { count, ...labels } of runs.open()) this.set(labels, count);
    },
  });
  new Gauge({
    name: 'dispatch_approvals_pending',
    help: 'Runs that wait for a yes or no of a person, here and on paired devices as far as they may be seen.',
    registers,
    collect() {
      const waiting = runs.open().filter((group) => group.status === 'waiting_approval');
      this.set(waiting.reduce((sum, { count }) => sum + count, 0));
    },
  });
  new Gauge({
    name: 'dispatch_runs_executing',
    help: 'Runs that hold a slot of this device.',
    registers,
    collect() {
      this.set(status().load.running);
    },
  });
  new Gauge({
    name: 'dispatch_runs_waiting_for_slot',
    help: 'Runs that may execute here and wait for a free slot.',
    registers,
    collect() {
      this.set(status().load.queued);
    },
  });
  new Counter({
    name: 'dispatch_output_bytes_total',
    help: 'Bytes that runs have printed on this device since the peer started.',
    registers,
    collect() {
      this.reset();
      this.inc(outputBytes());
    },
  });
  registerDevices(registry, api);
}

function registerDevices(registry: Registry, api: MetricsOptions['api']): void {
  const registers = [registry];
  const others = async (): Promise<Device[]> => (await api.devices({})).devices.filter(({ local }) => !local);
  new Gauge({
    name: 'dispatch_devices',
    help: 'Paired devices by presence.',
    labelNames: ['presence'] as const,
    registers,
    async collect() {
      const devices = await others();
      for (const presence of ['online', 'suspect', 'offline'] as const)
        this.set({ presence }, devices.filter((device) => device.presence.state === presence).length);
    },
  });
  new Gauge({
    name: 'dispatch_link_round_trip_seconds',
    help: 'The newest round trip to each paired device that is there.',
    labelNames: ['device', 'name'] as const,
    registers,
    async collect() {
      const devices = await others();
      this.reset();
      for (const { id, name, presence } of devices) {
        if (presence.state !== 'offline' && presence.roundTripMs !== undefined)
          this.set({ device: id, name }, presence.roundTripMs / 1000);
      }
    },
  });
}
