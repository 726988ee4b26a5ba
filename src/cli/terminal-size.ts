/** How large the terminal is that a run is given. One that knows no size (a serial line, `script`, some CI) says 0. */

const USUAL = { cols: 80, rows: 24 } as const;
/** What the protocol takes. */
const MOST = 10_000;

export function terminalSize({ columns, rows }: { readonly columns?: number; readonly rows?: number }): {
  cols: number;
  rows: number;
} {
  return { cols: sizeOf(columns, USUAL.cols), rows: sizeOf(rows, USUAL.rows) };
}

function sizeOf(said: number | undefined, usual: number): number {
  return said === undefined || said < 1 ? usual : Math.min(said, MOST);
}
