import { describe, expect, it } from 'vitest';
import type { ApprovalStory } from '../../../src/cli/approval-story.ts';
import { isAlike } from '../../../src/cli/find-approval.ts';
import { actorText, agreementText, approvalLines, asksText } from '../../../src/cli/print-approval.ts';
import type { Approval, ApprovalPayload, PendingApproval } from '../../../src/core/approvals.ts';
import type { Device } from '../../../src/core/devices.ts';
import type { ApprovalId, DeviceId, RunId, Sha256 } from '../../../src/core/ids.ts';
import type { Run } from '../../../src/core/runs.ts';

const HERE = '12D3KooWhere' as DeviceId;
const GPU = '12D3KooWgpu' as DeviceId;
const OLD = '12D3KooWold' as DeviceId;
const DEVICES = [
  { id: HERE, name: 'laptop', local: true },
  { id: GPU, name: 'gpu\u001b[2J', local: false },
] as unknown as Device[];
const NOW = 1_000_000;
const KNOWN = { devices: DEVICES, revoked: [{ id: OLD, name: 'attic' }], now: NOW };
const PAYLOAD: ApprovalPayload = {
  command: 'make\u202e all',
  cwd: '/src',
  executable: '/bin/sh',
  envNames: ['CC'],
  access: 'workspace-write',
  enforced: 'full-access',
  likeness: 'b'.repeat(64) as Sha256,
};
const PENDING: PendingApproval = {
  id: 'k3fz' as ApprovalId,
  runId: 'r' as RunId,
  title: 'make',
  description: '',
  payload: PAYLOAD,
  device: GPU,
  digest: 'a'.repeat(64) as Sha256,
  decisions: ['approve', 'reject'],
  requestedAt: NOW,
  expiresAt: NOW + 61_000,
  status: 'pending',
};

const STORY: ApprovalStory = {
  run: { id: 'r', number: 7, status: 'waiting_approval', by: { kind: 'agent', device: HERE } } as unknown as Run,
  approvals: [PENDING],
  editors: new Map(),
};

describe('a request in lines', () => {
  it('shows hostile text as text, and warns of what nothing limits', () => {
    expect(approvalLines(PENDING, STORY, KNOWN)).toEqual([
      '⚠ k3fz  run 7  1:01 left  on gpu␛[2J',
      '    an agent on this device asks',
      '    make⟨202E⟩ all',
      '    in /src as /bin/sh with CC',
      '    ⚠ full-access (asked for workspace-write, but gpu␛[2J has no sandbox to enforce it)',
    ]);
  });

  it('says that a rule lowered it, and not that there is no sandbox', () => {
    const sandbox = {
      kind: 'bubblewrap',
      writable: [],
      readable: [],
      network: false,
      limits: { memoryBytes: 2 ** 30 },
    } as const;
    const lines = approvalLines({ ...PENDING, payload: { ...PAYLOAD, enforced: 'read-only', sandbox } }, STORY, KNOWN);
    expect(lines.slice(4)).toEqual([
      '    read-only (asked for workspace-write)',
      '    sandbox bubblewrap: writes nothing, no network, at most 1024 MiB a process',
    ]);
  });

  it('counts the programs that it does not name', () => {
    const programs = Array.from({ length: 7 }, (_, n) => ({
      name: `p${n}`,
      path: `/bin/p${n}`,
      sha256: String(n).repeat(64) as Sha256,
    }));
    const text = approvalLines({ ...PENDING, payload: { ...PAYLOAD, programs } }, STORY, KNOWN).join('\n');
    expect(text).toContain('/bin/p4 (sha256 444444444444…), and 2 more');
    expect(text).not.toContain('/bin/p5');
  });

  it.each([
    [{ decision: 'approve' }, 'approved at .* by a person on gpu␛\\[2J$'],
    [{ decision: 'approve', under: 'abcd' }, ', as abcd was, for this run$'],
    [{ decision: 'approve-for-run', signature: 'x' }, ', for this run, signed$'],
    [{ decision: 'approve-always', rule: 'allow-make' }, ', for always, with the rule allow-make$'],
    [{ decision: 'approve', note: 'ok\nthen' }, ', “ok⏎then”$'],
  ])('%j is told of an answer', (extras, expected) => {
    const answered = {
      ...PENDING,
      ...extras,
      status: 'approved',
      decidedBy: { kind: 'human', device: GPU },
      decidedAt: NOW,
    } as Approval;
    expect(approvalLines(answered, STORY, KNOWN).at(-1)).toMatch(new RegExp(expected));
  });
});

describe('a request that nobody answered', () => {
  const over = { ...PENDING, status: 'expired', decidedAt: NOW } as const;
  const told = (approval: Approval, story: Partial<ApprovalStory>): string[] => {
    const lines = approvalLines(approval, { ...STORY, ...story }, KNOWN);
    return [
      lines[0]?.split('  ')[2] ?? '',
      lines[1]?.trim() ?? '',
      lines
        .at(-1)
        ?.replace(/\d\d:\d\d/, 'TIME')
        .trim() ?? '',
    ];
  };
  const ended = (run: object): Partial<ApprovalStory> => ({ run: { ...STORY.run, ...run } as Run });

  it('was edited, by somebody, and both texts are there', () => {
    const next = {
      ...PENDING,
      id: 'q2' as ApprovalId,
      edits: PENDING.id,
      payload: { ...PAYLOAD, command: 'make\u202e test' },
    };
    const approvals = [{ ...over, replacedBy: next.id }, next] as const;
    const editors = new Map([[PENDING.id, { kind: 'human', device: GPU } as const]]);
    expect(told(approvals[0], { approvals, editors })).toEqual([
      'replaced',
      'an agent on this device asked',
      expect.stringMatching(/^replaced by an edited version \(by a person on gpu␛\[2J, .*\), q2: make⟨202E⟩ test$/),
    ]);
    expect(told(next, { approvals, editors })[2]).toBe('an edited version of k3fz, which was: make⟨202E⟩ all');
    expect(told(approvals[0], { approvals: [approvals[0]] })[2]).toMatch(
      /^replaced by an edited version \([^,]*\), q2$/,
    );
  });

  it.each([
    [{ status: 'cancelled', reason: 'revoked' }, 'ended with its run', 'its permission was revoked'],
    [{ status: 'cancelled', reason: 'user' }, 'ended with its run', 'it was cancelled'],
    [{ status: 'failed', reason: 'interrupted' }, 'ended with its run', 'it failed (interrupted)'],
    [{ status: 'cancelled', reason: 'expired' }, 'expired', 'nobody had answered by'],
  ])('%j is %s', (run, state, text) => {
    const [first, , last] = told(over, ended(run));
    expect(first).toBe(state);
    expect(last).toContain(text);
  });
});

describe('rows', () => {
  it('break at words, and the command is left whole', () => {
    const command = `echo ${'long '.repeat(30)}end`;
    const sandbox = {
      kind: 'bubblewrap',
      writable: ['/src'],
      readable: [],
      network: true,
      limits: { processes: 4096 },
    } as const;
    const approval = { ...PENDING, payload: { ...PAYLOAD, command, enforced: 'workspace-write' as const, sandbox } };
    const whole = approvalLines(approval, STORY, KNOWN);
    const rows = approvalLines(approval, STORY, { ...KNOWN, width: 40 });
    expect(rows).toContain(`    ${command}`);
    for (const row of rows) if (!row.includes('echo')) expect(row.length, row).toBeLessThanOrEqual(40);
    expect(rows.join(' ').replace(/ +/g, ' ')).toBe(whole.join(' ').replace(/ +/g, ' '));
  });
});

describe('who and how many', () => {
  it('is told in words', () => {
    expect(actorText({ kind: 'human', device: HERE }, KNOWN)).toBe('you on this device');
    expect(actorText({ kind: 'agent', device: HERE }, KNOWN)).toBe('an agent on this device');
    expect(actorText({ kind: 'device', device: GPU }, KNOWN)).toBe('gpu␛[2J');
    expect(actorText({ kind: 'human', device: '12D3KooWunknown-and-long' as DeviceId }, KNOWN)).toBe(
      'a person on 12D3KooWunknown-',
    );
    expect(actorText({ kind: 'human', device: OLD }, KNOWN)).toBe('a person on attic (revoked)');
    expect(asksText(PENDING, { by: { kind: 'human', device: HERE } }, KNOWN)).toBe('you ask');
    expect(asksText(PENDING, { by: { kind: 'agent', device: GPU } }, KNOWN)).toBe('an agent on gpu␛[2J asks');
    const by = { by: { kind: 'human', device: HERE }, at: NOW } as const;
    expect(agreementText({ ...PENDING, approvers: 2 })).toBe('none of 2 has agreed: 2 devices must');
    expect(agreementText({ ...PENDING, approvers: 2, agreed: [by] })).toBe('1 of 2 has agreed: one more device must');
    expect(agreementText({ ...PENDING, approvers: 4, agreed: [by, by] })).toBe(
      '2 of 4 have agreed: 2 more devices must',
    );
  });
});

describe('alike', () => {
  const other = (changes: Partial<ApprovalPayload>, more: Partial<PendingApproval> = {}): PendingApproval => ({
    ...PENDING,
    ...more,
    payload: { ...PAYLOAD, ...changes },
  });

  it('is what shows the same and is the same to its device, wherever and by whichever rule it asks', () => {
    expect(isAlike(PENDING, other({ rule: 'x' }, { device: HERE, runId: 's' as RunId }))).toBe(true);
  });

  it.each([
    [{ likeness: 'c'.repeat(64) as Sha256 }, {}],
    [{ likeness: undefined as never }, {}],
    [{ command: 'make clean' }, {}],
    [{ enforced: 'workspace-write' as const }, {}],
    [{ secrets: ['TOKEN'] }, {}],
    [{}, { approvers: 2 }],
  ])('is nothing that differs by %j %j', (changes, more) => {
    expect(isAlike(PENDING, other(changes, more))).toBe(false);
  });

  it('is nothing where no likeness is told', () => {
    const { likeness: _, ...payload } = PAYLOAD;
    expect(isAlike({ ...PENDING, payload }, { ...PENDING, payload })).toBe(false);
  });
});
