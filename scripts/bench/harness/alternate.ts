// Measures several things side by side: A B C A B C …, so that whatever else the machine does in those minutes falls on
// all of them alike. The first rounds warm caches up and are thrown away.
import { type Summary, summarise } from './statistics.ts';

/** One measurement: what it gives is what is compared. */
export type Subject = () => Promise<number>;

/** Several things are measured in one go by a subject that gives a list: all of it counts. */
export type ManySubject = () => Promise<readonly number[]>;

export interface Rounds {
  readonly warmUp: number;
  readonly counted: number;
}

export async function alternate<Name extends string>(
  subjects: Readonly<Record<Name, Subject | ManySubject>>,
  { warmUp, counted }: Rounds,
): Promise<Record<Name, Summary>> {
  const names = Object.keys(subjects) as Name[];
  const samples = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < warmUp + counted; round += 1) {
    for (const name of names) {
      const measured = await subjects[name]();
      if (round < warmUp) continue;
      samples.get(name)?.push(...(typeof measured === 'number' ? [measured] : measured));
    }
  }
  return Object.fromEntries(names.map((name) => [name, summarise(samples.get(name) ?? [])])) as Record<Name, Summary>;
}
