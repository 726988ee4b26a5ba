import { describe, expect, it } from 'vitest';
import { notifySequence, oscText } from '../../../../src/tui/terminal/screen-osc.ts';

describe('oscText', () => {
  it('can neither end its sequence nor begin another', () => {
    expect(oscText('a\x07b\x1b]52;c;x\x9cd\n\u202ee')).toBe('a b ]52;c;x d e');
  });

  it('is bounded', () => {
    expect([...oscText('🚀'.repeat(1000))]).toHaveLength(250);
  });
});

describe('notifySequence', () => {
  it.each([
    { TERM_PROGRAM: 'iTerm.app' },
    { TERM_PROGRAM: 'WezTerm' },
    { TERM_PROGRAM: 'ghostty' },
    { TERM: 'xterm-kitty' },
    { TERM: 'xterm-ghostty' },
    { WT_SESSION: 'any' },
  ])('is OSC 9 alone where the terminal shows that: %j', (env) => {
    expect(notifySequence('a;b', 'c', env)).toBe('\x1b]9;a;b: c\x07');
  });

  it.each([{}, { TERM: 'foot' }, { TERM: 'xterm-256color', TERM_PROGRAM: 'vscode' }, { KITTY_WINDOW_ID: '1' }])(
    'is OSC 777 alone elsewhere: %j',
    (env) => {
      expect(notifySequence('a;b', 'c', env)).toBe('\x1b]777;notify;a,b;c\x07');
    },
  );

  it('is no command of ConEmu', () => {
    expect(notifySequence('4', '1;50', { WT_SESSION: 'any' })).toBe('\x1b]9; 4: 1;50\x07');
  });

  it('goes through tmux to the terminal around it', () => {
    const env = { TMUX: '/tmp/tmux,1,0', TERM: 'tmux-256color', TERM_PROGRAM: 'tmux' };
    expect(notifySequence('a', 'b\x1b\\', env)).toBe('\x1bPtmux;\x1b\x1b]777;notify;a;b \\\x07\x1b\\');
    expect(notifySequence('a', 'b', { ...env, KITTY_WINDOW_ID: '1' })).toBe('\x1bPtmux;\x1b\x1b]9;a: b\x07\x1b\\');
  });
});
