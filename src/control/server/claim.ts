/**
 * Makes this process the one that listens at the socket's path, or says who does. Whether an earlier claimant lives is asked
 * of the kernel, by connecting to it: no process ids are compared, no lock files go stale, and a killed peer's place is free
 * at once.
 *
 * Each claimant listens on a socket file of its own. Then it claims a generation: a symbolic link `g<N>` to that file, which
 * can be made only once, N being one more than the highest there is; and only when the highest is dead. A claim that finds a
 * higher generation afterwards came from a stale view and steps back. The highest generation is never removed but by a higher
 * one, so there is always exactly one highest, and the one who made it serves. Only that one points the well-known path at its
 * socket file. On Windows a pipe's name is exclusive by itself.
 */

import { randomInt } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { DispatchError } from '../../core/errors.ts';
import { checkPathLength, makePrivate } from './folder.ts';
import { type Listener, listenAt } from './listener.ts';

/** In each turn of the contest somebody advances; so many turns mean that something else is at work. */
const MAX_TURNS = 200;
/** A pid in base 36 (up to five characters on Linux), a dash, three random characters. */
const NAME_BYTES = 9;
const SOCKET_NAME = /^[0-9a-z]{1,7}-[0-9a-z]{3}(\.new)?$/;
const GENERATION = /^g(\d{1,15})$/;

export interface SocketClaim {
  /** Gives the connections to the handler; those that came before it waited. */
  serve(onConnection: (socket: Socket) => void): void;
  /** Stops listening and frees the path. Connections go on. */
  release(): void;
}

/** Rejects with `locked` if another process listens there; `details.pid` is that process. */
export async function claimSocket(path: string): Promise<SocketClaim> {
  if (process.platform === 'win32') return claimPipe(path);
  const folder = dirname(path);
  checkPathLength(path, join(folder, 'x'.repeat(Math.max(NAME_BYTES, basename(path).length))));
  makePrivate(folder);
  const { listener, name } = await listenSomewhere(folder);
  try {
    await becomeHighest(folder, name);
    pointAt(folder, path, name);
  } catch (error) {
    listener.close();
    throw error instanceof DispatchError ? error : cannot(`cannot claim ${path}`, error);
  }
  return {
    serve: listener.serve,
    release() {
      // While the claim is held nobody else touches the path, so what is removed is ours.
      rmSync(path, { force: true });
      listener.close();
    },
  };
}

async function becomeHighest(folder: string, name: string): Promise<void> {
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const highest = highestGeneration(folder);
    const holder = holderOf(folder, highest);
    if (holder !== undefined && (await isAlive(join(folder, holder)))) throw locked(Number.parseInt(holder, 36));
    const mine = `g${highest + 1}`;
    if (!linkOnce(name, join(folder, mine))) continue;
    if (highestGeneration(folder) > highest + 1) {
      rmSync(join(folder, mine), { force: true });
      continue;
    }
    // A dangling claim stays: it counts as dead, and to take it back could give its number out twice.
    if (!existsSync(join(folder, name))) break;
    await removeOld(folder, highest + 1, name);
    return;
  }
  throw new DispatchError('conflict', `something else changes the files in ${folder}`, {
    retryable: true,
    hint: 'try again',
  });
}

function highestGeneration(folder: string): number {
  return Math.max(0, ...readdirSync(folder).map((name) => Number(GENERATION.exec(name)?.[1] ?? 0)));
}

/** The name of its socket file. */
function holderOf(folder: string, generation: number): string | undefined {
  try {
    return readlinkSync(join(folder, `g${generation}`));
  } catch {
    return undefined;
  }
}

/** Only "nobody is there" counts as dead: a peer too busy to accept is alive. */
function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    const settle = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => settle(code !== 'ECONNREFUSED' && code !== 'ENOENT'));
  });
}

/** False if it was there already. */
function linkOnce(target: string, path: string): boolean {
  try {
    symlinkSync(target, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function listenSomewhere(folder: string): Promise<{ listener: Listener; name: string }> {
  for (;;) {
    const name = `${process.pid.toString(36)}-${randomInt(36 ** 3)
      .toString(36)
      .padStart(3, '0')}`;
    const listener = await listenAt(join(folder, name));
    if (listener === 'EADDRINUSE') continue;
    if (typeof listener === 'string') throw cannot(`cannot listen in ${folder}`, new Error(listener));
    try {
      chmodSync(join(folder, name), 0o600);
      return { listener, name };
    } catch (error) {
      listener.close();
      throw cannot(`cannot listen in ${folder}`, error);
    }
  }
}

/** Atomic: who connects reaches the one before or this one. */
function pointAt(folder: string, path: string, name: string): void {
  const fresh = join(folder, `${name}.new`);
  symlinkSync(name, fresh);
  renameSync(fresh, path);
}

/** What dead peers left. The socket file of a contender stays, also if it is so new that nobody listens at it yet. */
async function removeOld(folder: string, mine: number, name: string): Promise<void> {
  for (const other of readdirSync(folder)) {
    const path = join(folder, other);
    const generation = GENERATION.exec(other);
    if (generation !== null && Number(generation[1]) < mine) rmSync(path, { force: true });
    else if (SOCKET_NAME.test(other) && other !== name && !(await isAlive(path)) && isGone(other)) {
      rmSync(path, { force: true });
    }
  }
}

function isGone(socketName: string): boolean {
  try {
    process.kill(Number.parseInt(socketName, 36), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

async function claimPipe(path: string): Promise<SocketClaim> {
  const listener = await listenAt(path);
  if (listener === 'EADDRINUSE' || listener === 'EACCES') throw locked(Number.NaN);
  if (typeof listener === 'string') throw cannot(`cannot listen at ${path}`, new Error(listener));
  return { serve: listener.serve, release: listener.close };
}

function cannot(what: string, cause: unknown): DispatchError {
  return new DispatchError('storage', `${what}: ${(cause as Error).message}`, {
    cause,
    hint: 'mend the permissions of the folder, free some space, or set DISPATCH_HOME to another folder',
  });
}

function locked(pid: number): DispatchError {
  const known = !Number.isNaN(pid);
  return new DispatchError('locked', `a peer already runs here: ${known ? `process ${pid}` : 'another process'}`, {
    hint: 'use it, or stop it with "dispatch peer stop"',
    ...(known ? { details: { pid } } : {}),
  });
}
