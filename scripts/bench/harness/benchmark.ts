// What a benchmark is: it measures something beside a yardstick, and says what is expected of it.
import type { Home } from './home.ts';
import type { Summary } from './statistics.ts';

export interface Measure {
  /** What was measured, as a row of the table. */
  readonly name: string;
  readonly unit: string;
  readonly ours: Summary;
  /** Measured in alternation with it, in the same unit. */
  readonly yardstick?: Summary & { readonly name: string };
  /** Where it matters how bad the worst are. */
  readonly tail?: true;
  readonly target?: { readonly text: string; readonly met: boolean };
  readonly note?: string;
}

export interface BenchContext {
  /** A home with nothing in it, or with this much in its config.toml. */
  emptyHome(config?: string): Promise<Home>;
  /** The home with the long thread. One for all benchmarks. */
  longHome(): Promise<Home>;
  /** Fewer rounds when quick. */
  rounds(counted: number): { warmUp: number; counted: number };
  /** Says what is done. */
  say(line: string): void;
}

export interface Benchmark {
  readonly name: string;
  run(context: BenchContext): Promise<readonly Measure[]>;
}

/** `12 ms` against a limit; the limit is part of the text. */
export function below(value: number, limit: number, text: string): { text: string; met: boolean } {
  return { text, met: value < limit };
}

export function atMost(value: number, limit: number, text: string): { text: string; met: boolean } {
  return { text, met: value <= limit };
}

export function atLeast(value: number, limit: number, text: string): { text: string; met: boolean } {
  return { text, met: value >= limit };
}
