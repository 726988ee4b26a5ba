import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTypedHistory } from '../../../src/tui/app/history-file.ts';
import { lastLines } from '../../../src/tui/app/tails.ts';
import { createTextLog } from '../../../src/tui/app/text-log.ts';
import { overlayOf } from '../../../src/tui/model/select.ts';
import { createKeyGuard, createLineWatch, DEAF_MS, whyNotAnswer } from '../../../src/tui/plain/guard.ts';
import { layLine } from '../../../src/tui/plain/lines.ts';
import { dialogLayout } from '../../../src/tui/rows/dialog-layout.ts';
import { entryRows } from '../../../src/tui/rows/entry-rows.ts';
import { exactRows, hangingRows, wordRows } from '../../../src/tui/rows/rows.ts';
import { CellGrid, DEFAULT_ATTR } from '../../../src/tui/terminal/cells.ts';
import { stringWidth } from '../../../src/tui/terminal/width.ts';
import { formatBytes, formatDuration } from '../../../src/tui/words/format.ts';
import { anApproval, aRun, messageEntry, runEntry, START, startDashboard } from '../../helpers/tui-model.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function drawn(log: ReturnType<typeof createTextLog>, width: number, height: number, scrollBack = 0): string[] {
  const grid = new CellGrid(width, height);
  log.draw(grid, { x: 0, y: 0, width, height }, { scrollBack, defaultAttr: DEFAULT_ATTR, cursor: false });
  return grid.toText().split('\n');
}

describe('a text log', () => {
  it('has the same lines however the bytes are cut', () => {
    const whole = 'one\n漢字 \x1b[31mred\x1b[0m\r\nthree 😀\nlast';
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 20, maxLength: 20 }), (cuts) => {
        const log = createTextLog();
        let rest = bytes(whole);
        for (const cut of cuts) {
          log.write(rest.subarray(0, cut));
          rest = rest.subarray(cut);
        }
        log.write(rest);
        log.end();
        expect(log.lines).toEqual(['one', '漢字 red', 'three 😀', 'last']);
      }),
    );
  });

  it('shows its end, and what is further up when scrolled', () => {
    const log = createTextLog();
    log.write(bytes(Array.from({ length: 50 }, (_, line) => `line ${line}`).join('\n')));
    expect(log.rows(20)).toBe(50);
    expect(drawn(log, 20, 3)).toEqual(['line 47', 'line 48', 'line 49']);
    expect(drawn(log, 20, 3, 47)).toEqual(['line 0', 'line 1', 'line 2']);
    expect(drawn(log, 4, 3)).toEqual([' 48', 'line', ' 49']);
  });

  it('is bounded, and says what it let go', () => {
    const log = createTextLog();
    for (let block = 0; block < 30; block += 1) log.write(bytes('x\n'.repeat(1_000)));
    expect(log.lines.length).toBeLessThanOrEqual(22_001);
    expect(log.lines[0]).toMatch(/^… \d+ earlier lines/);
    expect(log.rows(10)).toBe(
      log.lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(stringWidth(line) / 10)), 0),
    );
  });

  it('takes megabytes on one line, and hostile bytes', () => {
    const log = createTextLog();
    for (let block = 0; block < 40; block += 1) log.write(bytes('y'.repeat(256 * 1024)));
    expect(log.lines.every((line) => line.length <= 4_000)).toBe(true);
    log.write(new Uint8Array([10, 0xff, 0xfe, 0, 0x1b, 0x5d, 0x30, 10]));
    expect(log.lines.at(-1)).not.toMatch(/[\0-\x08\x0b-\x1f]/);
  });

  it('numbers its rows for good, however many it lets go', () => {
    const log = createTextLog();
    const numbered = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, line) => `${from + line} ${'z'.repeat((from + line) % 17)}\n`).join('');
    log.write(bytes(numbered(0, 21_000)));
    const [row] = log.find('20500 ', 10);
    const behind = log.behind(10);
    if (row === undefined) throw new Error('it is there');
    expect(drawn(log, 10, 1, behind - row - 1)).toEqual([expect.stringMatching(/^20500/)]);
    log.write(bytes(numbered(21_000, 30_000)));
    expect(log.lines[0]).toMatch(/earlier lines/);
    expect(log.find('20500 ', 10)).toEqual([row]);
    expect(drawn(log, 10, 1, log.behind(10) - row - 1)).toEqual([expect.stringMatching(/^20500/)]);
  });

  it('finds a text in all that it keeps, upper and lower case alike, at every width', () => {
    const log = createTextLog();
    log.write(bytes(`Needle\n${'x'.repeat(24)}needle\nno\nthe last NEEDLE`));
    expect(log.find('needle', 80)).toEqual([0, 1, 3]);
    expect(log.find('needle', 10)).toEqual([0, 3, 5]);
    expect(log.find('', 10)).toEqual([]);
    expect(log.find('nothing', 10)).toEqual([]);
  });

  it('keeps no more text than can be looked through at once', () => {
    const log = createTextLog();
    for (let block = 0; block < 40; block += 1) log.write(bytes(`${'w'.repeat(3_000)}\n`.repeat(100)));
    expect(log.lines.reduce((sum, line) => sum + line.length, 0)).toBeLessThan(4_500_000);
  });

  it('says where bytes were left out', () => {
    const log = createTextLog();
    log.write(bytes('a'));
    log.skipped(7);
    log.write(bytes('b'));
    expect(log.lines).toEqual(['a', '… 7 bytes are left out here', 'b']);
  });
});

describe('the tail of a run', () => {
  it('is its last lines, as they look in a terminal', () => {
    expect(lastLines(bytes('a\n\nb\n10%\r50%\r100%\n\x1b[32mok\x1b[0m\n'))).toEqual(['a', 'b', '100%', 'ok']);
  });

  it('leaves out what full-screen programs drew', () => {
    const screen = '\x1b[?1049h\x1b[1;1Hfile\x1b[2;1H~\x1b[3;1H~';
    expect(lastLines(bytes(`before\n${screen}`))).toEqual(['before']);
    expect(lastLines(bytes(`before\n${screen}\x1b[?1049lafter\n`))).toEqual(['before', 'after']);
    // The beginning of the screen was cut off.
    expect(lastLines(bytes(`${screen.slice(8)}\x1b[?1049lafter\n`))).toEqual(['after']);
    expect(lastLines(bytes(screen.slice(8) + screen.slice(8)))).toEqual([]);
  });
});

describe('rows', () => {
  it('of a command keep every character, and are no wider than asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.integer({ min: 2, max: 40 }), (text, width) => {
        const rows = exactRows(text, width);
        expect(rows.every((row) => stringWidth(row) <= width)).toBe(true);
        expect(rows.join('')).toBe(exactRows(text, Number.MAX_SAFE_INTEGER).join(''));
      }),
    );
  });

  it('that are broken at words lose nothing either, and break a word only where a row is too short for it', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'b', '漢', ' ', '-'), maxLength: 60 });
    fc.assert(
      fc.property(line, fc.integer({ min: 2, max: 30 }), (text, width) => {
        const rows = wordRows(text, width);
        expect(rows.every((row) => stringWidth(row) <= width)).toBe(true);
        expect(rows.join('')).toBe(text);
        rows.slice(0, -1).forEach((row, index) => {
          const begun = `${row}${rows[index + 1]}`;
          const word = [...begun.matchAll(/[^ ]+/g)].find(
            (found) => found.index < row.length && found.index + found[0].length > row.length,
          );
          if (word !== undefined) expect(stringWidth(word[0])).toBeGreaterThan(width - 2);
        });
      }),
    );
    expect(wordRows('workspace-write and below', 18)).toEqual(['workspace-write ', 'and below']);
  });

  it('hang under what they belong to, where there is room', () => {
    expect(hangingRows('access  workspace-write at most', 24, 8)).toEqual([
      'access  workspace-write ',
      '        at most',
    ]);
    expect(hangingRows('access  workspace', 12, 8)).toEqual(['access  ', 'workspace']);
  });

  it('of a plain line are broken at words, those of a command by the terminal alone', () => {
    expect(layLine('  keep this at most here', 16)).toEqual(['  keep this at ', '  most here']);
    expect(layLine({ exact: '  printf "a  b" and more' }, 12)).toEqual(['  printf "a  b" and more']);
    expect(layLine('of no terminal at all', undefined)).toEqual(['of no terminal at all']);
  });

  it('of a long message are cut, and say so', () => {
    const { model } = startDashboard();
    const rows = entryRows(model, messageEntry(1, 'word '.repeat(2_000)), 80);
    expect(rows.length).toBe(20);
    expect(rows.at(-1)?.kind).toBe('more');
  });

  it('of a run show the end of its output, or its result', () => {
    const dashboard = startDashboard();
    dashboard.tell({ type: 'tail', run: aRun(1).id, tail: { lines: ['1', '2', '3', '4'], done: false } });
    expect(entryRows(dashboard.model, runEntry(aRun(1)), 60).map(({ text }) => text)).toEqual(['', '2', '3', '4']);
    const done = { ...aRun(2, { status: 'completed', inline: true }), result: '42' } as never;
    expect(entryRows(dashboard.model, runEntry(done), 60).map(({ kind }) => kind)).toEqual(['head', 'result']);
  });
});

describe('the approval dialog', () => {
  it('cannot be made to show a row that the device did not write', () => {
    const approval = anApproval(1, {
      payload: { ...anApproval(1).payload, cwd: '/tmp\ndigest 0000', executable: '/bin/sh\x1b[2K' },
    });
    const dashboard = startDashboard({ snapshot: { approvals: [approval] } });
    dashboard.press('M-a');
    const dialog = overlayOf(dashboard.model, 'approval');
    if (dialog === undefined) throw new Error('it is not open');
    const { rows } = dialogLayout(dashboard.model, dialog);
    expect(rows.filter(({ text }) => text.startsWith('digest'))).toHaveLength(1);
    expect(rows.some(({ text }) => text.includes('\x1b'))).toBe(false);
  });
});

describe('an answer in plain lines', () => {
  const approval = anApproval(1);
  const shown = { digest: approval.digest, at: START };
  const typed = { begunAt: START + DEAF_MS, enteredAlone: true };

  it('is taken when the request was read and the line was typed', () => {
    expect(whyNotAnswer(approval, shown, typed, START + 1_000)).toBeUndefined();
  });

  it('is not taken when any guard says no', () => {
    expect(whyNotAnswer(approval, undefined, typed, START + 1_000)).toContain('not been shown');
    expect(whyNotAnswer(approval, { ...shown, digest: 'other' }, typed, START + 1_000)).toContain('not been shown');
    expect(whyNotAnswer(approval, shown, { ...typed, enteredAlone: false }, START + 1_000)).toContain('paste');
    expect(whyNotAnswer(approval, shown, { ...typed, begunAt: START + DEAF_MS - 1 }, START + 1_000)).toContain(
      'begun before',
    );
    expect(whyNotAnswer(approval, shown, typed, approval.expiresAt)).toContain('expired');
  });

  it('knows a typed line from a pasted one', () => {
    let now = START;
    const watch = createLineWatch(() => now);
    watch.feed('a');
    now += 100;
    watch.feed('\r');
    expect(watch.take()).toEqual({ begunAt: START, enteredAlone: true });
    watch.feed('approve 1\r');
    expect(watch.take()).toEqual({ begunAt: START + 100, enteredAlone: false });
  });
});

describe('the history file', () => {
  it('keeps lines over restarts, privately, and never a secret', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dispatch-history-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'state', 'history.json');
    const history = createTypedHistory(path);
    await history.add('!one\ntwo');
    await history.add('!curl -H "Authorization: Bearer abcdefghijklmnop"');
    await history.add('!three');
    expect(await createTypedHistory(path).load()).toEqual(['!one\ntwo', '!three']);
    expect(await readFile(path, 'utf8')).not.toContain('abcdefghijklmnop');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('is empty rather than in the way', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dispatch-history-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'file'), '');
    const unwritable = createTypedHistory(join(folder, 'file', 'history.json'));
    await unwritable.add('!ls');
    expect(await unwritable.load()).toEqual([]);
  });
});

describe('a single key at a plain question', () => {
  it('answers when it is pressed once, alone and later', () => {
    let now = 0;
    const press = (guard: ReturnType<typeof createKeyGuard>, wait: number, text: string): boolean => {
      now += wait;
      return guard.take(text);
    };
    const early = createKeyGuard(() => now);
    // Each ignored key begins the time anew.
    expect([press(early, 300, 'a'), press(early, 300, 'b'), press(early, 300, 'c')]).toEqual([false, false, false]);
    expect(press(early, DEAF_MS, 'y')).toBe(true);
    const held = createKeyGuard(() => now);
    expect([press(held, 100, 'y'), press(held, 660, 'y'), press(held, 30, 'y')]).toEqual([false, false, false]);
    expect(press(held, 750, 'y')).toBe(true);
    const pasted = createKeyGuard(() => now);
    expect([press(pasted, 1_000, 'yes'), press(pasted, 1, 'y'), press(pasted, 1_000, 'y')]).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe('formats', () => {
  it('are short and do not jump', () => {
    expect([0, 999, 1_000, 9_949, 120_000, 999_500, 5e12].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '9.9 kB',
      '120 kB',
      '1.0 MB',
      '5.0 TB',
    ]);
    expect([17, 2_100, 59_960, 3_600_000].map((ms) => formatDuration(ms, false))).toEqual([
      '17ms',
      '2.1s',
      '1:00',
      '1:00:00',
    ]);
    expect([0, 42_900, 61_000].map((ms) => formatDuration(ms, true))).toEqual(['0:00', '0:42', '1:01']);
  });
});
