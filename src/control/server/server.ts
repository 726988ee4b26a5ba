/**
 * Serves the engine to the clients of this machine, on a socket that only its owner can reach. Holds the socket and the list
 * of connections; what a connection does is its own affair.
 */

import type { Socket } from 'node:net';
import { DispatchError } from '../../core/errors.ts';
import { claimSocket } from './claim.ts';
import { type Connection, type ConnectionContext, createConnection } from './connection.ts';

/** More than a person has windows, with room for scripts. */
const MAX_CONNECTIONS = 128;

export interface ControlServerOptions extends Omit<ConnectionContext, 'stopping'> {
  /** Of the Unix socket or, on Windows, the named pipe. */
  readonly path: string;
}

export interface ControlServer {
  /**
   * Tells the clients that the peer stops and takes no more work; waits for `meanwhile`, whose changes and output still reach
   * them; then closes their connections and frees the socket. Once: later calls wait for the first.
   */
  close(reason: string, meanwhile?: () => Promise<void>): Promise<void>;
}

/** Rejects with `locked` if another peer serves at the path. */
export async function createControlServer(options: ControlServerOptions): Promise<ControlServer> {
  const claim = await claimSocket(options.path);
  const connections = new Set<Connection>();
  let stopping: string | undefined;
  let closed: Promise<void> | undefined;
  const context: ConnectionContext = { ...options, stopping: () => stopping };

  claim.serve((socket: Socket) => {
    const connection = createConnection(socket, context);
    if (connections.size >= MAX_CONNECTIONS) {
      connection.turnAway(
        new DispatchError('unavailable', `the peer has ${MAX_CONNECTIONS} clients, which is the limit`, {
          retryable: true,
          hint: 'close some and try again',
        }),
      );
      return;
    }
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
  });

  const shutDown = async (reason: string, meanwhile: () => Promise<void>): Promise<void> => {
    stopping = reason;
    for (const connection of connections) connection.announceStop(reason);
    try {
      await meanwhile();
    } finally {
      claim.release();
      await Promise.all([...connections].map((connection) => connection.end()));
    }
  };
  return {
    close(reason, meanwhile = async () => {}) {
      closed ??= shutDown(reason, meanwhile);
      return closed;
    },
  };
}
