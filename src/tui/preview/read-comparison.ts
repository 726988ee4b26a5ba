// What two runs printed, line by line: what only the first has, what only the second, and how much is the same. It gives up on
// lines that have too little in common, and shows them one after the other.

import { diffArrays } from 'diff';
import { type Block, type Document, line, MAX_BLOCKS } from './document.ts';
import { linesOf } from './read-text.ts';

/** Lines that are the same and stand beside what differs. */
const CONTEXT = 3;
const PATIENCE_MS = 3_000;

interface Stretch {
  readonly kind: 'same' | 'removed' | 'added';
  readonly lines: readonly string[];
}

export function readComparison(before: string, after: string): Extract<Document, { type: 'text' }> {
  const [old, now] = [before, after].map((text) => (text === '' ? [] : linesOf(text))) as [string[], string[]];
  const stretches = stretchesOf(old, now);
  if (stretches.every(({ kind }) => kind === 'same')) {
    const said = old.length === 0 ? 'neither printed anything' : `${counted(old.length)} the same: nothing differs`;
    return { type: 'text', blocks: [line(said, 'muted', 'words')] };
  }
  const blocks = stretches.flatMap((stretch, index) =>
    stretch.kind === 'same' ? sameBlocks(stretch.lines, index > 0, index < stretches.length - 1) : changed(stretch),
  );
  const more = blocks.length - MAX_BLOCKS;
  const told = more > 0 ? [line(`… ${counted(more)} more are not shown here`, 'muted', 'words')] : [];
  return { type: 'text', blocks: [...blocks.slice(0, MAX_BLOCKS), ...told] };
}

function stretchesOf(old: readonly string[], now: readonly string[]): Stretch[] {
  const changes = diffArrays([...old], [...now], { timeout: PATIENCE_MS });
  if (changes === undefined) return [...someOf('removed', old), ...someOf('added', now)];
  return changes.map(({ added, removed, value }) => ({
    kind: added ? 'added' : removed ? 'removed' : 'same',
    lines: value,
  }));
}

const someOf = (kind: Stretch['kind'], lines: readonly string[]): Stretch[] =>
  lines.length === 0 ? [] : [{ kind, lines }];

function changed({ kind, lines }: Stretch): Block[] {
  return lines.map((text) => (kind === 'added' ? line(`+ ${text}`, 'added') : line(`- ${text}`, 'removed')));
}

function sameBlocks(lines: readonly string[], before: boolean, after: boolean): Block[] {
  const shown = lines.map((text) => line(`  ${text}`));
  const head = before ? CONTEXT : 0;
  const tail = after ? CONTEXT : 0;
  const hidden = lines.length - head - tail;
  // One line takes no more room than saying that there is one.
  if (hidden <= 1) return shown;
  return [...shown.slice(0, head), line(`… ${counted(hidden)} the same`, 'muted'), ...shown.slice(head + hidden)];
}

const counted = (count: number): string => (count === 1 ? '1 line' : `${count} lines`);
