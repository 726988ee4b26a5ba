// The pages about artifacts, and the picture of a request, as people see them.

import { describe, expect, it } from 'vitest';
import { attrBg } from '../../../../src/tui/terminal/cells.ts';
import { draw, MONO, text } from './example.ts';
import { scenes } from './scenes.ts';

const scene = (name: string, width: number, height: number): string => {
  const model = scenes({ width, height })[name];
  if (model === undefined) throw new Error(`there is no scene ${name}`);
  return text(model);
};

describe('the preview of an artifact', () => {
  it('shows what is in it', () => {
    expect(scene('preview', 60, 20)).toMatchInlineSnapshot(`
      " dispatch  ● 2 devices  ▶ 1 running  ⚠ 1 waiting
      ┌ report.md ──────────────────────────────────────── 100 B ┐
      │# Report                                                  │
      │                                                          │
      │All of the tests pass, as npm test says.                  │
      │                                                          │
      │• the first                                               │
      │• the second                                              │
      │                                                          │
      │  the end                                                 │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      └──────────────────────────────────────────────────────────┘
       Esc back  o open  s save  p where from  F1 help"
    `);
    expect(scene('preview', 120, 16)).toMatchInlineSnapshot(`
      " dispatch                                ● 2 devices  ▶ 1 running  ⚠ 1 waiting                            laptop  14:02
      ┌ report.md ──────────────────────────────────────────────────────────────────────────────────────────────────── 100 B ┐
      │# Report                                                                                                              │
      │                                                                                                                      │
      │All of the tests pass, as npm test says.                                                                              │
      │                                                                                                                      │
      │• the first                                                                                                           │
      │• the second                                                                                                          │
      │                                                                                                                      │
      │  the end                                                                                                             │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
       Esc back  o open  s save  p where from  M-a approve…  / find  j scroll  y copy link  C-p commands  F1 help"
    `);
  });

  it('marks what was looked for', () => {
    const model = scenes({ width: 80, height: 24 }).foundInPreview;
    if (model === undefined) throw new Error('there is no such scene');
    const grid = draw(model);
    const rows = grid.toText().split('\n');
    const y = rows.findIndex((row) => row.includes('All of the tests'));
    const x = rows[y]?.indexOf('the') ?? -1;
    const ground = (at: number): number => attrBg(grid.attrs[y * grid.width + at] ?? 0);
    expect([x - 1, x, x + 2, x + 3].map(ground)).toEqual([0x1ff, 221, 221, 0x1ff]);
  });

  it('draws a picture, and without colours its brightness', () => {
    expect(scene('picturePreview', 60, 20)).toMatchInlineSnapshot(`
      " dispatch  ● 2 devices  ▶ 1 running  ⚠ 1 waiting
      ┌ report.md ──────────────────────────────────────── 100 B ┐
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │               ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀                            │
      │                                                          │
      │                                                          │
      │                                                          │
      │PNG, 60 × 40 pixels, 1.2 kB                               │
      └──────────────────────────────────────────────────────────┘
       Esc back  o open  s save  p where from  F1 help"
    `);
    const model = scenes({ width: 60, height: 20 }).picturePreview;
    if (model === undefined) throw new Error('there is no such scene');
    expect(draw(model, MONO).toText()).toContain('####');
  });

  it('says where it comes from', () => {
    expect(scene('origin', 80, 20)).toMatchInlineSnapshot(`
      " dispatch            ● 2 devices  ▶ 1 running  ⚠ 1 waiting        laptop  14:02
      ┌ Where it comes from: report.md ─────────────────────────────────────── 100 B ┐
      │artifact  report.md  artifact-report.md                                       │
      │kind      document, text/markdown                                             │
      │size      100 B                                                               │
      │sha256    cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd    │
      │made      13:57 on laptop                                                     │
      │by run    10  make report  (completed)                                        │
      │route     desktop-local                                                       │
      │asked by  a person on laptop                                                  │
      │bytes     on this device                                                      │
      │get it    dispatch get 10/report.md                                           │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       Esc back  o open  s save  p where from  M-a approve…  / find  F1 help"
    `);
  });

  it('says that it comes, or why it does not', () => {
    expect(scene('loadingPreview', 60, 10)).toContain('loading…');
    expect(scene('failedPreview', 60, 10)).toContain('gpu-box is offline');
  });
});

describe('the list of artifacts', () => {
  it('shows what runs made, and of one kind', () => {
    expect(scene('artifacts', 80, 10)).toMatchInlineSnapshot(`
      " dispatch            ● 2 devices  ▶ 1 running  ⚠ 1 waiting        laptop  14:02
      ┌ What runs made ─────────────────────────────────────────────────────────── 3 ┐
      │◆ report.pdf                                     120 kB  run 10  laptop  13:57│
      │◆ a/very/long/name/of/a/picture/that/somebody…  2.4 MB  run 12  gpu-box  13:57│
      │◆ old.png                                           gone  run 9  laptop  13:57│
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       Enter show  Esc back  o open  s save  Tab kind  M-a approve…  F1 help"
    `);
    expect(scene('artifactsOfKind', 120, 10)).toMatchInlineSnapshot(`
      " dispatch                                ● 2 devices  ▶ 1 running  ⚠ 1 waiting                            laptop  14:02
      ┌ What runs made: image ──────────────────────────────────────────────────────────────────────────────────────────── 2 ┐
      │◆ a/very/long/name/of/a/picture/that/somebody/made.png                                  2.4 MB  run 12  gpu-box  13:57│
      │◆ old.png                                                                                   gone  run 9  laptop  13:57│
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
       Enter show  Esc back  o open  s save  Tab kind  M-a approve…  r its run  C-p commands  F1 help"
    `);
    expect(scene('noArtifacts', 80, 10)).toContain('There are none');
  });
});

describe('the picture of a request', () => {
  it('stands under what is asked, as large as the dialog allows', () => {
    expect(scene('picturedApproval', 120, 40)).toMatchInlineSnapshot(`
      " dispatch                                ● 2 devices  ▶ 1 running  ⚠ 1 waiting                            laptop  14:02
      ┌ 1 Thread ────────────────────────────────────────────────────────────┐┌ 2 Approvals 1 ───────────────────────────────┐
      │you 13:48  deploy is at three; the report first, please               ││⚠ rm -rf build                           29:42│
      │⊘  8 terr┌ ⚠ Approve on laptop: left click at 200,200 · run 13 ───────────────────────────────── 29:42 left ┐         │
      │✗  9 carg│ you ask to run this here                                                                         │─────────┘
      │     erro│ left click at 200,200                                                                            │─────────┐
      │       --│                                                                                                  │    29:42│
      │     the │ 1.  left click at 200,200, on a window                                                           │     0:41│
      │✓ 10 make│                                                                                                  │     0.1s│
      │◆ report.│ What it touches is on the picture approval/before.png, an artifact of the run.                   │    12.3s│
      │✓ 11 = 6 │                                                                                                  │ exit 101│
      │     42  │                                                                                                  │ rejected│
      │you 14:00│                                                                                                  │         │
      │▶ 12 npm │                                                                                                  │         │
      │     PASS│                                                                                                  │         │
      │     PASS│                                                                                                  │         │
      │⚠ 13 rm -│                                                                                                  │         │
      │⚠ 13 you │                                                                                                  │         │
      │         │                                                                                                  │         │
      │         │                                                                                                  │         │
      │         │                                                                                                  │         │
      │         │                                                                                                  │         │
      │         │                                                                                                  │         │
      │         │                                                                                                  │         │
      │         │                                                                                                  │         │
      │         │                                                                                                  │         │
      │         │                                                                                                  │         │
      │         │ asked for workspace-write, but laptop can only enforce full-access                               │         │
      │         │ access  full-access                                                                              │         │
      │         │ in      /home/ada/shop                                                                           │         │
      │         │ with    /usr/bin/bash                                                                            │         │
      │         │ no rule allows it, so a person decides                                                           │         │
      │         │ digest  abababababababababababababababababababababababababababababababab                         │─────────┘
      │         │ y approve once   n reject   e edit   Esc leave pending   N reject with a reason                  │─────────┐
      │         └──────────────────────────────────────────────────────────────────────────────────────────────────┘iles     │
      │                                                                      ││● gpu-box  12 ms        shell local_files     │
      └──────────────────────────────────────────────────────────────────────┘└──────────────────────────────────────────────┘
       › t types a task: !command, ?question, or /help

       y approve once  n reject  Esc later  j scroll  e edit  N reject with reason  v full text  o open picture  F1 help"
    `);
    expect(scene('picturedApproval', 60, 20)).toMatchInlineSnapshot(`
      " dispatch  ● 2 devices  ▶ 1 running  ⚠ 1 waiting
      ┌ ┌ ⚠ Approve on laptop: left click at 200,2… · run 13 ──┐─┐
      │ │ you ask to run this here                             ┃ │
      │ │ left click at 200,200                                ┃…│
      │✓│                                                      ┃ │
      │◆│ 1.  left click at 200,200, on a window               ┃ │
      │✓│                                                      ┃…│
      │ │ What it touches is on the picture                    ┃y│
      │y│ approval/before.png, an artifact of the run.         ┃ │
      │ │                                                      ┃ │
      │▶│       ▀▀▀▀▀▀                                         ┃ │
      │ │                                                      │ │
      │ │                                                      │ │
      │⚠│       ▀▀▀▀▀▀                                         │ │
      │⚠│                                                      │ │
      └─│ ▼ 7 more rows: read to the end                       │─┘
       ⚠└──────────────────────────────────────────────────────┘2
       › t types a task: !command, ?question, or /help

       y approve once  n reject  Esc later  j scroll  F1 help"
    `);
  });

  it('gives way in a small window, where the words say how to open it', () => {
    const small = scene('picturedApproval', 60, 17);
    expect(small).toContain('o opens it.');
    expect(small).not.toContain('▀');
  });
});
