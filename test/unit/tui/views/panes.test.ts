// The panes as people see them, at the sizes that matter.

import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../src/core/runs.ts';
import type { Model } from '../../../../src/tui/model/model.ts';
import { ASCII, approval, artifact, busyDay, emptyDay, entries, message, NOW, run, text, withText } from './example.ts';
import { scenes } from './scenes.ts';

describe('a busy day', () => {
  it('at 120x40 shows all panes', () => {
    expect(text(busyDay({ width: 120, height: 40 }))).toMatchInlineSnapshot(`
      " dispatch                                ● 2 devices  ▶ 1 running  ⚠ 1 waiting                            laptop  14:02
      ┌ 1 Thread ────────────────────────────────────────────────────────────┐┌ 2 Approvals 1 ───────────────────────────────┐
      │you 13:48  deploy is at three; the report first, please               ││⚠ rm -rf build                           29:42│
      │⊘  8 terraform destroy               laptop   rejected            9.0s││  you ask here  full-access                   │
      │✗  9 cargo build --release           laptop   exit 101            1:04│└──────────────────────────────────────────────┘
      │     error[E0382]: borrow of moved value: \`config\`                    │┌ 3 Runs ──────────────────────────────────────┐
      │       --> src/main.rs:42:18                                          ││⚠ 13 rm -rf build         laptop         29:42│
      │     the command ended with exit code 101                             ││▶ 12 npm test -- --runI…  gpu-box         0:41│
      │✓ 10 make report                     laptop   desktop-local      12.3s││✓ 11 = 6 * 7              laptop          0.1s│
      │◆ report.pdf  120 kB  from 10                                         ││✓ 10 make report          laptop         12.3s│
      │✓ 11 = 6 * 7                         laptop   inline              0.1s││✗  9 cargo build --rele…  laptop      exit 101│
      │     42                                                               ││⊘  8 terraform destroy    laptop      rejected│
      │you 14:00  run the tests on @gpu-box                                  ││                                              │
      │▶ 12 npm test -- --runInBand         gpu-box  desktop-local       0:41││                                              │
      │     PASS src/login.test.ts                                           ││                                              │
      │     PASS src/cart.test.ts (12 tests)                                 ││                                              │
      │⚠ 13 rm -rf build                    laptop   waiting for you    29:42││                                              │
      │⚠ 13 you ask here: rm -rf build                                  29:42││                                              │
      │                                                                      ││                                              │
      │                                                                      ││                                              │
      │                                                                      ││                                              │
      │                                                                      ││                                              │
      │                                                                      ││                                              │
      │                                                                      ││                                              │
      │                                                                      ││                                              │
      │                                                                      ││                                              │
      │                                                                      ││                                              │
      │                                                                      ││                                              │
      │                                                                      ││                                              │
      │                                                                      ││                                              │
      │                                                                      ││                                              │
      │                                                                      ││                                              │
      │                                                                      │└──────────────────────────────────────────────┘
      │                                                                      │┌ 4 Devices ───────────────────────────────────┐
      │                                                                      ││● laptop   this device  shell local_files     │
      │                                                                      ││● gpu-box  12 ms        shell local_files     │
      └──────────────────────────────────────────────────────────────────────┘└──────────────────────────────────────────────┘
       › type !command, ?question, or /help

       Esc panes  Tab complete, panes  M-a approve…  M-Enter new line  ↑ history  C-p commands  F1 help"
    `);
  });

  it('at 80x24 shows the thread, one side with tabs, and a strip for what waits', () => {
    expect(text({ ...busyDay({ width: 80, height: 24 }), focus: 'runs', pane: 'runs' })).toMatchInlineSnapshot(`
      " dispatch            ● 2 devices  ▶ 1 running  ⚠ 1 waiting        laptop  14:02
      ┌ 1 Thread ────────────────────────────────────┐┌ 2 ⚠1 ─ 3 Runs ─ 4 ───────────┐
      │you 13:48                                     ││⚠ 13 rm -rf…  laptop     29:42│
      │  deploy is at three; the report first, please││▶ 12 npm te…  gpu-box     0:41│
      │⊘  8 terraform destroy    laptop      rejected││✓ 11 = 6 * 7  laptop      0.1s│
      │✗  9 cargo build --rele…  laptop      exit 101││✓ 10 make r…  laptop     12.3s│
      │     error[E0382]: borrow of moved value: \`co…││✗  9 cargo …  laptop      1:04│
      │       --> src/main.rs:42:18                  ││⊘  8 terraf…  laptop      9.0s│
      │     the command ended with exit code 101     ││                              │
      │✓ 10 make report          laptop         12.3s││                              │
      │◆ report.pdf  120 kB  from 10                 ││                              │
      │✓ 11 = 6 * 7              laptop          0.1s││                              │
      │     42                                       ││                              │
      │you 14:00  run the tests on @gpu-box          ││                              │
      │▶ 12 npm test -- --runI…  gpu-box         0:41││                              │
      │     PASS src/login.test.ts                   ││                              │
      │     PASS src/cart.test.ts (12 tests)         ││                              │
      │⚠ 13 rm -rf build         laptop         29:42││                              │
      │⚠ 13 rm -rf build  you ask here          29:42││                              │
      └──────────────────────────────────────────────┘└──────────────────────────────┘
       ⚠ 1  laptop: rm -rf build                                     a answers  29:42
       › t types a task: !command, ?question, or /help

       t type  Enter open  a approve…  x cancel  / search  : commands  ? help  q quit"
    `);
  });

  it('at 50x20 shows one pane', () => {
    expect(text(busyDay({ width: 50, height: 20 }))).toMatchInlineSnapshot(`
      " dispatch         ● 2  ▶ 1  ⚠ 1             14:02
      ┌ 1 Thread ──────────────────────────────────────┐
      │     error[E0382]: borrow of moved value: \`conf…│
      │       --> src/main.rs:42:18                    │
      │     the command ended with exit code 101       │
      │✓ 10 make report            laptop         12.3s┃
      │◆ report.pdf  120 kB  from 10                   ┃
      │✓ 11 = 6 * 7                laptop          0.1s┃
      │     42                                         ┃
      │you 14:00  run the tests on @gpu-box            ┃
      │▶ 12 npm test -- --runInB…  gpu-box         0:41┃
      │     PASS src/login.test.ts                     ┃
      │     PASS src/cart.test.ts (12 tests)           ┃
      │⚠ 13 rm -rf build           laptop         29:42┃
      │⚠ 13 rm -rf build  you ask here            29:42┃
      └────────────────────────────────────────────────┘
       ⚠ 1  laptop: rm -rf build   Esc a answers  29:42
       › type !command, ?question, or /help

       Esc panes  Tab complete, panes  F1 help"
    `);
  });

  it('at 40x12', () => {
    expect(text({ ...busyDay({ width: 40, height: 12 }), focus: 'thread' })).toMatchInlineSnapshot(`
      " dispatch    ● 2  ▶ 1  ⚠ 1        14:02
      ┌ 1 Thread ────────────────────────────┐
      │▶ 12 npm test -- --…  gpu-box     0:41│
      │     PASS src/login.test.ts           │
      │     PASS src/cart.test.ts (12 tests) │
      │⚠ 13 rm -rf build     laptop     29:42┃
      │⚠ 13 rm -rf build  you ask here  29:42┃
      └──────────────────────────────────────┘
       ⚠ 1  laptop: rm -rf … a answers  29:42
       › t types a task: !command, ?question…

       t type  Enter open  a approve…  ? help"
    `);
  });

  it('at 30x8', () => {
    expect(text(busyDay({ width: 30, height: 8 }))).toMatchInlineSnapshot(`
      " dispatch  ● 2  ▶ 1  ⚠ 1
      ┌ 1 Thread ──────────────────┐
      │⚠ 13 rm -…  laptop     29:42│
      │⚠ 13 rm -rf build      29:42┃
      └────────────────────────────┘
       ⚠ 1  laptop: rm -rf build
       › type !command, ?question,…
       Esc panes  F1 help"
    `);
  });

  it('smaller still is one line', () => {
    expect(text(busyDay({ width: 44, height: 5 }))).toBe('● 2  ▶ 1  ⚠ 1  enlarge to 30x8\n\n\n\n');
    expect(text({ ...scenes({ width: 29, height: 7 }).lost } as Model)).toContain('connection lost');
  });

  it('in letters alone', () => {
    expect(text(busyDay({ width: 60, height: 16 }), ASCII)).toMatchInlineSnapshot(`
      " dispatch  * 2 devices  > 1 running  ! 1 waiting
      + 1 Thread ------------------------++ 2 !1 - 3 Runs - 4 ---+
      |+ 11 = 6 * 7      laptop      0.1s||! 13 rm -rf build     |
      |     42                           ||> 12 npm test -- --...|
      |you 14:00                         ||+ 11 = 6 * 7          |
      |  run the tests on @gpu-box       ||+ 10 make report      |
      |> 12 npm test...  gpu-box     0:41#|x  9 cargo build --...|
      |     PASS src/login.test.ts       #|-  8 terraform destroy|
      |     PASS src/cart.test.ts (12 ...#|                      |
      |! 13 rm -rf b...  laptop     29:42#|                      |
      |! 13 rm -rf build  you as... 29:42#|                      |
      +----------------------------------++----------------------+
       ! 1  laptop: rm -rf build             Esc a answers  29:42
       > type !command, ?question, or /help

       Esc panes  Tab complete, panes  M-a approve...  F1 help"
    `);
    expect(text(busyDay({ width: 60, height: 16 }), ASCII)).toMatch(/^[\x20-\x7e\n]*$/);
  });
});

describe('an empty day', () => {
  it('says in every pane what will fill it', () => {
    expect(text(emptyDay({ width: 120, height: 20 }))).toMatchInlineSnapshot(`
      " dispatch                                 ● 1 device  ▶ 0 running  ⚠ 0 waiting                            laptop  14:02
      ┌ 1 Thread ────────────────────────────────────────────────────────────┐┌ 2 Approvals ─────────────────────────────────┐
      │ This device  laptop, linux                                           ││ Nothing waits for your yes.                  │
      │   ✓ commands  no sandbox here, so nearly all of them ask             ││                                              │
      │   ✓ files     below /home/ada                                        │└──────────────────────────────────────────────┘
      │   ○ browser   not here                                               │┌ 3 Runs ──────────────────────────────────────┐
      │   ○ screen    not here                                               ││ No runs yet: t types a task.                 │
      │                                                                      ││                                              │
      │ Three things to try                                                  ││                                              │
      │   !ls -la    a command here: if it only reads it runs at once, else  ││                                              │
      │              you are asked                                           ││                                              │
      │   = 6 * 7    calculates                                              ││                                              │
      │   Esc P      pairs another machine: then its runs and files are here │└──────────────────────────────────────────────┘
      │              too                                                     │┌ 4 Devices ───────────────────────────────────┐
      │                                                                      ││● laptop  this device  shell local_files      │
      │ F1 all keys, C-p commands, Esc q leaves                              ││  Esc P pairs another machine.                │
      └──────────────────────────────────────────────────────────────────────┘└──────────────────────────────────────────────┘
       › type !command, ?question, or /help

       Esc panes  Tab complete, panes  M-Enter new line  ↑ history  C-p commands  F1 help"
    `);
  });

  it('says that it connects', () => {
    const screen = text(scenes({ width: 120, height: 40 }).connecting as Model);
    expect(screen.match(/connecting/g)).toHaveLength(5);
  });
});

describe('a lost connection', () => {
  it('says since when, and that nothing need be done', () => {
    expect(text(scenes({ width: 120, height: 40 }).lost as Model).split('\n')[1]).toBe(
      ' ⚠ R starts the peer · connection lost at 14:01, 0:12 ago; it reconnects by itself · the peer ended',
    );
    expect(text(scenes({ width: 30, height: 8 }).lost as Model).split('\n')[1]).toBe(' ⚠ R starts it · lost 14:01');
  });

  it('is told in the header where a page covers the banner', () => {
    const { help, lost } = scenes({ width: 80, height: 24 }) as { help: Model; lost: Model };
    expect(text({ ...lost, overlays: help.overlays }).split('\n')[0]).toContain('⚠ connection lost');
  });
});

const rowsOf = (model: Model, pattern: RegExp): string[] =>
  text(model)
    .split('\n')
    .flatMap((row) => pattern.exec(row)?.[0].trimEnd() ?? []);

/** A thread of these entries alone, on one device. */
function threadOf(size: { width: number; height: number }, ...items: Parameters<typeof entries>): Model {
  const model = emptyDay(size);
  const runs = items.filter((item): item is Run => 'action' in item);
  return { ...model, zoomed: true, runs, thread: { ...model.thread, entries: entries(...items) } };
}

describe('the thread', () => {
  it('lines up the columns of all states of a run', () => {
    const model = threadOf(
      { width: 70, height: 20 },
      run(7, 'queued', 'a'),
      run(99, 'running', 'b', { more: { startedAt: undefined } }),
      run(100, 'failed', 'c', { more: { reason: 'signal', signal: 'SIGKILL' } }),
      run(3, 'failed', 'd', { more: { reason: 'timeout' } }),
      run(4, 'cancelled', 'e', { more: { reason: 'expired' } }),
      run(5, 'completed', 'f', { inline: true, took: 90 }),
      run(6, 'running', 'g', { ago: 3 * 3_600_000 }),
    );
    expect(rowsOf(model, /^│[^ ] +\d+ .*│$/)).toMatchInlineSnapshot(`
      [
        "│…  7 a                                      queued                  │",
        "│▶ 99 b                                      starting            1:00│",
        "│✗ 100 c                                     SIGKILL             2.1s│",
        "│✗  3 d                                      timeout             2.1s│",
        "│⊘  4 e                                      expired             2.1s│",
        "│✓  5 = f                                    inline              90ms│",
        "│▶  6 g                                      desktop-local    3:00:00│",
      ]
    `);
  });

  it('names authors and cuts what is long where it says so', () => {
    const by = { kind: 'human', device: 'x' } as never;
    const model = threadOf(
      { width: 60, height: 30 },
      message('one\ntwo'),
      message('an answer', { role: 'assistant', by }),
      message('done', { by: { kind: 'agent', device: 'x' } as never }),
      message(Array.from({ length: 99 }, (_, line) => `line ${line}`).join('\n')),
    );
    const rows = rowsOf(model, /^│.*│$/).map((row) => row.replace(/│/g, '').trimEnd());
    expect(rows.slice(0, 5)).toEqual(['  two', 'ai  14:00  an answer', 'agt 14:00  done', 'you 14:00', '  line 0']);
    expect(rows[23]).toBe('  … there is more: l shows it here, Enter shows all of it');
  });

  it('shows approvals in a row, with what became of them', () => {
    const decided = { decidedAt: NOW, decidedBy: { kind: 'human', device: 'device-laptop' } } as const;
    const ran = run(13, 'completed', 'rm -rf build');
    const items = [
      approval(13, 'rm -rf build'),
      { ...approval(13, 'rm -rf build'), ...decided, status: 'approved' },
      { ...approval(13, 'rm -rf build'), ...decided, status: 'rejected', note: 'not before three' },
      { ...approval(13, 'rm -rf build'), ...decided, status: 'expired' },
      { ...approval(77, 'of a run that is not loaded'), ...decided, status: 'approved' },
    ] as Parameters<typeof entries>;
    expect(rowsOf(threadOf({ width: 70, height: 16 }, ran, ...items), /^│.*│$/).slice(1, 7)).toMatchInlineSnapshot(`
      [
        "│⚠ 13 you ask: rm -rf build                                     29:42│",
        "│✓ 13 approved: rm -rf build                                    14:02│",
        "│⊘ 13 rejected: rm -rf build                                    14:02│",
        "│     not before three                                               │",
        "│⊘ 13 its run ended first: rm -rf build                         14:02│",
        "│✓    approved: of a run that is not loaded                     14:02│",
      ]
    `);
  });

  it('says where an artifact comes from', () => {
    const model = threadOf({ width: 50, height: 16 }, run(10, 'completed', 'x'), artifact('a/report.pdf', 10, 120_000));
    expect(text(model)).toContain('◆ a/report.pdf  120 kB  from 10');
  });

  it('tells what is below, what is loading, and where the window is', () => {
    const many = entries(...Array.from({ length: 60 }, (_, index) => message(`message ${index}`)));
    const model = emptyDay({ width: 60, height: 20 });
    const list = { ...model.thread.list, follow: false, cursor: 30, top: { index: 30, row: 0 }, seen: 57 };
    const thread = { ...model.thread, entries: many, list, moreBefore: true, loading: 'older' as const };
    expect(text({ ...model, zoomed: true, thread })).toMatchInlineSnapshot(`
      " dispatch  ● 1 device  ▶ 0 running  ⚠ 0 waiting
      ┌ 1 Thread ──────────────────────────────── loading older… ┐
      │you 14:00  message 30                                     │
      │you 14:00  message 31                                     │
      │you 14:00  message 32                                     │
      │you 14:00  message 33                                     │
      │you 14:00  message 34                                     │
      │you 14:00  message 35                                     │
      │you 14:00  message 36                                     │
      │you 14:00  message 37                                     ┃
      │you 14:00  message 38                                     ┃
      │you 14:00  message 39                                     ┃
      │you 14:00  message 40                                     │
      │you 14:00  message 41                                     │
      │you 14:00  message 42                                     │
      │you 14:00  message 43                                     │
      └─────────────────────────────────────────── ▼ 3 new below ┘
       › type !command, ?question, or /help

       Esc panes  Tab complete, panes  M-Enter new line  F1 help"
    `);
    const quiet = { ...thread, list: { ...list, seen: 60 }, loading: undefined };
    expect(text({ ...model, zoomed: true, thread: quiet })).toContain('▼ G newest ┘');
    expect(text({ ...model, zoomed: true, thread: { ...thread, newBelow: 5 } })).toContain('▼ 8 new below ┘');
  });
});

describe('the composer', () => {
  const size = { width: 80, height: 24 };
  const hintRow = (model: Model): string => text(model).split('\n').at(-2) ?? '';

  it('says where a task will go', () => {
    expect(hintRow(scenes(size).completing as Model)).toMatchInlineSnapshot(
      `"   → desktop-local · gpu-box · full-access · will ask  policy: no rule allows …"`,
    );
  });

  it('says first what happens, where little fits', () => {
    const narrow = scenes({ width: 40, height: 12 }).completing as Model;
    expect(hintRow(narrow)).toBe('   → will ask · desktop-local · gpu-box');
  });

  it('says why a task cannot go anywhere, and that one failed or is on its way', () => {
    const model = withText(busyDay(size), '!x @nowhere');
    const { composer } = model;
    const refused = { kind: 'refused', reason: 'there is no device "nowhere"', hint: 'known: @laptop' } as const;
    expect(hintRow({ ...model, composer: { ...composer, hint: refused } })).toBe(
      '   ✗ there is no device "nowhere"  known: @laptop',
    );
    const failed = { id: 'x', text: 'x', message: 'no peer' };
    expect(hintRow({ ...model, composer: { ...composer, failed } })).toBe('   ✗ not sent: no peer  Enter tries again');
    expect(hintRow({ ...model, composer: { ...composer, sending: 2 } })).toBe('   sending 2…');
    const low = { ...model, size: { width: 30, height: 8 }, composer: { ...composer, failed } };
    expect(text(low).split('\n').at(-1)).toContain('✗ not sent: no peer');
  });

  it('shows several lines, and which are above', () => {
    const model = withText(busyDay(size), Array.from({ length: 20 }, (_, line) => `line ${line}`).join('\n'));
    const rows = text(model).split('\n').slice(-8);
    expect(rows.slice(0, 6)).toEqual(['▲› line 14', ...[15, 16, 17, 18, 19].map((line) => `   line ${line}`)]);
  });

  it('has its list of completions above the word', () => {
    const rows = text(scenes(size).completing as Model).split('\n');
    const at = rows.findIndex((row) => row.includes('› !npm test @gpu-box'));
    expect(rows[at - 4]?.indexOf('@gpu-box')).toBe(rows[at]?.indexOf('@gpu-box'));
  });
});

describe('notes', () => {
  const said = (model: Model, text: string): Model => ({
    ...model,
    toasts: [{ id: 1, tone: 'info', text, until: NOW }],
  });

  it('stand in the border below the panes or the page, and cover nothing else', () => {
    for (const name of ['toasts', 'limits', 'run', 'fleet', 'local']) {
      for (const size of [
        { width: 120, height: 40 },
        { width: 80, height: 24 },
        { width: 40, height: 12 },
      ]) {
        const model = { ...(scenes(size)[name] as Model), toasts: [] };
        const before = text(model).split('\n');
        const after = text(said(model, 'approved run 13')).split('\n');
        const changed = after.flatMap((row, index) => (row === before[index] ? [] : [index]));
        expect(changed).toHaveLength(1);
        expect(before[changed[0] ?? -1]).toMatch(/^└/);
        expect(after[changed[0] ?? -1]).toMatch(/^└─ \S approved run 13 [─┘]/);
      }
    }
  });

  it('stand on blank rows where they are longer, else on whole rows of their own', () => {
    const long = 'a word and another one '.repeat(7).trim();
    const wide = { ...(scenes({ width: 120, height: 40 }).toasts as Model), toasts: [] };
    const rows = text(said(wide, long)).split('\n');
    for (const word of text(wide).split(/[\s│]+/)) expect(rows.join('\n')).toContain(word);
    const full = text(said(scenes({ width: 80, height: 24 }).toasts as Model, long)).split('\n');
    const own = full.filter((row) => row.includes('a word and'));
    expect(own.length).toBeGreaterThan(1);
    for (const row of own) expect(row).toMatch(/^ [i•] [a-z ]+$|^ {3}[a-z ]+$/);
  });

  it('are the newest alone, and never over an approval or a program', () => {
    const { toasts, approval: asked } = scenes({ width: 80, height: 24 }) as { toasts: Model; approval: Model };
    const rows = text(toasts).split('\n');
    expect(rows.some((row) => row.includes('approved run 13'))).toBe(false);
    expect(rows[17]).toContain('✗ not sent: the peer is not reachable now');
    expect(rows[19]).toMatch(/…/);
    const { attach } = scenes({ width: 80, height: 24 }) as { attach: Model };
    expect(text({ ...attach, toasts: toasts.toasts })).toBe(text(attach));
    const both = text({ ...asked, toasts: toasts.toasts }).split('\n');
    expect(both.slice(0, -1)).toEqual(text(asked).split('\n').slice(0, -1));
    expect(both.at(-1)).toContain('✗ not sent');
  });
});

describe('the footer', () => {
  it('keeps help when there is no room for all keys, and repeats none', () => {
    for (const width of [120, 80, 60, 40, 30]) {
      const row =
        text(busyDay({ width, height: 24 }))
          .split('\n')
          .at(-1) ?? '';
      expect(row).toContain('F1 help');
      expect(row.match(/help/g)).toHaveLength(1);
    }
  });
});
