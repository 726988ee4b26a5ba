// Whatever happens in whatever order, the dashboard does not break, and an approval is only ever answered by the right key,
// pressed on its own, on what was drawn, after it was read.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { subscriptions } from '../../src/tui/app/subscriptions.ts';
import type { AssentDialog } from '../../src/tui/model/answer-dialogs.ts';
import type { MessageBody } from '../../src/tui/model/messages.ts';
import { THREAD_WINDOW } from '../../src/tui/model/model.ts';
import { topOverlay } from '../../src/tui/model/select.ts';
import { dialogLayout } from '../../src/tui/rows/dialog-layout.ts';
import { ALONE_MS, DEAF_MS, REPEAT_MS, readingOf } from '../../src/tui/update/reading.ts';
import {
  aChange,
  anApproval,
  anArtifact,
  approvalEntry,
  aRun,
  aSnapshot,
  type Dashboard,
  keyOf,
  messageEntry,
  messages,
  runEntry,
  startDashboard,
} from '../helpers/tui-model.ts';

const STATUSES = ['queued', 'running', 'waiting_approval', 'completed', 'failed', 'cancelled'] as const;
const KEYS = [
  'y',
  'n',
  'N',
  'Y',
  'A',
  'e',
  'p',
  'V',
  '+',
  'left',
  'right',
  'C-x',
  'C-e',
  'v',
  'a',
  'M-a',
  'x',
  'r',
  'i',
  'S',
  'o',
  's',
  'c',
  'z',
  'q',
  'j',
  'k',
  'g',
  'G',
  'm',
  't',
  '?',
  '/',
  ':',
  '!',
  '=',
  '1',
  '2',
  '3',
  '4',
  'R',
  'enter',
  'escape',
  'tab',
  'S-tab',
  'up',
  'down',
  'pageup',
  'pagedown',
  'space',
  'home',
  'end',
  'C-c',
  'C-p',
  'C-u',
  'C-d',
  'C-]',
  'f1',
  'backspace',
  'M-enter',
  'C-j',
  '漢',
  '😀',
  '[',
  ']',
  'C-space',
  'unknown-key',
];
const COMMANDS = [
  'task',
  'echo \u202e\x1b]0;x\x07',
  Array.from({ length: 90 }, (_, line) => `line ${line}`).join('\n'),
  'x'.repeat(5_000),
  '',
];

const number = fc.integer({ min: 1, max: 6 });
/** A rule that some question may have asked for. */
const proposed = fc.integer({ min: 0, max: 4 }).map(
  (request): MessageBody => ({
    type: 'rule-proposed',
    request,
    rule: { name: 'x', decision: 'allow' },
    toml: 'name = "x"\n'.repeat(60),
  }),
);
const failure = fc
  .constantFrom('unavailable', 'conflict', 'not-found', 'timeout')
  .map((code) => ({ code, message: `it is ${code}` }));
const run = fc
  .record({ number, status: fc.constantFrom(...STATUSES), command: fc.constantFrom(...COMMANDS), inline: fc.boolean() })
  .map((r) => aRun(r.number, r));
const approval = fc
  .record({ number, command: fc.constantFrom(...COMMANDS), digest: fc.constantFrom('1', '2') })
  .map(({ number: n, command, digest }) => anApproval(n, { command, digest: digest.repeat(64) as never }));
const decided = fc
  .record({ approval, status: fc.constantFrom('approved', 'rejected', 'expired') })
  .map(({ approval: pending, status }) => ({
    ...approvalEntry(pending, 50 + Number(pending.id.slice(1))),
    approval: {
      ...pending,
      status,
      decidedAt: pending.requestedAt,
      decidedBy: { kind: 'human', device: pending.device },
    } as never,
  }));

const body: fc.Arbitrary<MessageBody> = fc.oneof(
  {
    weight: 30,
    arbitrary: fc
      .constantFrom(...KEYS)
      .map((key): MessageBody => input({ type: 'key', key, ...([...key].length === 1 ? { text: key } : {}) })),
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom('y', 'yes\ny\n', '!ls', '/open 1', '\x1b[31m', 'x'.repeat(10_000))
      .map((text) => input({ type: 'paste', text })),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({
        action: fc.constantFrom('down', 'up', 'move', 'wheelup', 'wheeldown'),
        x: fc.integer({ min: 0, max: 130 }),
        y: fc.integer({ min: 0, max: 45 }),
      })
      .map((at) => input({ type: 'mouse', button: 'left', shift: false, ctrl: false, alt: false, ...at } as never)),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ width: fc.integer({ min: 0, max: 150 }), height: fc.integer({ min: 0, max: 50 }) })
      .map((size): MessageBody => ({ type: 'resized', size })),
  },
  { weight: 2, arbitrary: fc.constant<MessageBody>({ type: 'tick' }) },
  {
    weight: 4,
    arbitrary: run.map((r): MessageBody => ({ type: 'change', change: aChange(runEntry(r), 'run.started') })),
  },
  {
    weight: 4,
    arbitrary: approval.map(
      (a): MessageBody => ({
        type: 'change',
        change: aChange(
          approvalEntry(a, 50 + Number(a.id.slice(1))),
          'approval.requested',
          aRun(Number(a.runId.slice(1)), { status: 'waiting_approval' }),
        ),
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: decided.map(
      (entry): MessageBody => ({ type: 'change', change: aChange(entry as never, 'approval.decided') }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .integer({ min: 100, max: 900 })
      .map((n): MessageBody => ({ type: 'change', change: aChange(messageEntry(n)) })),
  },
  {
    weight: 1,
    arbitrary: number.map(
      (n): MessageBody => ({
        type: 'change',
        change: aChange({ key: keyOf(n + 20), kind: 'artifact', artifact: anArtifact(n) }, 'artifact.created'),
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        runs: fc.array(run, { maxLength: 4 }),
        approvals: fc.uniqueArray(approval, { maxLength: 3, selector: ({ id }) => id }),
        count: fc.integer({ min: 0, max: 150 }),
        more: fc.boolean(),
      })
      .map(
        ({ runs, approvals, count, more }): MessageBody => ({
          type: 'snapshot',
          snapshot: aSnapshot({ runs, approvals, entries: messages(100, count), more }),
        }),
      ),
  },
  { weight: 2, arbitrary: fc.constant<MessageBody>({ type: 'lost', reason: 'gone' }) },
  {
    weight: 2,
    arbitrary: fc
      .record({ approval, failure })
      .map(({ approval: { id }, failure: f }): MessageBody => ({ type: 'decide-failed', approval: id, failure: f })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ run, text: fc.constantFrom('!ls', ''), failure })
      .map(({ text, failure: f }): MessageBody => ({ type: 'submit-failed', id: 'x', text, failure: f })),
  },
  {
    weight: 1,
    arbitrary: run.map(
      (r): MessageBody => ({
        type: 'run-loaded',
        detail: { run: r, approvals: [], artifacts: [anArtifact(r.number), anArtifact(r.number + 9)] },
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({ run, attached: fc.boolean(), state: fc.constantFrom('live', 'ended', 'failed') }).map(
      ({ run: r, attached, state }): MessageBody => ({
        type: 'output',
        run: r.id,
        output: { port: undefined, bytes: 3, state: state as never, attached },
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: run.map(
      (r): MessageBody => ({ type: 'tail', run: r.id, tail: { lines: ['a', 'b'], done: r.status !== 'running' } }),
    ),
  },
);

function input(event: Extract<MessageBody, { type: 'input' }>['event']): MessageBody {
  return { type: 'input', event, raw: new Uint8Array([1]) };
}

const step = fc.record({ body, wait: fc.constantFrom(0, 1, 30, 200, 351, 400, 800, 3_000) });

/** Mostly the keys that matter in the dialog. */
const answering = fc.record({
  body: fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .constantFrom(
          'y',
          'n',
          'N',
          'r',
          'A',
          'Y',
          'e',
          'a',
          'M-a',
          'G',
          'space',
          'enter',
          'escape',
          'v',
          'C-p',
          'down',
          'f1',
        )
        .map(press),
    },
    { weight: 1, arbitrary: proposed },
    { weight: 1, arbitrary: body },
  ),
  wait: fc.constantFrom(0, 30, 351, 400, 800, 3_000),
});

function press(key: string): MessageBody {
  return input({ type: 'key', key, ...([...key].length === 1 ? { text: key } : {}) });
}

const isSameQuestion = (one: AssentDialog, other: AssentDialog): boolean =>
  one.approval === other.approval &&
  (one.to === other.to || (one.to.type === 'for-run' && other.to.type === 'for-run'));

/** Serves what was asked for at once, as a peer would. */
function answerPages(dashboard: Dashboard): void {
  for (const effect of dashboard.effects) {
    if (effect.type !== 'load') continue;
    const entries = messages(effect.page.kind === 'older' ? 100 : 300, 40);
    dashboard.tell({ type: 'page', page: effect.page, entries, more: { before: false, after: false } });
  }
}

describe('the dashboard', () => {
  it('never breaks, and keeps its promises about what it holds', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const dashboard = startDashboard();
        for (const { body: message, wait } of steps) {
          dashboard.wait(wait);
          dashboard.tell(message);
          answerPages(dashboard);
          dashboard.take();
          const { model } = dashboard;
          const keys = model.thread.entries.map(({ key }) => key);
          expect(keys).toEqual([...new Set(keys)].sort());
          expect(keys.length).toBeLessThanOrEqual(THREAD_WINDOW);
          expect(model.thread.list.cursor).toBeLessThan(Math.max(1, keys.length));
          subscriptions(model);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('answers an approval only with the right key, on what was drawn, after the guards', () => {
    fc.assert(
      fc.property(fc.array(answering, { maxLength: 60 }), fc.constantFrom(...COMMANDS), (steps, command) => {
        const payload = { ...anApproval(1, { command }).payload, likeness: 'c'.repeat(64) as never };
        const decisions = ['approve', 'approve-for-run', 'approve-always', 'reject'] as const;
        const asked = [1, 2].map((at) => anApproval(at, { command, payload, decisions }));
        const runs = [2, 1].map((at) => aRun(at, { status: 'waiting_approval' }));
        const dashboard = startDashboard({ snapshot: { approvals: asked, runs } });
        dashboard.press('escape', 'a');
        let topSince = dashboard.now;
        let lastKey: { key: string; at: number } | undefined;
        /** The key that was taken for an answer, and the state that it was pressed in. */
        let pressed: { key: string; at: number; top: unknown; enough: boolean } | undefined;
        for (const { body: message, wait } of steps) {
          dashboard.wait(wait);
          const before = dashboard.model;
          const dialog = readingOf(before);
          const top = topOverlay(before);
          dashboard.tell(message);
          const answers = dashboard
            .take()
            .flatMap((effect) => (effect.type === 'decide' || effect.type === 'decide-alike' ? [effect] : []));
          const key = message.type === 'input' && message.event.type === 'key' ? message.event.key : undefined;
          for (const answer of answers) {
            expect(dialog?.phase.type).toBe('pressed');
            expect(pressed).toBeDefined();
            if (dialog === undefined || pressed === undefined) return;
            expect(answer.approval).toBe(dialog.approval.id);
            const decision = answer.type === 'decide' ? answer.decision : 'approve';
            if (answer.type === 'decide') expect(answer.digest).toBe(dialog.approval.digest);
            else expect(dialog).toMatchObject({ kind: 'assent', to: { type: 'alike' } });
            // What reaches further than once leaves only from the second question, and what does not never from there.
            const further =
              answer.type === 'decide-alike' || decision === 'approve-for-run' || decision === 'approve-always';
            if (decision !== 'reject') expect(dialog.kind).toBe(further ? 'assent' : 'approval');
            expect(before.connection.state).toBe('connected');
            expect(dashboard.now - pressed.at).toBeGreaterThanOrEqual(ALONE_MS);
            if (pressed.top !== 'reason') expect(pressed.key).toBe(decision === 'reject' ? 'n' : 'y');
            else expect([pressed.key, decision]).toEqual(['enter', 'reject']);
            expect(pressed.enough).toBe(true);
            if (decision !== 'reject') {
              expect(dialog.seenEndAt).toBeDefined();
              expect(dialog.seen.rows).toBeGreaterThanOrEqual(dialogLayout(before, dialog).rows.length);
            }
          }
          const after = readingOf(dashboard.model);
          if (key !== undefined && after?.phase.type === 'pressed' && dialog?.phase.type !== 'pressed') {
            const first =
              lastKey === undefined || dashboard.now - lastKey.at >= (lastKey.key === key ? REPEAT_MS : ALONE_MS);
            const waited = dashboard.now - topSince >= DEAF_MS;
            pressed = { key, at: dashboard.now, top: top?.kind, enough: top?.kind === 'reason' || (first && waited) };
          }
          if (key !== undefined) lastKey = { key, at: dashboard.now };
          const shown = topOverlay(dashboard.model);
          if (shown?.kind === 'approval' && !(top?.kind === 'approval' && top.approval === shown.approval))
            topSince = dashboard.now;
          if (shown?.kind === 'assent' && !(top?.kind === 'assent' && isSameQuestion(top, shown)))
            topSince = dashboard.now;
        }
      }),
      { numRuns: 300 },
    );
  });
});
