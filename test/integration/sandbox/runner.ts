// A process that runs commands in the sandbox, under this account or, where the tests run as root, under an ordinary one.
import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Plan, ResourceLimits, ShellAction } from '../../../src/core/actions.ts';
import type { SandboxReport } from '../../../src/core/devices.ts';
import type { Outcome } from '../../../src/engine/executor-ports.ts';

export interface RunnerSetup {
  readonly home: string;
  readonly own: readonly string[];
  readonly hide: readonly string[];
  readonly folders: readonly string[];
  readonly state: string;
  readonly privateBytes: number;
  readonly env: Readonly<Record<string, string>>;
}

export interface Question {
  readonly id: number;
  readonly action: ShellAction;
  readonly network?: boolean;
  readonly limits?: ResourceLimits;
}

export interface Answer {
  readonly id: number;
  readonly outcome?: Outcome;
  readonly plan?: Plan;
  readonly refused?: string;
  readonly text: string;
}

/** Processes are found by the name of their run, so no two runners may share one. */
export function runName(runner: number, id: number): string {
  return `confined-${runner}-${id}`;
}

export interface Runner {
  readonly report: SandboxReport;
  readonly pid: number;
  /** The home folder, which is the only reachable one. */
  readonly home: string;
  /** A folder that is not reachable. */
  readonly outside: string;
  /** A folder of Dispatch itself, in the home folder. */
  readonly own: string;
  ask(command: string, options?: Omit<Question, 'id' | 'action'> & Partial<ShellAction>): Promise<Answer>;
  /** Gives all that was made to the account. */
  settle(): void;
  close(): void;
}

export interface Account {
  readonly name: string;
  readonly uid: number;
  /** Before the command that starts Node. */
  readonly prefix: readonly string[];
}

/** Two where the tests run as root. */
export function accounts(): readonly Account[] {
  const uid = process.getuid?.() ?? -1;
  if (uid !== 0) return [{ name: 'this account', uid, prefix: [] }];
  return [
    { name: 'root', uid: 0, prefix: [] },
    { name: 'an ordinary account', uid: 1000, prefix: ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups'] },
  ];
}

/** `prefix` is a command that starts the rest of its line. */
export async function openRunner(account: Account, prefix: readonly string[] = []): Promise<Runner> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'dispatch-confined-')));
  const [home, outside] = [join(root, 'home'), join(root, 'outside')];
  const own = join(home, '.dispatch');
  for (const folder of [home, outside, own, join(own, 'runs')]) mkdirSync(folder);
  const setup: RunnerSetup = {
    home,
    own: [own],
    hide: [join(home, 'hidden-by-owner')],
    folders: [home],
    state: join(own, 'runs'),
    privateBytes: 4 * 1024 * 1024,
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
      HOME: home,
      LANG: 'C.UTF-8',
      SSH_AUTH_SOCK: '/run/agent',
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/bus',
      DISPLAY: ':0',
      GITHUB_TOKEN: 'ghp-not-for-commands',
      AWS_SECRET_ACCESS_KEY: 'not-for-commands',
      KEPT: 'yes',
    },
  };
  const settle = (): void => give(root, account.uid);
  settle();
  const program = join(import.meta.dirname, 'runner-program.ts');
  const argv = [...prefix, ...account.prefix, process.execPath, program, JSON.stringify(setup)];
  const child: ChildProcess = spawn(argv[0] ?? '', argv.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const waiting = new Map<number, (answer: Answer) => void>();
  const report = await new Promise<SandboxReport>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the runner ended with ${code}`)));
    lines.once('line', (line) => {
      resolve(JSON.parse(line) as SandboxReport);
      lines.on('line', (next) => {
        const answer = JSON.parse(next) as Answer;
        waiting.get(answer.id)?.(answer);
      });
    });
  });
  let asked = 0;
  return {
    report,
    pid: child.pid ?? 0,
    home,
    outside,
    own,
    settle,
    ask(command, { network, limits, ...more } = {}) {
      asked += 1;
      const question: Question = {
        id: asked,
        action: { kind: 'shell', command, access: 'workspace-write', ...more },
        ...(network === undefined ? {} : { network }),
        ...(limits === undefined ? {} : { limits }),
      };
      child.stdin?.write(`${JSON.stringify(question)}\n`);
      return new Promise((resolve) => waiting.set(question.id, resolve));
    },
    close() {
      child.kill('SIGKILL');
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function give(path: string, uid: number): void {
  if (process.getuid?.() !== 0) return;
  chownSync(path, uid, uid);
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) chownSync(join(entry.parentPath, entry.name), uid, uid);
  }
}
