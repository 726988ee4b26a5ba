/**
 * What a service manager tells the peer, and what the peer tells it. systemd says through the environment where its journal and
 * its notification socket are (sd-daemon(3), sd_notify(3)); launchd says nothing. None of it is meant for the runs.
 */

import { spawn } from 'node:child_process';
import { fstatSync } from 'node:fs';
import type { LogFormat } from './log.ts';

/** Longer than a loaded machine takes to start a small program. */
const NOTIFY_MS = 10_000;

/**
 * Variables that systemd sets for the service itself. A command that found them would take itself for that service: it would say
 * that it is ready, or log past its own output.
 */
const OF_THE_SERVICE =
  /^(NOTIFY_SOCKET|JOURNAL_STREAM|INVOCATION_ID|SYSTEMD_EXEC_PID|MANAGERPID|MANAGERPIDFDID|MAINPID|WATCHDOG_PID|WATCHDOG_USEC|LISTEN_(PID|FDS|FDNAMES)|MEMORY_PRESSURE_(WATCH|WRITE)|(RUNTIME|STATE|CACHE|LOGS|CONFIGURATION|CREDENTIALS)_DIRECTORY)$/;

export function withoutSupervisor(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !OF_THE_SERVICE.test(name)));
}

/** What suits whoever reads standard error. */
export function chooseLogFormat(options: {
  env: NodeJS.ProcessEnv;
  /** Asked for, whoever reads. */
  json: boolean;
  isTerminal: boolean;
  /** The file behind standard error as `device:inode`. */
  stderr: string | undefined;
}): LogFormat {
  const { env, json, isTerminal, stderr } = options;
  // A program that redirected us still passes its own JOURNAL_STREAM on: only the comparison tells whose it is.
  const journal = stderr !== undefined && env.JOURNAL_STREAM === stderr;
  if (journal) return json ? 'json-journal' : 'journal';
  return json || !isTerminal ? 'json' : 'text';
}

/** As systemd writes it in JOURNAL_STREAM; undefined where standard error is closed. */
export function identifyStderr(): string | undefined {
  try {
    const { dev, ino } = fstatSync(2, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/**
 * Tells systemd, if it asked to be told, and resolves to what kept it from being told. Node opens no datagram sockets of the Unix
 * kind, so `systemd-notify` does it, which is there wherever systemd is; the unit therefore says `NotifyAccess=all`.
 */
export function notifySupervisor(env: NodeJS.ProcessEnv, assignments: readonly string[]): Promise<string | undefined> {
  if (env.NOTIFY_SOCKET === undefined || env.NOTIFY_SOCKET === '') return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const child = spawn('systemd-notify', assignments, {
      env,
      stdio: 'ignore',
      timeout: NOTIFY_MS,
      killSignal: 'SIGKILL',
    });
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code === 0 ? undefined : `it ended with ${code ?? signal}`));
  });
}
