/** Looks at every key that is neither of a log nor derived from one: a few are known, and each of those has a form or a sum. */

import type { Database, Snapshot } from './database.ts';
import type { Findings } from './findings.ts';
import { PROJECTIONS, SCHEMA, SCHEMA_KEY, startingWith } from './keys.ts';
import { rawPieces } from './pieces.ts';
import { isSealed, SEALED_PREFIXES } from './sealed.ts';

export async function checkOtherKeys(
  db: Database,
  snapshot: Snapshot,
  findings: Findings,
  signal: AbortSignal,
): Promise<void> {
  for (const range of rangesBetween()) {
    const pieces = rawPieces(db, range, snapshot);
    try {
      for (;;) {
        if (pieces.needsMore) await pieces.fill();
        signal.throwIfAborted();
        const pair = pieces.head;
        if (pair === undefined) break;
        pieces.step();
        const key = pair[0].toString('utf8');
        if (!Buffer.from(key).equals(pair[0])) findings.add(`"${key}" is no key that Dispatch writes`);
        else check(key, pair[1], findings);
      }
    } finally {
      await pieces.close();
    }
  }
}

function check(key: string, bytes: Buffer, findings: Findings): void {
  const value = bytes.toString('utf8');
  if (key === SCHEMA_KEY) {
    if (value !== String(SCHEMA)) findings.add(`"${key}" reads "${value}" where ${SCHEMA} should be`);
  } else if (!SEALED_PREFIXES.some((prefix) => key.startsWith(prefix))) {
    findings.add(`"${key}" is no key that Dispatch writes`);
  } else if (!isSealed(key, value) || !Buffer.from(value).equals(bytes)) {
    findings.add(`"${key}" does not fit its sum`);
  }
}

/** All that lies before, between and after the logs and what is derived from them. */
function rangesBetween(): { gte?: string; lt?: string }[] {
  const covered = [...PROJECTIONS, startingWith('log/')].sort((a, b) => (a.gte < b.gte ? -1 : 1));
  const starts = covered.map(({ lt }) => ({ gte: lt }));
  return [{}, ...starts].map((start, index) => {
    const next = covered[index]?.gte;
    return { ...start, ...(next === undefined ? {} : { lt: next }) };
  });
}
