// The composer's editor as a value: text, cursor, undo and kill, the readline keys, and the rows to draw. Pure: a key
// makes a new state. It draws nothing, and refuses control characters and the Enter key, which is its owner's.
import { carryRows, columnOf, drawRow, knownBoundary, positionAt, rowAt, rowOf } from './editor-rows.ts';
import {
  blankWordLeft,
  boundaryFrom,
  enterable,
  type KnownBoundary,
  lineEnd,
  lineStart,
  nextBoundary,
  previousBoundary,
  wordLeft,
  wordRight,
} from './editor-text.ts';

interface Edit {
  readonly at: number;
  readonly removed: string;
  readonly inserted: string;
  readonly cursorBefore: number;
  readonly cursorAfter: number;
}

export interface EditorState {
  readonly text: string;
  /** UTF-16 index, always on a grapheme boundary. */
  readonly cursor: number;
  /** The column that up and down try to keep. */
  readonly goal: number | undefined;
  /** What the last key did: typing joins typing for undo, and killing joins killing for yank. */
  readonly last: 'type' | 'kill' | 'other';
  readonly killed: string;
  readonly past: readonly Edit[];
  readonly future: readonly Edit[];
}

export interface EditorLayout {
  readonly lines: string[];
  readonly cursor: { readonly x: number; readonly y: number };
  /** Rows of the text above the first line shown. */
  readonly scrolled: number;
}

const MAX_UNDO_STEPS = 500;
const MAX_UNDO_UNITS = 8 * 1024 * 1024;
const BLANK_STATE = { goal: undefined, last: 'other', killed: '', past: [], future: [] } as const;

export function createEditor(text = ''): EditorState {
  const clean = enterable(text);
  return { ...BLANK_STATE, text: clean, cursor: clean.length };
}

/** One undo step, whatever was typed before: for pasted text. */
export function insert(state: EditorState, text: string): EditorState {
  const clean = enterable(text);
  return clean === '' ? state : replace(state, state.cursor, state.cursor, clean);
}

export const newline = (state: EditorState): EditorState => insert(state, '\n');

/** Replaces everything, as one undo step, with the cursor at the end. */
export function setText(state: EditorState, text: string): EditorState {
  const clean = enterable(text);
  return clean === state.text ? moved(state, clean.length) : replace(state, 0, state.text.length, clean);
}

const deleteBackward = (state: EditorState): EditorState =>
  replace(state, previousBoundary(state.text, state.cursor, knownOf(state)), state.cursor, '');

const deleteForward = (state: EditorState): EditorState =>
  replace(state, state.cursor, nextBoundary(state.text, state.cursor), '');

const deleteWordBackward = (state: EditorState): EditorState =>
  kill(state, wordLeft(state.text, state.cursor, knownOf(state)), state.cursor);

const deleteBlankWordBackward = (state: EditorState): EditorState =>
  kill(state, blankWordLeft(state.text, state.cursor, knownOf(state)), state.cursor);

const deleteWordForward = (state: EditorState): EditorState =>
  kill(state, state.cursor, wordRight(state.text, state.cursor, knownOf(state)));

const deleteToLineStart = (state: EditorState): EditorState =>
  kill(state, lineStart(state.text, state.cursor), state.cursor);

/** At the end of a line it takes the newline. */
function deleteToLineEnd(state: EditorState): EditorState {
  const end = lineEnd(state.text, state.cursor);
  return kill(state, state.cursor, end === state.cursor ? Math.min(end + 1, state.text.length) : end);
}

/** Puts what was killed last at the cursor. */
const yank = (state: EditorState): EditorState => insert(state, state.killed);

const moveLeft = (state: EditorState): EditorState =>
  moved(state, previousBoundary(state.text, state.cursor, knownOf(state)));

const moveRight = (state: EditorState): EditorState => moved(state, nextBoundary(state.text, state.cursor));

const moveWordLeft = (state: EditorState): EditorState =>
  moved(state, wordLeft(state.text, state.cursor, knownOf(state)));

const moveWordRight = (state: EditorState): EditorState =>
  moved(state, wordRight(state.text, state.cursor, knownOf(state)));

const moveLineStart = (state: EditorState): EditorState => moved(state, lineStart(state.text, state.cursor));
const moveLineEnd = (state: EditorState): EditorState => moved(state, lineEnd(state.text, state.cursor));
export const moveTextStart = (state: EditorState): EditorState => moved(state, 0);
export const moveTextEnd = (state: EditorState): EditorState => moved(state, state.text.length);

/** Undefined on the first row: there the key is the history's. */
export const moveUp = (state: EditorState, width: number): EditorState | undefined => moveRows(state, width, -1);
/** Undefined on the last row: there the key is the history's. */
export const moveDown = (state: EditorState, width: number): EditorState | undefined => moveRows(state, width, 1);

export function undo(state: EditorState): EditorState {
  const edit = state.past.at(-1);
  if (edit === undefined) return state;
  const text = splice(state.text, edit.at, edit.at + edit.inserted.length, edit.removed);
  const history = { past: state.past.slice(0, -1), future: [...state.future, edit] };
  return carried(state, edit.at, { ...BLANK_STATE, killed: state.killed, text, cursor: edit.cursorBefore, ...history });
}

export function redo(state: EditorState): EditorState {
  const edit = state.future.at(-1);
  if (edit === undefined) return state;
  const text = splice(state.text, edit.at, edit.at + edit.removed.length, edit.inserted);
  const history = { past: [...state.past, edit], future: state.future.slice(0, -1) };
  return carried(state, edit.at, { ...BLANK_STATE, killed: state.killed, text, cursor: edit.cursorAfter, ...history });
}

const KEYS: ReadonlyMap<string, (state: EditorState, width: number) => EditorState | undefined> = new Map(
  Object.entries({
    'C-a': moveLineStart,
    home: moveLineStart,
    'C-e': moveLineEnd,
    end: moveLineEnd,
    'C-b': moveLeft,
    left: moveLeft,
    'C-f': moveRight,
    right: moveRight,
    up: moveUp,
    down: moveDown,
    'M-b': moveWordLeft,
    'C-left': moveWordLeft,
    'M-left': moveWordLeft,
    'M-f': moveWordRight,
    'C-right': moveWordRight,
    'M-right': moveWordRight,
    'C-home': moveTextStart,
    'M-<': moveTextStart,
    'C-end': moveTextEnd,
    'M->': moveTextEnd,
    'C-h': deleteBackward,
    backspace: deleteBackward,
    'S-backspace': deleteBackward,
    'C-d': deleteForward,
    delete: deleteForward,
    'C-k': deleteToLineEnd,
    'C-u': deleteToLineStart,
    'C-w': deleteBlankWordBackward,
    'M-backspace': deleteWordBackward,
    'C-backspace': deleteWordBackward,
    'M-d': deleteWordForward,
    'C-delete': deleteWordForward,
    'C-y': yank,
    'C-_': undo,
    'C-/': undo,
    'M-_': redo,
    'C-j': newline,
    'S-enter': newline,
    'M-enter': newline,
  }),
);
const NEVER_TYPED = new Set(['enter', 'escape', 'tab', 'S-tab']);

/**
 * What a key does to the text; undefined if it is not an editing key, or is up on the first row or down on the last.
 * A key that finds nothing to do answers the text and cursor as they were.
 */
export function editorKey(
  state: EditorState,
  key: string,
  text: string | undefined,
  width: number,
): EditorState | undefined {
  const bound = KEYS.get(key);
  if (bound !== undefined) return bound(state, width);
  if (text === undefined || NEVER_TYPED.has(key) || /^[CM]-./u.test(key)) return undefined;
  const clean = enterable(text);
  return clean === '' ? undefined : type(state, clean);
}

/** The rows to show in a box: all of them if they fit, else those around the cursor. Nothing is wider than `width`. */
export function layoutEditor(state: EditorState, width: number, maxHeight: number): EditorLayout {
  if (width <= 0 || maxHeight <= 0) return { lines: [], cursor: { x: 0, y: 0 }, scrolled: 0 };
  const cursorRow = rowOf(state, width, state.cursor);
  let first = Math.max(0, cursorRow - Math.floor(maxHeight / 2));
  while (first > 0 && rowAt(state, width, first + maxHeight - 1) === undefined) first -= 1;
  const lines: string[] = [];
  for (let index = first; index < first + maxHeight; index += 1) {
    const row = rowAt(state, width, index);
    if (row === undefined) break;
    lines.push(drawRow(state.text, row, width));
  }
  const row = rowAt(state, width, cursorRow);
  const x = row === undefined ? 0 : columnOf(state.text, row, state.cursor);
  return { lines, cursor: { x: Math.min(x, width - 1), y: cursorRow - first }, scrolled: first };
}

/** Typing: letters that follow each other are undone together, word by word. */
function type(state: EditorState, text: string): EditorState {
  const replaced = replace(state, state.cursor, state.cursor, text);
  const typed = { ...replaced, last: 'type' as const };
  const [before, edit] = typed.past.slice(-2);
  const joins =
    state.last === 'type' &&
    before !== undefined &&
    edit !== undefined &&
    before.at + before.inserted.length === edit.at &&
    !(/\S/u.test(text) && /\s$/u.test(before.inserted));
  if (!joins) return carried(replaced, text.length, typed);
  const joined = { ...before, inserted: before.inserted + edit.inserted, cursorAfter: edit.cursorAfter };
  return carried(replaced, text.length, { ...typed, past: [...typed.past.slice(0, -2), joined] });
}

/** Removes to the kill buffer; kills in a row collect there. */
function kill(state: EditorState, from: number, to: number): EditorState {
  if (from === to) return moved(state, state.cursor);
  const removed = state.text.slice(from, to);
  const before = state.last === 'kill' ? state.killed : '';
  const killed = to === state.cursor ? removed + before : before + removed;
  const replaced = replace(state, from, to, '');
  return carried(replaced, from, { ...replaced, killed, last: 'kill' as const });
}

function replace(state: EditorState, from: number, to: number, inserted: string): EditorState {
  if (from === to && inserted === '') return moved(state, state.cursor);
  const text = splice(state.text, from, to, inserted);
  const next = carried(state, from, { ...state, goal: undefined, last: 'other', text, future: [] });
  // What came together may have joined into one grapheme: the cursor goes behind it.
  const cursor = boundaryFrom(text, from + inserted.length, knownOf(next));
  const removed = state.text.slice(from, to);
  const edit = { at: from, removed, inserted, cursorBefore: state.cursor, cursorAfter: cursor };
  return carried(next, text.length, { ...next, cursor, past: bounded([...state.past, edit]) });
}

/** Drops the oldest steps beyond what may be kept. */
function bounded(edits: readonly Edit[]): readonly Edit[] {
  let units = 0;
  let keep = 0;
  for (let index = edits.length - 1; index >= 0 && keep < MAX_UNDO_STEPS; index -= 1) {
    const edit = edits[index] as Edit;
    units += edit.removed.length + edit.inserted.length;
    if (units > MAX_UNDO_UNITS && keep > 0) break;
    keep += 1;
  }
  return keep === edits.length ? edits : edits.slice(edits.length - keep);
}

function moved(state: EditorState, cursor: number, goal?: number): EditorState {
  return carried(state, state.text.length, { ...state, cursor, goal, last: 'other' });
}

function moveRows(state: EditorState, width: number, delta: number): EditorState | undefined {
  const index = rowOf(state, width, state.cursor);
  const here = rowAt(state, width, index);
  const there = rowAt(state, width, index + delta);
  if (here === undefined || there === undefined) return undefined;
  const goal = state.goal ?? columnOf(state.text, here, state.cursor);
  return moved(state, positionAt(state.text, there, goal), goal);
}

function carried(from: EditorState, at: number, to: EditorState): EditorState {
  carryRows(from, to, at);
  return to;
}

const knownOf =
  (state: EditorState): KnownBoundary =>
  (at) =>
    knownBoundary(state, at);

const splice = (text: string, from: number, to: number, inserted: string): string =>
  text.slice(0, from) + inserted + text.slice(to);
