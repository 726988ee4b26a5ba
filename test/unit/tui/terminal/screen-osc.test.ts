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
  it('says it in both forms, once each', () => {
    expect(notifySequence('a;b', 'c', {})).toBe('\x1b]777;notify;a,b;c\x07\x1b]9;a,b: c\x07');
  });

  it('is no command of ConEmu', () => {
    expect(notifySequence('4', '1;50', {})).toContain('\x1b]9; 4: 1;50\x07');
  });

  it('does not notify twice where both are known', () => {
    expect(notifySequence('a', 'b', { TERM_PROGRAM: 'WezTerm' })).toBe('\x1b]777;notify;a;b\x07');
  });
});
