/** Opens the socket of the peer, or says why that cannot be done. Never talks to a peer of somebody else. */

import { lstatSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { DispatchError } from '../../core/errors.ts';

export function openSocket(path: string, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    checkOwner(path);
    const socket = createConnection(path);
    const settle = (): void => {
      socket.off('error', onError);
      signal?.removeEventListener('abort', onAbort);
    };
    const onError = (error: NodeJS.ErrnoException): void => {
      settle();
      reject(unreachable(path, error));
    };
    const onAbort = (): void => {
      settle();
      socket.destroy();
      reject(new DispatchError('cancelled', 'connecting to the peer was given up', { hint: 'try again' }));
    };
    socket.once('error', onError);
    socket.once('connect', () => {
      settle();
      socket.on('error', () => {}); // 'close' follows
      resolve(socket);
    });
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** The folder may stand where any user could have made it first. Root may use everybody's peer. */
function checkOwner(path: string): void {
  const me = process.getuid?.();
  if (me === undefined || me === 0) return;
  const owner = lstatSync(dirname(path), { throwIfNoEntry: false })?.uid;
  if (owner === undefined || owner === me) return;
  throw new DispatchError('refused', `the control socket at ${path} belongs to another user (${owner})`, {
    hint: 'remove its folder, or set DISPATCH_HOME to a folder of yours',
  });
}

function unreachable(path: string, cause: NodeJS.ErrnoException): DispatchError {
  switch (cause.code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return new DispatchError('unavailable', 'no peer is running on this machine', {
        cause,
        retryable: true,
        hint: 'start it with "dispatch peer"',
      });
    case 'EAGAIN':
      return new DispatchError('unavailable', 'the peer is too busy to take another client', {
        cause,
        retryable: true,
        hint: 'try again in a moment',
      });
    case 'EACCES':
    case 'EPERM':
      return new DispatchError('refused', `the control socket at ${path} may not be opened`, {
        cause,
        hint: 'mend the permissions of its folder',
      });
    default:
      return new DispatchError('unavailable', `cannot reach the peer at ${path}: ${cause.message}`, {
        cause,
        hint: 'see "dispatch doctor"',
      });
  }
}
