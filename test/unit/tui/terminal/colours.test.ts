import { describe, expect, it } from 'vitest';
import { TERMINAL_COLOUR } from '../../../../src/tui/terminal/cells.ts';
import { inTier, nearest256 } from '../../../../src/tui/terminal/colours.ts';

describe('colours', () => {
  it('gives every colour of the cube and the grey ramp back as itself', () => {
    const levels = [0, 95, 135, 175, 215, 255];
    for (let cube = 0; cube < 216; cube += 1) {
      const [r, g, b] = [levels[Math.floor(cube / 36)], levels[Math.floor(cube / 6) % 6], levels[cube % 6]] as number[];
      expect(nearest256(((r as number) << 16) | ((g as number) << 8) | (b as number))).toBe(16 + cube);
    }
    for (let step = 0; step < 24; step += 1) expect(nearest256((8 + 10 * step) * 0x010101)).toBe(232 + step);
  });

  it('takes the nearest for what lies between', () => {
    expect(nearest256(0xff0100)).toBe(196);
    expect(nearest256(0x5c87fd)).toBe(69);
    expect(nearest256(0x030303)).toBe(16);
    expect(nearest256(0x7f8081)).toBe(244);
  });

  it('reduces to 16 colours or none', () => {
    expect(inTier(196, '256')).toBe(196);
    expect(inTier(196, '16')).toBe(9);
    expect(inTier(16, '16')).toBe(0);
    expect(inTier(231, '16')).toBe(15);
    expect(inTier(5, '16')).toBe(5);
    expect(inTier(TERMINAL_COLOUR, '16')).toBe(TERMINAL_COLOUR);
    expect(inTier(5, 'mono')).toBe(TERMINAL_COLOUR);
  });
});
