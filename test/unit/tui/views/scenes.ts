// Every state of the screen that looks different, by name: what is drawn at every size and in every theme.

import type { Rule } from '../../../../src/core/policy/rules.ts';
import type { Run } from '../../../../src/core/runs.ts';
import type { RunDetail } from '../../../../src/protocol/api.ts';
import type { AuditStep } from '../../../../src/protocol/audit-api.ts';
import type { PairProposal } from '../../../../src/protocol/pairing-api.ts';
import type { ApprovalDialog, AssentDialog } from '../../../../src/tui/model/answer-dialogs.ts';
import type { ArtifactsDialog, PreviewDialog } from '../../../../src/tui/model/artifact-dialogs.ts';
import type { PairDialog, ProposalDialog } from '../../../../src/tui/model/device-dialogs.ts';
import type { Model, Size } from '../../../../src/tui/model/model.ts';
import type { OutputPort, OutputView } from '../../../../src/tui/model/output-view.ts';
import type { RunDialog } from '../../../../src/tui/model/overlay-model.ts';
import { type Document, line } from '../../../../src/tui/preview/document.ts';
import { readComparison } from '../../../../src/tui/preview/read-comparison.ts';
import { readDocument } from '../../../../src/tui/preview/read-document.ts';
import { createEditor } from '../../../../src/tui/terminal/editor.ts';
import { createHistory } from '../../../../src/tui/terminal/history.ts';
import { createList } from '../../../../src/tui/terminal/virtual-list.ts';
import { DEAF_MS } from '../../../../src/tui/update/reading.ts';
import {
  approval,
  artifact,
  busyDay,
  emptyDay,
  fleetDay,
  gpuBox,
  laptop,
  NOW,
  nas,
  withOverlay,
  withText,
} from './example.ts';

const COMMAND = 'for f in $(git ls-files "*.ts"); do\n  npx prettier --write "$f" && git add "$f"\ndone';

export function approvalDialog(change: Partial<ApprovalDialog> = {}): ApprovalDialog {
  const asked = approval(13, COMMAND);
  return {
    kind: 'approval',
    approval: { ...asked, payload: { ...asked.payload, envNames: ['NODE_ENV'], timeoutMs: 600_000 } },
    deafUntil: NOW - 1,
    scroll: 0,
    seen: { width: 0, rows: 0 },
    seenEndAt: NOW - DEAF_MS,
    phase: { type: 'open' },
    notice: undefined,
    ...change,
  };
}

const sha256 = 'c0ffee0123456789'.repeat(4) as ApprovalDialog['approval']['digest'];

/** A request that acts on a screen, with a picture of it. */
function picturedRequest(): ApprovalDialog['approval'] {
  const asked = approval(13, 'left click at 200,200');
  const picture = 'artifact-before' as NonNullable<ApprovalDialog['approval']['payload']['picture']>;
  return { ...asked, payload: { ...asked.payload, steps: ['left click at 200,200, on a window'], picture } };
}

/** A picture of 60 × 40 pixels: a bright square on a dark ground. */
function cat(): Extract<Document, { type: 'picture' }> {
  const [width, height] = [60, 40];
  const rgba = new Uint8Array(width * height * 4).fill(0xff);
  for (let at = 0; at < width * height; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const isCat = x >= 20 && x < 40 && y >= 10 && y < 30;
    rgba.set(isCat ? [255, 200, 80] : [20, 30, 60], at * 4);
  }
  return { type: 'picture', picture: { width, height, rgba }, note: 'PNG, 60 × 40 pixels, 1.2 kB' };
}

const MARKDOWN =
  '# Report\n\nAll of **the** tests pass, as `npm test` says.\n\n- the first\n- the second\n\n```\nthe end\n```\n';

function previewDialog(change: Partial<PreviewDialog> = {}): PreviewDialog {
  const made = { ...artifact('report.md', 10, MARKDOWN.length), mimeType: 'text/markdown' };
  const head = Buffer.from(MARKDOWN);
  return {
    kind: 'preview',
    artifact: made,
    section: 'content',
    content: { state: 'ready', document: readDocument({ ...made, head }) },
    origin: { state: 'unknown' },
    scroll: 0,
    query: '',
    found: 0,
    ...change,
  };
}

function originOf(model: Model): RunDetail {
  const run = model.runs.find(({ number }) => number === 10);
  if (run === undefined) throw new Error('there is no run 10');
  return { run, approvals: [], artifacts: [] };
}

function artifactsDialog(change: Partial<ArtifactsDialog> = {}): ArtifactsDialog {
  const removed = { at: NOW, reason: 'age' } as const;
  const artifacts: ArtifactsDialog['artifacts'] = [
    artifact('report.pdf', 10, 120_000),
    {
      ...artifact('a/very/long/name/of/a/picture/that/somebody/made.png', 12, 2_400_000),
      kind: 'image',
      device: gpuBox.id,
    },
    { ...artifact('output.log', 9, 12), kind: 'output' },
    { ...artifact('old.png', 9, 12), kind: 'image', removed },
  ];
  return { kind: 'artifacts', artifacts, message: undefined, filter: 'results', selected: 0, request: 1, ...change };
}

/** A request with all that one can have. */
function fullRequest(): ApprovalDialog['approval'] {
  const asked = approval(13, 'npm test -- --runInBand');
  return {
    ...asked,
    decisions: ['approve', 'approve-for-run', 'approve-always', 'reject'],
    approvers: 2,
    agreed: [{ by: { kind: 'human', device: gpuBox.id }, at: NOW }],
    payload: {
      ...asked.payload,
      enforced: 'workspace-write',
      sandbox: {
        kind: 'bubblewrap',
        writable: ['/home/ada/shop'],
        readable: ['/home/ada'],
        network: false,
        limits: { memoryBytes: 2_000_000_000, processes: 256 },
      },
      programs: [{ name: 'npm', path: '/usr/lib/node_modules/npm/bin/npm-cli.js', sha256 }],
      secrets: ['NPM_TOKEN'],
      envNames: ['CI'],
      timeoutMs: 600_000,
      rule: 'ask-npm',
    },
  };
}

function assentDialog(to: AssentDialog['to']): AssentDialog {
  const { kind: _, ...reading } = approvalDialog();
  return { ...reading, kind: 'assent', approval: fullRequest(), to };
}

const TOML = [
  '[[rules]]',
  'name = "allow-npm-test"',
  'decision = "allow"',
  'access = "workspace-write"',
  'command = ["npm", "test", "--", "--runInBand"]',
  'paths = ["/home/ada/shop/**"]',
].join('\n');

const sandboxed = {
  ...laptop,
  maxAccess: 'workspace-write',
  enforces: ['read-only', 'workspace-write', 'full-access'],
  sandbox: { kind: 'bubblewrap', version: '0.11.0' },
  capabilities: { ...laptop.capabilities, reachableFolders: ['/home/ada', '/srv/data'] },
} as const satisfies Model['devices'][number];

const RULES: readonly Rule[] = [
  {
    name: 'allow-npm-test',
    decision: 'allow',
    access: 'workspace-write',
    command: ['npm', 'test', '...'],
    without: ['--update-snapshot*'],
    paths: ['~/shop'],
    requesters: ['human', 'nas'],
    match: ['npm test -- --runInBand'],
    noMatch: ['npm test -- --update-snapshots'],
    grantedBy: nas.id,
    expiresAt: NOW + 24 * 3_600_000,
    source: 'config',
  },
  { name: 'never-shutdown', decision: 'deny', command: ['shutdown', '...'], source: 'config' },
  {
    name: 'git-reads',
    decision: 'allow',
    command: ['git', '{status,log}', '...'],
    lowersTo: 'read-only',
    source: 'built-in',
  },
  { name: 'read-only-sandbox', decision: 'allow', access: 'read-only', source: 'built-in' },
];

const STEPS: AuditStep[] = [
  {
    at: NOW - 60_000,
    device: laptop.id,
    seq: 41,
    type: 'run.submitted',
    by: { kind: 'human', device: laptop.id },
    text: 'submitted "npm test -- --runInBand" for gpu-box',
  },
  {
    at: NOW - 50_000,
    device: gpuBox.id,
    seq: 1007,
    type: 'approval.decided',
    by: { kind: 'human', device: nas.id },
    text: 'approved once, bound to abababababab',
    signature: 'valid',
  },
  {
    at: NOW - 49_000,
    device: gpuBox.id,
    seq: 1008,
    type: 'approval.decided',
    by: { kind: 'human', device: laptop.id },
    text: 'approved once, bound to abababababab',
    signature: 'invalid',
  },
];

/** Numbered lines, the last of which is 200. */
const port: OutputPort = {
  rows: () => 200,
  behind: () => 200,
  find: () => [],
  draw(grid, rect, { scrollBack, defaultAttr }) {
    for (let row = 0; row < rect.height; row += 1) {
      const line = 200 - scrollBack - rect.height + row + 1;
      grid.write(rect.x, rect.y + row, `line ${line} of the output`, defaultAttr, rect.width);
    }
  },
};

export const live: OutputView = { port, version: 1, kind: 'terminal', bytes: 12_345, state: 'live' };

export function runDialog(model: Model, change: Partial<RunDialog> = {}): RunDialog {
  const run = model.runs.find(({ number }) => number === 12) as Run;
  return {
    kind: 'run',
    run: run.id,
    detail: { run, approvals: [], artifacts: [artifact('report.pdf', 12, 1234), artifact('log/b.txt', 12, 99)] },
    message: undefined,
    section: 'output',
    followsRun: false,
    output: live,
    anchor: undefined,
    scroll: 0,
    artifact: 1,
    ...change,
  };
}

/** Twenty-nine modules in a chequered pattern, and its border: a code has at least so many. */
const qr = Array.from({ length: 33 }, (_row, y) =>
  Array.from({ length: 33 }, (_module, x) => x > 1 && y > 1 && x < 31 && y < 31 && (x + y) % 2 === 0),
);

const openSession: PairDialog['session'] = {
  phase: 'open',
  session: {
    ticket: `dispatch1${'abcdefgh23456789'.repeat(8)}`,
    code: '7k2m-9qxc-4t1n-0bzr-h5wd-3fgj-8v6p',
    addresses: ['192.168.1.10:4747', '[fd00::1]:4747'],
    allow: ['run', 'observe'],
    mutual: true,
    compare: false,
    expiresAt: NOW + 9 * 60_000,
  },
  qr,
  attempts: 1,
  most: 5,
  trying: false,
  log: [{ at: NOW, tone: 'warning', text: '192.168.1.66: the secret is wrong' }],
  proposal: undefined,
};

export function pairDialog(change: Partial<PairDialog> = {}): PairDialog {
  return {
    kind: 'pair',
    tab: 'show',
    row: { show: 1, use: 0, nearby: 0 },
    allow: ['run'],
    mutual: false,
    compare: false,
    session: { phase: 'choosing' },
    ticket: createEditor(),
    at: createEditor(),
    comparing: false,
    joining: undefined,
    found: undefined,
    askedAt: NOW,
    notice: undefined,
    ...change,
  };
}

const proposal: PairProposal = {
  proposal: 'p1',
  device: { id: '12D3KooWSomeDeviceThatIsNearby', name: 'attic', platform: 'linux' },
  words: ['window', 'copper', 'maple', 'river'],
  offered: ['run', 'observe'],
  asksMutual: true,
  clockAheadMs: 0,
};

export function proposalDialog(change: Partial<ProposalDialog> = {}): ProposalDialog {
  return {
    kind: 'proposal',
    proposal,
    ours: undefined,
    now: undefined,
    deafUntil: NOW - 1,
    give: ['run'],
    row: 0,
    name: undefined,
    editor: createEditor(),
    phase: { type: 'open' },
    notice: undefined,
    ...change,
  };
}

const items = ['go to the thread', 'go to the runs', 'cancel the run'].map((label, index) => ({
  item: { label, keywords: '', hint: `${index + 1}`, target: { kind: 'binding', id: 'pane.thread' } as const },
  positions: [0, 1, 3],
}));

const TYPED = ['!npm run build', '?what is a monad', '!npm test -- --runInBand\nand more', '!git push', '!npm ci'];

const WAITING: Model['composer']['waiting'] = (['held', 'waiting'] as const).map((state, index) => ({
  id: `0000000000000${index}`,
  text: index === 0 ? '!npm run build && npm test @gpu-box' : '?why does the build fail\nand what can be done',
  tty: { cols: 80, rows: 24 },
  cwd: index === 0 ? '/home/ada/shop' : '/home/ada',
  state,
}));

export function scenes(size: Size): Record<string, Model> {
  const busy: Model = { ...busyDay(size), focus: 'thread' };
  const asking = withText(busyDay(size), '!npm test @gpu-box');
  const search: Model['search'] = {
    query: 'report',
    results: busy.thread.entries.toReversed(),
    next: 'more',
    paging: false,
    state: 'done',
    index: -1,
  };
  const over = (...overlays: Model['overlays']): Model => withOverlay({ ...busy, search }, ...overlays);
  const day = busyDay(size);
  const withHint = (model: Model, hint: Model['composer']['hint']): Model => ({
    ...model,
    composer: { ...model.composer, hint },
  });
  const remembering: Model = { ...day, composer: { ...day.composer, history: createHistory(TYPED) } };
  const waiting: Model = { ...day, composer: { ...day.composer, waiting: WAITING } };
  const fleet = fleetDay(size);
  const onFleet = (...overlays: Model['overlays']): Model => withOverlay(fleet, ...overlays);
  return {
    busy,
    composing: busyDay(size),
    empty: emptyDay(size),
    zoomed: { ...busy, zoomed: true, focus: 'runs', pane: 'runs' },
    approvals: { ...busy, focus: 'approvals', pane: 'approvals', side: 'approvals' },
    devices: { ...busy, focus: 'devices', pane: 'devices', side: 'devices' },
    lost: { ...busy, connection: { state: 'lost', since: NOW - 12_000, reason: 'the peer ended' } },
    connecting: { ...emptyDay(size), device: undefined, devices: [], connection: { state: 'connecting', since: NOW } },
    completing: {
      ...asking,
      composer: {
        ...asking.composer,
        completion: {
          items: ['@gpu-box', '@laptop', '@local'],
          notes: ['online, 12 ms', 'this device', ''],
          selected: 1,
          from: 10,
          to: 18,
        },
        hint: {
          kind: 'route',
          answer: {
            ok: true,
            route: 'desktop-local',
            device: gpuBox,
            devices: [gpuBox],
            action: { kind: 'shell', command: 'npm test', access: 'workspace-write' },
            because: [],
            rejected: [],
          },
          gate: {
            verdict: 'ask',
            check: 'policy',
            access: 'full-access',
            because: ['policy: no rule allows it, so a person decides'],
          },
        },
      },
    },
    toasts: {
      ...busy,
      toasts: [
        { id: 1, tone: 'success', text: 'approved run 13', until: NOW },
        { id: 2, tone: 'error', text: `not sent: ${'the peer is not reachable now '.repeat(9)}`, until: NOW },
      ],
    },
    approval: over(approvalDialog()),
    picturedApproval: over(approvalDialog({ approval: picturedRequest(), picture: cat() })),
    preview: over(previewDialog()),
    foundInPreview: over(previewDialog({ query: 'the', found: 4, scroll: 2 })),
    picturePreview: over(previewDialog({ content: { state: 'ready', document: cat() } })),
    loadingPreview: over(previewDialog({ content: { state: 'loading', request: 1 } })),
    failedPreview: over(previewDialog({ content: { state: 'failed', message: 'gpu-box is offline' } })),
    origin: over(previewDialog({ section: 'origin', origin: { state: 'ready', detail: originOf(busy) } })),
    find: over(previewDialog(), { kind: 'find', editor: createEditor('report'), notice: 'it is not there' }),
    artifacts: over(artifactsDialog()),
    artifactsOfKind: over(artifactsDialog({ filter: 'image', selected: 1 })),
    noArtifacts: over(artifactsDialog({ artifacts: [] })),
    fullApproval: over(approvalDialog({ approval: fullRequest() })),
    editedApproval: over(
      approvalDialog({
        approval: { ...fullRequest(), edits: 'approval-12' as ApprovalDialog['approval']['id'] },
        before: 'npm test\nnpm run lint',
      }),
    ),
    forRun: over(approvalDialog({ approval: fullRequest() }), assentDialog({ type: 'for-run', term: 1 })),
    always: over(
      approvalDialog({ approval: fullRequest() }),
      assentDialog({ type: 'always', request: 0, proposed: { rule: { name: 'x', decision: 'allow' }, toml: TOML } }),
    ),
    alike: over(
      approvalDialog({ approval: fullRequest() }),
      assentDialog({ type: 'alike', requests: [fullRequest(), { ...fullRequest(), device: gpuBox.id }] }),
    ),
    edit: over(approvalDialog({ approval: fullRequest() }), {
      kind: 'edit',
      approval: fullRequest(),
      editor: createEditor('npm ci\nnpm test -- --runInBand'),
      chord: false,
      phase: 'open',
      notice: undefined,
    }),
    limits: withOverlay(
      { ...busy, device: sandboxed, devices: [sandboxed, gpuBox] },
      {
        kind: 'device',
        device: laptop.id,
        scroll: 0,
        stop: 4,
      },
    ),
    folder: over({ kind: 'folder', editor: createEditor('~/data'), notice: undefined }),
    theme: over({ kind: 'theme', before: 'dark' }),
    access: withOverlay(
      { ...busy, device: sandboxed, devices: [sandboxed, gpuBox] },
      { kind: 'device', device: laptop.id, scroll: 0, stop: 4 },
      { kind: 'access', selected: 0 },
    ),
    narrow: over({
      kind: 'confirm',
      question: {
        type: 'limits',
        change: { maxAccess: 'read-only' },
        title: 'Allow no more than read-only here?',
        means: 'Runs may then only read. What needs more is refused, and no approval overrides that.',
        told: '',
      },
      deafUntil: NOW - 1,
    }),
    askedAgain: over(
      approvalDialog({
        approval: { ...fullRequest(), description: 'npm has changed since it was approved. You are asked anew.' },
        notice: `no rule can cover this: ${'the words of it are only known when it runs; '.repeat(2)}approve it once`,
      }),
    ),
    widen: over({
      kind: 'confirm',
      question: {
        type: 'limits',
        change: { maxAccess: 'full-access' },
        title: 'Allow full-access here?',
        means: 'Runs may then do whatever you can, once a person has said yes to each.',
        told: '',
      },
      deafUntil: NOW - 1,
    }),
    policy: onFleet({ kind: 'policy', rules: RULES, selected: 0, message: undefined }),
    check: onFleet(
      { kind: 'policy', rules: RULES, selected: 1, message: undefined },
      {
        kind: 'check',
        editor: createEditor('!npm test'),
        asked: {
          request: 0,
          command: 'npm test',
          access: 'workspace-write',
          answer: {
            verdict: 'allow',
            check: 'policy',
            access: 'read-only',
            rule: 'allow-npm-test',
            because: ['policy: "npm test" is what the rule says'],
          },
        },
        notice: undefined,
      },
    ),
    audit: over(runDialog(busy, { section: 'audit', audit: { steps: STEPS, message: undefined } })),
    unread: over(approvalDialog({ seenEndAt: undefined, deafUntil: NOW + 100 })),
    palette: over({
      kind: 'palette',
      editor: createEditor('go t'),
      items: items.map(({ item }) => item),
      matches: items,
      selected: 1,
      request: 0,
      pending: false,
      entered: false,
    }),
    paletteByUse: over({
      kind: 'palette',
      editor: createEditor(),
      items: items.map(({ item }) => item),
      matches: items.map(({ item }, index) => ({ item: index < 2 ? { ...item, recent: true } : item, positions: [] })),
      selected: 0,
      request: 0,
      pending: false,
      entered: false,
    }),
    recall: withOverlay(remembering, { kind: 'recall', editor: createEditor('npm'), selected: 1 }),
    recallNothing: withOverlay(remembering, { kind: 'recall', editor: createEditor('cargo'), selected: 0 }),
    waitingTasks: withOverlay(waiting, { kind: 'waiting', selected: 1 }),
    longText: withHint(asking, { kind: 'long', length: 1_000_000 }),
    tooLong: withHint(asking, {
      kind: 'refused',
      reason: 'too long to be sent: 1,200,000 characters of at most 1,048,576 characters',
      hint: 'put it into a file, and name the file',
    }),
    help: over({ kind: 'help', scroll: 0 }),
    search: over({
      kind: 'search',
      editor: createEditor('report'),
      list: createList({ follow: false }),
      request: 0,
      entered: false,
    }),
    run: over(runDialog(busy)),
    details: over(runDialog(busy, { section: 'plan' })),
    attach: over({
      kind: 'attach',
      run: 'run-12' as Run['id'],
      output: live,
      anchor: undefined,
      phase: 'open',
      sends: true,
      unsentSince: undefined,
      deafUntil: 0,
      message: undefined,
    }),
    reason: over(approvalDialog(), {
      kind: 'reason',
      approval: approval(13, '').id,
      editor: createEditor('not before three'),
      notice: undefined,
    }),
    quit: over({ kind: 'confirm', question: { type: 'quit' }, deafUntil: NOW - 1 }),
    cancel: over({
      kind: 'confirm',
      question: { type: 'cancel', run: 'run-12' as Run['id'], title: '12 !npm test' },
      deafUntil: NOW + 100,
    }),
    signal: over({ kind: 'signal', run: 'run-12' as Run['id'], selected: 1 }),
    save: over({
      kind: 'save',
      artifact: artifact('report.pdf', 10, 120_000),
      editor: createEditor('./report.pdf'),
      notice: 'there is such a file: choose another name',
    }),
    text: over({
      kind: 'text',
      title: 'notes.txt',
      text: Array.from({ length: 50 }, (_, line) => `line ${line} of the text`).join('\n'),
      scroll: 999,
      loading: false,
      footnote: 'cut here: save it to read the rest',
      request: undefined,
    }),
    compared: over({
      kind: 'text',
      title: 'Run 12 ↔ run 15',
      text: '',
      document: {
        type: 'text',
        blocks: [
          {
            type: 'line',
            wrap: 'words',
            pieces: [
              ['status   ', 'muted'],
              ['failed: exit 1', 'removed'],
              [' → ', 'muted'],
              ['done', 'added'],
            ],
          },
          line(''),
          ...readComparison(
            `${'ok\n'.repeat(240)}FAIL src/login.test.ts\nend\n`,
            `${'ok\n'.repeat(240)}PASS src/login.test.ts\nend\n`,
          ).blocks,
        ],
      },
      scroll: 0,
      loading: false,
      footnote: undefined,
      request: undefined,
    }),
    local: { ...busy, devices: [laptop] },
    fleet: { ...fleet, focus: 'thread' },
    fleetDevices: { ...fleet, focus: 'devices', pane: 'devices', side: 'devices' },
    device: onFleet({ kind: 'device', device: nas.id, scroll: 0 }),
    group: onFleet({ kind: 'runs', of: { type: 'group', group: 'run-20' }, selected: 1 }),
    foreign: onFleet(
      approvalDialog({ approval: { ...approval(18, 'reboot'), device: fleet.approvals[0]?.device ?? gpuBox.id } }),
    ),
    rename: onFleet({
      kind: 'rename',
      device: nas.id,
      name: 'nas',
      editor: createEditor('attic'),
      sending: false,
      notice: 'there is a device of that name',
    }),
    revoke: onFleet({
      kind: 'revoke',
      device: nas.id,
      name: 'nas',
      editor: createEditor('na'),
      sending: false,
      notice: undefined,
    }),
    pairing: onFleet(pairDialog()),
    ticket: onFleet(pairDialog({ session: openSession })),
    joining: onFleet(
      pairDialog({ tab: 'use', ticket: createEditor('1a2b-3c4d'), at: createEditor('nas.local:4747'), joining: 4 }),
    ),
    nearby: onFleet(
      pairDialog({ tab: 'nearby', found: [{ id: '12D3KooWExample', addresses: ['192.168.1.30:4747'] }] }),
    ),
    proposal: onFleet(pairDialog({ tab: 'use' }), proposalDialog()),
    comparing: onFleet(
      pairDialog(),
      proposalDialog({ ours: ['run'], proposal: { ...proposal, askedWord: 3 }, editor: createEditor('win') }),
    ),
  };
}
