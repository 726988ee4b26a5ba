// A dashboard in the middle of a working day, for the tests of the views: two devices, runs in every state, one approval.

import type { PendingApproval } from '../../../../src/core/approvals.ts';
import type { PublishedArtifact } from '../../../../src/core/artifacts.ts';
import type { Device } from '../../../../src/core/devices.ts';
import type { Run } from '../../../../src/core/runs.ts';
import type { Message, ThreadEntry } from '../../../../src/core/thread.ts';
import { createModel, type Model, type Size } from '../../../../src/tui/model/model.ts';
import type { Overlay } from '../../../../src/tui/model/overlay-model.ts';
import { CellGrid } from '../../../../src/tui/terminal/cells.ts';
import { detectTheme } from '../../../../src/tui/terminal/detect-theme.ts';
import { createEditor } from '../../../../src/tui/terminal/editor.ts';
import type { Theme } from '../../../../src/tui/terminal/theme.ts';
import { render } from '../../../../src/tui/views/render.ts';

export const NOW = new Date(2026, 10, 23, 14, 2).getTime();
const second = 1000;
const minute = 60 * second;

export const COLOURS = detectTheme({ TERM: 'xterm-256color', LANG: 'en_US.UTF-8' });
export const SIXTEEN = detectTheme({ TERM: 'xterm', LANG: 'en_US.UTF-8' });
export const MONO = detectTheme({ NO_COLOR: '1', TERM: 'xterm', LANG: 'en_US.UTF-8' });
export const ASCII = detectTheme({ TERM: 'xterm', LANG: 'C' });

export function device(name: string, change: Partial<Device> = {}): Device {
  return {
    id: `device-${name}` as Device['id'],
    name,
    platform: 'linux',
    local: false,
    capabilities: {
      shell: true,
      browserAutomation: false,
      desktopAutomation: false,
      local_files: true,
      reachableFolders: ['/home/ada'],
    },
    permissions: { local_files: true, shell: true, browser_automation: false, desktop_automation: false },
    enforces: ['full-access'],
    presence: { state: 'online', since: NOW - 60 * minute },
    load: { running: 0, slots: 4 },
    ...change,
  };
}

export const laptop = device('laptop', { local: true });
export const gpuBox = device('gpu-box', {
  version: '0.1.0',
  addresses: ['192.168.1.20:4747'],
  grants: { held: ['run', 'approve', 'observe'], given: ['run'] },
  presence: { state: 'online', since: NOW - 50 * minute, roundTripMs: 12.4 },
});

interface RunChange {
  readonly device?: Device;
  readonly ago?: number;
  readonly took?: number;
  readonly inline?: boolean;
  readonly more?: Record<string, unknown>;
}

/** A run that was submitted `ago` before now and, if it is over, took `took`. */
export function run(number: number, status: Run['status'], command: string, change: RunChange = {}): Run {
  const { device: where = laptop, ago = minute, took = 2100, inline = false, more = {} } = change;
  const at = NOW - ago;
  const ends = status === 'completed' || status === 'failed' || status === 'cancelled';
  const started = status === 'queued' || status === 'waiting_approval' ? {} : { startedAt: at };
  const defaults = {
    queued: {},
    running: {},
    waiting_approval: { approvalId: `approval-${number}` },
    completed: { exitCode: 0, output: { bytes: 1200, droppedBytes: 0 } },
    failed: { reason: 'exit', exitCode: 1, message: 'the command ended with exit code 1' },
    cancelled: { reason: 'user' },
  }[status];
  return {
    id: `run-${number}` as Run['id'],
    number,
    task: inline ? `= ${command}` : `!${command}`,
    route: inline ? 'inline' : 'desktop-local',
    action: inline
      ? { kind: 'inline', language: 'expression', source: command }
      : { kind: 'shell', command, access: 'workspace-write', tty: { cols: 80, rows: 24 } },
    origin: laptop.id,
    device: where.id,
    by: { kind: 'human', device: laptop.id },
    because: ['"!" means the shell', 'it is this device'],
    submittedAt: at,
    updatedAt: at,
    ...started,
    status,
    ...defaults,
    ...(ends ? { endedAt: at + took } : {}),
    ...more,
  } as Run;
}

export function approval(number: number, command: string, change: Partial<PendingApproval> = {}): PendingApproval {
  return {
    id: `approval-${number}` as PendingApproval['id'],
    runId: `run-${number}` as PendingApproval['runId'],
    title: command,
    description: 'no rule allows it, so a person decides',
    payload: {
      command,
      cwd: '/home/ada/shop',
      executable: '/usr/bin/bash',
      envNames: [],
      access: 'workspace-write',
      enforced: 'full-access',
    },
    device: laptop.id,
    digest: 'ab'.repeat(32) as PendingApproval['digest'],
    decisions: ['approve', 'reject'],
    requestedAt: NOW - 18 * second,
    expiresAt: NOW + 29 * minute + 42 * second,
    status: 'pending',
    ...change,
  };
}

export function artifact(name: string, number: number, sizeBytes: number): PublishedArtifact {
  return {
    id: `artifact-${name}` as PublishedArtifact['id'],
    runId: `run-${number}` as PublishedArtifact['runId'],
    name,
    kind: 'document',
    mimeType: 'application/pdf',
    sizeBytes,
    sha256: 'cd'.repeat(32) as PublishedArtifact['sha256'],
    device: laptop.id,
    createdAt: NOW - 5 * minute,
    downloadUrl: 'file:///blobs/cd',
  };
}

export function message(text: string, change: Partial<Message> = {}): Message {
  return {
    id: `message-${text.slice(0, 8)}` as Message['id'],
    role: 'user',
    text,
    by: { kind: 'human', device: laptop.id },
    at: NOW - 2 * minute,
    ...change,
  };
}

/** Puts what is given into entries, in that order. */
export function entries(...items: (Run | Message | PublishedArtifact | PendingApproval)[]): ThreadEntry[] {
  return items.map((item, index): ThreadEntry => {
    const key = `${String(index).padStart(6, '0')}/x/0`;
    if ('action' in item) return { key, kind: 'run', run: item };
    if ('role' in item) return { key, kind: 'message', message: item };
    if ('sha256' in item) return { key, kind: 'artifact', artifact: item };
    return { key, kind: 'approval', approval: item };
  });
}

export function emptyDay(size: Size): Model {
  const model = createModel({
    size,
    now: NOW,
    settings: {
      mouse: true,
      theme: 'auto',
      background: 'dark',
      cwd: '/home/ada/shop',
      home: '/home/ada',
      opener: false,
    },
  });
  return {
    ...model,
    connection: { state: 'connected', since: NOW - 60 * minute },
    device: laptop,
    devices: [laptop],
  };
}

export function busyDay(size: Size): Model {
  const runs = [
    run(13, 'waiting_approval', 'rm -rf build', { ago: 18 * second }),
    run(12, 'running', 'npm test -- --runInBand', { device: gpuBox, ago: 41 * second }),
    run(11, 'completed', '6 * 7', { inline: true, took: 120, ago: 3 * minute, more: { result: '42' } }),
    run(10, 'completed', 'make report', { ago: 5 * minute, took: 12_300 }),
    run(9, 'failed', 'cargo build --release', {
      ago: 9 * minute,
      took: 64_000,
      more: { exitCode: 101, message: 'the command ended with exit code 101' },
    }),
    run(8, 'cancelled', 'terraform destroy', { ago: 12 * minute, took: 9_000, more: { reason: 'rejected' } }),
  ];
  const [waiting, running, sum, report, failed, cancelled] = runs as [Run, Run, Run, Run, Run, Run];
  const model = emptyDay(size);
  return {
    ...model,
    devices: [laptop, gpuBox],
    runs,
    approvals: [approval(13, 'rm -rf build')],
    tails: new Map([
      ['run-12', { lines: ['PASS src/login.test.ts', 'PASS src/cart.test.ts (12 tests)'], done: false }],
      ['run-9', { lines: ['error[E0382]: borrow of moved value: `config`', '  --> src/main.rs:42:18'], done: true }],
    ]),
    thread: {
      ...model.thread,
      entries: entries(
        message('deploy is at three; the report first, please', { at: NOW - 14 * minute }),
        cancelled,
        failed,
        report,
        artifact('report.pdf', 10, 120_000),
        sum,
        message('run the tests on @gpu-box'),
        running,
        waiting,
        approval(13, 'rm -rf build'),
      ),
    },
  };
}

const everything = { held: ['run', 'observe'], given: [] } as const;
export const nas = device('nas', {
  version: '0.1.0',
  addresses: ['nas.local:4747', '[fd00::7]:4747'],
  grants: everything,
  presence: { state: 'offline', since: NOW - 42 * minute, stage: 'refused' },
});
const pi = device('pi', {
  platform: 'linux',
  version: '0.1.0',
  grants: { held: ['run'], given: ['approve'] },
  presence: { state: 'suspect', since: NOW - 3 * second },
  clockAheadMs: 5 * minute,
  load: { running: 1, slots: 2 },
});
const phone = device('phone', {
  grants: { held: [], given: [] },
  presence: {
    state: 'offline',
    since: NOW - 26 * 60 * minute,
    stage: 'denied',
    detail: 'it knows this device no more',
  },
});

/** Five devices in every state, runs that wait for them, a group of three, and what others have said and asked. */
export function fleetDay(size: Size): Model {
  const model = emptyDay(size);
  const group = 'run-20';
  const runs = [
    run(24, 'queued', 'apt upgrade', { device: nas, ago: 40 * second }),
    run(23, 'queued', 'backup.sh', {
      device: nas,
      ago: 2 * minute,
      more: { offeredAt: NOW - minute, cancelRequested: true },
    }),
    run(22, 'completed', 'uptime', { device: pi, ago: 3 * minute, more: { group } }),
    run(21, 'queued', 'uptime', { device: nas, ago: 3 * minute, more: { group, offeredAt: NOW - 2 * minute } }),
    run(20, 'completed', 'uptime', { device: gpuBox, ago: 3 * minute, more: { group } }),
    run(19, 'running', 'train.py', {
      device: gpuBox,
      ago: 9 * minute,
      more: { by: { kind: 'human', device: nas.id }, origin: nas.id },
    }),
    run(18, 'waiting_approval', 'reboot', { device: pi, ago: 4 * minute }),
  ];
  const [apt, backup, third, second_, first, train, reboot] = runs as [Run, Run, Run, Run, Run, Run, Run];
  return {
    ...model,
    devices: [laptop, gpuBox, pi, nas, phone],
    runs,
    approvals: [approval(18, 'reboot', { device: pi.id })],
    thread: {
      ...model.thread,
      entries: entries(
        message('the disks are full again', { by: { kind: 'human', device: nas.id } }),
        train,
        reboot,
        first,
        backup,
        apt,
      ).map((entry) =>
        entry.kind === 'run' && entry.run === first ? { ...entry, members: [first, second_, third] } : entry,
      ),
    },
  };
}

export const withText = (model: Model, text: string): Model => ({
  ...model,
  composer: { ...model.composer, editor: createEditor(text) },
});

export const withOverlay = (model: Model, ...overlays: Overlay[]): Model => ({ ...model, overlays });

export function draw(model: Model, theme: Theme = COLOURS): CellGrid {
  const grid = new CellGrid(model.size.width, model.size.height);
  render(model, theme, grid);
  return grid;
}

export const text = (model: Model, theme: Theme = COLOURS): string => draw(model, theme).toText();
