// Whether a running run moves on the screen: only while something of it really arrives. Each piece of news turns its sign by
// one step, so nothing turns by itself, and no clock is needed for it.

import type { Run } from '../../core/runs.ts';
import type { Model, Stirring } from './model.ts';

/** At most eight turns a second. */
const TURN_MS = 125;
/** After this without news the sign rests. */
const RESTS_MS = 1_000;

/** Output or progress of the run has come. */
export function stirred(model: Model, run: string): Model {
  const before = model.stirring.get(run);
  if (before !== undefined && model.clock - before.at < TURN_MS) return model;
  const next: Stirring = { turn: (before?.turn ?? 0) + 1, at: model.clock };
  // Those that rest are let go: there are never more than run at once.
  const awake = [...model.stirring].filter(([id, { at }]) => id !== run && model.clock - at < RESTS_MS);
  return { ...model, stirring: new Map([...awake, [run, next]]) };
}

/** The turn of its sign; undefined while it rests: nothing comes, or nobody is there to see it. */
export function turnOf({ stirring, clock, connection, unfocused }: Model, run: Run): number | undefined {
  if (run.status !== 'running' || connection.state !== 'connected' || unfocused) return undefined;
  const known = stirring.get(run.id);
  return known === undefined || clock - known.at >= RESTS_MS ? undefined : known.turn;
}
