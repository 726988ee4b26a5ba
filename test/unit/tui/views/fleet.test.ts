// Other devices as people see them: the panes with a fleet in every state, the page of a device, and pairing, at the sizes that
// matter.

import { describe, expect, it } from 'vitest';
import type { Model } from '../../../../src/tui/model/model.ts';
import { pairLayout } from '../../../../src/tui/rows/pair-layout.ts';
import { stringWidth } from '../../../../src/tui/terminal/width.ts';
import { ASCII, COLOURS, draw, fleetDay, MONO, nas, text, withOverlay, withText } from './example.ts';
import { pairDialog, proposalDialog, scenes } from './scenes.ts';

const at = (width: number, height: number) => {
  const all = scenes({ width, height });
  return (name: string): Model => all[name] as Model;
};
const wide = at(120, 40);
const middle = at(80, 24);
const narrow = at(40, 12);
const least = at(30, 8);

/** The rows that hold something other than a border. */
const rowsOf = (model: Model): string[] =>
  text(model)
    .split('\n')
    .filter((row) => /[^\s│┃]/.test(row));

describe('a fleet', () => {
  it('shows who is there, what waits for whom and why, and who asked', () => {
    expect(rowsOf(wide('fleet'))).toMatchInlineSnapshot(`
      [
        " dispatch                         ● 2/5 devices  ▶ 1 running  … 3 queued  ⚠ 1 waiting                     laptop  14:02",
        "┌ 1 Thread ────────────────────────────────────────────────────────────┐┌ 2 Approvals 1 ───────────────────────────────┐",
        "│nas 14:00  the disks are full again                                   ││⚠ reboot                                 29:42│",
        "│▶ 19 nas: train.py                   gpu-box  desktop-local       9:00││  you ask on pi  answer there                 │",
        "│⚠ 18 reboot                          pi       waiting there      29:42│└──────────────────────────────────────────────┘",
        "│… 20 uptime                                3 devices: 1 queued, 2 done│┌ 3 Runs ──────────────────────────────────────┐",
        "│     offered to nas, not yet answered: offline since 13:20, refused   ││… 24 apt upgrade          nas          offline│",
        "│… 23 backup.sh                       nas      cancelling              ││… 23 backup.sh            nas       cancelling│",
        "│     cancel requested: nas is told when it is back (offline since     ││✓ 22 uptime               pi              2.1s│",
        "│     13:20, refused)                                                  ││… 21 uptime               nas          offline│",
        "│… 24 apt upgrade                     nas      offline                 ││✓ 20 uptime               gpu-box         2.1s│",
        "│     waits for nas: offline since 13:20, refused                      ││▶ 19 nas: train.py        gpu-box         9:00│",
        "│                                                                      ││⚠ 18 reboot               pi             29:42│",
        "│                                                                      │└──────────────────────────────────────────────┘",
        "│                                                                      │┌ 4 Devices ───────────────────────────────────┐",
        "│                                                                      ││● laptop   this device  shell local_files     │",
        "│                                                                      ││● gpu-box  12 ms        shell local_files     │",
        "│                                                                      ││◌ pi       suspect      ⚠ clock 5 min ahead  …│",
        "│                                                                      ││○ nas      offline since 13:20 · refused      │",
        "│                                                                      ││○ phone    denies us since 22 Nov 12:02       │",
        "└──────────────────────────────────────────────────────────────────────┘└──────────────────────────────────────────────┘",
        " › t types a task: !command, ?question, or /help",
        " t type  Enter open  a look…  / search  : commands  ? help  q quit  P pair  p rules",
      ]
    `);
    expect(rowsOf(middle('fleet'))).toMatchInlineSnapshot(`
      [
        " dispatch    ● 2/5 devices  ▶ 1 running  … 3 queued  ⚠ 1 waiting  laptop  14:02",
        "┌ 1 Thread ────────────────────────────────────┐┌ 2 ⚠1 ─ 3 Runs ─ 4 ───────────┐",
        "│nas 14:00  the disks are full again           ││… 24 apt up…  nas      offline│",
        "│▶ 19 nas: train.py        gpu-box         9:00││… 23 backup…  nas       ending│",
        "│⚠ 18 reboot               pi             29:42││✓ 22 uptime   pi          2.1s│",
        "│… 20 uptime                   1 queued, 2 done││… 21 uptime   nas      offline│",
        "│     offered to nas, not yet answered: offline││✓ 20 uptime   gpu-box     2.1s│",
        "│     since 13:20, refused                     ││▶ 19 nas: t…  gpu-box     9:00│",
        "│… 23 backup.sh            nas       cancelling││⚠ 18 reboot   pi         29:42│",
        "│     cancel requested: nas is told when it is ││                              │",
        "│     back (offline since 13:20, refused)      ││                              │",
        "│… 24 apt upgrade          nas          offline││                              │",
        "│     waits for nas: offline since 13:20,      ││                              │",
        "│     refused                                  ││                              │",
        "└──────────────────────────────────────────────┘└──────────────────────────────┘",
        " ⚠ 1  pi: reboot                                                 a looks  29:42",
        " › t types a task: !command, ?question, or /help",
        " t type  Enter open  a look…  / search  : commands  ? help  q quit  P pair",
      ]
    `);
    expect(rowsOf(narrow('fleet'))).toMatchInlineSnapshot(`
      [
        " dispatch  ● 2/5  ▶ 1  … 3  ⚠ 1   14:02",
        "┌ 1 Thread ────────────────────────────┐",
        "│     when it is back (offline since   │",
        "│     13:20, refused)                  │",
        "│… 24 apt upgrade      nas      offline│",
        "│     waits for nas: offline since     ┃",
        "│     13:20, refused                   ┃",
        "└──────────────────────────────────────┘",
        " ⚠ 1  pi: reboot         a looks  29:42",
        " › t types a task: !command, ?question…",
        " t type  Enter open  a look…  ? help",
      ]
    `);
    expect(rowsOf(least('fleet'))).toMatchInlineSnapshot(`
      [
        " dispatch  ● 2/5  ▶ 1  … 3  ⚠",
        "┌ 1 Thread ──────────────────┐",
        "│     waits for nas: offline │",
        "│     since 13:20, refused   ┃",
        "└────────────────────────────┘",
        " ⚠ 1  pi: reb… a looks  29:42",
        " › t types a task: !command,…",
        " t type  Enter open  ? help",
      ]
    `);
  });

  it('has its devices with the evidence', () => {
    expect(rowsOf(middle('fleetDevices'))).toMatchInlineSnapshot(`
      [
        " dispatch    ● 2/5 devices  ▶ 1 running  … 3 queued  ⚠ 1 waiting  laptop  14:02",
        "┌ 1 Thread ────────────────────────────────────┐┌ 2 ⚠1 ─ 3 ─ 4 Devices ────────┐",
        "│nas 14:00  the disks are full again           ││● laptop   this device        │",
        "│▶ 19 nas: train.py        gpu-box         9:00││● gpu-box  12 ms              │",
        "│⚠ 18 reboot               pi             29:42││◌ pi       suspect      ⚠ clo…│",
        "│… 20 uptime                   1 queued, 2 done││○ nas      13:20 · refused    │",
        "│     offered to nas, not yet answered: offline││○ phone    22 Nov 12:02 · den…│",
        "│     since 13:20, refused                     ││                              │",
        "│… 23 backup.sh            nas       cancelling││                              │",
        "│     cancel requested: nas is told when it is ││                              │",
        "│     back (offline since 13:20, refused)      ││                              │",
        "│… 24 apt upgrade          nas          offline││                              │",
        "│     waits for nas: offline since 13:20,      ││                              │",
        "│     refused                                  ││                              │",
        "└──────────────────────────────────────────────┘└──────────────────────────────┘",
        " ⚠ 1  pi: reboot                                                 a looks  29:42",
        " › t types a task: !command, ?question, or /help",
        " t type  Enter open  a look…  r rename  / search  : commands  ? help  q quit",
      ]
    `);
    expect(rowsOf(narrow('fleetDevices'))).toMatchInlineSnapshot(`
      [
        " dispatch  ● 2/5  ▶ 1  … 3  ⚠ 1   14:02",
        "┌ 4 Devices ───────────────────────────┐",
        "│● laptop   this device  shell +1      │",
        "│● gpu-box  12 ms        shell +1      │",
        "│◌ pi       suspect      ⚠ clock 5 min…│",
        "│○ nas      13:20 · refused            │",
        "│○ phone    22 Nov 12:02 · denies us   │",
        "└──────────────────────────────────────┘",
        " ⚠ 1  pi: reboot         a looks  29:42",
        " › t types a task: !command, ?question…",
        " t type  Enter open  a look…  ? help",
      ]
    `);
    expect(rowsOf(least('fleetDevices'))).toMatchInlineSnapshot(`
      [
        " dispatch  ● 2/5  ▶ 1  … 3  ⚠",
        "┌ 4 Devices ─────────────────┐",
        "│● laptop   this device      ┃",
        "│● gpu-box  12 ms            │",
        "└────────────────────────────┘",
        " ⚠ 1  pi: reb… a looks  29:42",
        " › t types a task: !command,…",
        " t type  Enter open  ? help",
      ]
    `);
  });

  it('opens a group as a list', () => {
    expect(rowsOf(middle('group'))).toMatchInlineSnapshot(`
      [
        " dispatch    ● 2/5 devices  ▶ 1 running  … 3 queued  ⚠ 1 waiting  laptop  14:02",
        "┌ uptime ────────────────────────────────────────────── 2 of 3 done · 1 queued ┐",
        "│✓ 20 gpu-box                done  2.1s  … 21 nas                       offline│",
        "│✓ 22 pi                     done  2.1s                                        │",
        "└──────────────────────────────────────────────────────────────────────────────┘",
        " Enter open  Esc back  a look…  f failed  x cancel  X cancel all  F1 help",
      ]
    `);
    expect(rowsOf(least('group'))).toMatchInlineSnapshot(`
      [
        " dispatch  ● 2/5  ▶ 1  … 3  ⚠",
        "┌ uptime ────────── 2/3 done ┐",
        "│✓ 20 gpu-box      done  2.1s│",
        "│… 21 nas             offline│",
        "│✓ 22 pi           done  2.1s│",
        "└────────────────────────────┘",
        " Enter open  F1 help",
      ]
    `);
  });
});

describe('the page of a device', () => {
  it('tells everything', () => {
    expect(rowsOf(middle('device'))).toMatchInlineSnapshot(`
      [
        " dispatch    ● 2/5 devices  ▶ 1 running  … 3 queued  ⚠ 1 waiting  laptop  14:02",
        "┌ nas ─────────────────────────────────────────────────────────────────────────┐",
        "│ id                  device-nas                                               ┃",
        "│ platform            linux, Dispatch 0.1.0                                    ┃",
        "│ presence            offline since 13:20, refused                             ┃",
        "│ addresses           nas.local:4747, [fd00::7]:4747                           ┃",
        "│ load                0 of 4 runs                                              ┃",
        "│ What it can do                                                               ┃",
        "│ shell               yes                                                      ┃",
        "│ local_files         yes                                                      ┃",
        "│ browser_automation  no: the device cannot do it                              ┃",
        "│ desktop_automation  no: the device cannot do it                              ┃",
        "│ sandbox             none: everything has full access                         ┃",
        "│ reach               /home/ada                                                ┃",
        "│ Only its owner can change what is allowed, there.                            │",
        "│ You there                                                                    │",
        "│ - nas lets you run tasks and follow them                                     │",
        "│ - nas lets you follow its whole thread                                       │",
        "│ It here                                                                      │",
        "└──────────────────────────────────────────────────────────────────────────────┘",
        " Esc back  Enter its runs  r rename  M-a look…  x revoke  j scroll  F1 help",
      ]
    `);
    expect(rowsOf(narrow('device'))).toMatchInlineSnapshot(`
      [
        " dispatch  ● 2/5  ▶ 1  … 3  ⚠ 1   14:02",
        "┌ nas ─────────────────────────────────┐",
        "│ id          device-nas               ┃",
        "│ platform    linux, Dispatch 0.1.0    │",
        "│ presence    offline since 13:20,     │",
        "│             refused                  │",
        "│ addresses   nas.local:4747,          │",
        "│             [fd00::7]:4747           │",
        "│ load        0 of 4 runs              │",
        "└──────────────────────────────────────┘",
        " Esc back  Enter its runs  F1 help",
      ]
    `);
    expect(rowsOf(least('device'))).toMatchInlineSnapshot(`
      [
        " dispatch  ● 2/5  ▶ 1  … 3  ⚠",
        "┌ nas ───────────────────────┐",
        "│ id          device-nas     ┃",
        "│ platform    linux,         │",
        "│             Dispatch 0.1.0 │",
        "│ presence    offline since  │",
        "└────────────────────────────┘",
        " Esc back  F1 help",
      ]
    `);
  });

  it('asks for a name, and for the name of what is revoked', () => {
    expect(rowsOf(narrow('revoke'))).toMatchInlineSnapshot(`
      [
        " dispatch  ● 2/5  ▶ 1  … 3  ⚠ 1   14:02",
        "┌ Revoke nas? ─────────────────────────┐",
        "│ What it has running here is ended,   │",
        "│ and it is let in again only by       │",
        "│ pairing anew. Type its name: nas     │",
        "│ › na                                 │",
        "│ Enter revoke   Esc back              │",
        "└──────────────────────────────────────┘",
        " › t types a task: !command, ?question…",
        " Enter revoke  Esc back  F1 help",
      ]
    `);
    expect(rowsOf(narrow('rename'))).toMatchInlineSnapshot(`
      [
        " dispatch  ● 2/5  ▶ 1  … 3  ⚠ 1   14:02",
        "┌ 1 Thread ────────────────────────────┐",
        "┌ A name for nas ──────────────────────┐",
        "│ › attic                              │",
        "│ there is a device of that name       │",
        "└──────────────────────────────────────┘",
        " ⚠ 1  pi: reboot         a looks  29:42",
        " › t types a task: !command, ?question…",
        " Enter rename  Esc back  F1 help",
      ]
    `);
  });
});

describe('pairing', () => {
  it('asks what the other device may do', () => {
    expect(rowsOf(middle('pairing'))).toMatchInlineSnapshot(`
      [
        " dispatch    ● 2/5 devices  ▶ 1 running  … 3 queued  ⚠ 1 waiting  laptop  14:02",
        "┌ Pair a device ───────────────────────────────────────────────────────────────┐",
        "│ Show a ticket · Use a ticket · Nearby                                        │",
        "│ Choose what the other device may do here. It gives you nothing unless you    │",
        "│ ask for it.                                                                  │",
        "│ [x] run     it may run tasks here                                            │",
        "│ [ ] approve it may see and answer approvals here                             │",
        "│ [ ] observe it may follow the whole thread here                              │",
        "│ [ ] ask for something in return: its owner decides                           │",
        "│ [ ] no ticket: compare words on the two screens                              │",
        "│ Space switches, Enter makes a ticket                                         │",
        "└──────────────────────────────────────────────────────────────────────────────┘",
        " Enter go on  Space switch  C-n show/use/nearby  Esc close  M-a look…  F1 help",
      ]
    `);
    expect(rowsOf(narrow('pairing'))).toMatchInlineSnapshot(`
      [
        " dispatch  ● 2/5  ▶ 1  … 3  ⚠ 1   14:02",
        "┌ Pair a device ───────────────────────┐",
        "│ Show · Use · Near                    ┃",
        "│ Choose what the other device may do  ┃",
        "│ here. It gives you nothing unless    ┃",
        "│ you ask for it.                      ┃",
        "│ [x] run     run tasks here           ┃",
        "│ [ ] approve answer here              ┃",
        "│ [ ] observe follow all               │",
        "│ Space switches, Enter makes a ticket │",
        "└──────────────────────────────────────┘",
        " Enter go on  Space switch  F1 help",
      ]
    `);
    expect(rowsOf(least('pairing'))).toMatchInlineSnapshot(`
      [
        " dispatch  ● 2/5  ▶ 1  … 3  ⚠",
        "┌ Pair a device ─────────────┐",
        "│ Show · Use · Near          │",
        "│ [ ] approve answer here    │",
        "│ [ ] observe follow all     ┃",
        "│ Space switches, Enter mak… │",
        "└────────────────────────────┘",
        " Enter go on  F1 help",
      ]
    `);
  });

  it('shows a ticket, with its code as a picture where there is room', () => {
    expect(rowsOf(middle('ticket'))).toMatchInlineSnapshot(`
      [
        " dispatch    ● 2/5 devices  ▶ 1 running  … 3 queued  ⚠ 1 waiting  laptop  14:02",
        "┌ Pair a device ───────────────────────────────────────────────────────────────┐",
        "│ Show a ticket · Use a ticket · Nearby                                        │",
        "│ Ticket: paste it on the other device                                         │",
        "dispatch1abcdefgh23456789abcdefgh23456789abcdefgh23456789abcdefgh23456789abcdefg",
        "h23456789abcdefgh23456789abcdefgh23456789abcdefgh23456789",
        "│ Or type this code and an address                                             │",
        "│ 7k2m-9qxc-4t1n-0bzr-h5wd-3fgj-8v6p                                           │",
        "│ left     9:00                                                                │",
        "│ attempts 1 of 5 failed or abandoned                                          │",
        "│ gives    run observe                                                         │",
        "│ asks     for something in return                                             │",
        "│ at       192.168.1.10:4747  [fd00::1]:4747                                   │",
        "│ What has happened                                                            │",
        "│ 14:02 192.168.1.66: the secret is wrong                                      │",
        "│ Esc closes the session; a QR code needs 77x27                                │",
        "└──────────────────────────────────────────────────────────────────────────────┘",
        " c copy the ticket  C-n show/use/nearby  Esc close  M-a look…  F1 help",
      ]
    `);
    expect(rowsOf(narrow('ticket'))).toMatchInlineSnapshot(`
      [
        " dispatch  ● 2/5  ▶ 1  … 3  ⚠ 1   14:02",
        "┌ Pair a device ───────────────────────┐",
        "│ Show · Use · Near                    │",
        "dispatch1abcdefgh23456789abcdefgh2345678",
        "9abcdefgh23456789abcdefgh23456789abcdefg",
        "h23456789abcdefgh23456789abcdefgh2345678",
        "9abcdefgh23456789",
        "│ Or type this code and an address     │",
        "│ 7k2m-9qxc-4t1n-0bzr-h5wd-3fgj-8v6p   │",
        "│ Esc closes the session; a QR code n… │",
        "└──────────────────────────────────────┘",
        " c copy the ticket  F1 help",
      ]
    `);
    expect(rowsOf(least('ticket'))).toMatchInlineSnapshot(`
      [
        " dispatch  ● 2/5  ▶ 1  … 3  ⚠",
        "┌ Pair a device ─────────────┐",
        "│ Show · Use · Near          │",
        "dispatch1abcdefgh23456789abcde",
        "fgh23456789abcdefgh23456789abc",
        "│ Esc closes the session; a… │",
        "└────────────────────────────┘",
        " c copy the ticket  F1 help",
      ]
    `);
  });

  it('joins', () => {
    expect(rowsOf(middle('joining'))).toMatchInlineSnapshot(`
      [
        " dispatch    ● 2/5 devices  ▶ 1 running  … 3 queued  ⚠ 1 waiting  laptop  14:02",
        "┌ Pair a device ───────────────────────────────────────────────────────────────┐",
        "│ Show a ticket · Use a ticket · Nearby                                        │",
        "│ Ticket or code                                                               │",
        "│ › 1a2b-3c4d                                                                  │",
        "│ Where (for a code, or to compare words)                                      │",
        "│ › nas.local:4747                                                             │",
        "│ [ ] no ticket: compare words on the two screens                              │",
        "│ joining…                                                                     │",
        "│ Enter joins; nothing is kept before you have seen who it is                  │",
        "└──────────────────────────────────────────────────────────────────────────────┘",
        " Enter go on  C-n show/use/nearby  Esc close  M-a look…  F1 help",
      ]
    `);
    expect(rowsOf(least('joining'))).toMatchInlineSnapshot(`
      [
        " dispatch  ● 2/5  ▶ 1  … 3  ⚠",
        "┌ Pair a device ─────────────┐",
        "│ Show · Use · Near          │",
        "│ › 1a2b-3c4d                ┃",
        "│ Where (for a code, or to … │",
        "│ Enter joins; nothing is k… │",
        "└────────────────────────────┘",
        " Enter go on  F1 help",
      ]
    `);
  });

  it('looks nearby', () => {
    expect(rowsOf(middle('nearby'))).toMatchInlineSnapshot(`
      [
        " dispatch    ● 2/5 devices  ▶ 1 running  … 3 queued  ⚠ 1 waiting  laptop  14:02",
        "┌ Pair a device ───────────────────────────────────────────────────────────────┐",
        "│ Show a ticket · Use a ticket · Nearby                                        │",
        "│ Devices on this network that have a pairing session open. What they say of   │",
        "│ themselves is proved later.                                                  │",
        "│ 3KooWExample  192.168.1.30:4747                                              │",
        "│ Enter chooses it                                                             │",
        "└──────────────────────────────────────────────────────────────────────────────┘",
        " Enter go on  C-n show/use/nearby  Esc close  M-a look…  F1 help",
      ]
    `);
    expect(rowsOf(least('nearby'))).toMatchInlineSnapshot(`
      [
        " dispatch  ● 2/5  ▶ 1  … 3  ⚠",
        "┌ Pair a device ─────────────┐",
        "│ Show · Use · Near          │",
        "│ 3KooWExample  192.168.1.3… │",
        "│ Enter chooses it           ┃",
        "└────────────────────────────┘",
        " Enter go on  F1 help",
      ]
    `);
  });

  it('asks whether to pair', () => {
    expect(rowsOf(middle('proposal'))).toMatchInlineSnapshot(`
      [
        " dispatch    ● 2/5 devices  ▶ 1 running  … 3 queued  ⚠ 1 waiting  laptop  14:02",
        "┌ Pair a device ───────────────────────────────────────────────────────────────┐",
        "│ Show a ticket · Use a ticket · Nearby                                        │",
        "│ Ticket or code                                                               │",
        "│ › paste a ticket, or type a code                                             │",
        "│ ┌ Pair with attic? ────────────────────────────────────────────────────────┐ │",
        "│ │ Both screens show these words: compare them                              │ │",
        "│ │ window  copper  maple  river                                             │ │",
        "│ │ it lets you run and watch                                                │ │",
        "│ │ It asks for something in return                                          │ │",
        "│ │ [x] run     it may run tasks here                                        │ │",
        "│ │ [ ] approve it may see and answer approvals here                         │ │",
        "│ │ [ ] observe it may follow the whole thread here                          │ │",
        "│ │ attic (linux)                                                            │ │",
        "│ │ 12D3KooWSomeDeviceThatIsNearby                                           │ │",
        "│ │ y pair   n refuse   Space switch   e other name                          │ │",
        "│ └──────────────────────────────────────────────────────────────────────────┘ │",
        "│ Enter joins; nothing is kept before you have seen who it is                  │",
        "└──────────────────────────────────────────────────────────────────────────────┘",
        " y pair  n refuse  Space switch  M-a look…  e name  C-p commands  F1 help",
      ]
    `);
    expect(rowsOf(narrow('proposal'))).toMatchInlineSnapshot(`
      [
        "┌ Pair with attic? ────────────────────┐",
        "│ Compare on both screens:             ┃",
        "│ window  copper  maple  river         ┃",
        "│ it lets you run and watch            ┃",
        "│ It asks for something in return      ┃",
        "│ [x] run     run tasks here           ┃",
        "│ [ ] approve answer here              ┃",
        "│ [ ] observe follow all               ┃",
        "│ attic (linux)                        ┃",
        "│ y pair   n refuse   Space switch   e │",
        "└──────────────────────────────────────┘",
        " y pair  n refuse  F1 help",
      ]
    `);
    expect(rowsOf(least('proposal'))).toMatchInlineSnapshot(`
      [
        "┌ Pair with attic? ──────────┐",
        "│ Compare on both screens:   ┃",
        "│ window  copper  maple      ┃",
        "│ river                      │",
        "│ it lets you run and watch  │",
        "│ y pair   n refuse   Space… │",
        "└────────────────────────────┘",
        " y pair  n refuse  F1 help",
      ]
    `);
  });

  it('compares words', () => {
    expect(rowsOf(middle('comparing'))).toMatchInlineSnapshot(`
      [
        " dispatch    ● 2/5 devices  ▶ 1 running  … 3 queued  ⚠ 1 waiting  laptop  14:02",
        "┌ Pair a device ───────────────────────────────────────────────────────────────┐",
        "│ Show a ticket · Use a ticket · Nearby                                        │",
        "│ Choose what the other device may do here. It gives you nothing unless you    │",
        "│ ask for it.                                                                  │",
        "│ ┌ Pair with attic? ────────────────────────────────────────────────────────┐ │",
        "│ │ Read these words to the person at the other screen:                      │ │",
        "│ │ 1 window  2 copper  3 maple  4 river                                     │ │",
        "│ │ it may run here                                                          │ │",
        "│ │ It asks for something in return                                          │ │",
        "│ │ [x] run     it may run tasks here                                        │ │",
        "│ │ [ ] approve it may see and answer approvals here                         │ │",
        "│ │ [ ] observe it may follow the whole thread here                          │ │",
        "│ │ attic (linux)                                                            │ │",
        "│ │ 12D3KooWSomeDeviceThatIsNearby                                           │ │",
        "│ │ › win                                                                    │ │",
        "│ │ Enter pair   Esc refuse   Space switch                                   │ │",
        "│ └──────────────────────────────────────────────────────────────────────────┘ │",
        "│ Space switches, Enter makes a ticket                                         │",
        "└──────────────────────────────────────────────────────────────────────────────┘",
        " Enter pair  Esc refuse  Space switch  M-a look…  C-p commands  F1 help",
      ]
    `);
    expect(rowsOf(least('comparing'))).toMatchInlineSnapshot(`
      [
        "┌ Pair with attic? ──────────┐",
        "│ Read these to them:        ┃",
        "│ 1 window  2 copper         │",
        "│ 3 maple  4 river           │",
        "│ › win                      │",
        "│ Enter pair   Esc refuse    │",
        "└────────────────────────────┘",
        " Enter pair  F1 help",
      ]
    `);
  });
});

describe('an approval of another device', () => {
  it('says why it cannot be answered here, in the place of the keys', () => {
    for (const show of [wide, middle, narrow]) {
      expect(text(show('foreign'))).toContain('pi does not let this device answer');
      expect(text(show('foreign'))).not.toContain('y approve once');
    }
  });
});

describe('a QR code', () => {
  /** The modules of a row of half blocks, each as its two. */
  const modules = (model: Model, theme: typeof COLOURS): string =>
    draw(model, theme)
      .toText()
      .replace(/[^▀▄█]/g, '');

  it('is dark on light, also where there are no colours and the ground is dark', () => {
    const grid = draw(wide('ticket'));
    const found = grid.chars.indexOf('▀');
    expect(grid.attrs[found]).toBe(COLOURS.style('qr'));
    // Without colours what is light is drawn, so there is more of it: the border too.
    expect(modules(wide('ticket'), MONO).length).toBeGreaterThan(modules(wide('ticket'), COLOURS).length);
  });

  it('shows every module where it is, with the light and the dark as they are', () => {
    const model = wide('ticket');
    const page = model.overlays.find((overlay) => overlay.kind === 'pair');
    const wanted = page?.session.phase === 'open' ? (page.session.qr ?? []) : [];
    expect(wanted.length).toBeGreaterThan(20);
    const placed = pairLayout(model).qr?.rect ?? { x: 0, y: 0, width: 0, height: 0 };
    for (const theme of [COLOURS, MONO]) {
      const grid = draw(model, theme);
      const isInk = (x: number, y: number): boolean => {
        const char = grid.chars[(placed.y + Math.floor(y / 2)) * grid.width + placed.x + x] ?? '';
        return char === '█' || char === (y % 2 === 0 ? '▀' : '▄');
      };
      // On a dark ground without colours the ink is the light.
      const shown = wanted.map((row, y) => row.map((_dark, x) => isInk(x, y) !== (theme === MONO)));
      expect(shown).toEqual(wanted);
    }
  });

  it('is left out where it does not fit, which is said, and where there are no half blocks', () => {
    expect(modules(narrow('ticket'), COLOURS)).toBe('');
    expect(text({ ...wide('ticket'), size: { width: 60, height: 24 } })).toMatch(/a QR code needs \d+x\d+/);
    expect(modules(wide('ticket'), ASCII)).toBe('');
    expect(text(wide('ticket'), ASCII)).not.toContain('QR');
  });
});

describe('the composer', () => {
  it('says which of the devices is not there', () => {
    const model = fleetDay({ width: 120, height: 40 });
    const hint = {
      kind: 'route',
      answer: {
        ok: true,
        route: 'desktop-local',
        device: nas,
        devices: model.devices.slice(0, 4),
        action: { kind: 'shell', command: 'uptime', access: 'workspace-write' },
        because: [],
        rejected: [],
      },
    } as const;
    const gate = { verdict: 'ask', check: 'policy', access: 'workspace-write', because: [] } as const;
    const asking = (devices: Model['devices'], answered = true): string => {
      const typed = withText(model, '!uptime @nas');
      return text({
        ...typed,
        composer: {
          ...typed.composer,
          hint: { ...hint, answer: { ...hint.answer, devices }, ...(answered ? { gate } : {}) },
        },
      });
    };
    expect(asking([nas], false)).toContain('→ desktop-local · nas offline · waits for it, which then decides');
    expect(asking(model.devices.slice(0, 2))).toContain(
      '→ desktop-local · laptop · gpu-box · workspace-write · will ask',
    );
    expect(asking(model.devices.slice(0, 2), false)).not.toMatch(/will ask|runs at once/);
    expect(asking(model.devices)).toContain(
      '· 5 devices · pi suspect · nas offline · phone offline · workspace-write ·',
    );
  });
});

describe('what another device says of itself', () => {
  const evil = '\x1b[31mevil\u202e\u200b\nname';

  it('moves nothing and colours nothing', () => {
    const model = fleetDay({ width: 80, height: 24 });
    const hostile: Model = {
      ...model,
      devices: model.devices.map((device) =>
        device.local
          ? device
          : { ...device, name: evil, platform: evil, version: evil, addresses: [evil], clockAheadMs: 1e9 },
      ),
    };
    const proposal = {
      ...proposalDialog().proposal,
      device: { id: evil, name: evil, platform: evil },
      words: [evil, evil],
    };
    const views: Model[] = [
      { ...hostile, focus: 'devices', pane: 'devices', side: 'devices' },
      withOverlay(hostile, { kind: 'device', device: nas.id, scroll: 0 }),
      withOverlay(hostile, pairDialog(), proposalDialog({ proposal })),
      withOverlay(hostile, pairDialog({ tab: 'nearby', found: [{ id: evil, addresses: [evil] }] })),
    ];
    for (const view of views) {
      const shown = text(view);
      expect(shown).not.toMatch(/[\x1b\u202e\u200b]/u);
      expect(shown).toContain('evil');
      for (const row of shown.split('\n')) expect(stringWidth(row)).toBeLessThanOrEqual(80);
    }
  });
});
