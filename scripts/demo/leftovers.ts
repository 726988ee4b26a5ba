// What a demo that was killed has left: a folder for each of its devices, and peers that nobody ends any more. The next demo takes
// both away. What a living demo uses is left alone, and so is a folder of which nothing is known.
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export const PREFIX = 'dispatch-demo-';
/** The processes of a home, one a line: that of the demo first. */
const PIDS = 'demo.pids';
/** How long those that are ended may take. */
const GONE_MS = 5000;

export function rememberProcess(home: string, pid: number): void {
  appendFileSync(join(home, PIDS), `${pid}\n`);
}

export async function removeLeftovers(folder = tmpdir()): Promise<void> {
  const homes = readdirSync(folder).filter((name) => name.startsWith(PREFIX));
  await Promise.all(homes.map((name) => removeIfLeft(join(folder, name))));
}

async function removeIfLeft(home: string): Promise<void> {
  const [demo, ...children] = read(join(home, PIDS)).split('\n').filter(Boolean).map(Number);
  if (demo === undefined || isAlive(demo)) return;
  const left = (): number[] => children.filter((pid) => uses(pid, home));
  if (knowsEnvironments()) for (const pid of left()) kill(pid);
  const deadline = performance.now() + GONE_MS;
  while (left().length > 0) {
    if (performance.now() > deadline || !knowsEnvironments()) return;
    await delay(20);
  }
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}

/** The number of a process that is over may be that of another one by now: where that can be asked, it says where it belongs. */
function uses(pid: number, home: string): boolean {
  if (!knowsEnvironments()) return isAlive(pid);
  return read(`/proc/${pid}/environ`).split('\0').includes(`DISPATCH_HOME=${home}`);
}

function knowsEnvironments(): boolean {
  return existsSync('/proc/self/environ');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
