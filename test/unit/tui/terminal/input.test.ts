import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInputTokenizer } from '../../../../src/tui/terminal/input.ts';
import type { InputEvent } from '../../../../src/tui/terminal/input-event.ts';
import { createPasteCollector } from '../../../../src/tui/terminal/input-paste.ts';

/** A tokenizer with a clock that moves only by hand. */
function setUp() {
  const events: InputEvent[] = [];
  const raws: string[] = [];
  const timers: { callback: () => void; milliseconds: number }[] = [];
  const tokenizer = createInputTokenizer(
    (event, raw) => {
      events.push(event);
      raws.push(Buffer.from(raw).toString('latin1'));
    },
    {
      setTimer: (callback, milliseconds) => {
        const timer = { callback, milliseconds };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), 1);
      },
    },
  );
  const fire = () => {
    for (const { callback } of timers.splice(0)) callback();
  };
  return { events, raws, timers, fire, write: (text: string) => tokenizer.write(Buffer.from(text)), tokenizer };
}

function eventsOf(text: string | Uint8Array): InputEvent[] {
  const { events, tokenizer } = setUp();
  tokenizer.write(Buffer.from(text));
  tokenizer.flush();
  return events;
}

const keys = (text: string | Uint8Array) =>
  eventsOf(text).map((event) => (event.type === 'key' ? event.key : event.type));

it('says which keys came by themselves', () => {
  const told: [string, boolean][] = [];
  const tokenizer = createInputTokenizer((event, _raw, alone) => {
    told.push([event.type === 'key' ? event.key : event.type, alone]);
  });
  for (const text of ['y', 'yn', '\x1b[A', '\x1b[200~a\x1b[201~y']) tokenizer.write(Buffer.from(text));
  tokenizer.close();
  expect(told).toEqual([
    ['y', true],
    ['y', false],
    ['n', false],
    ['up', true],
    ['paste', false],
    ['y', false],
  ]);
});

it('does not say so of what is left where the beginning went into something that had been left open', () => {
  const told: [string, boolean][] = [];
  const tokenizer = createInputTokenizer((event, _raw, alone) => {
    told.push([event.type === 'key' ? event.key : event.type, alone]);
  });
  for (const text of ['\x1b[', 'yy', '\x1b[', 'A', 'y']) tokenizer.write(Buffer.from(text));
  tokenizer.close();
  expect(told.filter(([what]) => what !== 'reply')).toEqual([
    ['y', false],
    ['up', true],
    ['y', true],
  ]);
});

describe('keys', () => {
  it.each([
    ['a', 'a'],
    ['A', 'A'],
    ['ä', 'ä'],
    ['漢', '漢'],
    ['🚀', '🚀'],
    [' ', 'space'],
    ['\r', 'enter'],
    ['\t', 'tab'],
    ['\x7f', 'backspace'],
    ['\x08', 'backspace'],
    ['\0', 'C-space'],
    ['\x01', 'C-a'],
    ['\n', 'C-j'],
    ['\x1a', 'C-z'],
    ['\x1c', 'C-\\'],
    ['\x1d', 'C-]'],
    ['\x1f', 'C-_'],
    ['\x1b', 'escape'],
    ['\x1bx', 'M-x'],
    ['\x1bä', 'M-ä'],
    ['\x1b\r', 'M-enter'],
    ['\x1b\x7f', 'M-backspace'],
    ['\x1b ', 'M-space'],
    ['\x1b\x01', 'C-M-a'],
    ['\x1b[A', 'up'],
    ['\x1bOB', 'down'],
    ['\x1b[H', 'home'],
    ['\x1b[1~', 'home'],
    ['\x1bOF', 'end'],
    ['\x1b[3~', 'delete'],
    ['\x1b[5~', 'pageup'],
    ['\x1b[Z', 'S-tab'],
    ['\x1b[1;5D', 'C-left'],
    ['\x1b[1;2A', 'S-up'],
    ['\x1b[1;8C', 'C-M-S-right'],
    ['\x1b[3;5~', 'C-delete'],
    ['\x1b[3^', 'C-delete'],
    ['\x1bOP', 'f1'],
    ['\x1b[[A', 'f1'],
    ['\x1b[11~', 'f1'],
    ['\x1b[15~', 'f5'],
    ['\x1b[24~', 'f12'],
    ['\x1b[1;2R', 'S-f3'],
    ['\x1bOM', 'enter'],
    ['\x1b\x1b[A', 'M-up'],
    ['\x1b[13;2u', 'S-enter'],
    ['\x1b[27;2;13~', 'S-enter'],
    ['\x1b[13;3u', 'M-enter'],
    ['\x1b[27u', 'escape'],
    ['\x1b[97;5u', 'C-a'],
    ['\x1b[97;6u', 'C-a'],
    ['\x1b[97;3u', 'M-a'],
    ['\x1b[97;2u', 'A'],
    ['\x1b[97:65;2u', 'A'],
    ['\x1b[32;5u', 'C-space'],
    ['\x1b[9;2u', 'S-tab'],
    ['\x1b[', 'M-['],
    ['\x1bO', 'M-O'],
    ['\x1b]', 'M-]'],
  ])('%j is %s', (bytes, key) => {
    expect(keys(bytes)).toEqual([key]);
  });

  it('carry the text they type, and only then', () => {
    expect(eventsOf('é \x1bx\r')).toEqual([
      { type: 'key', key: 'é', text: 'é' },
      { type: 'key', key: 'space', text: ' ' },
      { type: 'key', key: 'M-x' },
      { type: 'key', key: 'enter' },
    ]);
    expect(eventsOf('\x1bOk')).toEqual([{ type: 'key', key: '+', text: '+' }]);
  });

  it('come one by one from a burst, each with its own bytes', () => {
    const { write, events, raws } = setUp();
    write('a\x1b[A漢\x1b[<0;1;1Mb');
    expect(events.map((event) => (event.type === 'key' ? event.key : event.type))).toEqual([
      'a',
      'up',
      '漢',
      'mouse',
      'b',
    ]);
    expect(raws).toEqual(['a', '\x1b[A', Buffer.from('漢').toString('latin1'), '\x1b[<0;1;1M', 'b']);
  });

  it('that are released, or that kitty alone knows, do not count', () => {
    expect(keys('\x1b[97;1:3u\x1b[57441u')).toEqual(['reply', 'reply']);
  });

  it.each([
    [[0xff], ['\ufffd']],
    [
      [0xc3, 0x28],
      ['\ufffd', '('],
    ],
    [[0xe6, 0xbc], ['\ufffd']],
    [[0xed, 0xa0, 0x80], ['\ufffd']],
    [
      [0xc0, 0x80],
      ['\ufffd', '\ufffd'],
    ],
  ])('from the broken UTF-8 %j are %j', (bytes, expected) => {
    expect(keys(Uint8Array.from(bytes))).toEqual(expected);
  });
});

describe('time', () => {
  it('tells Escape from the beginning of a sequence', () => {
    const { write, events, timers, fire } = setUp();
    write('\x1b');
    expect(events).toEqual([]);
    expect(timers.map((timer) => timer.milliseconds)).toEqual([50]);
    fire();
    expect(events).toEqual([{ type: 'key', key: 'escape' }]);
    write('\x1b');
    write('[A');
    expect(events.at(-1)).toEqual({ type: 'key', key: 'up' });
    expect(timers).toEqual([]);
  });

  it('gives a begun sequence longer, and never makes text of its beginning', () => {
    const { write, events, timers, fire } = setUp();
    write('\x1b[<35;1');
    expect(timers.map((timer) => timer.milliseconds)).toEqual([500]);
    fire();
    expect(events).toEqual([{ type: 'reply', kind: 'other', value: '[<35;1' }]);
  });

  it('does not let typing keep a begun string open', () => {
    const { write, events, timers, fire } = setUp();
    write('\x1b]a');
    const [first] = timers;
    write('bc');
    expect(timers).toEqual([first]);
    fire();
    expect(events).toEqual([{ type: 'reply', kind: 'other', value: ']abc' }]);
    write('d');
    expect(events.at(-1)).toEqual({ type: 'key', key: 'd', text: 'd' });
  });

  it('of two escapes makes two keys', () => {
    expect(keys('\x1b\x1b')).toEqual(['escape', 'escape']);
  });

  it('no longer matters after close', () => {
    const { write, events, timers, tokenizer } = setUp();
    write('\x1b');
    tokenizer.close();
    expect(timers).toEqual([]);
    tokenizer.flush();
    expect(events).toEqual([]);
  });
});

describe('pastes', () => {
  it('are text, with line ends as newlines and controls made visible', () => {
    expect(eventsOf('\x1b[200~y\rn\r\nq\x1b[A\x03\t\x9d\x1b[201~')).toEqual([
      { type: 'paste', text: 'y\nn\nq\ufffd[A\ufffd\t\ufffd' },
    ]);
  });

  it('may be empty, and end where their marker is', () => {
    expect(eventsOf('\x1b[200~\x1b[201~a')).toEqual([
      { type: 'paste', text: '' },
      { type: 'key', key: 'a', text: 'a' },
    ]);
  });

  it('after Escape leave Escape a key', () => {
    expect(keys('\x1b\x1b[200~y\x1b[201~')).toEqual(['escape', 'paste']);
  });

  it('wait for their end, and as long as more of them comes', () => {
    const { write, events, timers } = setUp();
    write('\x1b[200~ab');
    const [first] = timers;
    write('c\x1b[20');
    expect(events).toEqual([]);
    expect(timers.map((timer) => timer.milliseconds)).toEqual([2_000]);
    expect(timers).not.toContain(first);
    write('1~');
    expect([events, timers]).toEqual([[{ type: 'paste', text: 'abc' }], []]);
  });

  it('whose end never comes are given up, and keys are keys again', () => {
    const { write, events, fire, timers } = setUp();
    write('\x1b[200~lost');
    fire();
    expect(events).toEqual([{ type: 'paste', text: 'lost' }]);
    for (const bytes of ['a', '\x1b[A', '\x1b[<64;1;1M\x1b[<64;1;1M', 'bc', '\x1b[200~next\x1b[201~']) write(bytes);
    expect(events.slice(1).map((event) => (event.type === 'key' ? event.key : event.type))).toEqual([
      'a',
      'up',
      'mouse',
      'mouse',
      'b',
      'c',
      'paste',
    ]);
    expect(timers).toEqual([]);
  });

  it.each(['\x1b[<64;1;1M\x1b[<64;1;1M', '\x1b[A\x1b[A', '\x1b[200~next\x1b[201~', '\x1b[201~'])(
    'that were given up do not take %j',
    (bytes) => {
      const { write, events, fire } = setUp();
      write('\x1b[200~lost');
      fire();
      write(bytes);
      expect(events.slice(1)).toEqual(eventsOf(bytes));
    },
  );

  it('that were given up are not answered for: the key behind may be the rest of one, and was not pressed alone', () => {
    const told: [string, boolean][] = [];
    const fired: (() => void)[] = [];
    const tokenizer = createInputTokenizer(
      (event, _raw, alone) => told.push([event.type === 'key' ? event.key : event.type, alone]),
      {
        setTimer(callback) {
          fired.push(callback);
          return () => {};
        },
      },
    );
    tokenizer.write(Buffer.from('\x1b[200~why'));
    fired.at(-1)?.();
    for (const key of ['y', 'y']) tokenizer.write(Buffer.from(key));
    expect(told.slice(1)).toEqual([
      ['y', false],
      ['y', true],
    ]);
  });

  it('that stop anywhere for any time never become keys, and lose nothing', () => {
    const piece = fc.string({ unit: fc.constantFrom('y', 'A', '漢', '\n', ' ', '[', '~'), minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(fc.tuple(piece, fc.boolean())), fc.boolean(), (pieces, ends) => {
        const { write, events, fire, timers, tokenizer } = setUp();
        write('\x1b[200~');
        for (const [text, stops] of pieces) {
          write(text);
          if (stops) fire();
        }
        if (ends) write('\x1b[201~');
        fire();
        const text = events.map((event) => (event.type === 'paste' ? event.text : '')).join('');
        expect(text).toBe(pieces.map(([one]) => one).join(''));
        expect(events.filter(({ type }) => type === 'key')).toEqual([]);
        write('a');
        expect(events.at(-1)).toEqual({ type: 'key', key: 'a', text: 'a' });
        expect(timers).toEqual([]);
        tokenizer.close();
      }),
    );
  });

  it('of a megabyte come in one piece', () => {
    const text = `${'0123456789abcdef漢'.repeat(55_000)}`;
    expect(eventsOf(`\x1b[200~${text}\x1b[201~`)).toEqual([{ type: 'paste', text }]);
  });

  it('beyond the bound come in pieces, cut between characters', () => {
    const pieces: string[] = [];
    const raws: Buffer[] = [];
    const collector = createPasteCollector((text, raw) => {
      pieces.push(text);
      raws.push(Buffer.from(raw));
    }, 10);
    const body = Buffer.from('漢字漢字漢字漢字\x1b[201~');
    collector.start(Buffer.from('<'));
    expect(collector.take(body, 0)).toBe(body.length);
    expect(pieces).toEqual(['漢字漢', '字漢字', '漢字']);
    expect(Buffer.concat(raws).toString()).toBe(`<${body}`);
    expect(collector.active).toBe(false);
  });

  it('without a beginning are a reply, not a key', () => {
    expect(keys('\x1b[201~')).toEqual(['reply']);
  });
});

describe('mouse', () => {
  const plain = { shift: false, ctrl: false, alt: false };
  it.each([
    ['\x1b[<0;3;5M', { action: 'down', button: 'left', x: 2, y: 4, ...plain }],
    ['\x1b[<0;3;5m', { action: 'up', button: 'left', x: 2, y: 4, ...plain }],
    ['\x1b[<2;1;1M', { action: 'down', button: 'right', x: 0, y: 0, ...plain }],
    ['\x1b[<33;300;200M', { action: 'move', button: 'middle', x: 299, y: 199, ...plain }],
    ['\x1b[<64;1;1M', { action: 'wheelup', button: 'none', x: 0, y: 0, ...plain }],
    ['\x1b[<81;1;1M', { action: 'wheeldown', button: 'none', x: 0, y: 0, ...plain, ctrl: true }],
    ['\x1b[<12;0;0M', { action: 'down', button: 'left', x: 0, y: 0, shift: true, alt: true, ctrl: false }],
    ['\x1b[M !!', { action: 'down', button: 'left', x: 0, y: 0, ...plain }],
  ])('%j', (bytes, expected) => {
    expect(eventsOf(bytes)).toEqual([{ type: 'mouse', ...expected }]);
  });

  it('buttons that we do not know are no keys either', () => {
    expect(keys('\x1b[<66;1;1M\x1b[<128;1;1M\x1b[<;;M')).toEqual(['reply', 'reply', 'reply']);
  });
});

describe('focus and replies', () => {
  it('focus comes and goes', () => {
    expect(eventsOf('\x1b[I\x1b[O')).toEqual([
      { type: 'focus', focused: true },
      { type: 'focus', focused: false },
    ]);
  });

  it.each(['\x07', '\x1b\\'])('tell the background, ended by %j', (end) => {
    expect(eventsOf(`\x1b]11;rgb:0000/1111/2222${end}y`)).toEqual([
      { type: 'reply', kind: 'background', value: 'rgb:0000/1111/2222' },
      { type: 'key', key: 'y', text: 'y' },
    ]);
  });

  it.each([
    '\x1b[?62;22c',
    '\x1b[>0;276;0c',
    '\x1b[24;80R',
    '\x1b[?2026;2$y',
    '\x1bP>|XTerm(370)\x1b\\',
    '\x1b]52;c;eXk=\x07',
    '\x1b_Gi=1;OK\x1b\\',
    '\x1b[?997;1n',
  ])('%j never leaks as text', (bytes) => {
    expect(keys(`${bytes}a`)).toEqual(['reply', 'a']);
  });

  it('of absurd length are skipped to their end', () => {
    expect(keys(`\x1b]52;c;${'y'.repeat(100_000)}\x07a`)).toEqual(['reply', 'a']);
    expect(keys(`\x1b[${'1;'.repeat(5000)}Ra`)).toEqual(['reply', 'a']);
  });

  it('cut off by another sequence do not take it with them', () => {
    expect(keys('\x1b]11;rgb\x1b[A')).toEqual(['reply', 'up']);
    expect(keys('\x1b[1;\x1b[A')).toEqual(['reply', 'up']);
  });
});
