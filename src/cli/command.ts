/** What a command is: data for help and completion, and one function. Arguments are parsed here, once, for all of them. */

import { parseArgs } from 'node:util';
import { closest } from '../core/closest.ts';
import { DispatchError } from '../core/errors.ts';
import type { CliContext, CommandOutline } from './context.ts';

export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** May be given several times. */
  readonly multiple?: boolean;
  /** Name of the value in help: `--on DEVICE`. */
  readonly value?: string;
  readonly help: string;
  /** The words that its value can be, for completion. */
  readonly words?: readonly string[];
}

export interface Command {
  /** Everything after `dispatch`, as in the reference: `logs [-f] RUN`. */
  readonly usage: string;
  readonly summary: string;
  /** What a person should know beyond the summary. */
  readonly details?: string;
  readonly options: Readonly<Record<string, Option>>;
  readonly examples: readonly string[];
  /** How many arguments it takes at most, where that is known; more are refused before it begins. */
  readonly maxArguments?: number;
  /** What completion offers for the positional arguments. */
  readonly completes?: CommandOutline['completes'];
  /** What it offers after one of those words. */
  readonly completesAfter?: CommandOutline['completesAfter'];
  readonly run: (context: CliContext, args: Arguments) => Promise<number>;
}

/** A command in the table, before it is loaded. */
export interface RegisteredCommand {
  readonly group: 'Tasks' | 'Approvals' | 'Results' | 'Thread' | 'Devices' | 'This device';
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Parsed arguments with typed access. */
export interface Arguments {
  readonly positionals: readonly string[];
  /** What stood after `--`, or undefined if there was no `--`. */
  readonly rest: readonly string[] | undefined;
  flag(name: string): boolean;
  text(name: string): string | undefined;
  list(name: string): readonly string[];
  /** A whole number within bounds. */
  number(name: string, bounds: { min: number; max: number }): number | undefined;
}

export const COMMON_OPTIONS: Readonly<Record<string, Option>> = {
  json: { type: 'boolean', help: 'print JSON: one document, or one a line where it streams' },
  verbose: { type: 'boolean', help: 'say on standard error what is done on the side' },
  help: { type: 'boolean', short: 'h', help: 'show this text' },
};

export function parseCommandLine(
  name: string,
  { options, maxArguments = Number.POSITIVE_INFINITY }: Pick<Command, 'options' | 'maxArguments'>,
  argv: readonly string[],
): Arguments {
  const separator = argv.indexOf('--');
  const before = separator === -1 ? argv : argv.slice(0, separator);
  const rest = separator === -1 ? undefined : argv.slice(separator + 1);
  const { values, positionals } = parse(name, { ...COMMON_OPTIONS, ...options }, before);
  const surplus = [...positionals, ...(rest ?? [])][maxArguments];
  if (surplus !== undefined) {
    throw new DispatchError('usage', `"${surplus}" is too much`, { hint: helpOf(name) });
  }
  const text = (option: string): string | undefined => {
    const value = values[option];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    positionals,
    rest,
    flag: (option) => values[option] === true,
    text,
    list(option) {
      const value = values[option];
      return Array.isArray(value) ? value.map(String) : [];
    },
    number(option, { min, max }) {
      const value = text(option);
      if (value === undefined) return undefined;
      const number = Number(value);
      if (!/^\d+$/.test(value) || number < min || number > max) {
        throw new DispatchError('usage', `--${option} ${value}: expected a whole number from ${min} to ${max}`, {
          hint: helpOf(name),
        });
      }
      return number;
    },
  };
}

function parse(
  name: string,
  options: Command['options'],
  args: readonly string[],
): { values: Record<string, unknown>; positionals: string[] } {
  const config = Object.fromEntries(
    Object.entries(options).map(([option, { type, short, multiple }]) => [
      option,
      { type, ...(short === undefined ? {} : { short }), ...(multiple === undefined ? {} : { multiple }) },
    ]),
  );
  try {
    return parseArgs({ args: bindNumbers(args, options), options: config, allowPositionals: true, strict: true });
  } catch (error) {
    const message = sentenceOf(error as Error);
    const unknown = /^Unknown option '--([^']+)'/.exec(message)?.[1];
    const close = unknown === undefined ? undefined : closest(unknown, Object.keys(options));
    throw new DispatchError('usage', message.charAt(0).toLowerCase() + message.slice(1), {
      hint: close === undefined ? helpOf(name) : `did you mean --${close}? ${helpOf(name)}`,
    });
  }
}

/** A negative number after an option that takes a value is that value, and no option. */
function bindNumbers(args: readonly string[], options: Command['options']): string[] {
  const bound: string[] = [];
  for (const arg of args) {
    const before = bound.at(-1);
    const option = Object.entries(options).find(
      ([name, { short }]) => before === `--${name}` || (short !== undefined && before === `-${short}`),
    );
    if (option?.[1].type === 'string' && /^-\d/.test(arg)) bound[bound.length - 1] = `--${option[0]}=${arg}`;
    else bound.push(arg);
  }
  return bound;
}

/** The first sentence of Node's advice, which goes on over several lines. */
function sentenceOf({ message }: Error): string {
  const unclear = /^Option '(?:-\w, )?(--?[\w-]+)[^']*' argument (?:is ambiguous|missing)/.exec(message)?.[1];
  return unclear === undefined ? (message.split(/\.\s/)[0] ?? '') : `${unclear} needs a value`;
}

function helpOf(name: string): string {
  return name === '' ? 'dispatch --help' : `dispatch ${name} --help`;
}

/** The one positional argument that a command takes. */
export function onlyArgument(args: Arguments, name: string, what: string): string {
  const [only, second] = [...args.positionals, ...(args.rest ?? [])];
  if (only === undefined) throw new DispatchError('usage', `${what} is missing`, { hint: `dispatch ${name} --help` });
  if (second !== undefined)
    throw new DispatchError('usage', `one ${what} at a time, but "${second}" came too`, {
      hint: `dispatch ${name} --help`,
    });
  return only;
}

/** `flowing`: a sentence of the details is one line, for whoever breaks it where there is no more room. */
export function helpText(command: Command, { flowing }: { readonly flowing: boolean }): string {
  const rows = Object.entries({ ...command.options, ...COMMON_OPTIONS }).map(([option, { short, value, help }]) => {
    const left = `${short === undefined ? '    ' : `-${short}, `}--${option}${value === undefined ? '' : ` ${value}`}`;
    return [left, help] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = [
    `${command.summary}`,
    '',
    `Usage: dispatch ${command.usage}`,
    ...(command.details === undefined
      ? []
      : ['', flowing ? command.details.replace(/(?<!\.)\n/g, ' ') : command.details]),
    '',
    'Options:',
    ...rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
  ];
  return `${lines.join('\n')}\n`;
}
