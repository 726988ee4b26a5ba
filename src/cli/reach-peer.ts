/** A client of this machine's peer. If none answers, one is started first. */

import type { Paths } from '../config/paths.ts';
import { type ControlClient, connectControl } from '../control/client/client.ts';
import { DispatchError } from '../core/errors.ts';

export async function reachPeer(options: {
  paths: Paths;
  env: NodeJS.ProcessEnv;
  version: string;
  start: boolean;
  /** Says what is done on the side. */
  say: (line: string) => void;
}): Promise<ControlClient> {
  const { paths, env, version, start, say } = options;
  const connect = (): Promise<ControlClient> => connectControl({ path: paths.socket, client: 'cli', version });
  try {
    return await connect();
  } catch (error) {
    if (!start || !(error instanceof DispatchError) || error.code !== 'unavailable') throw error;
  }
  const { startPeer } = await import('./start-peer.ts');
  say('no peer runs on this machine: starting one');
  await startPeer(paths, env);
  return connect();
}
