/** Digits of 5 by 7 dots, for numbers in pictures: no font is needed, and they are the same on every machine. */

export const DIGIT_WIDTH = 5;
export const DIGIT_HEIGHT = 7;

const ROWS: Readonly<Record<string, string>> = {
  '0': '.###. #...# #..## #.#.# ##..# #...# .###.',
  '1': '..#.. .##.. ..#.. ..#.. ..#.. ..#.. .###.',
  '2': '.###. #...# ....# ...#. ..#.. .#... #####',
  '3': '##### ...#. ..#.. ...#. ....# #...# .###.',
  '4': '...#. ..##. .#.#. #..#. ##### ...#. ...#.',
  '5': '##### #.... ####. ....# ....# #...# .###.',
  '6': '..##. .#... #.... ####. #...# #...# .###.',
  '7': '##### ....# ...#. ..#.. .#... .#... .#...',
  '8': '.###. #...# #...# .###. #...# #...# .###.',
  '9': '.###. #...# #...# .#### ....# ...#. .##..',
};

/** The dots of a digit as column and row. */
export function dotsOf(digit: string): readonly (readonly [number, number])[] {
  const rows = ROWS[digit]?.split(' ') ?? [];
  return rows.flatMap((row, y) => Array.from(row).flatMap((dot, x) => (dot === '#' ? [[x, y] as const] : [])));
}
