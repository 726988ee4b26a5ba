// A site that a test serves on loopback: pages by their path, and what was asked of it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface Site {
  /** Such as http://127.0.0.1:PORT, and the same server by another name. */
  readonly origin: string;
  readonly other: string;
  readonly port: number;
  /** Paths that were asked for, with the host that they were asked of. */
  readonly asked: string[];
  close(): Promise<void>;
}

type Page = string | ((request: IncomingMessage, response: ServerResponse) => void);

/** Serves pages by their path. */
export async function serveSite(pages: Readonly<Record<string, Page>>): Promise<Site> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] as string;
    asked.push(`${request.headers.host}${request.url}`);
    const page = pages[path];
    if (page === undefined) return void response.writeHead(404).end();
    if (typeof page === 'function') return void page(request, response);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    other: `http://localhost:${port}`,
    port,
    asked,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
