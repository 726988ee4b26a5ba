/**
 * Where the paths of an operation really lead, which is what the checks look at and what a yes holds: a link that leads elsewhere by the
 * time of use makes it another operation.
 */

import { basename, dirname, join, resolve } from 'node:path';
import { DispatchError } from '../../../core/errors.ts';
import { type FileOperation, pathsOf } from '../../../core/files.ts';
import { isInside } from '../../../core/policy/paths.ts';
import type { ActionFacts, ResolvedPath } from '../../../core/policy/reading.ts';
import type { PlanContext } from './plan-steps.ts';
import { shown } from './shown.ts';
import { pathsOfStep, type Step } from './steps.ts';
import { type WalkOptions, walk } from './walk.ts';

/** The parts of what the checks look at that an operation on files has. */
export type Places = ActionFacts & { readonly operations: readonly string[] };

const OVERWRITES = 'files.overwrite';

/** `steps` of an undo, which names no paths itself. */
export async function findPlaces(
  operation: FileOperation,
  { absolute }: Pick<PlanContext, 'absolute'>,
  steps: readonly Step[],
): Promise<Places> {
  if (operation.op === 'undo') {
    const touched = new Set(steps.flatMap(pathsOfStep));
    return {
      paths: [...touched].map((path) => ({ written: path, real: path, use: 'file' })),
      operations: ['files.undo'],
    };
  }
  const paths: ResolvedPath[] = [];
  const operations = [`files.${operation.op}`];
  for (const written of pathsOf(operation)) {
    const goes = isGoal(operation, written);
    const named = operation.op === 'receive' ? operation.from.name : basename(paths[0]?.real ?? '');
    const found = await lookAt(absolute(written), follows(operation, written), goes ? named : undefined);
    paths.push({ written, real: found.real, use: 'file' });
    if (goes && found.isThere && !operations.includes(OVERWRITES)) operations.push(OVERWRITES);
  }
  return { paths, operations };
}

/** Whether a link at the end of the path is what is meant. */
export function follows(operation: FileOperation, written: string): WalkOptions {
  const ends =
    operation.op === 'delete' || operation.op === 'stat' || (operation.op === 'move' && written === operation.from);
  return { follow: !ends };
}

/** Whether something that is there would be in the place of what comes. */
function isGoal(operation: FileOperation, written: string): boolean {
  if (operation.op === 'receive') return true;
  return (operation.op === 'move' || operation.op === 'copy') && written === operation.to && written !== operation.from;
}

/** Where it leads, and whether something is there already: for what is put into a folder by a name, in that folder. */
async function lookAt(
  path: string,
  options: WalkOptions,
  named: string | undefined,
): Promise<{ real: string; isThere: boolean }> {
  const walked = await walk(path, options);
  await walked.folder.close();
  const isFolder = walked.stats?.isDirectory() === true;
  if (!isFolder || named === undefined) return { real: walked.real, isThere: walked.stats !== undefined };
  const inside = await walk(join(walked.real, named), { follow: false });
  await inside.folder.close();
  return { real: inside.real, isThere: inside.stats !== undefined };
}

/** Throws where steps that were found a moment later are about something that the checks never saw. */
export function requireIn({ paths, operations }: Places, operation: FileOperation, steps: readonly Step[]): void {
  const isSeen = (path: string): boolean =>
    paths.some(({ real }) => isInside(real, path) || (operation.op === 'make-folder' && isInside(path, real)));
  const odd = steps.flatMap(touched).find((path) => !isSeen(path));
  if (odd !== undefined) throw ledElsewhere(odd);
  const over = operation.op === 'copy' || operation.op === 'move' ? steps.find(replaces) : undefined;
  if (over !== undefined && !operations.includes(OVERWRITES)) throw ledElsewhere(pathsOfStep(over)[0] ?? '');
}

/** What it reads, too. */
function touched(step: Step): readonly string[] {
  if (step.do !== 'write' || step.source.kind !== 'file') return pathsOfStep(step);
  return [...pathsOfStep(step), step.source.path];
}

function replaces(step: Step): boolean {
  return step.do === 'delete' || step.do === 'unlink' || (step.do === 'write' && step.before !== undefined);
}

/** In words, where a path leads elsewhere than it says. */
export function detours({ paths }: Places, { absolute }: Pick<PlanContext, 'absolute'>): readonly string[] {
  return paths
    .filter(({ written, real }) => {
      const said = resolve(absolute(written));
      return said !== real && said !== dirname(real);
    })
    .map(({ written, real }) => `${real}, to which ${written} leads`);
}

export function ledElsewhere(real: string): DispatchError {
  return new DispatchError('conflict', `${shown(real)} is another place than the one that was looked at`, {
    hint: 'start over',
  });
}
