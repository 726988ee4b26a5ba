// What the peer has acknowledged to its clients over all of its lives, and the checks that it kept every word of it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ControlClient } from '../../../src/control/client/client.ts';
import type { Approval } from '../../../src/core/approvals.ts';
import { isFinal, type Run } from '../../../src/core/runs.ts';
import type { ThreadEntry } from '../../../src/core/thread.ts';
import type { RunDetail } from '../../../src/protocol/api.ts';

/** `allowed` runs print and do nothing else; all others write one line to a file of their own before they print. */
export type Kind = 'allowed' | 'approved' | 'asking';

const PRINTED = { allowed: '1\n2\n3\n', others: 'begun\nended\n' } as const;

export interface Ledger {
  readonly runs: Map<string, { readonly kind: Kind; readonly number: number }>;
  /** Run → the answer that was acknowledged. */
  readonly decisions: Map<string, 'approve' | 'reject'>;
  readonly messages: string[];
  /** How many things have been acknowledged, and whom to tell. */
  acknowledged: number;
  onAcknowledged: () => void;
  /** The place of the last event that the follower was told. */
  followed: number;
  readonly effects: string;
}

export function createLedger(effects: string): Ledger {
  return {
    runs: new Map(),
    decisions: new Map(),
    messages: [],
    acknowledged: 0,
    onAcknowledged: () => {},
    followed: 0,
    effects,
  };
}

export function acknowledge(ledger: Ledger): void {
  ledger.acknowledged += 1;
  ledger.onAcknowledged();
}

/** How many runs are looked at when a peer has come back. */
const RECENT = 20;

/** Quick checks of what came last, right after a peer has come back. */
export async function expectKept(client: ControlClient, ledger: Ledger): Promise<void> {
  for (const id of [...ledger.runs.keys()].slice(-RECENT)) {
    const { run } = await client.call('run.get', { run: id });
    expect(run.number).toBe(ledger.runs.get(id)?.number);
    if (existsSync(join(ledger.effects, id)))
      expect(run.startedAt, `run ${id} acted before its start was kept`).toBeDefined();
  }
}

/** Everything, once what can end has ended. */
export async function expectAllKept(client: ControlClient, ledger: Ledger): Promise<void> {
  const runs = await allRuns(client);
  expect(new Set(runs.map(({ number }) => number)).size).toBe(runs.length);
  const known = new Set(runs.map(({ id }) => id as string));
  for (const id of ledger.runs.keys()) expect(known, `run ${id} is lost`).toContain(id);
  for (const run of runs) {
    const detail = await client.call('run.get', { run: run.id });
    expectOnce(ledger, run);
    expectDecided(ledger.decisions.get(run.id), detail);
    await expectOutput(client, detail);
  }
  await expectMessages(client, ledger);
  const { checks } = await client.call('doctor', { verify: true });
  expect(checks.find(({ name }) => name === 'thread')).toMatchObject({ ok: true });
}

function expectOnce({ effects }: Ledger, run: Run): void {
  const file = join(effects, run.id);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
  expect(lines, `run ${run.number} acted ${lines} times`).toBeLessThanOrEqual(1);
  if (lines === 1) expect(['completed', 'failed']).toContain(run.status);
  if (run.status === 'completed' && kindOf(run) === 'others') expect(lines).toBe(1);
}

function expectDecided(answer: 'approve' | 'reject' | undefined, { run, approvals }: RunDetail): void {
  const newest: Approval | undefined = approvals.at(-1);
  if (answer === 'reject') expect(run).toMatchObject({ status: 'cancelled', reason: 'rejected' });
  if (answer === 'approve') expect(approvals.some(({ status }) => status === 'approved')).toBe(true);
  expect(newest?.status === 'pending').toBe(run.status === 'waiting_approval');
  if (run.status === 'failed')
    expect({ reason: run.reason, message: run.message }).toMatchObject({ reason: 'interrupted' });
}

/** Whole if it completed, and the beginning of it if it was cut off. */
async function expectOutput(client: ControlClient, { run }: RunDetail): Promise<void> {
  if (!isFinal(run)) return;
  const output = await readOutput(client, run.id);
  const whole = PRINTED[kindOf(run)];
  if (run.status === 'completed') expect(output).toBe(whole);
  else expect(whole.startsWith(output), `run ${run.number} kept ${JSON.stringify(output)}`).toBe(true);
}

async function expectMessages(client: ControlClient, { messages }: Ledger): Promise<void> {
  const texts = (await allEntries(client)).flatMap((entry) => (entry.kind === 'message' ? [entry.message.text] : []));
  expect(new Set(texts).size).toBe(texts.length);
  // One may have been written and not acknowledged.
  const said = new Set(texts);
  expect(messages.filter((text) => !said.has(text))).toEqual([]);
}

function kindOf(run: Run): 'allowed' | 'others' {
  return run.action.kind === 'shell' && run.action.command.startsWith('seq') ? 'allowed' : 'others';
}

async function readOutput(client: ControlClient, run: string): Promise<string> {
  const { chunks } = await client.output({ run, offset: 0 });
  const parts: Buffer[] = [];
  for await (const { bytes } of chunks) parts.push(Buffer.from(bytes));
  return Buffer.concat(parts).toString('utf8');
}

export async function allRuns(client: ControlClient): Promise<Run[]> {
  const runs: Run[] = [];
  for (let more = true; more; ) {
    const before = runs.at(-1)?.id;
    const page = await client.call('runs.list', { limit: 500, ...(before === undefined ? {} : { before }) });
    runs.push(...page.runs);
    more = page.more;
  }
  return runs;
}

async function allEntries(client: ControlClient): Promise<ThreadEntry[]> {
  const entries: ThreadEntry[] = [];
  for (let more = true; more; ) {
    const before = entries[0]?.key;
    const page = await client.call('thread.read', { limit: 500, ...(before === undefined ? {} : { before }) });
    entries.unshift(...page.entries);
    more = page.more;
  }
  return entries;
}

/** Every file of effects belongs to a run that was acknowledged, or was on its way when the peer died. */
export function effectsOf({ effects }: Ledger): string[] {
  return readdirSync(effects);
}
