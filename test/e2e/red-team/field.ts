// Where attacks are tried: a real peer whose person shares one folder with runs, and in that folder lies everything that is worth
// stealing, Dispatch's own files among it. Beside it a folder that nobody shares. Canaries tell who got where.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { vi } from 'vitest';
import { newId } from '../../../src/cli/ids.ts';
import { makePrivateFolder } from '../../../src/config/make-folder.ts';
import type { ShellAction } from '../../../src/core/actions.ts';
import type { PendingApproval } from '../../../src/core/approvals.ts';
import type { DeviceId } from '../../../src/core/ids.ts';
import { isFinal, type Run } from '../../../src/core/runs.ts';
import { loadIdentity } from '../../../src/peer/identity.ts';
import type { SubmitParams } from '../../../src/protocol/api.ts';
import { createPeerHome, outputOf, type PeerHome, runBecomes } from '../../helpers/two-peers.ts';

/** For a hook that starts peers, and for a test, on a machine that does much else. */
const LONG_MS = 120_000;

/** To be called at the top of a test file. */
export function patient(): void {
  vi.setConfig({ testTimeout: LONG_MS, hookTimeout: LONG_MS });
}

/** In the files that nobody may read. */
export const LOOT = 'loot-7d1f';
export const SECRET = 'sk-live-9c41b7aa02de';

export interface Field {
  readonly home: PeerHome;
  readonly device: DeviceId;
  /** All that runs may reach: the home folder of the person, and the folder of Dispatch. */
  readonly shared: string;
  /** Out of reach. */
  readonly outside: string;
  /** Puts a file into the home folder of the person; gives its path. */
  put(path: string, text: string, mode?: number): string;
  dispose(): Promise<void>;
}

interface FieldOptions {
  readonly config?: string;
  readonly env?: (shared: string) => Readonly<Record<string, string>>;
  /** Relative to what is shared; all of it if absent. */
  readonly reach?: (shared: string) => readonly string[];
}

/** Its peer does not run yet. */
export async function openField(name: string, options: FieldOptions = {}): Promise<Field> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'red-')));
  const [shared, outside] = [join(root, 's'), join(root, 'outside')];
  for (const folder of [shared, outside]) mkdirSync(folder);
  const reach = JSON.stringify(options.reach?.(shared) ?? [shared]);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = shared;
  const home = await createPeerHome(name, {
    config: `[permissions]\nreachable_folders = ${reach}\n${options.config ?? ''}`,
    ...(options.env === undefined ? {} : { env: options.env(shared) }),
  }).finally(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });
  makePrivateFolder(home.paths.home);
  const { device } = loadIdentity(home.paths.identityFile);
  return {
    home,
    device,
    shared,
    outside,
    put(path, text, mode = 0o644) {
      const file = join(home.work, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      chmodSync(file, mode);
      return file;
    },
    async dispose() {
      await home.dispose();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Submits as a program on this machine does: nobody has said yes. */
export async function ask(
  { home }: Field,
  command: string,
  action: Partial<ShellAction> = {},
  more: Partial<SubmitParams> = {},
): Promise<Run> {
  const shell: ShellAction = { kind: 'shell', command, access: 'workspace-write', cwd: home.work, ...action };
  const client = await home.ask();
  const { run } = await client.call('submit', { id: newId(), task: `!${command}`, action: shell, ...more });
  return run;
}

/** The same, to where it gets by itself: its end, or a question. */
export async function settled(field: Field, run: string): Promise<Run> {
  return runBecomes(field.home, run, 'settled', (each) => isFinal(each) || each.status === 'waiting_approval', 60_000);
}

/** What the owner runs, with a yes; gives it when it has ended, and what it printed. */
export async function obey(
  field: Field,
  command: string,
  action: Partial<ShellAction> = {},
  more: Partial<SubmitParams> = {},
): Promise<{ run: Run; output: string }> {
  const { id } = await ask(field, command, action, { approve: true, ...more });
  const run = await settled(field, id);
  mustHaveRun(run);
  return { run, output: (await outputOf(field.home, id)).toString() };
}

/** What never ran shows nothing. */
function mustHaveRun(run: Run): void {
  if (run.startedAt === undefined) throw new Error(`it did not run: ${JSON.stringify(run)}`);
}

/** The request of a run that waits. */
export async function requestOf({ home }: Field, run: string): Promise<PendingApproval> {
  const { approvals } = await (await home.ask()).call('run.get', { run });
  const pending = approvals.find((each) => each.status === 'pending');
  if (pending === undefined) throw new Error(`run ${run} asks for nothing: ${JSON.stringify(approvals)}`);
  return pending;
}

/** The owner says yes to what the run asks for now. */
export async function sayYes(field: Field, run: string): Promise<void> {
  const { id, digest } = await requestOf(field, run);
  await (await field.home.ask()).call('decide', { approval: id, decision: 'approve', digest });
}

/** A run that keeps the only slot of a peer with `slots = 1` until `release` is called. */
export async function holdSlot(field: Field): Promise<{ release: () => Promise<void> }> {
  const go = join(field.shared, `go-${newId()}`);
  const started = join(field.shared, `started-${newId()}`);
  const waits = `mkfifo ${go} && touch ${started} && read -r _ < ${go}`;
  const { id } = await ask(field, waits, { access: 'full-access' }, { approve: true });
  await runBecomes(field.home, id, 'started', () => existsSync(started));
  return {
    async release() {
      writeFileSync(go, '\n');
      await settled(field, id);
    },
  };
}

/** A run of an agent, for which a person says yes where one is asked: to what it said that it would do. */
export async function agentRuns(
  field: Field,
  command: string,
  action: Partial<ShellAction>,
): Promise<{ run: Run; output: string }> {
  const { id } = await ask(field, command, action, { as: 'agent' });
  if ((await settled(field, id)).status === 'waiting_approval') await sayYes(field, id);
  const run = await settled(field, id);
  mustHaveRun(run);
  return { run, output: (await outputOf(field.home, id)).toString() };
}
