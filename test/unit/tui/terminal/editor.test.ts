import { describe, expect, it } from 'vitest';
import {
  createEditor,
  type EditorState,
  editorKey,
  insert,
  layoutEditor,
  moveTextStart,
  redo,
  setText,
  undo,
} from '../../../../src/tui/terminal/editor.ts';
import { stringWidth } from '../../../../src/tui/terminal/width.ts';

const WIDTH = 40;

/** An editor from a text in which | marks the cursor. */
function at(marked: string): EditorState {
  const cursor = marked.indexOf('|');
  return { ...createEditor(marked.replace('|', '')), cursor };
}
const marked = (state: EditorState) => `${state.text.slice(0, state.cursor)}|${state.text.slice(state.cursor)}`;

/** Presses keys; what is not a key name is typed, character by character. */
function press(state: EditorState, ...keys: string[]): EditorState {
  return keys.reduce((now, key) => {
    const typed = [...key].length === 1 ? key : undefined;
    return editorKey(now, key, typed, WIDTH) ?? now;
  }, state);
}

describe('editor keys', () => {
  it.each([
    ['C-a', 'one\ntwo wo|rds', 'one\n|two words'],
    ['home', '|x', '|x'],
    ['C-e', 'o|ne\ntwo', 'one|\ntwo'],
    ['end', 'one|\ntwo', 'one|\ntwo'],
    ['C-b', 'a\n|b', 'a|\nb'],
    ['left', 'x👨‍👩‍👧|', 'x|👨‍👩‍👧'],
    ['left', 'e\u0301\u0302|', '|e\u0301\u0302'],
    ['left', '🇩🇪🇫🇷|', '🇩🇪|🇫🇷'],
    ['C-f', '|漢字', '漢|字'],
    ['right', '|👍🏽!', '👍🏽|!'],
    ['M-b', 'rm -rf build/out|', 'rm -rf build/|out'],
    ['C-left', 'naïve café  |', 'naïve |café  '],
    ['M-f', '| the end', ' the| end'],
    ['C-right', 'go|', 'go|'],
    ['M-f', '|1️⃣ one', '1️⃣| one'],
    ['C-home', 'a\nb|', '|a\nb'],
    ['C-end', '|a\nb', 'a\nb|'],
    ['backspace', 'a👨‍👩‍👧|b', 'a|b'],
    ['C-h', 'a\n|b', 'a|b'],
    ['backspace', '|ab', '|ab'],
    ['delete', 'a|👍🏽b', 'a|b'],
    ['C-d', 'a|\nb', 'a|b'],
    ['C-k', 'a|bc\nd', 'a|\nd'],
    ['C-k', 'a|\nd', 'a|d'],
    ['C-u', 'x\nab|c', 'x\n|c'],
    ['C-w', 'rm build/out |', 'rm |'],
    ['C-w', 'a\n|b', 'a|b'],
    ['C-w', 'a b\n  |', 'a b\n|'],
    ['M-backspace', 'rm build/out|', 'rm build/|'],
    ['M-d', 'a| word here', 'a| here'],
    ['S-enter', 'a|b', 'a\n|b'],
    ['M-enter', 'a|b', 'a\n|b'],
    ['C-j', 'a|b', 'a\n|b'],
  ])('%s turns %j into %j', (key, before, after) => {
    expect(marked(press(at(before), key))).toBe(after);
  });

  it.each(['enter', 'escape', 'tab', 'S-tab', 'f1', 'pageup', 'C-p', 'M-x', 'C-]'])('leaves %s to its owner', (key) => {
    expect(editorKey(at('a|b'), key, undefined, WIDTH)).toBeUndefined();
  });

  it.each(['enter', 'escape', 'tab', 'C-p', 'M-x', 'C-M-a'])('does not type the text that comes with %s', (key) => {
    expect(editorKey(at('a|b'), key, 'z', WIDTH)).toBeUndefined();
  });

  it('types what a key types', () => {
    expect(marked(press(at('|'), 'A', 'ä', '漢', '😀'))).toBe('Aä漢😀|');
    expect(editorKey(at('a|'), 'space', ' ', WIDTH)?.text).toBe('a ');
    expect(editorKey(at('a|'), 'x', '\x1b', WIDTH)).toBeUndefined();
  });

  it('yanks the last kill, and kills in a row collect', () => {
    expect(marked(press(at('one two three|'), 'C-w', 'C-w', 'C-a', 'C-y'))).toBe('two three|one ');
    expect(marked(press(at('|ab\ncd'), 'C-k', 'C-k', 'C-e', 'C-y'))).toBe('cdab\n|');
    expect(marked(press(at('one two|'), 'C-w', 'left', 'C-w', 'C-y'))).toBe('one|' + ' ');
    expect(marked(press(at('a|'), 'C-y'))).toBe('a|');
  });

  it('moves by rows with a column kept, over soft breaks and wide characters', () => {
    expect(marked(press(at('漢字漢字\nab\nabcdef|'), 'up', 'up'))).toBe('漢字漢|字\nab\nabcdef');
    expect(marked(press(at('漢字漢字\nab\nabcdef|'), 'up', 'up', 'down', 'down'))).toBe('漢字漢字\nab\nabcdef|');
    const long = 'x'.repeat(100);
    const up = press(at(`${long}|`), 'up');
    expect(up.cursor).toBe(61);
    expect(press(up, 'up').cursor).toBe(22);
    expect(press(up, 'up', 'down', 'down').cursor).toBe(100);
  });

  it('leaves up on the first row and down on the last to the history', () => {
    expect(editorKey(at('a|b\nc'), 'up', undefined, WIDTH)).toBeUndefined();
    expect(editorKey(at('ab\nc|'), 'down', undefined, WIDTH)).toBeUndefined();
    expect(editorKey(at('ab\nc|'), 'up', undefined, WIDTH)).toBeDefined();
  });
});

describe('editor undo', () => {
  it('undoes typing word by word, and a paste at once', () => {
    let state = press(createEditor(), ...'ls -la', 'space');
    state = press(insert(state, 'pasted text'), '!');
    expect(state.text).toBe('ls -lapasted text!');
    const texts: string[] = [];
    for (let step = 0; step < 5; step += 1) {
      state = press(state, 'C-_');
      texts.push(state.text);
    }
    expect(texts).toEqual(['ls -lapasted text', 'ls -la', 'ls ', '', '']);
  });

  it('redoes what was undone until something else is typed', () => {
    const state = press(at('one two|'), 'C-w', 'C-w', 'C-_', 'C-_');
    expect(state.text).toBe('one two');
    expect(marked(redo(redo(state)))).toBe('|');
    expect(marked(redo(press(redo(state), 'x')))).toBe('one x|');
  });

  it('can undo the clearing of everything', () => {
    const state = setText(at('precious|'), '');
    expect(marked(undo(state))).toBe('precious|');
    expect(marked(setText(state, 'a\r\nb'))).toBe('a\nb|');
  });

  it('forgets the oldest steps', () => {
    let state = createEditor();
    for (let step = 0; step < 700; step += 1) state = insert(state, `${step}\n`);
    expect(state.past).toHaveLength(500);
    for (let step = 0; step < 20; step += 1) state = insert(state, 'y'.repeat(1024 * 1024));
    expect(state.past.length).toBeLessThanOrEqual(8);
  });
});

describe('editor text', () => {
  it('lets no control character in, and makes every newline one', () => {
    expect(insert(createEditor(), 'a\r\nb\rc\x1b[31md\x07\x9b\x7f\te').text).toBe('a\nb\nc[31md\te');
    expect(insert(createEditor(), 'a\ud800b').text).toBe('a\ufffdb');
    const state = at('a|');
    expect(insert(state, '\x1b\x00')).toBe(state);
  });

  it('keeps the cursor behind a grapheme that an insertion made of two', () => {
    const joined = insert(at('👩|👧'), '\u200d');
    expect(joined.cursor).toBe(joined.text.length);
    expect(marked(press(joined, 'backspace'))).toBe('|');
  });
});

describe('editor layout', () => {
  const layout = (marked: string, width: number, height: number) => layoutEditor(at(marked), width, height);

  it('shows the text and where the cursor is', () => {
    expect(layout('|', 10, 3)).toEqual({ lines: [''], cursor: { x: 0, y: 0 }, scrolled: 0 });
    expect(layout('ab\n漢|c', 10, 3)).toEqual({ lines: ['ab', '漢c'], cursor: { x: 2, y: 1 }, scrolled: 0 });
    expect(layout('ab\n|', 10, 3)).toEqual({ lines: ['ab', ''], cursor: { x: 0, y: 1 }, scrolled: 0 });
  });

  it('wraps at words, and inside of words that are too long', () => {
    expect(layout('the quick brown fox|', 11, 5).lines).toEqual(['the quick ', 'brown fox']);
    expect(layout('abcdefghijkl|', 6, 5).lines).toEqual(['abcde', 'fghij', 'kl']);
    expect(layout('漢字漢字|', 6, 5).lines).toEqual(['漢字', '漢字']);
    expect(layout('|the quick', 6, 5).lines).toEqual(['the ', 'quick']);
  });

  it('always has room for the cursor', () => {
    expect(layout('abcde|', 6, 5)).toMatchObject({ lines: ['abcde'], cursor: { x: 5, y: 0 } });
    expect(layout('abcdef|', 6, 5)).toMatchObject({ lines: ['abcde', 'f'], cursor: { x: 1, y: 1 } });
  });

  it('scrolls to the rows around the cursor', () => {
    const lines = Array.from({ length: 20 }, (_, row) => `r${row}`).join('\n');
    expect(layout(`${lines}|`, 9, 4)).toEqual({
      lines: ['r16', 'r17', 'r18', 'r19'],
      cursor: { x: 3, y: 3 },
      scrolled: 16,
    });
    expect(layout(lines.replace('r9', 'r|9'), 9, 4)).toMatchObject({ cursor: { x: 1, y: 2 }, scrolled: 7 });
    expect(layout(`|${lines}`, 9, 4)).toMatchObject({ lines: ['r0', 'r1', 'r2', 'r3'], scrolled: 0 });
  });

  it('shows what hides: tabs, direction marks, piles of accents', () => {
    expect(layout('a\tb|', 40, 1)).toMatchObject({ lines: ['a    b'], cursor: { x: 6, y: 0 } });
    expect(layout('a\u202eb|', 40, 1)).toMatchObject({ lines: ['a⟨202E⟩b'], cursor: { x: 8, y: 0 } });
    expect(layout(`${`e${'\u0301'.repeat(500)}`}|`, 40, 1)).toMatchObject({
      lines: ['\ufffd'],
      cursor: { x: 1, y: 0 },
    });
  });

  it('has no box that is too small', () => {
    expect(layout('ab|', 0, 3).lines).toEqual([]);
    expect(layout('ab|', 3, 0).lines).toEqual([]);
    expect(layout('漢|', 1, 3)).toMatchObject({ lines: ['…'], cursor: { x: 0, y: 0 } });
  });

  it('wraps the same whether it was typed key by key or put there at once', () => {
    let state = createEditor('the end of a long line of words 漢字 👨‍👩‍👧 e\u0301');
    layoutEditor(state, 12, 4);
    state = moveTextStart(state);
    for (const key of ['M-f', 'C-d', 'x', 'M-f', 'C-w', 'S-enter', 'y', '漢', 'M-f', 'C-k', 'C-_', 'left', '🇩🇪']) {
      state = press(state, key);
      const fresh = { ...createEditor(state.text), cursor: state.cursor };
      expect(layoutEditor(state, 12, 4)).toEqual(layoutEditor(fresh, 12, 4));
    }
  });

  it('takes a paste of a megabyte and lays out only what is near the cursor', () => {
    const paste = '漢字 and words\twith 👍🏽 on\n'.repeat(40_000);
    let state = insert(createEditor('>'), paste);
    expect(layoutEditor(state, 30, 4).scrolled).toBe(40_001 - 4);
    state = press(moveTextStart(state), 'x', 'y');
    expect(layoutEditor(state, 30, 4).lines[0]).toBe('xy>漢字 and words    with 👍🏽 ');
    for (const line of layoutEditor(state, 30, 4).lines) expect(stringWidth(line)).toBeLessThanOrEqual(30);
  });
});
