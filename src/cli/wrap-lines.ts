/** Lines for people, broken at words and not where the terminal ends. What programs read stays in one piece. */

import { wrap } from '../tui/terminal/width.ts';
import { terminalSize } from './terminal-size.ts';

/** A terminal that is narrower breaks lines where it likes. */
const NARROWEST = 20;
const HANGING = 2;

/** What lines on this stream are broken to, in cells; undefined where it is no terminal. */
export function widthOf(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows'>): number | undefined {
  return stream.isTTY ? terminalSize(stream).cols : undefined;
}

/** How much of a line stays in front of what is broken, and how far in its further rows begin: both in characters. */
interface Shape {
  readonly head: number;
  readonly column: number;
}

/** Each at words; what does not fit into the first row stands a little further in, or as `shapeOf` says. */
export function wrapLines(
  lines: readonly string[],
  width: number | undefined,
  shapeOf: (line: string) => Shape = hanging,
): string[] {
  return lines.flatMap((line) => {
    const { head, column } = shapeOf(line);
    if (width === undefined || line.length <= width || width - column < NARROWEST) return [line];
    const [first = '', ...others] = wrap(line.slice(head), width - column);
    return [line.slice(0, head) + first, ...others.map((row) => ' '.repeat(column) + row)];
  });
}

/** Under the second column of a line whose columns stand apart, such as the options of a help text. */
export function secondColumn(line: string): Shape {
  const column = /^ *\S+(?: \S+)* {2,}(?=\S)/.exec(line)?.[0].length;
  return column === undefined ? hanging(line) : { head: column, column };
}

function hanging(line: string): Shape {
  const head = /^ */.exec(line)?.[0].length ?? 0;
  return { head, column: head + HANGING };
}
