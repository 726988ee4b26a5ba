/** From an operation to the steps that carry it out, by what is there now. Nothing is changed here. */

import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DispatchError } from '../../../core/errors.ts';
import type { FileOperation } from '../../../core/files.ts';
import type { Sha256 } from '../../../core/ids.ts';
import { isInside } from '../../../core/policy/paths.ts';
import { countReplaced, type KeptBackups } from './backups.ts';
import { applyEdit } from './edit.ts';
import { notThere, readWhole } from './open-file.ts';
import type { Reach } from './reach.ts';
import { whyNoRepository } from './repositories.ts';
import { shown } from './shown.ts';
import { madeBy, pathsOfStep, type Step } from './steps.ts';
import { textOf } from './text.ts';
import { hashFile, identityOf, type Node, readTree } from './tree.ts';
import { undoSteps } from './undo.ts';
import { type Walked, type WalkOptions, walk } from './walk.ts';

/** More is transferred, not typed. */
const MOST_WRITTEN = 8 * 1024 * 1024;

export type Changing = Extract<
  FileOperation,
  { op: 'write' | 'edit' | 'move' | 'copy' | 'delete' | 'make-folder' | 'undo' }
>;

export interface PlanContext {
  /** As it was written → absolute. */
  absolute(path: string): string;
  readonly reach: Reach;
  readonly backups: KeptBackups;
  readonly backupMaxBytes: number;
  readonly signal?: AbortSignal;
}

/** Throws DispatchErrors that say why it cannot be done, or must not be. */
export async function planSteps(operation: Changing, context: PlanContext): Promise<readonly Step[]> {
  const steps = await stepsOf(operation, context);
  for (const path of steps.flatMap(pathsOfStep)) {
    const why = context.reach.whyNotWrite(path);
    if (why !== undefined) throw DispatchError.fromRefusal(why);
  }
  const repository = whyNoRepository(steps.flatMap(madeBy));
  if (repository !== undefined) throw repository;
  return steps;
}

async function stepsOf(operation: Changing, context: PlanContext): Promise<readonly Step[]> {
  switch (operation.op) {
    case 'write':
      return [await planWrite(operation, context)];
    case 'edit':
      return [await planEdit(operation, context)];
    case 'delete':
      return planDelete(operation, context);
    case 'make-folder':
      return planFolder(operation, context);
    case 'move':
      return planMove(operation, context);
    case 'copy':
      return planCopy(operation, context);
    default:
      return undoSteps(operation.run, context.backups);
  }
}

function sha256Of(bytes: Uint8Array): Sha256 {
  return createHash('sha256').update(bytes).digest('hex') as Sha256;
}

async function at<T>(
  path: string,
  { absolute }: PlanContext,
  options: WalkOptions,
  use: (walked: Walked) => Promise<T>,
): Promise<T> {
  const walked = await walk(absolute(path), options);
  try {
    return await use(walked);
  } finally {
    await walked.folder.close();
  }
}

function planWrite(operation: Extract<Changing, { op: 'write' }>, context: PlanContext): Promise<Step> {
  const { path, content, base64, mode: how, replaces } = operation;
  const bytes = Buffer.from(content, base64 === true ? 'base64' : 'utf8');
  if (bytes.length > MOST_WRITTEN) {
    throw new DispatchError('too-large', `${bytes.length} bytes are more than one task writes (${MOST_WRITTEN})`, {
      hint: 'copy it from a file: "dispatch files copy"',
    });
  }
  return at(path, context, { follow: true }, async (walked) => {
    requireParent(walked);
    const { real, stats } = walked;
    if (stats === undefined) {
      if (how === 'replace' || replaces !== undefined) throw notThere(real);
      return { do: 'write', path: real, source: { kind: 'bytes', bytes }, after: sha256Of(bytes) };
    }
    if (how === 'create') throw inTheWay(real);
    requireAlone(real, stats);
    countReplaced(context.backupMaxBytes)(stats);
    if (how !== 'append') {
      const before = await hashFile(walked, context.signal);
      requireAsRead(real, before, replaces);
      return rewrite(real, stats, before, bytes);
    }
    const old = await readWhole(walked);
    const before = sha256Of(old.bytes);
    requireAsRead(real, before, replaces);
    return rewrite(real, stats, before, Buffer.concat([old.bytes, bytes]));
  });
}

function planEdit(operation: Extract<Changing, { op: 'edit' }>, context: PlanContext): Promise<Step> {
  return at(operation.path, context, { follow: true }, async (walked) => {
    const { real } = walked;
    const { bytes, stats } = await readWhole(walked);
    requireAlone(real, stats);
    const text = textOf(bytes);
    if (text === undefined) {
      throw new DispatchError('invalid', `${shown(real)} is no text, so it cannot be edited`, {
        hint: 'write it anew',
      });
    }
    return rewrite(real, stats, sha256Of(bytes), Buffer.from(applyEdit(text, operation)));
  });
}

function rewrite(path: string, { mode }: Stats, before: Sha256, bytes: Uint8Array): Step {
  return {
    do: 'write',
    path,
    source: { kind: 'bytes', bytes },
    before,
    after: sha256Of(bytes),
    mode: mode & 0o7777,
  };
}

function planDelete(operation: Extract<Changing, { op: 'delete' }>, context: PlanContext): Promise<readonly Step[]> {
  return at(operation.path, context, { follow: false }, async (walked) => {
    const { real, stats } = walked;
    if (stats === undefined) throw notThere(real);
    requireNotAll(walked, context);
    const nodes = await readTree(walked, { onFile: countReplaced(context.backupMaxBytes), signal: context.signal });
    if (nodes.length > 1 && operation.recursive !== true) {
      throw new DispatchError('invalid', `${shown(real)} is a folder with ${nodes.length - 1} things in it`, {
        hint: 'say that all of it goes (--recursive)',
      });
    }
    return removal(nodes, context);
  });
}

/** What is in a folder goes before it. */
function removal(nodes: readonly Node[], { reach }: PlanContext): Step[] {
  const remove = (node: Node): Step => {
    const why = reach.whyNotWrite(node.path);
    if (why !== undefined) throw DispatchError.fromRefusal(why);
    switch (node.kind) {
      case 'file':
        return { do: 'delete', path: node.path, before: node.sha256, mode: node.stats.mode & 0o7777 };
      case 'link':
        return { do: 'unlink', path: node.path, target: node.target };
      case 'folder':
        return { do: 'remove-folder', path: node.path, mode: node.stats.mode & 0o7777 };
    }
  };
  return nodes.toReversed().map(remove);
}

function planFolder(
  operation: Extract<Changing, { op: 'make-folder' }>,
  context: PlanContext,
): Promise<readonly Step[]> {
  return at(operation.path, context, { follow: true }, async ({ folder, name, real, stats, missing }) => {
    if (stats !== undefined) {
      if (stats.isDirectory() && operation.parents === true) return [];
      throw inTheWay(real);
    }
    if (missing.length > 0 && operation.parents !== true) {
      throw new DispatchError('not-found', `there is no folder ${shown(dirname(real))}`, {
        hint: 'make those above it, too (--parents)',
      });
    }
    const first = join(folder.path, name);
    return [first, ...missing.map((_, index) => join(first, ...missing.slice(0, index + 1)))].map(
      (path): Step => ({ do: 'make-folder', path }),
    );
  });
}

function planMove(operation: Extract<Changing, { op: 'move' }>, context: PlanContext): Promise<readonly Step[]> {
  return at(operation.from, context, { follow: false }, async (walked) => {
    const { real: from, stats } = walked;
    if (stats === undefined) throw notThere(from);
    requireNotAll(walked, context);
    const { to, replaced } = await destination(operation, from, context);
    const why = stats.isDirectory() ? context.reach.whyNotBrought(to) : undefined;
    if (why !== undefined) throw DispatchError.fromRefusal(why);
    const sha256 = stats.isFile() ? { sha256: await hashFile(walked, context.signal) } : {};
    return [...replaced, { do: 'move', from, to, identity: identityOf(stats), ...sha256 }];
  });
}

function planCopy(operation: Extract<Changing, { op: 'copy' }>, context: PlanContext): Promise<readonly Step[]> {
  return at(operation.from, context, { follow: true }, async (walked) => {
    const { real: from, stats } = walked;
    if (stats === undefined) throw notThere(from);
    const { to, replaced } = await destination(operation, from, context);
    // What nobody may read is not there.
    const leaveOut = (path: string): boolean => context.reach.whyNotRead(path) !== undefined;
    const copies = (await readTree(walked, { leaveOut, signal: context.signal })).map((node) =>
      copyOf(node, node.path === from ? to : join(to, node.path.slice(from.length))),
    );
    const [only] = replaced;
    const [first] = copies;
    // A file in the place of a file is written over, so that there is always one.
    if (only?.do === 'delete' && first?.do === 'write') return [{ ...first, before: only.before }];
    return [...replaced, ...copies];
  });
}

function copyOf(node: Node, path: string): Step {
  const mode = node.stats.mode & 0o7777;
  switch (node.kind) {
    case 'file':
      return { do: 'write', path, source: { kind: 'file', path: node.path }, after: node.sha256, mode };
    case 'link':
      return { do: 'link', path, target: node.target };
    case 'folder':
      return { do: 'make-folder', path, mode };
  }
}

/** Where it goes: into a folder that is there, by its own name, or to the name itself. `replaced`: what goes for it. */
function destination(
  { to, overwrite }: Extract<Changing, { op: 'move' | 'copy' }>,
  from: string,
  context: PlanContext,
): Promise<{ to: string; replaced: readonly Step[] }> {
  return at(to, context, { follow: true }, async (walked) => {
    if (walked.stats?.isDirectory() === true && walked.real !== from) {
      return at(join(walked.real, basename(from)), context, { follow: false }, (inside) =>
        place(inside, from, overwrite, context),
      );
    }
    return place(walked, from, overwrite, context);
  });
}

async function place(
  walked: Walked,
  from: string,
  overwrite: true | undefined,
  context: PlanContext,
): Promise<{ to: string; replaced: readonly Step[] }> {
  const { real: to, stats } = walked;
  if (to === from || isInside(from, to)) {
    throw new DispatchError('invalid', `${shown(from)} cannot be put into itself`, { hint: 'choose another place' });
  }
  requireParent(walked);
  if (stats === undefined) return { to, replaced: [] };
  if (overwrite !== true) throw inTheWay(to);
  if (stats.isDirectory()) {
    throw new DispatchError('conflict', `${shown(to)} is a folder, and folders are not replaced`, {
      hint: 'delete it first, or choose another name',
    });
  }
  const replaced = await readTree(walked, { onFile: countReplaced(context.backupMaxBytes), signal: context.signal });
  return { to, replaced: removal(replaced, context) };
}

/** Whoever changed what they had read does not write over what came after. */
function requireAsRead(real: string, is: Sha256, read: Sha256 | undefined): void {
  if (read === undefined || is === read) return;
  throw new DispatchError('conflict', `${shown(real)} is not what it was when it was read, so it stays as it is`, {
    hint: 'read it again, and change that',
  });
}

function requireParent({ real, missing }: Walked): void {
  if (missing.length === 0) return;
  throw new DispatchError('not-found', `there is no folder ${shown(dirname(real))}`, { hint: 'make it first' });
}

/** A file with several names may be one that nobody may change, by another name. */
function requireAlone(real: string, stats: Stats): void {
  const { nlink } = stats;
  if (nlink <= 1 || !stats.isFile()) return;
  throw new DispatchError(
    'refused',
    `${shown(real)} has ${nlink} names on the disk, and changing it would change all of them`,
    {
      hint: 'delete it and write it anew, or use a shell command',
    },
  );
}

function requireNotAll({ real, name }: Walked, { reach }: PlanContext): void {
  if (name !== '.' && reach.isReachable(dirname(real))) return;
  throw new DispatchError('refused', `${shown(real)} is itself a folder that may be reached, and stays where it is`, {
    hint: 'name what is in it',
  });
}

function inTheWay(real: string): DispatchError {
  return new DispatchError('conflict', `${shown(real)} is there already`, {
    hint: 'choose another name, or say that it is to be replaced',
  });
}
