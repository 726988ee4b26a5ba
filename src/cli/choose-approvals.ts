/** Which of many requests a short list shows: the devices that ask take turns, so that one that asks for much hides nobody else. */

import type { Approval } from '../core/approvals.ts';

export interface ChosenApprovals {
  /** In the order in which they came. */
  readonly shown: readonly Approval[];
  /** How many of each asker are not shown, the most first. */
  readonly left: readonly { readonly asker: string; readonly count: number }[];
}

/** At most `limit` of them; each asker's own in the order in which they come. */
export function chooseApprovals(
  approvals: readonly Approval[],
  askerOf: (approval: Approval) => string,
  limit: number,
): ChosenApprovals {
  const waiting = new Map<string, Approval[]>();
  for (const approval of approvals) {
    const asker = askerOf(approval);
    const those = waiting.get(asker);
    if (those === undefined) waiting.set(asker, [approval]);
    else those.push(approval);
  }
  const chosen = new Set<Approval>();
  for (let turn = 0; chosen.size < Math.min(limit, approvals.length); turn += 1) {
    for (const those of waiting.values()) {
      const approval = those[turn];
      if (approval !== undefined && chosen.size < limit) chosen.add(approval);
    }
  }
  const left = [...waiting].map(([asker, those]) => ({
    asker,
    count: those.filter((approval) => !chosen.has(approval)).length,
  }));
  return {
    shown: approvals.filter((approval) => chosen.has(approval)),
    left: left.filter(({ count }) => count > 0).sort((one, other) => other.count - one.count),
  };
}
