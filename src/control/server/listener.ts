/** A server on a socket of its own that loses no connection: who comes before there is somebody to serve them waits, unread. */

import { createServer, type Socket } from 'node:net';

export interface Listener {
  /** Gives connections to the handler, those that wait first. */
  serve(onConnection: (socket: Socket) => void): void;
  /** Stops listening and removes the socket file. Connections that are served go on; those that wait are ended. */
  close(): void;
}

/** Resolves with the system's error code if it cannot listen there. */
export function listenAt(path: string): Promise<Listener | string> {
  const server = createServer();
  let waiting: Socket[] = [];
  const keep = (socket: Socket): void => {
    socket.on('error', () => {}); // a client that went away while it waited
    waiting.push(socket);
  };
  const listener: Listener = {
    serve(onConnection) {
      server.off('connection', keep);
      server.on('connection', onConnection);
      for (const socket of waiting) onConnection(socket);
      waiting = [];
    },
    close() {
      server.close();
      for (const socket of waiting) socket.destroy();
      waiting = [];
    },
  };
  server.on('connection', keep);
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(path, () => {
      server.on('error', () => {}); // accepting failed for want of file descriptors: the client tries again
      resolve(listener);
    });
  });
}
