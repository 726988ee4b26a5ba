// A real X server of its own, with a window manager, a session bus and room for applications: nothing of it touches the screen or the
// session of whoever runs the tests. Everything that was started here is ended by close().
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { until } from './until.ts';

export interface XServer {
  /** As DISPLAY names it. */
  readonly display: string;
  /** What a program needs to find the screen and the session bus; HOME is an empty folder. */
  readonly env: NodeJS.ProcessEnv;
  /** Starts a program on the screen. */
  readonly start: (program: string, ...args: string[]) => ChildProcess;
  /** Runs a program to its end; gives what it printed, rejects where it fails. */
  readonly run: (program: string, ...args: string[]) => Promise<string>;
  /** Ends the server, as a crash would, and nothing else. */
  readonly kill: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface XServerOptions {
  /** As WIDTHxHEIGHT. */
  readonly size?: string;
  /** With openbox, as people's screens have one; true unless told. */
  readonly windowManager?: boolean;
  /** With a session bus and accessibility on it. */
  readonly sessionBus?: boolean;
}

export async function startXServer(options: XServerOptions = {}): Promise<XServer> {
  const { size = '1024x768', windowManager = true, sessionBus = false } = options;
  const folder = mkdtempSync(join(tmpdir(), 'dispatch-screen-'));
  const children: ChildProcess[] = [];
  const keep = (child: ChildProcess): ChildProcess => {
    children.push(child);
    child.on('error', () => {}); // a program that is not there shows in what waits for it
    return child;
  };

  const close = async (): Promise<void> => {
    for (const child of children.reverse()) await end(child);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };

  try {
    const authority = join(folder, 'authority');
    writeFileSync(authority, wildCookie(randomBytes(16)), { mode: 0o600 });
    const screen = ['-screen', '0', `${size}x24`, '-nolisten', 'tcp', '-noreset', '-auth', authority];
    const server = keep(spawn('Xvfb', ['-displayfd', '3', ...screen], telling));
    const display = `:${await line(server)}`;

    const runtime = join(folder, 'runtime');
    mkdirSync(runtime, { mode: 0o700 });
    const env: NodeJS.ProcessEnv = {
      PATH: process.env.PATH,
      HOME: folder,
      XDG_RUNTIME_DIR: runtime,
      LC_ALL: 'C.UTF-8',
      DISPLAY: display,
      XAUTHORITY: authority,
      GTK_USE_PORTAL: '0',
      GSETTINGS_BACKEND: 'memory',
    };
    if (sessionBus) {
      const bus = keep(spawn('dbus-daemon', ['--session', '--nofork', '--print-address=3'], { ...telling, env }));
      env.DBUS_SESSION_BUS_ADDRESS = await line(bus);
    }
    const start = (program: string, ...args: string[]): ChildProcess =>
      keep(spawn(program, args, { env, cwd: folder, stdio: 'ignore' }));
    const run = (program: string, ...args: string[]): Promise<string> => output(program, args, { env, cwd: folder });
    if (windowManager) {
      start('openbox');
      await until('window manager', () => run('wmctrl', '-m').catch(() => false));
    }
    return { display, env, start, run, kill: () => end(server), close };
  } catch (error) {
    await close();
    throw error;
  }
}

const telling: SpawnOptions = { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] };

/** The first line that a program writes to descriptor 3. */
async function line(child: ChildProcess): Promise<string> {
  const pipe = child.stdio[3] as Readable;
  let text = '';
  for await (const chunk of pipe.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (text.includes('\n')) return text.slice(0, text.indexOf('\n'));
  }
  throw new Error(`${child.spawnfile} ended before it was ready`);
}

async function output(program: string, args: readonly string[], options: SpawnOptions): Promise<string> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const pieces: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout?.on('data', (piece: Buffer) => pieces.push(piece));
  child.stderr?.on('data', (piece: Buffer) => complaints.push(piece));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${Buffer.concat(complaints)}`);
  return Buffer.concat(pieces).toString();
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** A file as `xauth` writes it, with one cookie that fits every display (Xau: family 65535, no address, no number). */
function wildCookie(cookie: Buffer): Buffer {
  const part = (bytes: Buffer): Buffer => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const none = Buffer.alloc(0);
  const parts = [none, none, Buffer.from('MIT-MAGIC-COOKIE-1'), cookie].map(part);
  return Buffer.concat([Buffer.from([0xff, 0xff]), ...parts]);
}
