/** What git's words make it run besides git: aliases, configuration on the command line, hooks by name, transports. */

import type { Word } from '../../../core/policy/reading.ts';
import { type Finding, knownTexts, mayBe, mayBeOption } from './options.ts';

const RUNS = 'git would run another command';
const RUNS_OR_WRITES = 'git would run another command, or write a file of its own choosing';

/** Options before the subcommand that change nothing but where and how it prints. */
const GLOBAL =
  /^(--no-pager|-P|--no-optional-locks|--literal-pathspecs|--glob-pathspecs|--noglob-pathspecs|--icase-pathspecs)$/;

/** Git's own; anything else may be an alias or a program called git-… */
const SUBCOMMANDS = new Set(
  `add am annotate apply archive bisect blame branch bundle cat-file check-attr check-ignore check-mailmap check-ref-format checkout
  checkout-index cherry cherry-pick clean clone commit commit-graph commit-tree config count-objects describe diff diff-files diff-index
  diff-tree fetch for-each-ref format-patch fsck gc grep hash-object index-pack init log ls-files ls-remote ls-tree merge merge-base
  merge-file merge-tree mktag mktree mv name-rev notes pack-objects pack-refs patch-id prune pull push range-diff read-tree rebase reflog
  remote repack replace rerere reset restore rev-list rev-parse revert rm shortlog show show-branch show-ref sparse-checkout stash
  status stripspace submodule switch symbolic-ref tag update-index update-ref var verify-commit verify-pack verify-tag version
  whatchanged worktree write-tree`.split(/\s+/),
);

/** Long options of any subcommand that name a program, or settings, or a file that git is to write. They may be cut short. */
const LONG = [
  '--exec',
  '--exec-path',
  '--upload-pack',
  '--receive-pack',
  '--ext-diff',
  '--textconv',
  '--open-files-in-pager',
  '--config',
  '--config-env',
  '--template',
  '--output',
  '--output-directory',
];
/** What looks like one of those cut short, and is an option of its own. */
const OTHERS = new Set(['--text']);

/** Short options that are dangerous with some subcommands alone. */
const SHORT: Readonly<Record<string, RegExp>> = {
  rebase: /^-[a-zA-Z]*[xi]|^--inter/,
  grep: /^-[a-zA-Z]*O/,
  clone: /^-[a-z]*[cu]/,
  fetch: /^-[a-z]*u/,
  'ls-remote': /^-[a-z]*u/,
  'format-patch': /^-o/,
  archive: /^-o|^--rem/,
  bisect: /^run$/,
  submodule: /^(foreach|update|add)$/,
  remote: /^(add|set-url|update)$/,
  init: /^-/,
};

export function checkGit(args: readonly Word[]): Finding | undefined {
  let at = 0;
  for (; ; at++) {
    const word = args[at];
    if (word === undefined) return undefined;
    if (!word.known) return mayBe(RUNS);
    if (word.text === '-C') at += 1;
    else if (!word.text.startsWith('-')) break;
    else if (word.text === '--version') return undefined;
    else if (!GLOBAL.test(word.text)) return { reason: `${RUNS} (${word.text.slice(0, 40)})`, wraps: true };
  }
  const [subcommand = '', ...rest] = args.slice(at).map((word) => (word.known ? word.text : undefined));
  if (!SUBCOMMANDS.has(subcommand))
    return { reason: `"git ${subcommand.slice(0, 40)}" may be an alias or a program`, wraps: true };
  if (subcommand === 'config' && !rest.some((text) => /^(--get(-all|-regexp)?|--list|-l|get|list)$/.test(text ?? ''))) {
    return { reason: 'git would change its settings', wraps: true };
  }
  const words = args.slice(at + 1);
  const short = Object.hasOwn(SHORT, subcommand) ? SHORT[subcommand] : undefined;
  for (const text of knownTexts(words)) {
    if (short?.test(text) || isDangerous(text))
      return { reason: `${RUNS_OR_WRITES} (${text.slice(0, 40)})`, wraps: true };
  }
  // Behind `--` stand paths alone.
  const end = words.findIndex((word) => word.known && word.text === '--');
  return words.slice(0, end === -1 ? undefined : end).some(mayBeOption) ? mayBe(RUNS) : undefined;
}

function isDangerous(text: string): boolean {
  if (/^(ext|fd|ssh)::?/.test(text)) return true;
  const [name = ''] = text.split('=');
  return name.length > 2 && !OTHERS.has(name) && LONG.some((long) => long.startsWith(name) && name.startsWith('--'));
}
