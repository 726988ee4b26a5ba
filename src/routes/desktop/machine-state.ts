/** Commands that a sandbox would make answer wrongly: whether the one that is meant is really the system's own. */

import { MACHINE_NAMES } from '../../core/policy/harmless.ts';
import type { ActionFacts } from '../../core/policy/reading.ts';
import { isUntouched, type ProgramPlaces } from './shell-reading/untouched-programs.ts';

/** The facts, with what was found of the program where it matters. */
export async function lookAtMachineCommand(facts: ActionFacts, places: ProgramPlaces): Promise<ActionFacts> {
  const [only, second] = facts.reading?.commands ?? [];
  const name = only?.words[0];
  if (second !== undefined || name?.known !== true || !MACHINE_NAMES.includes(name.text)) return facts;
  return (await isUntouched(name.text, places)) ? { ...facts, untouched: true } : facts;
}
