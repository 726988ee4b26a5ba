/** Programs that run a program of their own language: fine with a file to run, unreadable with code in their words or from their input. */

import type { Word } from '../../../core/policy/reading.ts';
import { type Finding, mayBe } from './options.ts';

interface Interpreter {
  readonly names: RegExp;
  /** Options that may stand before the file. */
  readonly options: RegExp;
  /** Options that need no file behind them. */
  readonly alone?: RegExp;
}

const INTERPRETERS: readonly Interpreter[] = [
  {
    names: /^(sh|r?bash|dash|ash|m?ksh|ksh93|oksh|pdksh|zsh|yash|posh|hush)$/,
    options: /^-[eufx]+$/,
    alone: /^--version$/,
  },
  { names: /^(fish|t?csh|elvish|nu|xonsh|rc|es|osh|ysh)$/, options: /^$/, alone: /^--version$/ },
  { names: /^(python|pypy|micropython)$/, options: /^-[uBsEIOqS]+$/, alone: /^(-V|-VV|--version)$/ },
  {
    names: /^(node|nodejs)$/,
    options:
      /^--(no-warnings|trace-warnings|enable-source-maps|expose-gc|max-old-space-size=\d+|experimental-strip-types)$/,
    alone: /^(-v|--version|--test|--test-only|--test-(name-pattern|timeout|concurrency)=.*)$/,
  },
  { names: /^(perl|ruby|jruby|raku)$/, options: /^-[wT]$/, alone: /^(-v|--version)$/ },
  {
    names: /^(php|lua|luajit|rscript|ts-node|tsx|groovy|swift|elixir|kotlin|runghc|gjs|qjs)$/,
    options: /^$/,
    alone: /^(-v|--version)$/,
  },
];

/** Modules of Python that run code given as words, or what they are typed. */
const PYTHON_MODULES =
  /^(timeit|code|pdb|runpy|trace|profile|cProfile|idlelib.*|asyncio|zipapp|sqlite3|pip.*|ensurepip|venv|http\.server)$/;

export function isInterpreter(name: string): boolean {
  return INTERPRETERS.some(({ names }) => names.test(name));
}

export function checkInterpreter(name: string, args: readonly Word[]): Finding | undefined {
  const interpreter = INTERPRETERS.find(({ names }) => names.test(name));
  if (interpreter === undefined) return undefined;
  const reason = `"${name}" runs code that is not in a file`;
  let fed = false;
  for (const [index, word] of args.entries()) {
    if (!word.known) return word.operand ? undefined : mayBe(reason);
    const { text } = word;
    if (interpreter.alone?.test(text)) fed = true;
    else if (name.startsWith('py') && text === '-m') return checkModule(args[index + 1], reason);
    else if (text.startsWith('-') || text === '') {
      if (!interpreter.options.test(text)) return { reason: `${reason} (${text.slice(0, 40)})`, wraps: true };
    } else return isFile(text) ? undefined : { reason, wraps: true };
  }
  return fed ? undefined : { reason, wraps: true };
}

function checkModule(module: Word | undefined, reason: string): Finding | undefined {
  if (module?.known !== true || PYTHON_MODULES.test(module.text)) return { reason, wraps: true };
  return undefined;
}

/** Not its input in disguise, and nothing from the network. */
function isFile(text: string): boolean {
  return !/^(\/dev\/|\/proc\/)|^[a-z]{2,}:/i.test(text);
}
