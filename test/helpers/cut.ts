// Breaks connections between processes of this machine under their feet, as a router that forgets them does: the kernel resets
// both ends, and nobody has said goodbye. Needs ss (iproute2), root, and a kernel that lets root do it.
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** Resets every TCP connection from or to one of the ports; gives how many ends there were. */
export function cutConnections(...ports: readonly number[]): number {
  const filter = ports.map((port) => `sport = :${port} or dport = :${port}`).join(' or ');
  const out = execFileSync('ss', ['-K', '-H', '-n', '-t', 'state', 'established', `( ${filter} )`], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 10_000,
  });
  return out.split('\n').filter((line) => line.trim() !== '').length;
}

/** What keeps this machine from it, in words; undefined where it works. */
export async function whyNotCut(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'connections can be reset on Linux only';
  if (process.getuid?.() !== 0) return 'only root may reset connections';
  const found = spawnSync('ss', ['-V'], { stdio: 'ignore' });
  if (found.error !== undefined) return 'ss is missing (Debian package iproute2), which resets connections';
  return (await tryIt()) ? undefined : 'the kernel resets no connections (CONFIG_INET_DIAG_DESTROY)';
}

async function tryIt(): Promise<boolean> {
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const closed = new Promise<true>((resolve) => socket.once('close', () => resolve(true)));
  try {
    await once(socket, 'connect');
    if (cutConnections(port) === 0) return false;
    const { promise: late, resolve } = Promise.withResolvers<false>();
    const timer = setTimeout(resolve, 1000, false);
    return await Promise.race([closed, late]).finally(() => clearTimeout(timer));
  } catch {
    return false;
  } finally {
    socket.destroy();
    server.close();
  }
}
