/** How long the network adapter waits for what. In one place, so that tests may be quicker than people. */

export interface Timings {
  /** How often links are looked at: one timer for all of them, and none while nothing is paired. */
  readonly tickMs: number;
  /** How often the one of two devices that pings does. */
  readonly pingMs: number;
  /** Silence after which a device is `suspect`: one ping has gone unanswered. */
  readonly suspectMs: number;
  /** Silence after which the link is down. With `tickMs` this is the longest that a dead link goes unnoticed. */
  readonly deadMs: number;
  /** What a ping may take where there is a doubt: after a suspend, or when the other side comes anew. */
  readonly probeMs: number;
  /** The first pause between two dials, and the longest. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** The longest pause for a device that was there a short while ago: it is probably on its way back. */
  readonly soonPauseMs: number;
  readonly soonMs: number;
  /** How long an attempt to connect may take in all. */
  readonly attemptMs: number;
}

export const TIMINGS: Timings = {
  tickMs: 2000,
  pingMs: 4000,
  suspectMs: 6000,
  deadMs: 10_000,
  probeMs: 1500,
  firstPauseMs: 500,
  longestPauseMs: 30_000,
  soonPauseMs: 2000,
  soonMs: 10 * 60_000,
  attemptMs: 15_000,
};
