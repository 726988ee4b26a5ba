// Runs of one task on several devices as one entry of the thread: put together as they come, whatever the order, and told in one
// line with the worst first. Pure.

import type { Approval } from '../../core/approvals.ts';
import type { Run, RunStatus } from '../../core/runs.ts';
import type { ThreadEntry } from '../../core/thread.ts';
import { asShown, foldIndex, isFolded, withFolded } from './folded.ts';
import type { ShownEntry } from './model.ts';

const sameGroup = (run: Run, group: string): boolean => run.group === group;

/** The entry that shows the group of the run; -1 if there is none. */
const groupIndex = (entries: readonly ShownEntry[], { group }: Run): number =>
  group === undefined ? -1 : entries.findIndex((entry) => entry.kind === 'run' && entry.run.group === group);

/** Adds a run to the entry of its group, or puts it in the place of what was known of it. */
export function withMember(entry: ShownEntry, run: Run): ShownEntry {
  if (entry.kind !== 'run') return entry;
  const known = entry.members ?? [entry.run];
  const at = known.findIndex(({ id }) => id === run.id);
  if (at !== -1 && known[at] === run) return entry;
  const members = at === -1 ? [...known, run].sort((a, b) => a.number - b.number) : known.with(at, run);
  const own = entry.run.id === run.id ? run : entry.run;
  return { ...entry, run: own, ...(members.length < 2 ? {} : { members }) };
}

/** The entry that shows the run that asked; -1 if there is none. */
const runIndex = (entries: readonly ShownEntry[], { runId }: Approval): number =>
  entries.findLastIndex((entry) => membersOf(entry).some(({ id }) => id === runId));

/** Adds a request to the entry of its run, or puts it in the place of what was known of it. */
function withRequest(entry: ShownEntry, approval: Approval): ShownEntry {
  const known = entry.requests ?? [];
  const at = known.findIndex(({ id }) => id === approval.id);
  return { ...entry, requests: at === -1 ? [...known, approval] : known.with(at, approval) };
}

/** The requests that an entry shows. */
export const requestsOf = (entry: ShownEntry): readonly Approval[] =>
  entry.kind === 'approval' ? [entry.approval] : (entry.requests ?? []);

/** An entry as it is now, with what belongs to it. */
export const refreshed = (before: ShownEntry, now: ThreadEntry): ShownEntry =>
  before.requests === undefined ? now : { ...now, requests: before.requests };

/** The entries with each group as one, at the place of its first run, and what a run left for itself as one. `around`: entries that stay, and may hold part of a group. */
export function gather(
  fresh: readonly ThreadEntry[],
  around: readonly ShownEntry[] = [],
): { readonly fresh: readonly ShownEntry[]; readonly around: readonly ShownEntry[] } {
  const gathered: ShownEntry[] = [];
  let kept = around;
  for (const entry of fresh) {
    const there = placeOf(kept, entry);
    const here = placeOf(gathered, entry);
    if (there !== -1) kept = kept.with(there, joined(kept[there] as ShownEntry, entry));
    else if (here !== -1) gathered[here] = joined(gathered[here] as ShownEntry, entry);
    else gathered.push(asShown(entry));
  }
  return { fresh: gathered, around: kept };
}

/** The entry of which this one is a part; -1 if it stands on its own, or comes first. */
export function placeOf(entries: readonly ShownEntry[], entry: ThreadEntry): number {
  if (entry.kind === 'run') return groupIndex(entries, entry.run);
  if (entry.kind === 'approval') return runIndex(entries, entry.approval);
  return entry.kind === 'artifact' && isFolded(entry.artifact) ? foldIndex(entries, entry.artifact) : -1;
}

/** The entry with its part, as that is now. */
export function joined(entry: ShownEntry, part: ThreadEntry): ShownEntry {
  if (part.kind === 'run') return withMember(entry, part.run);
  if (part.kind === 'approval') return withRequest(entry, part.approval);
  return part.kind === 'artifact' ? withFolded(entry, part.artifact) : entry;
}

export const membersOf = (entry: ShownEntry): readonly Run[] =>
  entry.kind !== 'run' ? [] : (entry.members ?? [entry.run]);

/** Worst first. */
const ORDER = [
  'failed',
  'cancelled',
  'waiting_approval',
  'queued',
  'running',
  'completed',
] as const satisfies readonly RunStatus[];
const WORDS: Readonly<Record<RunStatus, string>> = {
  failed: 'failed',
  cancelled: 'cancelled',
  waiting_approval: 'waiting',
  queued: 'queued',
  running: 'running',
  completed: 'done',
};

/** `1 failed, 1 running, 2 done`. `isLost`: how a run stands is not known, for its device is out of reach. */
export function combinedStatus(runs: readonly Run[], isLost: (run: Run) => boolean = () => false): string {
  const lost = runs.filter(isLost).length;
  const known = ORDER.flatMap((status) => {
    const count = runs.filter((run) => run.status === status && !isLost(run)).length;
    return count === 0 ? [] : [`${count} ${WORDS[status]}`];
  });
  return [...(lost === 0 ? [] : [`${lost} lost`]), ...known].join(', ');
}

/** `2 of 5 done · 1 failed · 1 waiting`: how far all of them are, and what needs somebody; then the same in fewer words. */
export function groupProgress(runs: readonly Run[], isLost: (run: Run) => boolean): readonly [string, ...string[]] {
  const count = (status: RunStatus): number => runs.filter((run) => run.status === status && !isLost(run)).length;
  const told = (number: number, what: string): string[] => (number === 0 ? [] : [`${number} ${what}`]);
  const rest = [
    ...told(count('failed'), WORDS.failed),
    ...told(count('cancelled'), WORDS.cancelled),
    ...told(runs.filter(isLost).length, 'lost'),
    ...told(count('waiting_approval'), WORDS.waiting_approval),
    ...told(count('queued'), WORDS.queued),
  ];
  const short = `${count('completed')}/${runs.length} done`;
  return [
    [`${count('completed')} of ${runs.length} done`, ...rest].join(' · '),
    [short, ...rest.slice(0, 1)].join(' · '),
    short,
  ];
}

export const worstOf = (runs: readonly Run[]): Run | undefined => {
  for (const status of ORDER) {
    const found = runs.find((run) => run.status === status);
    if (found !== undefined) return found;
  }
  return undefined;
};

export const inGroup = (runs: readonly Run[], group: string): readonly Run[] =>
  runs.filter((run) => sameGroup(run, group));
