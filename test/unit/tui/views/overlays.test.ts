// The overlays as people see them.

import { describe, expect, it } from 'vitest';
import type { Model } from '../../../../src/tui/model/model.ts';
import { text, withOverlay } from './example.ts';
import { approvalDialog, live, runDialog, scenes } from './scenes.ts';

const size = { width: 80, height: 24 };
const all = scenes(size);
const scene = (name: string, at = size): Model => scenes(at)[name] as Model;

/** The rows of the box in the middle, without what lies around it. */
function boxOf(model: Model): string {
  const rows = text(model).split('\n');
  const top = rows.findLastIndex((row) => /┌ (?!\d)/.test(row));
  const bottom = rows.findLastIndex(
    (row, index) => index > top && row.includes('└') && row.indexOf('└') === rows[top]?.lastIndexOf('┌'),
  );
  const from = rows[top]?.lastIndexOf('┌') ?? 0;
  const to = (rows[top]?.indexOf('┐', from) ?? 0) + 1;
  return rows
    .slice(top, bottom + 1)
    .map((row) => row.slice(from, to))
    .join('\n');
}

describe('the approval dialog', () => {
  it('shows the command in a block of its own, then everything else, then the keys', () => {
    expect(text(scene('approval'))).toMatchInlineSnapshot(`
      " dispatch            ● 2 devices  ▶ 1 running  ⚠ 1 waiting        laptop  14:02
      ┌ 1 Thread ────────────────────────────────────┐┌ 2 ⚠1 ─ 3 Runs ─ 4 ───────────┐
      │you 13:48                                     ││⚠ 13 rm -rf…  laptop     29:42│
      │ ┌ ⚠ Approve on laptop: for f in $(git ls-files "*… · run 13 ─── 29:42 left ┐1│
      │⊘│ you ask to run this here                                                 │s│
      │✗│ for f in $(git ls-files "*.ts"); do                                      │s│
      │ │   npx prettier --write "$f" && git add "$f"                              │4│
      │ │ done                                                                     │s│
      │ │                                                                          │ │
      │✓│ asked for workspace-write, but laptop can only enforce full-access       │ │
      │◆│ access  full-access                                                      │ │
      │✓│ in      /home/ada/shop                                                   │ │
      │ │ with    /usr/bin/bash                                                    │ │
      │y│ sets    NODE_ENV                                                         │ │
      │▶│ limit   600 s                                                            │ │
      │ │ no rule allows it, so a person decides                                   │ │
      │ │ digest  abababababababababababababababababababababababababababababababab │ │
      │⚠│ y approve once   n reject   e edit   Esc leave pending                   │ │
      │⚠└──────────────────────────────────────────────────────────────────────────┘ │
      └──────────────────────────────────────────────┘└──────────────────────────────┘
       ⚠ 1  laptop: rm -rf build                                     a answers  29:42
       › t types a task: !command, ?question, or /help

       y approve once  n reject  Esc later  j scroll  e edit  F1 help"
    `);
  });

  it('does not say to approve what only its own device may answer', () => {
    const dialog = approvalDialog();
    const open = withOverlay(scene('busy'), dialog);
    const devices = open.devices.map((device) =>
      device.id === dialog.approval.device
        ? { ...device, local: false, grants: { given: [], held: ['run' as const] } }
        : device,
    );
    expect(boxOf(open)).toContain('⚠ Approve on laptop: ');
    expect(boxOf({ ...open, devices })).toContain('⚠ Asked on laptop: ');
  });

  it('says what is left to read before anything else', () => {
    expect(text(scene('approval', { width: 40, height: 12 }))).toMatchInlineSnapshot(`
      "┌ ⚠ Approve on laptop: for f in $(g… ──┐
      │ you ask to run this here             ┃
      │ for f in $(git ls-files "*.ts"); do  ┃
      │   npx prettier --write "$f" && git a ┃
      │↪dd "$f"                              ┃
      │ done                                 ┃
      │                                      │
      │ asked for workspace-write, but       │
      │ laptop can only enforce full-access  │
      │ ▼ 7 more rows: read to the end       │
      └──────────────────────────────────────┘
       y approve once  n reject  F1 help"
    `);
  });

  it('says why a key did nothing, and that the answer is on its way', () => {
    const { busy } = all as { busy: Model };
    expect(boxOf(withOverlay(busy, approvalDialog({ notice: 'wait a moment' })))).toContain('│ wait a moment ');
    const sending = approvalDialog({ phase: { type: 'sending', answer: { decision: 'approve' } } });
    expect(boxOf(withOverlay(busy, sending))).toContain('│ approving… ');
    const refusing = approvalDialog({ phase: { type: 'sending', answer: { decision: 'reject' } } });
    expect(boxOf(withOverlay(busy, refusing))).toContain('│ rejecting… ');
  });
});

it('the palette shows what matches, with its keys', () => {
  expect(boxOf(scene('palette'))).toMatchInlineSnapshot(`
    "┌ Commands ─────────────────────────────────────────────────────────── 3/3 ┐
    │ › go t                                                                   │
    │──────────────────────────────────────────────────────────────────────────│
    │ go to the thread                                                       1 │
    │ go to the runs                                                         2 │
    │ cancel the run                                                         3 │
    │                                                                          │
    │                                                                          │
    │                                                                          │
    │                                                                          │
    │                                                                          │
    │                                                                          │
    │                                                                          │
    │                                                                          │
    │                                                                          │
    │                                                                          │
    │                                                                          │
    │                                                                          │
    │                                                                          │
    └──────────────────────────────────────────────────────────────────────────┘"
  `);
});

it('an empty palette says so', () => {
  const palette = all.palette?.overlays[0];
  if (palette?.kind !== 'palette') throw new Error('the palette is open');
  expect(boxOf(withOverlay(scene('busy'), { ...palette, matches: [] }))).toContain('nothing matches');
});

it('the palette shows the selected item of a long list', () => {
  const palette = all.palette?.overlays[0];
  if (palette?.kind !== 'palette') throw new Error('the palette is open');
  const matches = Array.from({ length: 99 }, (_, index) => ({
    item: { label: `item ${index}.`, keywords: '', hint: '', target: { kind: 'command', text: '' } as const },
    positions: [],
  }));
  for (const selected of [0, 50, 98]) {
    expect(boxOf(withOverlay(scene('busy'), { ...palette, matches, selected }))).toContain(`item ${selected}.`);
  }
});

it('the small dialogs', () => {
  expect(boxOf(scene('quit'))).toMatchInlineSnapshot(`
    "┌ Leave the dashboard? ────────────────────────────────────────┐
    │ One run goes on without it.                                  │
    │                                                              │
    │                                                              │
    │ y yes   n no                                                 │
    └──────────────────────────────────────────────────────────────┘"
  `);
  expect(boxOf(scene('cancel'))).toMatchInlineSnapshot(`
    "┌ Cancel this run? ────────────────────────────────────────────┐
    │ 12 !npm test                                                 │
    │ Its processes are stopped.                                   │
    │                                                              │
    │ y yes   n no                                                 │
    └──────────────────────────────────────────────────────────────┘"
  `);
  expect(boxOf(scene('signal'))).toMatchInlineSnapshot(`
    "┌ Signal to 12 npm test -- --runInBand ────────────────────┐
    │ SIGINT   interrupt, as C-c does                          │
    │ SIGTERM  ask it to end                                   │
    │ SIGHUP   its terminal went away                          │
    │ SIGQUIT  end with a core dump                            │
    │ SIGTSTP  pause, as C-z does                              │
    │ SIGCONT  go on after a pause                             │
    │ SIGUSR1  whatever the program makes of it                │
    │ SIGUSR2  whatever the program makes of it                │
    │ SIGKILL  end at once, without a chance to tidy up        │
    │                                                          │
    └──────────────────────────────────────────────────────────┘"
  `);
  expect(boxOf(scene('reason'))).toMatchInlineSnapshot(`
    "┌ Reject, and say why ─────────────────────────────────────────────────┐
    │ rm -rf build                                                         │
    │ › not before three                                                   │
    │                                                                      │
    │ Enter reject   Esc back                                              │
    └──────────────────────────────────────────────────────────────────────┘"
  `);
  expect(boxOf(scene('save'))).toMatchInlineSnapshot(`
    "┌ Save a file ─────────────────────────────────────────────────────────┐
    │ ◆ report.pdf  120 kB                                                 │
    │ › ./report.pdf                                                       │
    │                                                                      │
    │ there is such a file: choose another name                            │
    └──────────────────────────────────────────────────────────────────────┘"
  `);
});

describe('the detail of a run', () => {
  it('shows its output', () => {
    expect(text(scene('run'))).toMatchInlineSnapshot(`
      " dispatch            ● 2 devices  ▶ 1 running  ⚠ 1 waiting        laptop  14:02
      ┌ Run 12 ──────────────────────────────────────────────────────────────────────┐
      │▶ npm test -- --runInBand                                                 0:41│
      │  running · gpu-box · full-access (asked for workspace-write)            14:01│
      │─ Output 12 kB ─ Plan ─ Approvals ─ Artifacts 2 ─ Audit ─ Timing ────── live ─│
      │line 184 of the output                                                        │
      │line 185 of the output                                                        │
      │line 186 of the output                                                        │
      │line 187 of the output                                                        │
      │line 188 of the output                                                        │
      │line 189 of the output                                                        │
      │line 190 of the output                                                        │
      │line 191 of the output                                                        │
      │line 192 of the output                                                        │
      │line 193 of the output                                                        │
      │line 194 of the output                                                        │
      │line 195 of the output                                                        │
      │line 196 of the output                                                        │
      │line 197 of the output                                                        │
      │line 198 of the output                                                        │
      │line 199 of the output                                                        │
      │line 200 of the output                                                        ┃
      └──────────────────────────────────────────────────────────────────────────────┘
       Esc back  Tab tabs  a approve…  i attach  j scroll  x cancel  / find  F1 help"
    `);
  });

  it('shows everything that is known of it', () => {
    expect(text(scene('details'))).toMatchInlineSnapshot(`
      " dispatch            ● 2 devices  ▶ 1 running  ⚠ 1 waiting        laptop  14:02
      ┌ Run 12 ──────────────────────────────────────────────────────────────────────┐
      │▶ npm test -- --runInBand                                                 0:41│
      │  running · gpu-box · full-access (asked for workspace-write)            14:01│
      │─ Output 12 kB ─ Plan ─ Approvals ─ Artifacts 2 ─ Audit ─ Timing ────── live ─│
      │Task                                                                          ┃
      │npm test -- --runInBand                                                       ┃
      │status    running                                                             ┃
      │asked by  you                                                                 ┃
      │route     desktop-local                                                       ┃
      │device    gpu-box                                                             ┃
      │                                                                              ┃
      │Why there                                                                     ┃
      │- "!" means the shell                                                         ┃
      │- it is this device                                                           ┃
      │                                                                              ┃
      │Access and limits                                                             ┃
      │access    full-access (asked for workspace-write)                             ┃
      │in        the home folder                                                     ┃
      │limit     no limit of time                                                    ┃
      │                                                                              │
      │Identity                                                                      │
      └──────────────────────────────────────────────────────────────────────────────┘
       Esc back  Tab tabs  a approve…  i attach  j scroll  x cancel  / find  F1 help"
    `);
  });

  it('says how far back it is scrolled, and what is missing', () => {
    const busy = scene('busy');
    expect(text(withOverlay(busy, runDialog(busy, { anchor: 193 })))).toContain('▼ 7 below, G follows ┘');
    const nothing = { ...live, port: undefined, bytes: 0 };
    expect(text(withOverlay(busy, runDialog(busy, { output: { ...nothing, state: 'opening' } })))).toContain(
      'opening…',
    );
    const failed = { ...nothing, state: 'failed', message: 'the output file is gone' } as const;
    expect(text(withOverlay(busy, runDialog(busy, { output: failed })))).toContain('the output file is gone');
    const silent = {
      ...live,
      bytes: 0,
      state: 'ended',
      port: { rows: () => 0, behind: () => 0, find: () => [], draw: () => {} },
    } as const;
    expect(text(withOverlay(busy, runDialog(busy, { output: silent })))).toContain('It printed nothing.');
    const unknown = runDialog(busy, { run: 'nowhere' as never, detail: undefined, message: 'there is no such run' });
    expect(text(withOverlay(busy, unknown))).toContain('there is no such run');
  });
});

it('the search lists what was found', () => {
  expect(text(scene('search'))).toMatchInlineSnapshot(`
    " dispatch            ● 2 devices  ▶ 1 running  ⚠ 1 waiting        laptop  14:02
    ┌ Search the thread ───────────────────────────────────────────────────────────┐
    │ › report                                                                     │
    │   10+ found, newest first                                                    │
    │ 14:01  ⚠ rm -rf build                                           laptop       │
    │ 14:01  ⚠ 13 rm -rf build                                        laptop       │
    │ 14:01  ▶ 12 npm test -- --runInBand                             gpu-box      │
    │ 14:00  • run the tests on @gpu-box                              laptop       │
    │ 13:59  ✓ 11 = 6 * 7  42                                         laptop       │
    │ 13:57  ◆ report.pdf                                             laptop       │
    │ 13:57  ✓ 10 make report                                         laptop       │
    │ 13:53  ✗ 9 cargo build --release                                laptop       │
    │ 13:50  ⊘ 8 terraform destroy                                    laptop       │
    │ 13:48  • deploy is at three; the report first, please           laptop       │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
     Enter show  Esc back  Tab keep as filter  M-a approve…  F1 help"
  `);
});

describe('the search', () => {
  it('says what it does, that it is at it, and that nothing was found', () => {
    const model = scene('search');
    const none = { ...model.search, results: [], more: false };
    expect(text({ ...model, search: { ...none, state: 'idle' } })).toContain('all of history');
    expect(text({ ...model, search: { ...none, state: 'searching' } })).toContain('searching…');
    expect(text({ ...model, search: { ...none, state: 'done' } })).toContain('nothing found');
    expect(text({ ...model, search: { ...none, state: 'failed', message: 'no peer' } })).toContain('no peer');
  });

  it('brings a match far behind on the screen', () => {
    const model = scene('search');
    const [entry] = model.search.results.filter(({ kind }) => kind === 'message');
    if (entry?.kind !== 'message') throw new Error('there is a message');
    const long = { ...entry, message: { ...entry.message, text: `${'words '.repeat(500)}the report at last` } };
    expect(text({ ...model, search: { ...model.search, results: [long] } })).toMatch(/• ….*the report at last/);
  });
});

it('search shows what an answer says, without its marks, and what people typed as it is', () => {
  const model = scene('search');
  const [entry] = model.search.results.filter(({ kind }) => kind === 'message');
  if (entry?.kind !== 'message') throw new Error('there is a message');
  const said = '**Yes**: the report\n\n> > quoted\n> ```sh\n> run it\n> ```\n';
  const answer = { ...entry, message: { ...entry.message, text: said, role: 'assistant' as const } };
  const typed = { ...entry, message: { ...entry.message, text: 'a **bold** report' } };
  const shown = text({ ...model, search: { ...model.search, results: [answer, typed] } });
  expect(shown).toContain('Yes: the report quoted run it');
  expect(shown).toContain('a **bold** report');
});

it('help is in two columns where they fit', () => {
  const wide = text(scene('help', { width: 140, height: 40 })).split('\n');
  expect(wide[2]).toMatch(/^│In the panes {40,}\S/);
  expect(text(scene('help')).split('\n')[2]).toMatch(/^│In the panes +[│┃]$/);
});

it('help begins with where one is, and ends with what to type', () => {
  for (const at of [size, { width: 140, height: 40 }, { width: 120, height: 15 }]) {
    expect(text(withOverlay(scene('busy', at), { kind: 'help', scroll: 9999 }))).toContain('/quit');
  }
});

it('help begins with what to type for who types', () => {
  const typing: Model = { ...scene('busy'), focus: 'composer' };
  expect(text(withOverlay(typing, { kind: 'help', scroll: 0 })).split('\n')[2]).toContain('What to type');
});

it('a text shows its end, and that it was cut', () => {
  const rows = text(scene('text')).split('\n');
  expect(rows.at(-3)).toContain('cut here: save it to read the rest');
  expect(rows.at(-2)).toContain(' 52/52 ┘');
});

describe('attached', () => {
  const [dialog] = all.attach?.overlays ?? [];
  if (dialog?.kind !== 'attach') throw new Error('it is attached');
  const first = (change: Partial<typeof dialog>, at = size): string =>
    text(withOverlay(scene('busy', at), { ...dialog, ...change })).split('\n')[0] ?? '';

  it('gives the screen to the terminal, but for the row that says how to leave', () => {
    const rows = text(scene('attach')).split('\n');
    expect(rows[0]).toBe(' attached to 12 npm test -- --runInBand — C-] detaches');
    expect(rows[1]).toBe('line 178 of the output');
    expect(rows[23]).toBe('line 200 of the output');
  });

  it('always says how to leave', () => {
    expect(first({}, { width: 30, height: 8 })).toBe(' 12 npm test … — C-] detaches');
    expect(first({ phase: 'opening' })).toBe(' attaching to 12 npm test -- --runInBand… — C-] goes back');
    expect(first({ phase: 'ended' })).toBe(' 12 npm test -- --runInBand is over — Enter goes back');
    expect(first({ phase: 'failed', message: 'no peer' })).toBe(
      ' 12 npm test -- --runInBand — C-] goes back — no peer',
    );
    expect(first({ phase: 'failed', message: 'no peer '.repeat(40) }, { width: 40, height: 8 })).toContain(
      'C-] goes back',
    );
    expect(first({ anchor: 196 })).toContain('— 4 rows back');
  });
});
