// How colours are seen: the values of xterm's 256, how far two of them stand apart for the eye, and how they look to people
// who do not see red, or green, apart from the rest.

type Rgb = readonly [red: number, green: number, blue: number];

/** The six levels of the cube from 16 on, and the ramp of greys from 232 on, as xterm has them. */
export function rgbOf(colour: number): Rgb {
  if (colour < 16 || colour > 255) throw new Error(`colour ${colour} is whatever its owner likes`);
  if (colour >= 232) {
    const grey = 8 + 10 * (colour - 232);
    return [grey, grey, grey];
  }
  const level = (step: number): number => (step === 0 ? 0 : 55 + 40 * step);
  const cube = colour - 16;
  return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)];
}

/** IEC 61966-2-1: light, of 0 to 1, from a value of 0 to 255. */
const linear = (value: number): number =>
  value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
const light = ([red, green, blue]: Rgb): Rgb => [linear(red), linear(green), linear(blue)];
const luminance = ([red, green, blue]: Rgb): number => 0.2126 * red + 0.7152 * green + 0.0722 * blue;

/** WCAG 2.2, "contrast ratio": 1 to 21. */
export function contrast(one: number, other: number): number {
  const [a, b] = [luminance(light(rgbOf(one))), luminance(light(rgbOf(other)))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/**
 * What light looks like without one kind of cones. Machado, Oliveira and Fernandes, "A Physiologically-based Model for
 * Simulation of Color Vision Deficiency", IEEE TVCG 15(6), 2009: the matrices for severity 1.0.
 */
const SIGHT = {
  full: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
} as const satisfies Record<string, readonly [Rgb, Rgb, Rgb]>;
export type Sight = keyof typeof SIGHT;

/** CIE 1976 L*a*b*, of D65: about 2 is just seen, 20 is plain. */
export function distance(one: number, other: number, sight: Sight): number {
  const [a, b] = [lab(seen(one, sight)), lab(seen(other, sight))];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function seen(colour: number, sight: Sight): Rgb {
  const [red, green, blue] = light(rgbOf(colour));
  const [r, g, b] = SIGHT[sight].map((row) => Math.max(0, row[0] * red + row[1] * green + row[2] * blue));
  return [r as number, g as number, b as number];
}

function lab([red, green, blue]: Rgb): Rgb {
  const root = (value: number): number =>
    value > 216 / 24389 ? Math.cbrt(value) : (24389 / 27 / 116) * value + 16 / 116;
  const x = root((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
  const y = root(luminance([red, green, blue]));
  const z = root((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
