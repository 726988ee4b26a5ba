import fc from 'fast-check';
import { describe, it } from 'vitest';
import {
  createEditor,
  type EditorState,
  editorKey,
  insert,
  layoutEditor,
  redo,
  undo,
} from '../../src/tui/terminal/editor.ts';
import { stringWidth } from '../../src/tui/terminal/width.ts';

const pieces = fc.constantFrom(
  ...[
    'a',
    'Z',
    ' ',
    '  ',
    '\n',
    '\t',
    '漢',
    'か',
    '한',
    'é',
    'e\u0301',
    '\u0301',
    '\u200d',
    '👩',
    '👍🏽',
    '🏽',
    '👨‍👩‍👧',
  ],
  ...['🇩🇪', '🇩', '1️⃣', '\ufe0f', 'ก็', 'क्ष', 'ᄒ', 'ᅡ', '\u202e', '\x1b[31m', '\r\n', '\ud800', '\u0600', 'word', '/'],
);
const text = fc.oneof(
  fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const keys = fc.constantFrom(
  ...[
    'left',
    'right',
    'up',
    'down',
    'home',
    'end',
    'M-b',
    'M-f',
    'C-home',
    'C-end',
    'backspace',
    'delete',
    'C-k',
    'C-u',
  ],
  ...['C-w', 'M-backspace', 'M-d', 'C-y', 'C-_', 'M-_', 'C-j'],
);
const action = fc.oneof(
  fc.record({ do: fc.constant('key' as const), what: keys }),
  fc.record({ do: fc.constant('type' as const), what: pieces }),
  fc.record({ do: fc.constant('paste' as const), what: text }),
);
type Action = { do: 'key' | 'type' | 'paste'; what: string };

function act(state: EditorState, step: Action, width: number): EditorState {
  if (step.do === 'paste') return insert(state, step.what);
  if (step.do === 'type') return editorKey(state, step.what, step.what, width) ?? state;
  return editorKey(state, step.what, undefined, width) ?? state;
}

function isBoundary(value: string, index: number): boolean {
  if (index === 0 || index === value.length) return true;
  return new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(value).containing(index)?.index === index;
}

const width = fc.integer({ min: 1, max: 14 });

describe('editor (properties)', () => {
  it('keeps the cursor on a grapheme boundary', () => {
    fc.assert(
      fc.property(text, fc.array(action, { maxLength: 25 }), width, (start, steps, columns) => {
        let state = createEditor(start);
        for (const step of steps) {
          state = act(state, step, columns);
          layoutEditor(state, columns, 4);
          if (!isBoundary(state.text, state.cursor)) return false;
        }
        return true;
      }),
      { numRuns: 400 },
    );
  });

  it('restores text and cursor by undo, and again by redo', () => {
    fc.assert(
      fc.property(text, fc.array(action, { maxLength: 10 }), text, (start, steps, pasted) => {
        const before = steps.reduce((state, step) => act(state, step, 10), createEditor(start));
        const after = insert(before, pasted);
        if (after.text === before.text) return true;
        const undone = undo(after);
        const redone = redo(undone);
        return (
          undone.text === before.text &&
          undone.cursor === before.cursor &&
          redone.text === after.text &&
          redone.cursor === after.cursor
        );
      }),
      { numRuns: 300 },
    );
  });

  it('undoes everything back to the beginning', () => {
    fc.assert(
      fc.property(text, fc.array(action, { maxLength: 25 }), (start, steps) => {
        const first = createEditor(start);
        const editing = steps.filter((step) => step.what !== 'C-_' && step.what !== 'M-_');
        let state = editing.reduce((now, step) => act(now, step, 10), first);
        while (state.past.length > 0) state = undo(state);
        return state.text === first.text;
      }),
      { numRuns: 200 },
    );
  });

  it('never lays out wider or higher than the box, with the cursor inside, and as if it had been made at once', () => {
    fc.assert(
      fc.property(
        text,
        fc.array(action, { maxLength: 20 }),
        width,
        fc.integer({ min: 1, max: 5 }),
        (start, steps, columns, rows) => {
          let state = createEditor(start);
          for (const step of steps) {
            state = act(state, step, columns);
            const { lines, cursor, scrolled } = layoutEditor(state, columns, rows);
            if (lines.length === 0 || lines.length > rows || scrolled < 0) return false;
            if (lines.some((line) => stringWidth(line) > columns || /[\x00-\x1f\x7f-\x9f]/.test(line))) return false;
            if (cursor.x < 0 || cursor.x >= columns || cursor.y < 0 || cursor.y >= lines.length) return false;
            const fresh = layoutEditor({ ...createEditor(state.text), cursor: state.cursor }, columns, rows);
            if (fresh.scrolled !== scrolled || fresh.lines.join('\n') !== lines.join('\n')) return false;
          }
          return true;
        },
      ),
      { numRuns: 400 },
    );
  });

  it('comes down again by rows to where it went up from', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 3, max: 14 }), (start, columns) => {
        const state = createEditor(start);
        const up = editorKey(state, 'up', undefined, columns);
        if (up === undefined) return layoutEditor(state, columns, 5).scrolled === 0;
        const down = editorKey(up, 'down', undefined, columns);
        return down !== undefined && down.cursor <= state.cursor && down.cursor > up.cursor;
      }),
      { numRuns: 300 },
    );
  });
});
