// A real engine behind a real control socket, for what the dashboard does over the wire.
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type ControlClient, connectControl } from '../../../src/control/client/client.ts';
import { createControlServer } from '../../../src/control/server/server.ts';
import { isFinal, type Run } from '../../../src/core/runs.ts';
import { type PeerStatus, PROTOCOL_VERSION } from '../../../src/protocol/api.ts';
import { DEVICE, type EngineOptions, startEngine, type TestEngine } from '../../helpers/engine.ts';
import { until } from '../../helpers/until.ts';

export interface Peer {
  readonly home: string;
  readonly engine: TestEngine;
  readonly path: string;
  connect(): Promise<ControlClient>;
  /** Runs a command to its end, approving it if it asks. */
  run(command: string, tty?: { cols: number; rows: number }): Promise<Run>;
  /** Begins a command, approves it, and waits until it runs. */
  begin(command: string, tty?: { cols: number; rows: number }): Promise<Run>;
  /** Hangs up on everybody; `serve` comes back at the same place. */
  stopServing(): Promise<void>;
  serve(): Promise<void>;
}

const STATUS: PeerStatus = {
  pid: process.pid,
  id: DEVICE,
  name: 'here',
  version: '0.0.0',
  protocol: PROTOCOL_VERSION,
  instance: 'one',
  addresses: [],
  home: '/nowhere',
  startedAt: 1,
  load: { running: 0, queued: 0 },
};

/** Serves until the test ends. */
export async function startPeer(options: EngineOptions = {}): Promise<Peer> {
  const engine = await startEngine(options);
  const path = join(engine.home, 'control', 'peer.sock');
  const listen = () =>
    createControlServer({
      api: engine.engine.api,
      path,
      status: () => STATUS,
      onStop: () => {},
      log: { info: () => {}, error: () => {} },
    });
  let server: Awaited<ReturnType<typeof listen>> | undefined = await listen();
  const stopServing = async (): Promise<void> => {
    await server?.close('the test says so');
    server = undefined;
  };
  onTestFinished(async () => {
    await stopServing();
    await engine.dispose();
  });

  const get = async (id: string): Promise<Run> => (await engine.engine.api['run.get']({ run: id })).run;
  const started = (run: Run): boolean => isFinal(run) || run.startedAt !== undefined;
  const begin: Peer['begin'] = async (command, tty) => {
    const { id } = await engine.submit(command, tty === undefined ? {} : { tty });
    const seen = await until('request or start', async () => {
      const run = await get(id);
      return run.status === 'waiting_approval' || started(run) ? run : undefined;
    });
    if (seen.status !== 'waiting_approval') return seen;
    await engine.engine.api.decide({ approval: seen.approvalId, decision: 'approve' });
    return until('start', async () => {
      const run = await get(id);
      return started(run) ? run : undefined;
    });
  };
  return {
    home: engine.home,
    engine,
    path,
    async connect() {
      const client = await connectControl({ path, client: 'test', version: '0.0.0' });
      onTestFinished(() => client.close());
      return client;
    },
    begin,
    run: async (command, tty) => engine.done((await begin(command, tty)).id),
    stopServing,
    async serve() {
      server = await listen();
    },
  };
}
