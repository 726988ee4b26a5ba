/** Starts the peer of this machine in the background, and waits until it serves or says why it cannot. */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder } from '../config/make-folder.ts';
import type { Paths } from '../config/paths.ts';
import { DispatchError, type WireError } from '../core/errors.ts';
import { PEER_NODE_FLAGS } from '../peer/node-flags.ts';

/** Longer than a peer takes that finds another one about to end. */
const START_TIMEOUT_MS = 30_000;

export async function startPeer(paths: Paths, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawnPeer(openLog(paths), env);
  const { stdout } = child;
  if (stdout === null) throw new Error('the peer was started without a pipe');
  let said = '';
  let late = false;
  stdout.setEncoding('utf8');
  // It is not ended: a peer that makes the indexes of a long log anew must not have to begin again.
  const timer = setTimeout(() => {
    late = true;
    stdout.destroy();
  }, START_TIMEOUT_MS);
  try {
    // The peer prints one line when it serves, or when it gives up: see commands/peer.ts.
    for await (const text of stdout as AsyncIterable<string>) {
      said += text;
      if (said.includes('\n')) break;
    }
  } catch (error) {
    if (!late) throw error;
  } finally {
    clearTimeout(timer);
    stdout.destroy();
    child.unref();
  }
  const answer = parseAnswer(said);
  if (answer === undefined) throw silent(late, paths);
  // Another client was faster, and its peer serves.
  if ('error' in answer && !(answer.error.code === 'locked' && answer.error.details?.pid !== undefined)) {
    throw DispatchError.fromWire(answer.error);
  }
}

function silent(late: boolean, { logFile }: Paths): DispatchError {
  if (!late)
    return new DispatchError('unavailable', 'the peer ended before it could serve', {
      hint: `its log is ${logFile}; "dispatch doctor --rebuild" mends a damaged database`,
    });
  return new DispatchError('unavailable', `the peer does not serve after ${START_TIMEOUT_MS / 1000} s`, {
    hint: `it may be making its indexes anew: try again in a while; its log is ${logFile}`,
    retryable: true,
  });
}

function openLog(paths: Paths): number {
  try {
    makeFolder(dirname(paths.logFile));
    return openSync(paths.logFile, 'a', 0o600);
  } catch (error) {
    throw new DispatchError('storage', `cannot write ${paths.logFile}: ${(error as Error).message}`, {
      cause: error,
      hint: 'mend the permissions of its folder, or set DISPATCH_HOME to a folder that can be written',
    });
  }
}

function spawnPeer(log: number, env: NodeJS.ProcessEnv): ChildProcess {
  const launcher = fileURLToPath(
    new URL(import.meta.url.endsWith('.ts') ? '../../bin/dispatch.js' : '../bin/dispatch.js', import.meta.url),
  );
  try {
    return spawn(process.execPath, [...PEER_NODE_FLAGS, launcher, 'peer', '--background'], {
      cwd: '/',
      detached: true,
      env: ownEnvironment(env),
      stdio: ['ignore', 'pipe', log],
    });
  } finally {
    closeSync(log);
  }
}

/** A peer that is started from within a run does not belong to that run, and must not end with it. */
function ownEnvironment({
  DISPATCH_RUN: _r,
  DISPATCH_ARTIFACTS: _a,
  DISPATCH_DEVICE: _d,
  ...env
}: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env;
}

function parseAnswer(line: string): { serving: true } | { error: WireError } | undefined {
  try {
    return JSON.parse(line) as { serving: true } | { error: WireError };
  } catch {
    return undefined;
  }
}
