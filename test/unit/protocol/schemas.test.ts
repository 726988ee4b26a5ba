import { describe, expect, it } from 'vitest';
import { type Action, titleOf } from '../../../src/core/actions.ts';
import { BROWSER_TOOLS, type BrowserTool } from '../../../src/core/browser.ts';
import type { FileOperation } from '../../../src/core/files.ts';
import type { DeviceId, RunId } from '../../../src/core/ids.ts';
import type { RuleBody } from '../../../src/core/policy/rules.ts';
import type { Method, Params } from '../../../src/protocol/api.ts';
import { encodeJson, MAX_FRAME_BYTES } from '../../../src/protocol/framing.ts';
import { SCHEMAS } from '../../../src/protocol/schemas.ts';

const ID = '0123456789abcdef';
const MIB = 2 ** 20;
const PEER = '12D3KooWSomebody' as DeviceId;

const RULE: RuleBody = {
  name: 'npm-test',
  decision: 'allow',
  routes: ['desktop-local'],
  requesters: ['human', 'laptop'],
  access: 'workspace-write',
  command: ['npm', 'test', '...'],
  without: ['--force'],
  paths: ['/srv/**'],
  match: ['npm test'],
  noMatch: ['npm publish'],
  operations: ['files.*', 'browser.browser_click'],
  origins: ['https://*.example.org'],
  expiresAt: 1_800_000_000_000,
  grantedBy: '12D3KooWSomebody' as DeviceId,
};

/** Parameters with everything that may be there. */
const FULL: { [M in Method]: Params<M> } = {
  hello: { protocol: 1, version: '1.0.0', client: 'cli' },
  status: {},
  stop: {},
  snapshot: { entries: 200 },
  follow: { cursor: { devices: 12, other: 0 } },
  submit: {
    id: ID,
    task: '!ls',
    action: {
      kind: 'shell',
      command: 'ls',
      access: 'read-only',
      cwd: '/',
      env: { A: 'b', C: '' },
      secrets: ['NPM_TOKEN'],
      timeoutMs: 1000,
      tty: { cols: 80, rows: 24 },
      stdin: true,
    },
    devices: ['local', 'gpu-box'],
    expiresInMs: 60_000,
    cwd: '/home',
    tty: { cols: 80, rows: 24 },
    followUp: true,
    noWait: false,
    approve: true,
    as: 'agent',
  },
  transfer: {
    id: ID,
    task: 'copy @nas:~/a to ~/b',
    from: { device: 'nas', path: '~/a' },
    to: { device: 'local', path: 'b' },
    overwrite: true,
    cwd: '/home',
    noWait: true,
    approve: true,
    as: 'agent',
  },
  'files.complete': { device: 'nas', path: '~/wo', cwd: '/', limit: 50 },
  route: { task: '= 1', cwd: '/', tty: { cols: 1, rows: 1 } },
  cancel: { run: '12' },
  retry: { run: ID.slice(0, 4), connector: 'embedded', id: ID, as: 'agent' },
  reroute: { run: ID.slice(0, 4), device: 'nas', connector: 'embedded', id: ID, as: 'agent' },
  decide: {
    approval: ID,
    decision: 'approve-always',
    digest: 'a'.repeat(64),
    note: 'not on a Friday',
    forMs: 60_000,
    rule: RULE,
  },
  'approval.edit': { approval: ID, digest: 'a'.repeat(64), command: 'npm test' },
  'approval.propose': { approval: '12' },
  resize: { run: '1', cols: 200, rows: 60 },
  signal: { run: '1', signal: 'SIGUSR1' },
  say: { text: 'hello' },
  'thread.read': { before: 'k1', after: 'k0', limit: 1000 },
  search: { query: '', before: 'k', limit: 1 },
  'run.get': { run: '1' },
  'runs.list': { status: ['queued', 'failed'], before: ID, limit: 50 },
  wait: { runs: ['1', '2'], orApproval: true },
  'approvals.list': { all: true, limit: 10 },
  'artifacts.list': { run: '1', kinds: ['image'], limit: 10 },
  'artifacts.prune': { dry: true },
  'connectors.list': {},
  'connector.show': { name: 'gpt' },
  'connector.test': { name: 'gpt' },
  'connector.forget': { name: 'openai' },
  'connector.key': { name: 'openai', key: 'a key' },
  'artifact.get': { artifact: '12/folder/a file.txt' },
  devices: { probe: true },
  'device.rename': { device: 'nas', name: 'attic' },
  'device.revoke': { device: 'nas' },
  'permissions.set': {
    permissions: { local_files: true, shell: false, browser_automation: false, desktop_automation: false },
    reachableFolders: ['~', '/srv'],
    addFolders: ['/data'],
    removeFolders: ['/tmp'],
    maxAccess: 'workspace-write',
  },
  'pair.open': { allow: ['run', 'approve', 'observe'], mutual: true, compare: false },
  'pair.close': {},
  'pair.join': { code: '0123-4567', at: '192.0.2.1:4747' },
  'pair.confirm': { proposal: 'p1', accept: true, give: ['run'], name: 'nas', word: 'otter' },
  'pair.lan': {},
  'artifact.fetch': { artifact: '12/report.pdf' },
  'policy.check': { command: 'ls | wc', access: 'full-access', cwd: '/srv', device: 'nas', as: 'assistant' },
  'policy.list': {},
  'policy.add': { rule: RULE },
  'policy.remove': { name: 'npm-test' },
  audit: { run: '12', before: ID, limit: 10 },
  'audit.verify': { artifacts: true },
  doctor: { rebuild: true },
  'output.open': { run: '1', offset: 5e12, maxLag: 0 },
  'blob.open': { artifact: ID, offset: 0 },
  'input.open': { run: '1' },
  'input.end': { stream: 1 },
  'stream.close': { stream: 1 },
};

const WRONG: { [M in Method]?: unknown[] } = {
  submit: [
    { task: 'x' },
    { id: 'SHORT', task: 'x' },
    { id: ID.toUpperCase(), task: 'x' },
    { id: ID, task: 'x'.repeat(MIB + 1) },
    { id: ID, task: 'x', extra: 1 },
    { id: ID, task: 'x', cwd: undefined },
    { id: ID, task: 'x', cwd: '' },
    { id: ID, task: 'x', cwd: '/a\0b' },
    { id: ID, task: 'x', tty: { cols: 0, rows: 1 } },
    { id: ID, task: 'x', action: { kind: 'teleport' } },
    { id: ID, task: 'x', action: { kind: 'shell', command: 'a\0b', access: 'read-only' } },
    { id: ID, task: 'x', action: { kind: 'shell', command: 'a', access: 'root' } },
    { id: ID, task: 'x', action: { kind: 'shell', command: 'a', access: 'read-only', env: { 'A=B': 'c' } } },
    { id: ID, task: 'x', action: { kind: 'shell', command: 'a', access: 'read-only', env: { '': 'c' } } },
    { id: ID, task: 'x', action: { kind: 'shell', command: 'a', access: 'read-only', timeoutMs: 0 } },
    {
      id: ID,
      task: 'x',
      action: {
        kind: 'shell',
        command: 'a',
        access: 'read-only',
        env: Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`V${i}`, ''])),
      },
    },
    { id: ID, task: 'x', action: { kind: 'inline', language: 'cobol', source: '' } },
    ...[
      { op: 'list', path: '' },
      { op: 'list', path: '/a\0b' },
      { op: 'list', path: 'x'.repeat(4097) },
      { op: 'read', path: '/a', offset: -1 },
      { op: 'read', path: '/a', as: 'poem' },
      { op: 'write', path: '/a', content: 'x'.repeat(13 * MIB) },
      { op: 'edit', path: '/a', replace: [] },
      { op: 'edit', path: '/a', replace: [{ find: '', with: 'x' }] },
      { op: 'delete', path: '/a', recursive: false },
      { op: 'send', path: '/a', to: 'nobody here' },
      { op: 'receive', path: '/a', from: { device: PEER, run: ID, name: '../../etc' } },
      { op: 'receive', path: '/a', from: { device: PEER, run: ID, name: '..' } },
      { op: 'undo', run: '12' },
      { op: 'format', path: '/' },
    ].map((operation) => ({ id: ID, task: 'x', action: { kind: 'files', operation } })),
    ...[
      [],
      [{ tool: 'browser_run_code_unsafe', params: {} }],
      [{ tool: 'browser_click', params: [] }],
      [{ tool: 'browser_click', params: { element: 'x'.repeat(MIB + 1) } }],
      Array.from({ length: 201 }, () => ({ tool: 'browser_snapshot', params: {} })),
    ].map((steps) => ({ id: ID, task: 'x', action: { kind: 'browser', steps } })),
    {
      id: ID,
      task: 'x',
      action: { kind: 'browser', steps: [{ tool: 'browser_snapshot', params: {} }], session: '../x' },
    },
    ...[
      { action: 'left_click', coordinate: [-1, 0] },
      { action: 'left_click', coordinate: [1] },
      { action: 'scroll', coordinate: [1, 1], scroll_direction: 'sideways', scroll_amount: 1 },
      { action: 'wait', duration: 10 ** 9 },
      { action: 'type', text: '' },
      { action: 'screenshot', more: 1 },
      { action: 'reboot' },
    ].map((step) => ({ id: ID, task: 'x', action: { kind: 'desktop', steps: [step] } })),
  ],
  snapshot: [{ entries: 0 }, { entries: 1001 }, { entries: 1.5 }, { entries: '5' }],
  follow: [{ cursor: { device: -1 } }, { cursor: { device: 2 ** 53 } }, { cursor: [] }, { cursor: { '': 1 } }],
  'run.get': [{ run: '' }, { run: 'a b' }, { run: 'a\u001b[31m' }, { run: 'x'.repeat(65) }, { run: 7 }],
  'artifact.get': [{ artifact: '' }, { artifact: '1/a\nb' }, { artifact: 'x'.repeat(5000) }],
  decide: [
    { approval: '1', decision: 'maybe' },
    { approval: '1', decision: 'approve', digest: 'abc' },
    { approval: '1', decision: 'approve-for-run', forMs: 0 },
    { approval: '1', decision: 'approve-always', rule: { ...RULE, name: 'a b' } },
  ],
  signal: [
    { run: '1', signal: '9' },
    { run: '1', signal: 'SIGINT; rm' },
  ],
  say: [{ text: '' }, { text: 'x'.repeat(MIB + 1) }],
  'output.open': [
    { run: '1', offset: -1 },
    { run: '1', offset: Number.NaN },
    { run: '1', offset: 2 ** 60 },
  ],
  transfer: [
    { id: ID, task: 'x', from: { device: 'nas', path: '' }, to: { device: 'local', path: 'b' } },
    { id: ID, task: 'x', from: { device: '', path: 'a' }, to: { device: 'local', path: 'b' } },
    { id: ID, task: 'x', from: { device: 'nas', path: 'a' } },
  ],
  'files.complete': [{ path: 'a', limit: 0 }, { path: 'a\0', limit: 1 }, { limit: 1 }],
  'policy.check': [{}, { command: 'ls', action: { kind: 'files', operation: { op: 'list', path: '~' } } }],
  'input.end': [{ stream: 0 }, { stream: 2 ** 32 }],
  wait: [{ runs: [] }, { runs: Array.from({ length: 1001 }, () => '1') }],
  'runs.list': [{ status: ['asleep'], limit: 1 }],
  search: [{ query: 'x'.repeat(1001), limit: 1 }],
};

const methods = Object.keys(SCHEMAS) as Method[];

/** Every operation and step, each with everything that may be there. */
const ACTIONS: readonly Action[] = [
  ...(
    [
      { op: 'list', path: '~/a', hidden: true, sort: 'time', as: 'json' },
      { op: 'stat', path: 'a', as: 'text' },
      { op: 'read', path: '/a', offset: 1, length: 2, as: 'bytes' },
      {
        op: 'search',
        path: '/a',
        names: ['*.ts'],
        content: 'x',
        regex: true,
        ignoreCase: true,
        hidden: true,
        limit: 9,
        as: 'json',
      },
      { op: 'write', path: '/a\nb', content: '', base64: true, mode: 'append' },
      { op: 'edit', path: '/a', replace: [{ find: 'a', with: '', all: true }] },
      { op: 'edit', path: '/a', diff: '--- a' },
      { op: 'move', from: 'a', to: 'b', overwrite: true },
      { op: 'copy', from: 'a', to: 'b', overwrite: true },
      { op: 'delete', path: 'a', recursive: true },
      { op: 'make-folder', path: 'a', parents: true },
      { op: 'send', path: 'a', to: PEER },
      { op: 'receive', path: 'a', from: { device: PEER, run: ID as RunId, name: 'a b' }, overwrite: true },
      { op: 'undo', run: ID as RunId },
    ] as const satisfies readonly FileOperation[]
  ).map((operation): Action => ({ kind: 'files', operation, cwd: '/home', timeoutMs: 5 })),
  {
    kind: 'browser',
    steps: (Object.keys(BROWSER_TOOLS) as BrowserTool[]).map((tool) => ({
      tool,
      params: { url: 'x', deep: [{ a: null }] },
    })),
    session: 'mail-2',
    secrets: ['MAIL_PASSWORD'],
    timeoutMs: 5,
  },
  {
    kind: 'desktop',
    steps: [
      { action: 'screenshot' },
      { action: 'zoom', region: [0, 0, 10, 10] },
      { action: 'cursor_position' },
      { action: 'list_windows' },
      { action: 'desktop_snapshot', window: 'Notes' },
      { action: 'wait', duration: 10 },
      { action: 'left_click', coordinate: [1, 2], text: 'ctrl' },
      { action: 'triple_click', ref: 'e1' },
      { action: 'mouse_move', coordinate: [1, 2] },
      { action: 'left_mouse_down', coordinate: [1, 2] },
      { action: 'left_mouse_up' },
      { action: 'left_click_drag', start_coordinate: [1, 2], coordinate: [3, 4], text: 'shift' },
      { action: 'scroll', coordinate: [1, 2], scroll_direction: 'up', scroll_amount: 3, text: 'ctrl' },
      { action: 'type', text: 'grüße 🙂' },
      { action: 'key', text: 'ctrl+s' },
      { action: 'hold_key', text: 'a', duration: 10 },
      { action: 'set_value', ref: 'e1', value: '' },
      { action: 'activate_window', window: '0x1' },
    ],
    timeoutMs: 5,
  },
];

describe('actions', () => {
  it.each(ACTIONS.map((action) => [titleOf(action), action] as const))('%s comes through as it is', (_, action) => {
    expect(SCHEMAS.submit.parse({ id: ID, task: 'x', action }).action).toEqual(action);
  });
});

describe('the parameters of', () => {
  it.each(methods)('%s come through as they are, with everything that may be there', (method) => {
    expect(SCHEMAS[method].parse(FULL[method])).toEqual(FULL[method]);
  });
  it.each(methods)('%s may hold nothing else, and must be an object', (method) => {
    for (const wrong of [{ ...FULL[method], more: 1 }, null, [], 'text', 5, JSON.parse(`{"__proto__":{"x":1}}`)]) {
      expect(SCHEMAS[method].safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
    }
  });
  it.each(Object.entries(WRONG))('%s are refused where they are wrong', (method, cases) => {
    for (const wrong of cases)
      expect(SCHEMAS[method as Method].safeParse(wrong).success, JSON.stringify(wrong).slice(0, 200)).toBe(false);
  });
});

it('the longest task fits into a frame, however it is escaped', () => {
  const params = { id: ID, task: '\u0001'.repeat(MIB) };
  expect(SCHEMAS.submit.safeParse(params).success).toBe(true);
  expect(encodeJson({ jsonrpc: '2.0', id: 1, method: 'submit', params }).length).toBeLessThan(MAX_FRAME_BYTES);
});

it('what is wrong with an action that a rule is asked about is told by its place', () => {
  const wrong = (given: unknown) => SCHEMAS['policy.check'].safeParse(given).error?.issues.map(({ path }) => path);
  expect(wrong({ action: { kind: 'files', operation: { op: 'read', path: 5 } } })).toEqual([
    ['action', 'operation', 'path'],
  ]);
  expect(wrong({ action: { kind: 'films' } })).toEqual([['action', 'kind']]);
  expect(wrong({ command: 5 })).toEqual([['command']]);
  expect(wrong(null)).toEqual([[]]);
});
