// The terminal as the dashboard sees it: frames go out, events come in, and the terminal is left as it was found.
// It draws nothing of its own and gives no meaning to keys.
import { createBlessedRenderer } from './blessed-renderer.ts';
import type { CellGrid } from './cells.ts';
import { createInputTokenizer } from './input.ts';
import type { InputEvent } from './input-event.ts';
import { knowsLinks } from './links.ts';
import { ENTER, installRestore, LEAVE, MOUSE_OFF, MOUSE_ON, writeNow } from './restore.ts';
import { notifySequence, oscText } from './screen-osc.ts';

export interface ScreenSize {
  width: number;
  height: number;
}

export interface TerminalScreen {
  readonly size: ScreenSize;
  /** Draws, in one synchronized frame; writes only what differs from the frame before. */
  present(grid: CellGrid): void;
  onInput(listener: (event: InputEvent, raw: Uint8Array, alone: boolean) => void): () => void;
  onResize(listener: (size: ScreenSize) => void): () => void;
  setTitle(text: string): void;
  bell(): void;
  notify(title: string, body: string): void;
  /** Puts text on the clipboard of the machine that the terminal runs on. */
  copy(text: string): void;
  setMouse(on: boolean): void;
  /** What C-z does elsewhere: hands the terminal back and stops; draws anew when continued. */
  suspend(): void;
  /** Hands the terminal to another program in the foreground. Gives the way to take it back and draw anew. */
  lend(): () => void;
  close(): void;
}

export interface ScreenOptions {
  input?: NodeJS.ReadStream;
  output?: NodeJS.WriteStream;
  mouse: boolean;
  env?: NodeJS.ProcessEnv;
}

type State = 'active' | 'suspended' | 'closed';

const FRAME_BEGIN = '\x1b[?2026h';
const FRAME_END = '\x1b[?2026l';
const CLEAR = '\x1b[m\x1b[2J';
const SHOW_CURSOR = '\x1b[?25h';
const HIDE_CURSOR = '\x1b[?25l';
const ASK_BACKGROUND = '\x1b]11;?\x1b\\';
const NO_SIZE = { width: 80, height: 24 };
// If the system did not stop us (nobody is there who could continue us) the dashboard comes back after this.
const NOT_STOPPED_MS = 100;

export function openScreen(options: ScreenOptions): TerminalScreen {
  const input = options.input ?? process.stdin;
  const output = options.output ?? process.stdout;
  const env = options.env ?? process.env;
  const inputListeners = new Set<(event: InputEvent, raw: Uint8Array, alone: boolean) => void>();
  const resizeListeners = new Set<(size: ScreenSize) => void>();
  let state: State = 'suspended';
  let size = sizeOf(output);
  let mouse = options.mouse;
  let title: string | undefined;
  let last: CellGrid | undefined;
  let cursor = '';
  let mustClear = true;

  const tokenizer = createInputTokenizer((event, raw, alone) => {
    for (const listener of [...inputListeners]) listener(event, raw, alone);
  });
  const renderer = createBlessedRenderer({ links: knowsLinks(env) });
  const write = (text: string) => {
    if (state === 'active') output.write(text);
  };

  const onData = (chunk: Uint8Array) => tokenizer.write(chunk);
  // The terminal is gone: what SIGHUP says, for those who do not get it.
  const onLost = () => {
    if (state === 'closed') return;
    close();
    process.exit(129);
  };

  function enter() {
    state = 'active';
    input.setRawMode?.(true);
    input.on('data', onData);
    input.resume();
    output.write(ENTER + (mouse ? MOUSE_ON : '') + (title === undefined ? '' : titleSequence(title)));
    drawAnew();
  }

  /** Safe to call at any time, at the very end of the process too, and more than once. */
  function leave(next: State) {
    const wasActive = state === 'active';
    if (state !== 'closed') state = next;
    if (!wasActive) return;
    tokenizer.close();
    input.removeListener('data', onData);
    writeNow(descriptorOf(output), LEAVE);
    try {
      input.setRawMode?.(false);
    } catch {
      // The terminal has gone; there is no mode left to restore.
    }
    input.pause();
  }

  function comeBack() {
    enter();
    // Somebody else had the terminal, so a change of size may have passed us by.
    process.kill(process.pid, 'SIGWINCH');
    if (last) present(last);
  }

  function drawAnew() {
    if (state !== 'active') return;
    renderer.reset(size);
    mustClear = true;
    cursor = '';
  }

  function onOutputResize() {
    const next = sizeOf(output);
    if (next.width === size.width && next.height === size.height) return;
    size = next;
    last = undefined;
    drawAnew();
    for (const listener of [...resizeListeners]) listener(size);
  }

  // Smaller and back within a moment is no change of size to us; but the terminal has cut off what it showed.
  function onWindowChange() {
    if (last === undefined) return;
    drawAnew();
    present(last);
  }

  function present(grid: CellGrid) {
    last = grid;
    if (state !== 'active') return;
    const body = renderer.frame(grid);
    const nextCursor = cursorSequence(grid, size);
    if (body === '' && nextCursor === cursor && !mustClear) return;
    const wasShown = cursor !== '';
    cursor = nextCursor;
    if (body === '' && !mustClear) {
      output.write(nextCursor || HIDE_CURSOR);
      return;
    }
    const before = (wasShown ? HIDE_CURSOR : '') + (mustClear ? CLEAR : '');
    mustClear = false;
    output.write(FRAME_BEGIN + before + body + nextCursor + FRAME_END);
  }

  function suspend(processes: number) {
    if (state === 'closed' || state === 'suspended') return;
    const before = state;
    leave('suspended');
    process.removeListener('SIGTSTP', onStopSignal);
    let done = false;
    const goOn = () => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      process.removeListener('SIGCONT', goOn);
      if (state === 'closed') return;
      process.on('SIGTSTP', onStopSignal);
      if (before === 'active') comeBack();
      else state = before;
    };
    const timer = setTimeout(goOn, NOT_STOPPED_MS);
    process.on('SIGCONT', goOn);
    process.kill(processes, 'SIGTSTP');
  }
  const onStopSignal = () => suspend(process.pid);

  function close() {
    if (state === 'closed') return;
    leave('closed');
    state = 'closed';
    uninstall();
    process.removeListener('SIGTSTP', onStopSignal);
    process.removeListener('SIGWINCH', onWindowChange);
    output.removeListener('resize', onOutputResize);
    output.removeListener('error', onLost);
    input.removeListener('end', onLost);
    input.removeListener('error', onLost);
    inputListeners.clear();
    resizeListeners.clear();
    renderer.close();
  }

  const uninstall = installRestore(close);
  process.on('SIGTSTP', onStopSignal);
  output.on('resize', onOutputResize);
  process.on('SIGWINCH', onWindowChange);
  output.on('error', onLost);
  input.on('end', onLost);
  input.on('error', onLost);
  enter();
  // The Linux console prints what it does not know.
  if (env.TERM !== 'linux') output.write(ASK_BACKGROUND);

  return {
    get size() {
      return size;
    },
    present,
    onInput: (listener) => subscribe(inputListeners, listener),
    onResize: (listener) => subscribe(resizeListeners, listener),
    setTitle(text) {
      if (title === text) return;
      title = text;
      write(titleSequence(text));
    },
    bell: () => write('\x07'),
    notify: (heading, body) => write(notifySequence(heading, body, env)),
    copy: (text) => write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`),
    setMouse(on) {
      if (mouse === on) return;
      mouse = on;
      write(on ? MOUSE_ON : MOUSE_OFF);
    },
    // The whole job stops, as it does for the key elsewhere: who started us is waiting for its own children.
    suspend: () => suspend(0),
    lend() {
      if (state !== 'active') return () => {};
      leave('suspended');
      return () => {
        if (state === 'suspended') comeBack();
      };
    },
    close,
  };
}

const titleSequence = (text: string): string => `\x1b]2;${oscText(text)}\x07`;

function subscribe<L>(listeners: Set<L>, listener: L): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Streams that are no terminals have no size. */
function sizeOf(output: NodeJS.WriteStream): ScreenSize {
  return { width: output.columns || NO_SIZE.width, height: output.rows || NO_SIZE.height };
}

const descriptorOf = (output: NodeJS.WriteStream): number => (output as { fd?: number }).fd ?? 1;

function cursorSequence(grid: CellGrid, size: ScreenSize): string {
  const at = grid.cursor;
  if (!at || at.x < 0 || at.y < 0 || at.x >= size.width || at.y >= size.height) return '';
  return `\x1b[${at.y + 1};${at.x + 1}H${SHOW_CURSOR}`;
}
