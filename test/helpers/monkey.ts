// A monkey at the keyboard: what it does next, from random numbers that come again. It knows every key of the keymap, types,
// pastes, uses the mouse, changes the size of the window, and sends what broken terminals send. Whether it ever presses the
// key that says yes, alone, is up to whoever sets it loose.
import { setTimeout as delay } from 'node:timers/promises';
import { KEYMAP } from '../../src/tui/keys/keymap.ts';
import { ALONE_MS, DEAF_MS } from '../../src/tui/update/reading.ts';
import type { TerminalDriver } from './terminal-driver.ts';
import { keyBytes } from './terminal-keys.ts';

/** One thing that it does; `says` is how it is told of when something breaks. */
export interface MonkeyAct {
  readonly says: string;
  readonly do: (terminal: TerminalDriver) => Promise<void>;
}

export interface MonkeyOptions {
  readonly random: () => number;
  /** Presses y, and does so alone: told just before each. Absent: never. */
  readonly onYes?: (() => void) | undefined;
}

/** Ends the program when it comes twice, which is what it is for. */
const LEAVING = 'C-c';
const YES = 'y';
const KEYS = [...new Set(KEYMAP.flatMap(({ keys }) => keys))].filter(
  (key) => key !== LEAVING && key !== YES && isSent(key),
);
/** Where approvals are and are opened: pressed more often than the rest. */
const TOWARDS_APPROVALS = ['M-a', 'M-a', 'M-a', 'a', '2', 'enter', 'escape', 'escape', 'space', 'end', 'G', 'v'];
const ANSWERS = ['A', 'Y', 'r', 'e', 'N', 'n', 'right', 'left'];
const TYPED = [
  '!echo typed > made-by-typing',
  '!seq 100000',
  '/say ',
  '/open 1',
  '/attach 2',
  '/cancel 3',
  '/retry 1',
  '/search line',
  '/artifacts',
  '/edit typed.txt',
  '/approve',
  '/undo 1',
  '/nonsense at all',
  '= what is this?',
  '@nobody do it',
  '漢字 and 👩‍💻 and e\u0301\u0300\u0302',
  'why yes, yes indeed: y',
  'yyyyyyyyyyyyyyyyyyyyyyyy',
  'x'.repeat(700),
];
const PASTED = [
  'y',
  'y\r',
  'yes\ny\ny\n',
  'A\ny\n',
  '\x1b[201~y\r',
  '\x1by\x1b[Ay\r',
  '\x1b[200~y',
  '\x1b]52;c;eQ==\x07y',
  '!echo pasted > made-by-pasting\n',
  `${'a long paste '.repeat(700)}y\n`,
];
/** Some of these end a program, or stop it, unless they come in a paste. */
const CONTROLS = '\0\x03\x03\x04\x1a\x1c';
/** Several keys in one breath, as programs and slow lines send them. */
const BURSTS = [
  'y\r',
  'yy',
  'Ay',
  'Yy',
  'ry',
  'ey\r',
  '\x1by',
  '\x1bay',
  '\x1ba\ry\r',
  'jjjjy',
  'y\x1b',
  '\r\ry\r',
  'ny',
];
const BROKEN = [
  '\x1b[',
  '\x1b[1;',
  '\x1b[<0;5;',
  '\x1b]11;rgb:',
  '\x1bP1$r',
  '\x1bO',
  '\x1b[200~unfinished',
  '\x1b[999999999999999999999;1~',
  '\x1b[<999999;-1;0M',
  '\x1b[M\xff\xff\xff',
  '\x1b[1;99Z\x1b[?1;2c',
  '\x1b_Gi=1;OK\x1b\\',
];
const REPLIES = [
  '\x1b]11;rgb:ffff/ffff/ffff\x1b\\',
  '\x1b]11;rgb:0000/0000/0000\x07',
  '\x1b[?62;22c',
  '\x1b[>41;388;0c',
  '\x1b[12;40R',
  '\x1b]52;c;eQ==\x07',
  '\x1bP1+r544e=787465726d\x1b\\',
  '\x1b[?2026;2$y',
  '\x1b[106u',
  '\x1b[I',
  '\x1b[O',
];
const RAW = [[0xff, 0xfe], [0xc3], [0xf0, 0x9f, 0x98], [0x80, 0x9b, 0x79], [0xed, 0xa0, 0x80], [0]];
const SIZES = [
  [1, 1],
  [2, 1],
  [10, 3],
  [29, 7],
  [30, 8],
  [40, 12],
  [59, 20],
  [60, 24],
  [80, 24],
  [109, 30],
  [120, 40],
  [200, 60],
  [400, 120],
] as const;
const MOUSE = ['down', 'up', 'move', 'wheelup', 'wheeldown'] as const;
/** Longer than a dialog is deaf after it has opened and after its end has appeared. */
const READING_MS = 2 * DEAF_MS + 100;
/** Stopped, and on again as nobody could continue it: until then its terminal would take C-c for what it is elsewhere. */
const AWAY_MS = 400;
/** A key has nothing before and behind it. */
const APART_MS = 2 * ALONE_MS;

/** What it does next. */
export function nextAct({ random, onYes }: MonkeyOptions): MonkeyAct {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const sends = (says: string, bytes: string | Uint8Array, pause: number): MonkeyAct => ({
    says,
    async do(terminal) {
      terminal.send(bytes);
      if (pause > 0) await delay(pause);
    },
  });
  const pause = pick([0, 0, 0, 0, 1, 2, 5, 10, 20, random() < 0.5 ? APART_MS : 0]);
  const press = (key: string): MonkeyAct =>
    key === 'C-z' ? suspend() : sends(`press ${key}`, keyBytes(key, false), pause);
  const suspend = (): MonkeyAct => ({
    says: 'press C-z and wait until it is back',
    async do(terminal) {
      terminal.send(keyBytes('C-z', false));
      await delay(AWAY_MS);
      // On a busy machine that takes longer; it may also have ended by what came before.
      await terminal.waitFor(() => terminal.modes().alternate || terminal.screen().includes('the-end'));
    },
  });
  const broken = (): MonkeyAct => {
    const bytes = pick(BROKEN);
    return sends(`send ${JSON.stringify(bytes)}`, bytes, pause);
  };
  const yes = (): MonkeyAct => ({
    says: 'press y alone',
    async do(terminal) {
      await delay(APART_MS);
      onYes?.();
      terminal.send(YES);
      await delay(APART_MS);
    },
  });
  const readAndYes = (): MonkeyAct => ({
    says: 'open the next approval, maybe another question, and press y alone',
    async do(terminal) {
      const question = pick(['', '', '', 'r', 'A', 'Y']);
      terminal.send('\x1ba');
      await delay(READING_MS);
      if (question !== '') terminal.send(question);
      if (question !== '') await delay(READING_MS);
      await yes().do(terminal);
    },
  });

  const kinds: [weight: number, make: () => MonkeyAct][] = [
    [30, () => press(pick(KEYS))],
    [14, () => press(pick(TOWARDS_APPROVALS))],
    [8, () => press(pick(ANSWERS))],
    [5, () => press(pick([...'abcdefghijklmnopqrstuvwxz 0123456789!/:=@#+?']))],
    [6, () => type(pick(TYPED), pick(['', '\r', '\r']))],
    [5, () => paste(pick(PASTED), random() < 0.7)],
    [1, () => paste(CONTROLS, true)],
    [6, () => burst(pick(BURSTS))],
    [12, () => mouse(pick(MOUSE), random(), random())],
    [3, () => focus(random() < 0.5)],
    [4, () => resize(pick(SIZES))],
    [3, broken],
    [3, () => sends('answer as a terminal', pick(REPLIES), pause)],
    [1, () => sends('send bytes that are no text', Uint8Array.from(pick(RAW)), pause)],
    [onYes === undefined ? 0 : 5, yes],
    [onYes === undefined ? 0 : 3, readAndYes],
  ];
  let at = random() * kinds.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, make] of kinds) {
    at -= weight;
    if (at < 0) return make();
  }
  return press('escape');

  function type(text: string, end: string): MonkeyAct {
    return sends(`type ${JSON.stringify(text.slice(0, 40) + end)}`, text + end, pause);
  }
  function paste(text: string, bracketed: boolean): MonkeyAct {
    // Without brackets a y that came alone would be one that was pressed.
    const plain = bracketed || text.length > 1 ? text : text + text;
    const bytes = bracketed ? `\x1b[200~${plain}\x1b[201~` : plain;
    return sends(`paste ${JSON.stringify(bytes.slice(0, 40))}`, bytes, pause);
  }
  function burst(keys: string): MonkeyAct {
    return sends(`send ${JSON.stringify(keys)} in one breath`, keys, pause);
  }
  function mouse(action: (typeof MOUSE)[number], right: number, down: number): MonkeyAct {
    const how = { button: pick(['left', 'left', 'left', 'right', 'middle'] as const), shift: random() < 0.1 } as const;
    return {
      says: `mouse ${action}`,
      async do(terminal) {
        const [x, y] = [Math.floor(right * terminal.cols), Math.floor(down * terminal.rows)];
        if (action === 'down') terminal.click(x, y, how);
        else terminal.mouse(action, x, y, how);
        await delay(pause);
      },
    };
  }
  function focus(on: boolean): MonkeyAct {
    return { says: `focus ${on}`, do: async (terminal) => terminal.focus(on) };
  }
  function resize([cols, rows]: readonly [number, number]): MonkeyAct {
    return {
      says: `resize to ${cols}x${rows}`,
      async do(terminal) {
        terminal.resize(cols, rows);
        await delay(pause);
      },
    };
  }
}

function isSent(key: string): boolean {
  try {
    keyBytes(key, false);
    return true;
  } catch {
    return false;
  }
}
