// Other keys, as a person asks for them in [keys].
import { afterEach, describe, expect, it } from 'vitest';
import { readKey } from '../../../src/tui/keys/key-names.ts';
import { footerHints, helpSections, KEYMAP, keyOf, takeKeys } from '../../../src/tui/keys/keymap.ts';
import { rebind, type WantedKeys } from '../../../src/tui/keys/rebind.ts';
import { topOverlay } from '../../../src/tui/model/select.ts';
import { aRun, startDashboard } from '../../helpers/tui-model.ts';

afterEach(() => takeKeys(KEYMAP));

function use(wanted: WantedKeys): void {
  const made = rebind(KEYMAP, wanted);
  if (!made.ok) throw new Error(made.bad.refusal.reason);
  takeKeys(made.bindings);
}
function refused(wanted: WantedKeys): string {
  const made = rebind(KEYMAP, wanted);
  return made.ok ? 'taken' : `${made.bad.refusal.reason}: ${made.bad.refusal.hint ?? ''}`;
}

describe('a key that was changed', () => {
  it('does what it was given, and the old one does nothing', () => {
    use({ 'run.cancel': ['X', 'f5'] });
    const dashboard = startDashboard({ snapshot: { runs: [aRun(1)] } });
    dashboard.press('escape', '3', 'x');
    expect(topOverlay(dashboard.model)).toBeUndefined();
    dashboard.press('X');
    expect(topOverlay(dashboard.model)).toMatchObject({ kind: 'confirm', question: { type: 'cancel' } });
  });

  it('stands in the footer, in help and in what is said about it', () => {
    use({ 'run.cancel': ['X'], 'peer.start': ['F9'] });
    const dashboard = startDashboard({ snapshot: { runs: [aRun(1)] } });
    dashboard.press('escape', '3');
    expect(footerHints(dashboard.model)).toContainEqual({ key: 'X', label: 'cancel' });
    expect(helpSections(dashboard.model).flatMap(({ lines }) => lines)).toContainEqual(
      expect.objectContaining({ id: 'run.cancel', keys: 'X' }),
    );
    expect(keyOf('peer.start')).toBe('F9');
  });

  it('can be taken away; then the palette has what it did', () => {
    use({ 'pane.mouse': [''] });
    const dashboard = startDashboard();
    dashboard.press('escape', 'm');
    expect(dashboard.take()).toEqual([]);
    expect(keyOf('pane.mouse')).toBe('C-p');
  });

  it('may be one that a less particular place has', () => {
    expect(refused({ 'run.next-artifact': ['j'] })).toBe('taken');
  });

  it('can change places with another', () => {
    expect(refused({ 'run.cancel': ['r'], 'run.retry': ['x'] })).toBe('taken');
  });
});

describe('what is refused', () => {
  it.each<[WantedKeys, ...string[]]>([
    [{ 'run.cancle': ['X'] }, 'no binding "run.cancle"', 'run.cancel'],
    [{ 'list.retry': ['X'] }, 'no binding', 'run.retry'],
    [{ 'run.cancel': ['Hyper-x'] }, '"Hyper-x" is no key'],
    [{ 'run.cancel': ['C-m'] }, 'the same for enter'],
    [{ 'run.cancel': ['r'] }, 'both run.cancel', 'run.retry'],
    [{ 'run.cancel': ['j'] }, 'both run.cancel', 'list.down'],
    [{ 'approval.edit': ['y'] }, 'approval.approve', 'take another key'],
    [{ 'approval.approve': ['z'] }, 'stays on y', 'the same key in every dashboard'],
    [{ 'attach.detach': [''] }, 'stays on C-]', 'way out'],
    [{ 'run.cancel': ['C-c'] }, 'C-c leaves the dashboard'],
    [{ 'composer.send': ['x'] }, '"x" is typed there'],
    [{ 'composer.send': [] }, 'needs a key'],
    [{ 'help.close': [''] }, 'needs a key'],
  ])('%j', (wanted, ...words) => {
    for (const word of words) expect(refused(wanted)).toContain(word);
  });
});

describe('the names of keys', () => {
  it.each([
    ['x', 'x'],
    ['X', 'X'],
    ['Ctrl-X', 'C-x'],
    ['alt+Enter', 'M-enter'],
    ['S-Tab', 'S-tab'],
    ['PgUp', 'pageup'],
    ['C--', 'C--'],
    ['M-<', 'M-<'],
    ['esc', 'escape'],
  ])('%s', (written, key) => {
    expect(readKey(written)).toEqual({ ok: true, key });
  });
});

it.each([
  [{ 'term.longer': ['y'] }, 'y is assent.yes there'],
  [{ 'always.approval': ['backspace'] }, 'backspace edits what is typed there'],
  [{ 'always.palette': ['left'] }, 'left edits what is typed there'],
  [{ 'palette.run': [] }, 'palette.run needs a key'],
  [{ 'search.open': [] }, 'search.open needs a key'],
  [{ 'theme.keep': [] }, 'theme.keep needs a key'],
] as const)('keeps answers, corrections and ways on: %j', (wanted, why) => {
  expect(refused(wanted)).toContain(why);
});
