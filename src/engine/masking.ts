/** What may be written down of an action, wherever it comes from: no secrets, and no values of variables at all. */

import type { Action, ShellAction } from '../core/actions.ts';
import type { CodeAction, KnowledgeAction } from '../core/cloud.ts';
import { DispatchError } from '../core/errors.ts';
import type { FilesAction } from '../core/files.ts';
import { MASK, maskFound, valueRanges } from '../core/secrets.ts';
import type { Outcome } from './executor-ports.ts';
import type { SecretFinder } from './ports.ts';
import { outsideQuotes } from './quoting.ts';

/** What is written down, and whether the raw action has to be kept apart because anything was masked in it. */
export interface MaskedTask {
  readonly task: string;
  readonly action: Action;
  readonly masked: boolean;
}

/**
 * Masks secrets in both texts, all values of variables, and these also where they appear again. Names of secrets that the
 * executing device keeps are no secrets.
 */
export async function maskTask(finder: SecretFinder, task: string, action: Action): Promise<MaskedTask> {
  const mask = maskerFor(finder, action);
  const shown = { task: await mask(task), action: await maskAction(action, mask) };
  return { ...shown, masked: shown.task !== task || JSON.stringify(shown.action) !== JSON.stringify(action) };
}

export type Mask = (text: string) => Promise<string>;

/** Masks secrets, and the values of the action's variables wherever they appear again. */
export function maskerFor(finder: SecretFinder, action: Action): Mask {
  const values = action.kind === 'shell' ? secretValues(action.env ?? {}) : [];
  return async (text) => finder.mask(maskValues(text, values));
}

/**
 * Why the checks said what they said, as it may be written down. They quote the command as it is, and cut it where it is long: where
 * something in it was masked, the quotation goes.
 */
export function maskReasons(reasons: readonly string[], masked: boolean): readonly string[] {
  return masked ? reasons.map((reason) => reason.replace(/`.*`/s, 'this command')) : reasons;
}

/** What an execution says of itself, as it may be written down: a script may print or throw anything. */
export async function maskOutcome(finder: SecretFinder, outcome: Outcome): Promise<Outcome> {
  switch (outcome.kind) {
    case 'exit': {
      const { result, message } = outcome;
      return {
        ...outcome,
        ...(result === undefined ? {} : { result: await finder.mask(result) }),
        ...(message === undefined ? {} : { message: await finder.mask(message) }),
      };
    }
    case 'failed':
      return { ...outcome, message: await finder.mask(outcome.message) };
    case 'signal':
    case 'timeout':
    case 'stopped':
      return outcome;
  }
}

async function maskAction(action: Action, mask: Mask): Promise<Action> {
  switch (action.kind) {
    case 'shell':
      return maskShell(action, mask);
    case 'inline':
      return { ...action, source: await mask(action.source) };
    case 'knowledge':
      return maskQuestion(action, mask);
    case 'code':
      return maskCode(action, mask);
    case 'files':
      return shortened(await maskTexts(action, mask), action);
    case 'browser':
    case 'desktop':
      return maskTexts(action, mask);
  }
}

/** What goes along is named, and its content is nothing for the log. */
async function maskQuestion(action: KnowledgeAction, mask: Mask): Promise<KnowledgeAction> {
  const { attach } = action;
  const shown = attach?.map((each) => ('content' in each ? { name: each.name, content: '' } : each));
  return { ...action, question: await mask(action.question), ...(shown === undefined ? {} : { attach: shown }) };
}

async function maskCode(action: CodeAction, mask: Mask): Promise<CodeAction> {
  const { source, stdin, files } = action;
  return {
    ...action,
    source: await mask(source),
    ...(stdin === undefined ? {} : { stdin: await mask(stdin) }),
    ...(files === undefined ? {} : { files: files.map(({ name }) => ({ name, content: '' })) }),
  };
}

/** How much of the content of a file that is written stands in the log; the whole lies apart until the run ends. */
const MOST_CONTENT = 16 * 1024;

/** The log tells what happened, and is no place for files. */
function shortened(shown: FilesAction, { operation }: FilesAction): FilesAction {
  if (shown.operation.op !== 'write' || operation.op !== 'write' || operation.content.length <= MOST_CONTENT)
    return shown;
  const content = `[dispatch: ${operation.content.length} characters]`;
  return { ...shown, operation: { ...shown.operation, content } };
}

/** Every text in it: which of them may hold a secret is not for anybody to guess. Ids are too plain to be taken for one. */
async function maskTexts<T>(value: T, mask: Mask): Promise<T> {
  if (typeof value === 'string') return (await mask(value)) as T;
  if (Array.isArray(value)) return (await Promise.all(value.map((item) => maskTexts(item, mask)))) as T;
  if (typeof value !== 'object' || value === null) return value;
  const masked = await Promise.all(
    Object.entries(value).map(async ([key, item]) => [key, await maskTexts(item, mask)]),
  );
  return Object.fromEntries(masked) as T;
}

async function maskShell(action: ShellAction, mask: Mask): Promise<ShellAction> {
  const env =
    action.env === undefined ? {} : { env: Object.fromEntries(Object.keys(action.env).map((name) => [name, MASK])) };
  const cwd = action.cwd === undefined ? {} : { cwd: await mask(action.cwd) };
  return { ...action, command: await maskCommand(action.command, mask), ...cwd, ...env };
}

/**
 * A mask that takes the end of a line along would hide a command behind it. Inside of quotes a line ends nothing; a secret that goes over
 * several lines anywhere else can neither be written down nor hidden. Throws `invalid` for one.
 */
async function maskCommand(command: string, mask: Mask): Promise<string> {
  const masked = await mask(command);
  const lines = linesOf(command);
  if (lines.length === 1 || countLines(masked) === countLines(command)) return masked;
  const apart = (await Promise.all(lines.map(mask))).join('\n');
  if (countLines(apart) === countLines(masked)) return apart;
  throw new DispatchError(
    'invalid',
    'the command holds a secret of several lines, which cannot be masked without hiding what runs',
    {
      hint: 'put it into quotes, into a file, or into a variable with --env',
    },
  );
}

/** Where a shell may take a new line for the end of a command. */
function linesOf(command: string): string[] {
  const open = outsideQuotes(command);
  const lines: string[] = [];
  let from = 0;
  for (let at = command.indexOf('\n'); at !== -1; at = command.indexOf('\n', at + 1)) {
    if (!open(at, at + 1)) continue;
    lines.push(command.slice(from, at));
    from = at + 1;
  }
  return [...lines, command.slice(from)];
}

const countLines = (text: string): number => text.split('\n').length;

/**
 * The text without the values. What a shell would take for more than one word is hidden between quotes only: whoever sends a task
 * chooses the values as well, and could hide a command of it behind one.
 */
function maskValues(text: string, values: readonly string[]): string {
  return maskFound(text, (found) => {
    const words = valueRanges(
      found,
      values.filter((value) => !SHELL_SYNTAX.test(value)),
    );
    const phrases = valueRanges(
      found,
      values.filter((value) => SHELL_SYNTAX.test(value)),
    );
    if (phrases.length === 0) return words;
    const open = outsideQuotes(found);
    return [...words, ...phrases.filter(([start, end]) => !open(start, end))];
  });
}

/** What ends a word for a shell, or makes it do more. */
const SHELL_SYNTAX = /[\s;&|<>()$`]/;

/** Of variables that set how a program works; to hide them in a command hides the command. */
const PLAIN =
  /^(?:true|false|none|null|auto|always|never|test|testing|production|development|staging|debug|info|warn|error|\d{1,5})$/i;

function secretValues(env: Readonly<Record<string, string>>): string[] {
  return Object.values(env).filter((value) => !PLAIN.test(value));
}
