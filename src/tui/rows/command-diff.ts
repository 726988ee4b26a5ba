// What differs between two versions of a command, line by line. Nothing is left out but lines that are the same, and their
// number is told.

export interface DiffLine {
  readonly mark: '-' | '+' | '=';
  readonly text: string;
}

/** Above this many pairs of lines the middle is told as taken out and put in as a whole: comparing costs their product. */
const MOST_PAIRS = 250_000;

export function diffCommands(before: string, after: string): readonly DiffLine[] {
  const old = before.split('\n');
  const now = after.split('\n');
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (
    tail < old.length - head &&
    tail < now.length - head &&
    old[old.length - 1 - tail] === now[now.length - 1 - tail]
  )
    tail += 1;
  const middle = diffMiddle(old.slice(head, old.length - tail), now.slice(head, now.length - tail));
  return [...same(head), ...middle, ...same(tail)];
}

const same = (count: number): DiffLine[] =>
  count === 0 ? [] : [{ mark: '=', text: count === 1 ? '1 line is the same' : `${count} lines are the same` }];

function diffMiddle(old: readonly string[], now: readonly string[]): DiffLine[] {
  const taken = (text: string): DiffLine => ({ mark: '-', text });
  const put = (text: string): DiffLine => ({ mark: '+', text });
  if (old.length * now.length > MOST_PAIRS) return [...old.map(taken), ...now.map(put)];
  const longest = commonLengths(old, now);
  const at = (i: number, j: number): number => longest[i]?.[j] ?? 0;
  const lines: DiffLine[] = [];
  let kept = 0;
  let i = 0;
  let j = 0;
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      kept += 1;
      i += 1;
      j += 1;
      continue;
    }
    lines.push(...same(kept));
    kept = 0;
    if (i < old.length && (j >= now.length || at(i + 1, j) >= at(i, j + 1))) lines.push(taken(old[i++] ?? ''));
    else lines.push(put(now[j++] ?? ''));
  }
  return [...lines, ...same(kept)];
}

/** How many lines, in order, the rests of both from there on have in common. */
function commonLengths(old: readonly string[], now: readonly string[]): number[][] {
  const lengths = Array.from({ length: old.length + 1 }, () => new Array<number>(now.length + 1).fill(0));
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      const row = lengths[i];
      if (row === undefined) continue;
      row[j] =
        old[i] === now[j] ? 1 + (lengths[i + 1]?.[j + 1] ?? 0) : Math.max(lengths[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}
