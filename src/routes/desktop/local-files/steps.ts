/**
 * What an operation changes, as steps that can each be checked, done and undone: known before a person is asked, and found again in the
 * same way just before anything is done.
 */

import type { PlannedChange } from '../../../core/actions.ts';
import type { Sha256 } from '../../../core/ids.ts';
import type { Done } from './backups.ts';

/** Where the content of a written file comes from. */
export type Source =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** A file that is copied. */
  | { readonly kind: 'file'; readonly path: string }
  /** A backup. */
  | { readonly kind: 'blob'; readonly path: string };

/** Paths are absolute, links resolved. */
export type Step =
  /** Without `before` there must be nothing. `mode`: permission bits, those of a new file if absent. */
  | {
      readonly do: 'write';
      readonly path: string;
      readonly source: Source;
      readonly before?: Sha256;
      readonly after: Sha256;
      readonly mode?: number;
    }
  | { readonly do: 'delete'; readonly path: string; readonly before: Sha256; readonly mode: number }
  | { readonly do: 'unlink'; readonly path: string; readonly target: string }
  | { readonly do: 'link'; readonly path: string; readonly target: string }
  | { readonly do: 'make-folder'; readonly path: string; readonly mode?: number }
  | { readonly do: 'remove-folder'; readonly path: string; readonly mode: number }
  /** The same file or folder by another name. `identity` tells it from one that took its place. */
  | {
      readonly do: 'move';
      readonly from: string;
      readonly to: string;
      readonly identity: string;
      readonly sha256?: Sha256;
    };

/** One line a step, for the digest: everything that makes it another one, and no content. */
export function stepText(step: Step): string {
  if (step.do !== 'write') return JSON.stringify(step);
  const { source, ...rest } = step;
  return JSON.stringify({ ...rest, from: source.kind === 'file' ? source.path : source.kind });
}

/** What a person is told of files that change. */
export function changesOf(steps: readonly Step[]): readonly PlannedChange[] {
  return steps.flatMap(changesOfOne);
}

function changesOfOne(step: Step): readonly PlannedChange[] {
  switch (step.do) {
    case 'write':
      return [{ path: step.path, ...(step.before === undefined ? {} : { before: step.before }), after: step.after }];
    case 'delete':
      return [{ path: step.path, before: step.before }];
    case 'move': {
      const { from, to, sha256 } = step;
      return sha256 === undefined
        ? []
        : [
            { path: from, before: sha256 },
            { path: to, after: sha256 },
          ];
    }
    case 'unlink':
    case 'link':
    case 'make-folder':
    case 'remove-folder':
      return [];
  }
}

/** What has no content, in words: folders and links that come and go. */
export function targetsOf(steps: readonly Step[]): readonly string[] {
  return steps.flatMap(targetsOfOne);
}

function targetsOfOne(step: Step): readonly string[] {
  switch (step.do) {
    case 'move':
      return [`${step.from} becomes ${step.to}`];
    case 'unlink':
      return [`the link ${step.path} goes`];
    case 'link':
      return [`the link ${step.path} leads to ${step.target}`];
    case 'make-folder':
      return [`the folder ${step.path} is made`];
    case 'remove-folder':
      return [`the folder ${step.path} goes`];
    case 'write':
    case 'delete':
      return [];
  }
}

/** As it is written down when it is done. `mode`: of the file that was there. */
export function doneOf(step: Step, mode: number | undefined): Done {
  switch (step.do) {
    case 'write':
      return {
        did: 'wrote',
        path: step.path,
        ...(step.before === undefined ? {} : { before: { sha256: step.before, mode: mode ?? 0o600 } }),
        after: step.after,
      };
    case 'delete':
      return { did: 'deleted', path: step.path, before: { sha256: step.before, mode: step.mode } };
    case 'unlink':
      return { did: 'unlinked', path: step.path, target: step.target };
    case 'link':
      return { did: 'linked', path: step.path, target: step.target };
    case 'make-folder':
      return { did: 'made-folder', path: step.path };
    case 'remove-folder':
      return { did: 'removed-folder', path: step.path, mode: step.mode };
    case 'move':
      return { did: 'moved', from: step.from, to: step.to };
  }
}

/** The path where something comes to be that was not there. */
export function madeBy(step: Step): readonly string[] {
  switch (step.do) {
    case 'write':
      return step.before === undefined ? [step.path] : [];
    case 'link':
    case 'make-folder':
      return [step.path];
    case 'move':
      return [step.to];
    case 'delete':
    case 'unlink':
    case 'remove-folder':
      return [];
  }
}

/** Every path that a step touches. */
export function pathsOfStep(step: Step): readonly string[] {
  return step.do === 'move' ? [step.from, step.to] : [step.path];
}
