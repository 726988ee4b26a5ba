// A dashboard without a screen: feeds messages to `update` with a clock of its own, and keeps the effects. Nothing is mocked:
// it is the real model and the real update.

import type { PendingApproval } from '../../src/core/approvals.ts';
import type { PublishedArtifact } from '../../src/core/artifacts.ts';
import { tick } from '../../src/core/clock.ts';
import type { Device } from '../../src/core/devices.ts';
import type { LogEvent } from '../../src/core/events.ts';
import type { ApprovalId, ArtifactId, DeviceId, MessageId, RunId, Sha256 } from '../../src/core/ids.ts';
import { EMBEDDED_SUMMARY } from '../../src/core/routing/context.ts';
import type { Run } from '../../src/core/runs.ts';
import type { ThreadEntry } from '../../src/core/thread.ts';
import type { Change, Snapshot } from '../../src/protocol/api.ts';
import type { Effect } from '../../src/tui/model/effects.ts';
import type { MessageBody } from '../../src/tui/model/messages.ts';
import { createModel, type Model, type Size } from '../../src/tui/model/model.ts';
import type { InputEvent } from '../../src/tui/terminal/input.ts';
import { update } from '../../src/tui/update/update.ts';

export const START = Date.UTC(2026, 0, 2, 12, 0, 0);
const LAPTOP = 'device-laptop' as DeviceId;

export function aDevice(change: Partial<Device> = {}): Device {
  return {
    id: LAPTOP,
    name: 'laptop',
    platform: 'linux',
    local: true,
    capabilities: {
      shell: true,
      browserAutomation: false,
      desktopAutomation: false,
      local_files: true,
      reachableFolders: [],
    },
    permissions: { shell: true, local_files: true, browser_automation: false, desktop_automation: false },
    enforces: ['full-access'],
    presence: { state: 'online', since: START },
    load: { running: 0, slots: 8 },
    ...change,
  };
}

const id = <T>(kind: string, number: number): T => `${kind}${String(number).padStart(16 - kind.length, '0')}` as T;
const runId = (number: number): RunId => id('r', number);

export type RunChange = { readonly command?: string; readonly tty?: boolean; readonly inline?: boolean } & {
  readonly status?: Run['status'];
};

export function aRun(
  number: number,
  { command = `task ${number}`, status = 'running', tty = true, inline = false }: RunChange = {},
): Run {
  const base = {
    id: runId(number),
    number,
    task: inline ? `= ${command}` : `!${command}`,
    route: inline ? ('inline' as const) : ('desktop-local' as const),
    action: inline
      ? { kind: 'inline' as const, language: 'expression' as const, source: command }
      : {
          kind: 'shell' as const,
          command,
          access: 'workspace-write' as const,
          ...(tty ? { tty: { cols: 80, rows: 24 } } : {}),
        },
    origin: LAPTOP,
    device: LAPTOP,
    by: { kind: 'human' as const, device: LAPTOP },
    because: ['it is this device'],
    submittedAt: START + number,
    updatedAt: START + number,
  };
  const started = { acceptedAt: START + number, startedAt: START + number };
  const ended = { ...base, ...started, endedAt: START + number + 1000 };
  switch (status) {
    case 'queued':
      return { ...base, status };
    case 'running':
      return { ...base, ...started, status };
    case 'waiting_approval':
      return { ...base, acceptedAt: START + number, status, approvalId: id<ApprovalId>('a', number) };
    case 'completed':
      return { ...ended, status, exitCode: 0, output: { bytes: 100, droppedBytes: 0 } };
    case 'failed':
      return { ...ended, status, reason: 'exit', message: 'the command exited with 1', exitCode: 1 };
    case 'cancelled':
      return { ...ended, status, reason: 'user' };
  }
}

export function anApproval(
  number: number,
  change: Partial<PendingApproval> & { command?: string } = {},
): PendingApproval {
  const { command = `task ${number}`, ...rest } = change;
  return {
    id: id<ApprovalId>('a', number),
    runId: runId(number),
    title: command.split('\n')[0] ?? '',
    description: 'a command for the shell',
    payload: {
      command,
      cwd: '/home/me',
      executable: '/bin/sh',
      envNames: [],
      access: 'workspace-write',
      enforced: 'full-access',
    },
    device: LAPTOP,
    digest: String(number).padStart(64, '0') as Sha256,
    decisions: ['approve', 'reject'],
    requestedAt: START + number,
    expiresAt: START + 30 * 60_000,
    status: 'pending',
    ...rest,
  };
}

export function anArtifact(number: number, change: Partial<PublishedArtifact> = {}): PublishedArtifact {
  return {
    id: id<ArtifactId>('f', number),
    runId: runId(number),
    name: 'report.txt',
    kind: 'document',
    mimeType: 'text/plain',
    sizeBytes: 120,
    sha256: 'e'.repeat(64) as Sha256,
    device: LAPTOP,
    createdAt: START,
    downloadUrl: 'file:///blobs/e',
    ...change,
  };
}

/** Entries compare as their numbers do. */
export const keyOf = (number: number): string =>
  `${tick(undefined, START + number)}/${LAPTOP}/${String(number).padStart(12, '0')}`;

export const messageEntry = (number: number, text = `message ${number}`): ThreadEntry => ({
  key: keyOf(number),
  kind: 'message',
  message: {
    id: id<MessageId>('m', number),
    role: 'user',
    text,
    by: { kind: 'human', device: LAPTOP },
    at: START + number,
  },
});
export const runEntry = (run: Run): ThreadEntry => ({ key: keyOf(run.number), kind: 'run', run });
export const approvalEntry = (approval: PendingApproval, number: number): ThreadEntry => ({
  key: keyOf(number),
  kind: 'approval',
  approval,
});

export const messages = (from: number, count: number): ThreadEntry[] =>
  Array.from({ length: count }, (_, index) => messageEntry(from + index));

/** A change whose entry is what it concerns; the event itself matters only by its type. */
export function aChange(entry: ThreadEntry, type: LogEvent['type'] = 'message.said', run?: Run): Change {
  const event = {
    type,
    data: {},
    stream: 'thread',
    by: { kind: 'human', device: LAPTOP },
    v: 1,
    device: LAPTOP,
    seq: 1,
    at: tick(undefined, START),
  };
  return { event: event as unknown as LogEvent, entry, ...(run === undefined ? {} : { run }) };
}

export function aSnapshot(change: Partial<Snapshot> = {}): Snapshot {
  return {
    device: aDevice(),
    devices: [aDevice()],
    revoked: [],
    entries: [],
    more: false,
    runs: [],
    routing: { connectors: [EMBEDDED_SUMMARY] },
    approvals: [],
    cursor: {},
    ...change,
  };
}

export interface Dashboard {
  model: Model;
  /** All effects since the last `take`. */
  effects: Effect[];
  now: number;
  tell(body: MessageBody): void;
  /** Key presses, each `gap` milliseconds after the one before. */
  press(...keys: string[]): void;
  input(event: InputEvent): void;
  type(text: string): void;
  paste(text: string): void;
  wait(milliseconds: number): void;
  take(): Effect[];
}

export function startDashboard(
  options: { size?: Size; snapshot?: Partial<Snapshot> | null; gap?: number } = {},
): Dashboard {
  const { size = { width: 120, height: 40 }, snapshot = {}, gap = 1_000 } = options;
  const dashboard: Dashboard = {
    model: createModel({
      size,
      now: START,
      settings: { mouse: true, theme: 'auto', background: 'dark', cwd: '/work', home: '/home/me', opener: false },
    }),
    effects: [],
    now: START,
    tell(body) {
      const done = update(dashboard.model, { ...body, at: dashboard.now });
      dashboard.model = done.model;
      dashboard.effects.push(...done.effects);
    },
    input(event) {
      dashboard.tell({ type: 'input', event, raw: new Uint8Array(0) });
    },
    press(...keys) {
      for (const key of keys) {
        dashboard.now += gap;
        const text = key === 'space' ? ' ' : [...key].length === 1 ? key : undefined;
        dashboard.input({ type: 'key', key, ...(text === undefined ? {} : { text }) });
      }
    },
    type(text) {
      for (const char of text) {
        dashboard.input({ type: 'key', key: char === ' ' ? 'space' : char, text: char });
        dashboard.now += 10;
      }
    },
    paste: (text) => dashboard.input({ type: 'paste', text }),
    wait(milliseconds) {
      dashboard.now += milliseconds;
    },
    take() {
      const taken = dashboard.effects;
      dashboard.effects = [];
      return taken;
    },
  };
  if (snapshot !== null) dashboard.tell({ type: 'snapshot', snapshot: aSnapshot(snapshot) });
  dashboard.take();
  return dashboard;
}
