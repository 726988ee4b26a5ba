// Runs that wait for an answer, on this device and on others, in an engine in memory that decides as the real one does.
import type { Approval, ApprovalPayload, Decision } from '../../../src/core/approvals.ts';
import type { ApprovalId, RunId, Sha256 } from '../../../src/core/ids.ts';
import type { RuleBody } from '../../../src/core/policy/rules.ts';
import type { Run } from '../../../src/core/runs.ts';
import type { SubmitParams } from '../../../src/protocol/api.ts';
import { DEAF_MS } from '../../../src/tui/plain/guard.ts';
import type { TerminalDriver } from '../../helpers/terminal-driver.ts';
import { until } from '../../helpers/until.ts';
import { type Far, far, farDevice, pieces } from './far-harness.ts';

export const GPU = farDevice('gpu-box', { grants: { held: ['run', 'approve'], given: [] } });
const LIKENESS = 'e'.repeat(64) as Sha256;

export const PAYLOAD: ApprovalPayload = {
  command: 'npm test',
  cwd: '/home/me/app',
  executable: '/usr/bin/bash',
  envNames: [],
  access: 'workspace-write',
  enforced: 'workspace-write',
  sandbox: { kind: 'bubblewrap', writable: ['/home/me/app'], readable: [], network: true, limits: { processes: 4096 } },
  programs: [{ name: 'npm', path: '/usr/bin/npm', sha256: 'a'.repeat(64) as Sha256 }],
  secrets: [],
  likeness: LIKENESS,
};

export const RULE: RuleBody = { name: 'allow-npm-test', decision: 'allow', command: ['npm', 'test'] };
const RULE_TOML = '[[rules]]\nname = "allow-npm-test"\ndecision = "allow"\ncommand = ["npm", "test"]\n';

interface Waiting {
  readonly on?: string;
  readonly payload?: Partial<ApprovalPayload>;
  readonly decisions?: readonly Decision[];
  readonly approvers?: number;
  readonly as?: 'agent';
}

export interface ApprovalWorld extends Far {
  /** Submits a run that waits; gives it and its request. */
  waits(options?: Waiting): Promise<{ run: Run; approval: Approval }>;
  /** All of them, the newest first. */
  approvals(): Promise<Approval[]>;
  /** From now on each run that is submitted waits, and ends with 0 once it is approved. Gives what was submitted. */
  askAlways(options?: Waiting): SubmitParams[];
}

export async function approvalWorld(): Promise<ApprovalWorld> {
  const world = await far(GPU);
  const { api, move } = world.peer;
  let made = 0;
  api['approval.propose'] = async () => ({ rule: RULE, toml: RULE_TOML });
  const digestOf = (): Sha256 => String(made).padStart(64, '0') as Sha256;
  const request = (run: string, { payload, decisions, approvers }: Waiting): ApprovalId => {
    made += 1;
    // No client makes an id with an i in it.
    const approval = `q${made}i`.padEnd(16, '0') as ApprovalId;
    const whole = { ...PAYLOAD, ...payload };
    move(run, {
      type: 'request-approval',
      approval,
      title: whole.command,
      description: 'first would run it in a sandbox',
      payload: whole,
      digest: digestOf(),
      decisions: decisions ?? ['approve', 'approve-for-run', 'approve-always', 'reject'],
      expiresAt: Date.now() + 600_000,
      ...(approvers === undefined ? {} : { approvers }),
    });
    return approval;
  };
  api['approval.edit'] = async ({ approval: ref, digest, command }) => {
    const { approvals } = await api['approvals.list']({ limit: 100 });
    const before = approvals.find(({ id }) => id === ref);
    if (before === undefined || before.digest !== digest) throw new Error('the edit is for another request');
    const next = `q${made + 1}i`.padEnd(16, '0') as ApprovalId;
    const action = { kind: 'shell', command, access: 'workspace-write' } as const;
    move(before.runId, { type: 'edit', approval: before.id, digest: before.digest, next, action });
    request(before.runId, { payload: { command } });
    const detail = await api['run.get']({ run: before.runId });
    return { run: detail.run, approval: detail.approvals.at(-1) as Approval };
  };
  return {
    ...world,
    approvals: async () => (await api['approvals.list']({ all: true, limit: 100 })).approvals,
    askAlways(options = {}) {
      const seen: SubmitParams[] = [];
      const { submit, decide } = api;
      api.cancel = async ({ run }) => ({ run: move(run, { type: 'cancel', data: { reason: 'user' } }) });
      api.submit = async (params) => {
        seen.push(params);
        const answer = await submit(params);
        for (const { id } of answer.runs) {
          world.peer.outputs.set(id, () => pieces());
          move(id, { type: 'accept', because: [] });
          request(id, options);
        }
        return answer;
      };
      api.decide = async (params) => {
        const answer = await decide(params);
        const { digest, status, runId } = answer.approval;
        if (status === 'approved')
          move(
            runId,
            { type: 'start', digest, mustBeApproved: true },
            { type: 'complete', data: { exitCode: 0, output: { bytes: 0, droppedBytes: 0 } } },
          );
        return answer;
      };
      return seen;
    },
    async waits(options = {}) {
      const id = `r${made + 1}`.padEnd(16, '0') as RunId;
      const command = options.payload?.command ?? PAYLOAD.command;
      const action = { kind: 'shell', command, access: 'workspace-write' } as const;
      await api.submit({
        id,
        task: `!${command}`,
        action,
        devices: [options.on ?? 'local'],
        ...(options.as === undefined ? {} : { as: options.as }),
      });
      move(id, { type: 'accept', because: [] });
      const approval = request(id, options);
      const { run, approvals } = await api['run.get']({ run: id });
      return { run, approval: approvals.find((known) => known.id === approval) as Approval };
    },
  };
}

/** Until a person has had the time to read the question. */
export async function readIt(terminal: TerminalDriver, question: string): Promise<void> {
  await terminal.waitFor(question);
  const shownAt = performance.now();
  await until('time to read', () => performance.now() > shownAt + DEAF_MS + 100);
}

/** Presses the key as a person does who has read the question. */
export async function answer(terminal: TerminalDriver, question: string, key: string): Promise<void> {
  await readIt(terminal, question);
  terminal.press(key);
}
