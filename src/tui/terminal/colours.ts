// Maps the colours that programs ask for to those that a cell can hold: the nearest of the 256, or of 16, or none.
// It knows the fixed part of the palette only; colours 0 to 15 are the terminal's own and are never chosen for another.
import { lazily } from '../../core/lazily.ts';
import { TERMINAL_COLOUR } from './cells.ts';

export type ColourTier = '256' | '16' | 'mono';

/** The six levels of the colour cube that begins at 16; the grey ramp of 24 begins at 232 with 8, in steps of 10. */
const LEVELS = [0, 95, 135, 175, 215, 255];
/** xterm's values of the 16 basic colours, for comparison only. */
const BASIC = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
] as const;

const known = new Map<number, number>();
const MAX_KNOWN = 4096;

/** The nearest of the colours 16 to 255 to 0xRRGGBB. */
export function nearest256(rgb: number): number {
  const found = known.get(rgb);
  if (found !== undefined) return found;
  const [red, green, blue] = [(rgb >> 16) & 0xff, (rgb >> 8) & 0xff, rgb & 0xff];
  const [r, g, b] = [nearestLevel(red), nearestLevel(green), nearestLevel(blue)];
  const cube = distance(red, green, blue, LEVELS[r] as number, LEVELS[g] as number, LEVELS[b] as number);
  const step = Math.max(0, Math.min(23, Math.round(((red + green + blue) / 3 - 8) / 10)));
  const grey = 8 + step * 10;
  const nearest = distance(red, green, blue, grey, grey, grey) < cube ? 232 + step : 16 + 36 * r + 6 * g + b;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(rgb, nearest);
  return nearest;
}

/** A colour number as the tier allows it. */
export function inTier(colour: number, tier: ColourTier): number {
  if (tier === 'mono') return TERMINAL_COLOUR;
  return tier === '256' || colour < 16 || colour === TERMINAL_COLOUR ? colour : (basicOf256()[colour] as number);
}

const nearestLevel = (value: number): number =>
  value < 48 ? 0 : value < 115 ? 1 : Math.min(5, Math.floor((value - 35) / 40));

function distance(r: number, g: number, b: number, red: number, green: number, blue: number): number {
  return (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
}

const basicOf256 = lazily((): readonly number[] =>
  Array.from({ length: 256 }, (_, colour) => {
    if (colour < 16) return colour;
    const [r, g, b] = valuesOf(colour);
    let best = 0;
    BASIC.forEach(([red, green, blue], index) => {
      const [a0, b0, c0] = BASIC[best] as readonly [number, number, number];
      if (distance(r, g, b, red, green, blue) < distance(r, g, b, a0, b0, c0)) best = index;
    });
    return best;
  }),
);

function valuesOf(colour: number): [number, number, number] {
  if (colour >= 232) {
    const grey = 8 + (colour - 232) * 10;
    return [grey, grey, grey];
  }
  const cube = colour - 16;
  const level = (index: number) => LEVELS[index % 6] as number;
  return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6)), level(cube)];
}
