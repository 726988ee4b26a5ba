/** What a shell action would do and where its paths lead, for the checks to look at. It runs nothing and changes nothing. */

import { basename } from 'node:path';
import type { ShellAction } from '../../core/actions.ts';
import { type Refusal, refuse } from '../../core/errors.ts';
import type { ActionFacts, ResolvedPath, ShellReading, SimpleCommand, Word } from '../../core/policy/reading.ts';
import { findMistake, leadingTo, resolveFolder } from './plan.ts';
import { resolvePath } from './resolve-path.ts';

/** Looking at more would make a hostile text expensive; beyond it no rule may allow the text. */
const MOST_PATHS = 1000;
export interface InspectOptions {
  /** Where actions work that name no folder. */
  readonly home: string;
  readonly readShell: (text: string) => ShellReading;
  /** The program that carries out the text, where it is known: absolute. */
  readonly shell?: string;
  /** Whether a confined command may not look there: absolute, links resolved. */
  readonly hides?: (path: string) => boolean;
}

/** Shells that understand what is read here; another one may take the same text for something else. */
const READABLE_SHELLS: readonly string[] = ['bash', 'sh', 'dash', 'ash', 'busybox'];

export async function inspectShell(
  { home, readShell, shell, hides }: InspectOptions,
  action: ShellAction,
): Promise<{ readonly ok: true; readonly facts: ActionFacts } | Refusal> {
  const wrong = findMistake(action);
  if (wrong !== undefined) return wrong;
  const cwd = action.cwd ?? home;
  const folder = await resolveFolder(cwd);
  const real = folder.ok ? folder.path : await leadingTo(cwd);
  const unusable =
    action.access !== 'full-access' && hides?.(real) === true ? hidden(cwd) : folder.ok ? undefined : folder;
  const reading = readShell(action.command);
  const named = namesIn(reading);
  const paths: ResolvedPath[] = [{ written: cwd, real, use: 'folder' }];
  const obstacles = [...reading.obstacles];
  if (shell !== undefined && !READABLE_SHELLS.includes(basename(shell)))
    obstacles.push(`${shell} may read it differently than bash and sh do`);
  if (named.length > MOST_PATHS) obstacles.push(`it names more than ${MOST_PATHS} paths`);
  for (const { written, use } of named.slice(0, MOST_PATHS)) {
    // Where the text goes to another folder, `reading.moves` says so: whoever judges must not trust a relative path then.
    const led = await resolvePath(real, written);
    if (led === undefined) obstacles.push(`where ${JSON.stringify(written)} leads cannot be seen`);
    else paths.push({ written, real: led, use });
  }
  return {
    ok: true,
    facts: { reading: { ...reading, obstacles }, paths, ...(unusable === undefined ? {} : { unusable }) },
  };
}

/** The same whether it is there or not. */
function hidden(cwd: string): Refusal {
  return refuse(
    'refused',
    `the working folder ${cwd} is hidden from runs in the sandbox`,
    'choose another with --cwd, or ask for full access',
  );
}

type Named = Pick<ResolvedPath, 'written' | 'use'>;

function namesIn({ commands, inner, writes, reads }: ShellReading): Named[] {
  const opened = (targets: ShellReading['writes'], use: Named['use']): Named[] =>
    targets.flatMap(({ word }) => (word.known ? [{ written: word.text, use }] : []));
  return [...opened(writes, 'write'), ...opened(reads, 'argument'), ...[...commands, ...inner].flatMap(argumentsOf)];
}

/** Every literal argument may be a path; what stands behind the `=` or the letter of an option may be one too. */
function argumentsOf({ words }: SimpleCommand): Named[] {
  return words.slice(1).flatMap((word) => pathsIn(word).map((written) => ({ written, use: 'argument' }) as const));
}

function pathsIn(word: Word): readonly string[] {
  if (!word.known || word.text === '' || word.text.includes('\0')) return [];
  const { text } = word;
  if (!text.startsWith('-')) return [text];
  const value = text.includes('=') ? text.slice(text.indexOf('=') + 1) : text.slice(2);
  return value === '' || !value.includes('/') ? [] : [value];
}
