/** Compares what was checked with what would run now, and says in words what is different. Nothing that differs may run. */

import { canonicalPlan, type Plan, type PlannedProgram } from '../../core/actions.ts';

/** How the plan is no longer what it was, as a sentence; undefined if it is the same in everything. */
export function whatChanged(before: Plan, now: Plan): string | undefined {
  if (canonicalPlan(before) === canonicalPlan(now)) return undefined;
  return `${difference(before, now)}; retry the run`;
}

function difference(before: Plan, now: Plan): string {
  if (before.executable !== now.executable || before.executableSha256 !== now.executableSha256)
    return `the shell ${now.argv[0]} is not the one that was checked`;
  if (before.cwd !== now.cwd)
    return `the working folder leads to ${now.cwd} now, and was ${before.cwd} when it was checked`;
  const program = changedProgram(before.programs, now.programs);
  if (program !== undefined) return program;
  if (before.untold !== now.untold) return 'a file that it or a variable names is not what it was when it was checked';
  if (before.enforced !== now.enforced)
    return `it would run with ${now.enforced} now, and ${before.enforced} was checked`;
  if (JSON.stringify(before.sandbox) !== JSON.stringify(now.sandbox))
    return 'the folders, the network or the limits of its sandbox are not those that were checked';
  if (before.envDigest !== now.envDigest) return 'its environment is not what was checked';
  return 'what would run is not what was checked';
}

function changedProgram(before: readonly PlannedProgram[], now: readonly PlannedProgram[]): string | undefined {
  for (const { name, path, sha256 } of before) {
    const same = now.filter((program) => program.name === name);
    if (same.length === 0) return `${path} was there when it was checked, and is not now`;
    if (same.some((program) => program.path === path && program.sha256 === sha256)) continue;
    const other = same[0];
    if (other !== undefined && other.path !== path)
      return `${name} leads to ${other.path} now, and was ${path} when it was checked`;
    return `${path} is not what it was when it was checked`;
  }
  const added = now.find(({ name, path }) => !before.some((program) => program.name === name && program.path === path));
  return added && `${added.path} is there now, and was not when it was checked`;
}
