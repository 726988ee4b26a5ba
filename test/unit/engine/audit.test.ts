// The audit over a real store with real keys: what it tells of a run, and what it makes of signatures.
import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { beforehandText, type Decision, statementText } from '../../../src/core/approvals.ts';
import { canonicalJson } from '../../../src/core/canonical.ts';
import type { RunCommand } from '../../../src/core/commands.ts';
import { decideAll } from '../../../src/core/decide.ts';
import type { ApprovalId, DeviceId, Sha256 } from '../../../src/core/ids.ts';
import { type Audit, createAudit } from '../../../src/engine/audit.ts';
import { createBlobStore, type FileBlobStore } from '../../../src/store/blobs.ts';
import { type ImportingThreadStore, openThreadStore } from '../../../src/store/log/thread-store.ts';
import {
  ACCEPT,
  ask,
  COMPLETE,
  carryOut,
  DEVICE,
  DIGEST,
  EXPIRES,
  id,
  leave,
  runId,
  START,
  say,
  submit,
} from '../../contract/thread-store-events.ts';

const PHONE = 'phone-device' as DeviceId;
const NAMES: Readonly<Record<string, string>> = { [DEVICE]: 'laptop', [PHONE]: 'phone' };

let folder: string;
let store: ImportingThreadStore;
let audit: Audit;
let blobs: FileBlobStore;
let keys: Map<string, { publicKey: KeyObject; privateKey: KeyObject }>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dispatch-audit-'));
  store = await openThreadStore({ location: join(folder, 'thread'), device: DEVICE, now: Date.now });
  keys = new Map([DEVICE, PHONE].map((device) => [device, generateKeyPairSync('ed25519')]));
  blobs = createBlobStore(join(folder, 'blobs'));
  audit = createAudit({
    store,
    blobs,
    signer: {
      verify: (device, text, signature) => {
        const key = keys.get(device)?.publicKey;
        if (key === undefined) throw new Error('no such key');
        return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
      },
    },
    nameOf: (device) => NAMES[device] ?? device,
  });
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

function signed(device: DeviceId, text: string): string {
  const key = keys.get(device)?.privateKey;
  if (key === undefined) throw new Error('no such key');
  return sign(null, Buffer.from(text), key).toString('base64');
}

/** What the device signs for a request of these tests. */
const answerOf = (
  device: DeviceId,
  approval: string,
  decision: Decision,
  more: { forMs?: number; rule?: string } = {},
) =>
  signed(
    device,
    statementText({ approval: approval as ApprovalId, digest: DIGEST, decision, device, expiresAt: EXPIRES, ...more }),
  );

async function answer(device: DeviceId, run: number, ...commands: RunCommand[]): Promise<void> {
  const by = { kind: 'human', device } as const;
  const result = decideAll(await store.run(runId(run)), commands, { runId: runId(run), by, now: 1_000_000 });
  if (!result.ok) throw new Error(result.reason);
  await store.append(result.events, { sync: true });
}

const decide = (approval: string, decision: Decision, more: object = {}): RunCommand => ({
  type: 'decide',
  approval: approval as ApprovalId,
  decision,
  digest: DIGEST,
  ...more,
});

async function steps(run: number) {
  const { records, more } = await audit.read({ run: String(run), limit: 1 });
  expect(more).toBe(false);
  expect(records).toHaveLength(1);
  return records[0]?.steps ?? [];
}

describe('reading', () => {
  test('tells the whole story of a run, and of that run alone', async () => {
    const plan = {
      cwd: '/work',
      executable: '/usr/bin/bash',
      executableSha256: 'e'.repeat(64) as Sha256,
      enforced: 'workspace-write',
      sandbox: {
        kind: 'bubblewrap',
        writable: ['/work'],
        readable: [],
        network: false,
        limits: { memoryBytes: 1000, processes: 9 },
      },
      envNames: ['CI'],
      secrets: ['TOKEN'],
      programs: [{ name: 'npm', path: '/usr/bin/npm', sha256: 'b'.repeat(64) as Sha256 }],
    } as const;
    await carryOut(store, runId(1), submit(1, '!npm test'), ACCEPT, ask(id(50), 2));
    await carryOut(store, runId(2), submit(2));
    await store.append([say(id(60), 'in between')], { sync: false });
    await answer(DEVICE, 1, decide(id(50), 'approve', { signature: answerOf(DEVICE, id(50), 'approve') }));
    await answer(PHONE, 1, decide(id(50), 'approve', { note: 'go', signature: answerOf(PHONE, id(50), 'approve') }));
    await carryOut(store, runId(1), { ...START, plan } as RunCommand, leave(id(70), 'report.txt'), COMPLETE);
    const told = await steps(1);
    const d = DIGEST.slice(0, 12);
    expect(told.map(({ text }) => text)).toEqual([
      'a person on laptop asked for "npm test" at read-only on laptop',
      'laptop took it on: by the rule "test"; test',
      `laptop asked for a yes from 2 devices (request ${id(50)}, plan ${d}): "true" in /, by /bin/true. It gets full-access without a sandbox (asked for read-only)`,
      `a person on laptop said yes (request ${id(50)}, plan ${d}). Somebody else must too`,
      `a person on phone approved it once (request ${id(50)}, plan ${d}). The note: "go"`,
      `it started (plan ${d}) in /work, by /usr/bin/bash eeeeeeeeeeee. It got workspace-write in bubblewrap: writing in /work, no network, at most 1000 bytes of memory a process, at most 9 processes. Programs: npm is /usr/bin/npm bbbbbbbbbbbb. Variables: CI. Secrets: TOKEN`,
      'it left "report.txt" (file, 5 bytes, SHA-256 aaaaaaaaaaaa)',
      'it ended with exit status 0. It printed 3 bytes',
    ]);
    expect(told.map(({ signature }) => signature)).toEqual([
      undefined,
      undefined,
      undefined,
      'valid',
      'valid',
      undefined,
      undefined,
      undefined,
    ]);
    expect(told.map(({ seq }) => seq)).toEqual([1, 2, 3, 6, 7, 8, 9, 10]);
    expect(told[4]?.by).toEqual({ kind: 'human', device: PHONE });
  });

  test('tells of an edit, an answer for the run, what it covered, and how it was stopped', async () => {
    const next = id(52) as ApprovalId;
    const action = { kind: 'shell', command: 'true --edited', access: 'read-only', cwd: '/work' } as const;
    await carryOut(store, runId(1), submit(1), ACCEPT, ask(id(51)), {
      type: 'edit',
      approval: id(51) as ApprovalId,
      digest: DIGEST,
      next,
      action,
    });
    await carryOut(store, runId(1), ask(next));
    const signature = answerOf(PHONE, next, 'approve-for-run', { forMs: 60_000 });
    await answer(PHONE, 1, decide(next, 'approve-for-run', { forMs: 60_000, signature }));
    await carryOut(store, runId(1), ask(id(53)), { type: 'cover', digest: DIGEST });
    const receipt = {
      stopped: [{ pid: 7, command: 'sleep 9', signal: 'SIGTERM' }],
      left: [{ pid: 8, command: 'stuck' }],
    };
    await carryOut(store, runId(1), START, { type: 'cancel', data: { reason: 'user', receipt } });
    const told = await steps(1);
    const texts = told.map(({ text }) => text);
    expect(texts[3]).toBe(
      `a person on laptop changed it to "true --edited" in /work at read-only. The request ${next} took the place of ${id(51)}`,
    );
    expect(texts[5]).toMatch(/^a person on phone approved it, .* in the next 60 s, \d+ times at most \(request /);
    expect(told[5]?.signature).toBe('valid');
    expect(texts[7]).toMatch(
      new RegExp(`^the answer "for this run" to the request ${next} covered it \\(request ${id(53)}, `),
    );
    expect(told[7]?.signature).toBeUndefined();
    expect(texts.at(-1)).toBe(
      'it was cancelled by a person on laptop. Stopped: "sleep 9" (process 7, SIGTERM). Still there: "stuck" (process 8)',
    );
  });

  test('tells a rule as people read it', async () => {
    const rule = {
      name: 'true',
      decision: 'allow',
      command: ['true'],
      requesters: [`human@${PHONE}`],
      paths: ['/work'],
    };
    await carryOut(store, runId(1), submit(1), ACCEPT, ask(id(50)));
    await answer(PHONE, 1, decide(id(50), 'approve-always', { rule: canonicalJson(rule) }));
    expect((await steps(1)).at(-1)?.text).toBe(
      `a person on phone approved it and its like from then on (request ${id(50)}, plan ${DIGEST.slice(0, 12)}). The rule: allow true: true, asked by human@${PHONE}, in /work`,
    );
  });

  test('pages through runs, newest first, and knows what is not there', async () => {
    for (let n = 1; n <= 5; n += 1) await carryOut(store, runId(n), submit(n));
    const numbers = ({ records }: Awaited<ReturnType<Audit['read']>>): number[] => records.map(({ run }) => run.number);
    const first = await audit.read({ limit: 2 });
    expect([numbers(first), first.more]).toEqual([[5, 4], true]);
    const rest = await audit.read({ limit: 9, before: '4' });
    expect([numbers(rest), rest.more]).toEqual([[3, 2, 1], false]);
    await expect(audit.read({ run: '77', limit: 1 })).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('verifying', () => {
  test('counts what is signed, whatever the decision', async () => {
    const rule = canonicalJson({ name: 'true', decision: 'allow', command: ['true'] });
    const decisions = [
      ['approve', {}],
      ['approve-for-run', { forMs: 900_000 }],
      ['approve-always', { rule }],
      ['reject', {}],
    ] as const;
    for (const [index, [decision, more]] of decisions.entries()) {
      const [run, approval] = [index + 1, id(50 + index)];
      await carryOut(store, runId(run), submit(run), ACCEPT, ask(approval));
      await answer(
        PHONE,
        run,
        decide(approval, decision, { ...more, signature: answerOf(PHONE, approval, decision, more) }),
      );
    }
    const action = 'f'.repeat(64) as Sha256;
    const signature = signed(DEVICE, beforehandText({ run: runId(9), executor: DEVICE, action, device: DEVICE }));
    const command = submit(9);
    if (command.type !== 'submit') throw new Error('no submission');
    const asked: RunCommand = {
      type: 'submit',
      data: { ...command.data, approved: true, beforehand: { action, signature } },
    };
    await carryOut(
      store,
      runId(9),
      asked,
      ACCEPT,
      ask(id(90)),
      decide(id(90), 'approve', { signature, beforehand: action }),
    );
    expect(await audit.verify({})).toMatchObject({ ok: true, unchained: 0, signatures: 6, findings: [] });
    expect((await steps(3)).at(-1)).toMatchObject({ signature: 'valid' });
  });

  test.each([
    ['by another device', () => answerOf(DEVICE, id(50), 'approve')],
    ['for another decision', () => answerOf(PHONE, id(50), 'reject')],
    ['for another request', () => answerOf(PHONE, id(51), 'approve')],
    ['that is none', () => 'AAAA'],
  ])('a signature %s is named', async (_, forge) => {
    await carryOut(store, runId(1), submit(1), ACCEPT, ask(id(50)));
    await answer(PHONE, 1, decide(id(50), 'approve', { signature: forge() }));
    const finding = `event 4 of device ${DEVICE} (approval.decided) carries a signature that is not that of device ${PHONE}`;
    expect(await audit.verify({})).toMatchObject({ ok: false, events: 4, signatures: 1, findings: [finding] });
    expect((await steps(1)).at(-1)).toMatchObject({ signature: 'invalid' });
  });

  test('a signature that is genuine, for another plan than the one that was asked for, does not count', async () => {
    await carryOut(store, runId(1), submit(1), ACCEPT, ask(id(50)));
    const approval = id(50) as ApprovalId;
    const digest = 'c'.repeat(64) as Sha256;
    const answered = { approval, digest, decision: 'approve' } as const;
    const signature = signed(PHONE, statementText({ ...answered, device: PHONE, expiresAt: EXPIRES }));
    const by = { kind: 'human', device: PHONE } as const;
    // What no engine of ours would write.
    await store.append([{ type: 'approval.decided', data: { ...answered, signature }, stream: runId(1), by }], {
      sync: true,
    });
    expect((await audit.verify({})).findings).toHaveLength(1);
  });

  test('a signature of a device without a key is not that of the device', async () => {
    keys.delete(PHONE);
    keys.set(PHONE, generateKeyPairSync('ed25519'));
    const signature = answerOf(PHONE, id(50), 'approve');
    keys.delete(PHONE);
    await carryOut(store, runId(1), submit(1), ACCEPT, ask(id(50)));
    await answer(PHONE, 1, decide(id(50), 'approve', { signature }));
    expect((await audit.verify({})).findings).toHaveLength(1);
  });

  test('reads a log of several pages to its end', async () => {
    for (let n = 0; n < 6; n += 1) {
      await store.append(
        Array.from({ length: 200 }, (_, m) => say(id(1000 + n * 200 + m), `message ${m}`)),
        { sync: false },
      );
    }
    await carryOut(store, runId(1), submit(1), ACCEPT, ask(id(50)));
    await answer(PHONE, 1, decide(id(50), 'approve', { signature: answerOf(PHONE, id(50), 'approve') }));
    expect(await audit.verify({})).toMatchObject({ ok: true, events: 1204, signatures: 1 });
  });
});

describe('artifacts', () => {
  async function* piece(text: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }

  const leaveIn = async (run: number, artifact: number, name: string): Promise<Sha256> => {
    const { sha256 } = await blobs.put(piece(name));
    const left = leave(id(artifact), name);
    if (left.type !== 'add-artifact') throw new Error('no artifact');
    await carryOut(store, runId(run), { ...left, artifact: { ...left.artifact, sha256 } });
    return sha256;
  };

  test('are read only where that is asked for, and the run and the artifact are named', async () => {
    for (const run of [1, 2]) await carryOut(store, runId(run), submit(run), ACCEPT, START);
    await leaveIn(1, 70, 'whole.txt');
    const changed = await leaveIn(1, 71, 'changed.txt');
    const gone = await leaveIn(2, 72, 'gone.txt');
    expect(await audit.verify({ artifacts: true })).toMatchObject({ ok: true, artifacts: { total: 3, read: 3 } });
    await writeFile(blobs.path(changed), 'changed!txt');
    await rm(blobs.path(gone));
    expect(await audit.verify({})).toMatchObject({ ok: true, artifacts: { total: 3, read: 0 }, findings: [] });
    expect(await audit.verify({ artifacts: true })).toMatchObject({
      ok: false,
      artifacts: { total: 3, read: 3 },
      findings: [
        'the artifact "changed.txt" of run 1 has changed: its bytes are not what was kept',
        'the artifact "gone.txt" of run 2 is missing',
      ],
    });
  });

  test('are not read any further when the peer ends', async () => {
    await carryOut(store, runId(1), submit(1), ACCEPT, START);
    await leaveIn(1, 70, 'whole.txt');
    audit.close();
    await expect(audit.verify({ artifacts: true })).rejects.toMatchObject({ code: 'cancelled' });
    expect(await audit.verify({})).toMatchObject({ ok: true });
  });
});
