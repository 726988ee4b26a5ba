/**
 * Ends all processes of a run and gives the receipt: first they are asked, then they have time, then they are killed. Those
 * that appear meanwhile are found as well. It gives up only on what the system does not let it end.
 */

import { setTimeout } from 'node:timers/promises';
import type { StopReceipt } from '../../core/events.ts';
import { MASK, maskSecrets } from '../../core/secrets.ts';
import type { ProcessEntry, ProcessTable } from './process-table.ts';
import { identityOf } from './run-processes.ts';
import { sendSignal, signalNumber } from './signals.ts';

const FIRST_LOOK_MS = 5;
const LONGEST_LOOK_MS = 100;
const KILL_ROUNDS = 100;
const LONGEST_COMMAND = 200;
/** Shorter ones are found everywhere and tell nothing. */
const SHORTEST_SECRET = 3;

type StopSignal = 'SIGTERM' | 'SIGHUP' | 'SIGKILL';

interface Signalled {
  readonly pid: number;
  readonly command: string;
  readonly signal: StopSignal;
  /** It ignored the signal: it may take it later, when it has become what it is to be. */
  readonly deaf: boolean;
}

export interface StopOptions {
  readonly table: ProcessTable;
  readonly alive: () => Promise<readonly ProcessEntry[]>;
  readonly graceMs: number;
  /** Values that the receipt must not hold, such as those of the environment that came with the action. */
  readonly secrets?: readonly string[];
}

interface Names {
  readonly table: ProcessTable;
  /** Longest first: one may hold another. */
  readonly secrets: readonly string[];
}

/** Looks at least twice: what was born while it looked, to one that ended meanwhile, is seen the second time. */
export async function stopProcesses(options: StopOptions): Promise<StopReceipt> {
  const signalled = new Map<string, Signalled>();
  const names = { table: options.table, secrets: spellings(options.secrets ?? []) };
  await askUntilGone(options, names, signalled);
  const left = await killUntilGone(options, names, signalled);
  const remaining = new Set(left.map(identityOf));
  return {
    stopped: [...signalled]
      .filter(([identity]) => !remaining.has(identity))
      .map(([, { pid, command, signal }]) => ({ pid, command, signal })),
    left: await Promise.all(left.map(async (entry) => ({ pid: entry.pid, command: await nameOf(names, entry) }))),
  };
}

async function askUntilGone(
  { table, alive, graceMs }: StopOptions,
  names: Names,
  signalled: Map<string, Signalled>,
): Promise<void> {
  const deadline = performance.now() + graceMs;
  for (let wait = FIRST_LOOK_MS; ; wait = Math.min(wait * 2, LONGEST_LOOK_MS)) {
    const entries = await alive();
    if (entries.length === 0) return;
    const asked = new Set(entries.filter((entry) => signalled.has(identityOf(entry))).map(({ pid }) => pid));
    for (const entry of entries) {
      // bash may lose a SIGHUP that comes just before it reads a line, so it is sent at every look.
      const before = signalled.get(identityOf(entry));
      const again = before?.signal === 'SIGHUP' || before?.deaf === true;
      // What a process starts after it was asked is how it tidies up.
      if (again || !(asked.has(entry.pid) || asked.has(entry.parent))) {
        await signal(names, entry, await gentlest(table, entry), signalled);
      }
      // A suspended process sees no signal before it is continued. It may have been suspended since.
      if (entry.suspended && isSame(table, entry)) sendSignal(entry.pid, signalNumber('SIGCONT') ?? 0);
    }
    const rest = deadline - performance.now();
    if (rest <= 0) return;
    await setTimeout(Math.min(wait, rest));
  }
}

async function killUntilGone(
  { alive }: StopOptions,
  names: Names,
  signalled: Map<string, Signalled>,
): Promise<readonly ProcessEntry[]> {
  let entries = await alive();
  for (let round = 0; entries.length > 0 && round < KILL_ROUNDS; round += 1) {
    for (const entry of entries) await signal(names, entry, { name: 'SIGKILL', deaf: false }, signalled);
    await setTimeout(Math.min(round, FIRST_LOOK_MS * 4));
    entries = await alive();
  }
  return entries;
}

/**
 * Interactive shells ignore SIGTERM and end by SIGHUP. All others get SIGTERM: SIGHUP would end at once what handles SIGTERM
 * with care.
 */
async function gentlest(table: ProcessTable, entry: ProcessEntry): Promise<{ name: StopSignal; deaf: boolean }> {
  const { SIGTERM, SIGHUP } = await table.ignores(entry);
  return { name: SIGTERM && !SIGHUP ? 'SIGHUP' : 'SIGTERM', deaf: SIGTERM && SIGHUP };
}

async function signal(
  names: Names,
  entry: ProcessEntry,
  { name, deaf }: { readonly name: StopSignal; readonly deaf: boolean },
  signalled: Map<string, Signalled>,
): Promise<void> {
  const identity = identityOf(entry);
  const command = signalled.get(identity)?.command ?? (await nameOf(names, entry));
  if (!isSame(names.table, entry) || !sendSignal(entry.pid, signalNumber(name) ?? 0)) return;
  signalled.set(identity, { pid: entry.pid, command, signal: name, deaf });
}

/** Numbers of processes are used again: only the same start makes it the same process. */
function isSame(table: ProcessTable, entry: ProcessEntry): boolean {
  return table.one(entry.pid)?.started === entry.started;
}

/** For the receipt, which is kept: on one line, without secrets, not endless. */
async function nameOf({ table, secrets }: Names, entry: ProcessEntry): Promise<string> {
  let command = await table.command(entry);
  for (const secret of secrets) command = command.replaceAll(secret, MASK);
  const line = maskSecrets(command.replace(/\s+/g, ' '));
  return line.length > LONGEST_COMMAND ? `${line.slice(0, LONGEST_COMMAND - 1)}…` : line;
}

/** As they are, and as they look on one line, which is how some tables give a command. */
function spellings(secrets: readonly string[]): readonly string[] {
  const all = new Set(secrets.flatMap((secret) => [secret, secret.replace(/\s+/g, ' ')]));
  return [...all]
    .filter((secret) => secret.trim().length >= SHORTEST_SECRET)
    .sort((left, right) => right.length - left.length);
}
