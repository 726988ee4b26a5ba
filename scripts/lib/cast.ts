// A recording of a terminal in the asciicast format, version 2 (https://docs.asciinema.org/manual/asciicast/v2/): a header, then one
// line for each piece of output with the seconds since the beginning.

export interface Cast {
  /** What the program wrote, now. */
  add(data: string): void;
  seconds(): string;
  /** The file. */
  text(): string;
}

export function createCast(options: { readonly cols: number; readonly rows: number; readonly title: string }): Cast {
  const startedAt = performance.now();
  const header = {
    version: 2,
    width: options.cols,
    height: options.rows,
    title: options.title,
    env: { TERM: 'xterm-256color' },
  };
  const lines = [JSON.stringify(header)];
  const since = (): number => (performance.now() - startedAt) / 1000;
  return {
    add: (data) => void lines.push(JSON.stringify([Number(since().toFixed(3)), 'o', data])),
    seconds: () => since().toFixed(1),
    text: () => `${lines.join('\n')}\n`,
  };
}
