import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createEmulator } from '../../../../src/tui/terminal/embedded-emulator.ts';
import { createOutputQueue } from '../../../../src/tui/terminal/embedded-queue.ts';
import { createEmbeddedTerminal } from '../../../../src/tui/terminal/embedded-terminal.ts';
import { badCell, drawn, feed, open, shown, start } from './embedded-helpers.ts';

describe('embedded terminal: what a program cannot do', () => {
  it('answers questions through reply alone', async () => {
    const replies: string[] = [];
    const terminal = start(20, 4, (data) => replies.push(data));
    await feed(terminal, 'ab\x1b[6n\x1b[c\x1b[5n');
    expect(replies).toEqual(['\x1b[1;3R', '\x1b[?1;2c', '\x1b[0n']);
    await feed(start(), 'ab\x1b[6n\x1b[c');
  });

  it('keeps titles, the clipboard, notifications, pictures and bells from the terminal around it', async () => {
    const replies: string[] = [];
    const terminal = start(20, 4, (data) => replies.push(data));
    const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      const secret = 'EVIL';
      const hostile = [
        `\x1b]0;${secret}\x07`,
        `\x1b]2;${secret}\x1b\\`,
        `\x1b]52;c;${Buffer.from(secret).toString('base64')}\x07`,
        '\x1b]52;c;?\x07',
        `\x1b]9;${secret}\x07\x1b]777;notify;${secret};${secret}\x07\x1b]99;;${secret}\x1b\\`,
        `\x1b]8;;http://${secret}\x07link\x1b]8;;\x07`,
        `\x1b]1337;File=inline=1:${secret}\x07\x1b_G${secret}\x1b\\\x1bPq${secret}\x1b\\\x1bP$q${secret}\x1b\\`,
        '\x1b]10;?\x07\x1b]11;?\x07\x1b]4;1;?\x07',
        `\x1b[21t\x1b[20t\x1b]l${secret}\x1b\\\x1b[22t\x1b[8;500;500t\x1b[?3h`,
        `\x05\x07\x1b^${secret}\x1b\\\x1bX${secret}\x1b\\\x9d0;${secret}\x9c`,
        `\x1b]0;${'t'.repeat(200_000)}\x07\x1b]unterminated`,
      ];
      for (const sequence of hostile) await feed(terminal, sequence);
      await feed(terminal, '\x1b\\done');
      expect(out).not.toHaveBeenCalled();
      expect(err).not.toHaveBeenCalled();
      expect(replies.join('')).not.toContain(secret);
      expect(drawn(terminal).toText()).not.toContain(secret);
      expect(drawn(terminal).toText()).toContain('done');
      expect(badCell(drawn(terminal))).toBeUndefined();
    } finally {
      out.mockRestore();
      err.mockRestore();
    }
  });

  it('puts nothing invisible or reordering into a cell', async () => {
    for (const text of [
      'a\u202eb\u2066c\ufeff',
      '\u200b\u200bx',
      '\u202e',
      'e\u0301\u200f!',
      '\u00adsoft',
      '\u2028\u2029',
      '\u{e0041}',
    ]) {
      const grid = await shown(text);
      expect(badCell(grid), JSON.stringify(text)).toBeUndefined();
    }
    expect((await shown('pay\u202etxt.exe')).toText().trim()).toBe('paytxt.exe');
    const terminal = start();
    await feed(terminal, 'a\u202eb');
    expect(terminal.text()[0]).toBe('a⟨202E⟩b');
  });

  it('bounds what piles up in one cell', async () => {
    const grid = await shown(`e${'\u0301'.repeat(5_000)}`);
    expect(badCell(grid)).toBeUndefined();
    expect(Math.max(...grid.chars.map((char) => char.length))).toBeLessThanOrEqual(32);
  });

  it.each(['L', 'M', 'S', 'T', 'b', 'I', 'Z', '@', 'P', 'X', 'A', 'B', 'C', 'D', 'G', 'd', 'E', 'F', 'J', 'K', 'r'])(
    'survives absurd counts for CSI %s',
    async (final) => {
      const terminal = start();
      await feed(terminal, `ab\x1b[2147483647${final}\x1b[99999999999999999999;4294967295${final}cd`);
      expect(badCell(drawn(terminal))).toBeUndefined();
    },
  );

  it('erases up to the last cell of the alternate screen', async () => {
    const grid = await shown('\x1b[?1049habc\x1b[999;999H\x1b[1Jx');
    expect(grid.toText()).toBe(`\n\n\n${' '.repeat(19)}x`);
  });

  it('goes on with a new screen where the emulator itself fails, also after a pause, and says so', async () => {
    const lost = '[this output could not be shown; the screen was cleared]';
    const faulty = () => {
      const made = createEmulator(60, 4, 10, () => {});
      open.push(made);
      made.terminal.parser.registerCsiHandler({ final: 'y' }, ([how]) => {
        if (how === 0) throw new Error('a fault of the emulator');
        return Promise.reject(new Error('a fault after a pause')) as unknown as boolean;
      });
      return made;
    };
    let emulator = faulty();
    const queue = createOutputQueue({ current: () => emulator, renew: () => (emulator = faulty()), parsed: () => {} });
    const rows = () => [0, 1].map((row) => emulator.terminal.buffer.active.getLine(row)?.translateToString(true));
    for (const [text, shown] of [
      ['before\x1b[y lost', ''],
      ['after', 'after'],
      ['\x1b[1y lost', ''],
      ['\x1b[0', ''],
      ['y', ''],
      ['again', 'again'],
    ] as const) {
      await queue.write(new TextEncoder().encode(text));
      expect(rows()).toEqual([lost, shown]);
    }
  });

  it('lets the event loop turn while costly sequences are parsed', async () => {
    const terminal = start(200, 60);
    let turns = 0;
    let parsing = true;
    const count = () => {
      turns += 1;
      if (parsing) setImmediate(count);
    };
    setImmediate(count);
    await feed(terminal, `\x1b[H${'x\x1b[60T\x1b[2J'.repeat(2_500)}`);
    parsing = false;
    expect(turns).toBeGreaterThan(3);
    await feed(terminal, '\x1b[Hend');
    expect(drawn(terminal, 200, 60).toText().trimEnd()).toBe('end');
  });

  it('draws visible text of the right width whatever it is fed (property)', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '\x1b[',
        '\x1b]',
        '\x1bP',
        '\x1b',
        '\x9b',
        '\x07',
        '\x1b\\',
        ';',
        '?',
        '2',
        '25',
        '1049',
        '38;2;',
        '\r',
        '\n',
        '\b',
        '\t',
      ),
      fc.constantFrom(
        'h',
        'l',
        'm',
        'H',
        'J',
        'K',
        'L',
        'M',
        'P',
        '@',
        'X',
        'b',
        'r',
        'c',
        'n',
        'S',
        'T',
        '(0',
        '#8',
        '7',
        '8',
        'D',
        'E',
      ),
      fc.constantFrom(
        '漢',
        '👨‍👩‍👧',
        '\u0301',
        '\u200d',
        '\ufe0f',
        '☺',
        '🇩',
        '🇪',
        'ᄀ',
        'ᅡ',
        'ᆨ',
        'क',
        '्',
        'ष',
        '\u202e',
        '\u0600',
        'ｱ',
        'ﾞ',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    const chunk = fc.oneof(
      fc.array(piece, { maxLength: 30 }).map((parts) => new TextEncoder().encode(parts.join(''))),
      fc.uint8Array({ maxLength: 40 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { maxLength: 6 }), fc.integer({ min: 2, max: 12 }), async (chunks, cols) => {
        const terminal = createEmbeddedTerminal({ cols, rows: 3 }, { scrollback: 5 });
        try {
          for (const bytes of chunks) {
            await terminal.write(bytes);
            const bad = badCell(drawn(terminal, cols, 3)) ?? badCell(drawn(terminal, 5, 5, { scrollBack: 2 }));
            if (bad !== undefined) throw new Error(bad);
          }
          return true;
        } finally {
          terminal.close();
        }
      }),
      { numRuns: 250 },
    );
  });
});
