// Draws borders and blocks as shapes that fill their cell to its edges: as letters of a font they would leave gaps
// between the rows. Characters that it does not know are left to the font.

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Which arms leave the middle of the cell. */
type Arms = readonly ('up' | 'down' | 'left' | 'right')[];

const LINES: Record<string, Arms> = {
  '─': ['left', 'right'],
  '│': ['up', 'down'],
  '┌': ['right', 'down'],
  '┐': ['left', 'down'],
  '└': ['right', 'up'],
  '┘': ['left', 'up'],
  '├': ['up', 'down', 'right'],
  '┤': ['up', 'down', 'left'],
  '┬': ['left', 'right', 'down'],
  '┴': ['left', 'right', 'up'],
  '┼': ['up', 'down', 'left', 'right'],
};

/** x, y, width and height as parts of the cell. */
const BLOCKS: Record<string, readonly [number, number, number, number]> = {
  '█': [0, 0, 1, 1],
  '▀': [0, 0, 1, 1 / 2],
  '▄': [0, 1 / 2, 1, 1 / 2],
  '▌': [0, 0, 1 / 2, 1],
  '▐': [1 / 2, 0, 1 / 2, 1],
  '▁': [0, 7 / 8, 1, 1 / 8],
  '▂': [0, 6 / 8, 1, 2 / 8],
  '▃': [0, 5 / 8, 1, 3 / 8],
  '▅': [0, 3 / 8, 1, 5 / 8],
  '▆': [0, 2 / 8, 1, 6 / 8],
  '▇': [0, 1 / 8, 1, 7 / 8],
};

/** The shape of `character` in `box`, or undefined if a font should draw it. */
export function drawBox(character: string, box: Box, colour: string): string | undefined {
  const block = BLOCKS[character];
  if (block !== undefined) return rectangle(part(box, block), colour);
  const arms = LINES[character];
  if (arms === undefined) return undefined;
  const x = box.x + box.width / 2;
  const y = box.y + box.height / 2;
  const ends = {
    up: `M${x} ${y}V${box.y}`,
    down: `M${x} ${y}V${box.y + box.height}`,
    left: `M${x} ${y}H${box.x}`,
    right: `M${x} ${y}H${box.x + box.width}`,
  };
  const path = arms.map((arm) => ends[arm]).join('');
  return `<path d="${path}" stroke="${colour}" stroke-width="1.2" stroke-linecap="square" fill="none"/>`;
}

export function rectangle({ x, y, width, height }: Box, colour: string): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${colour}" shape-rendering="crispEdges"/>`;
}

function part(box: Box, [x, y, width, height]: readonly [number, number, number, number]): Box {
  return {
    x: box.x + x * box.width,
    y: box.y + y * box.height,
    width: width * box.width,
    height: height * box.height,
  };
}
