/**
 * Programs that do their own work until some of their words make them run other commands, or write where nobody would look: which
 * words those are. Where only running it would tell, they may be any.
 */

import type { Word } from '../../../core/policy/reading.ts';
import { checkGit } from './git-words.ts';
import { checkInterpreter, isInterpreter } from './interpreters.ts';
import { checkKubectl } from './kubectl-words.ts';
import { all, type Check, cannotTell, type Finding, knownTexts, only, subcommands, without } from './options.ts';
import { checkAwk, checkSed } from './script-words.ts';
import { wrapperReason } from './wrappers.ts';

const runs = (name: string): string => `"${name}" would run another command`;
const writes = (name: string): string => `"${name}" would write a file of its own choosing`;

/** A second name is that of a file to write. */
function oneFile(name: string): Check {
  return (args) => {
    const files = args.filter((word) => !word.known || !word.text.startsWith('-') || word.text === '-');
    const writes =
      files.length > 1 || files.some((word) => !word.known) || knownTexts(args).some((text) => /^-[a-z]*r/.test(text));
    return writes ? { reason: `"${name}" would write a file of its own choosing`, wraps: false } : undefined;
  };
}

const npm = all(
  subcommands(
    `test t tst run run-script start stop restart ls list ll la install i ci add outdated audit view info show pack version fund why
    explain root prefix ping whoami uninstall remove rm update up dedupe prune rebuild publish`,
    cannotTell('npm'),
    /^(-s|--silent|--if-present|--ignore-scripts|--offline|--no-audit|--no-fund|--verbose|--version|-v)$/,
  ),
  beforeDashes(
    only(
      /^(-[sgDEPv]|-w|--(silent|if-present|ignore-scripts|offline|no-audit|no-fund|verbose|version|workspaces|workspace=.*|all|json|depth=\d+|save-dev|global|omit=dev|production|access(=(public|restricted))?|tag(=.*)?|otp(=\d+)?|provenance|dry-run))$/,
      cannotTell('npm'),
    ),
  ),
);

const CONTAINER_READERS = 'ps images version info logs inspect stats top port diff events history --version';

const CHECKS: Readonly<Record<string, Check>> = {
  git: checkGit,
  sed: checkSed,
  gsed: checkSed,
  awk: checkAwk,
  gawk: checkAwk,
  mawk: checkAwk,
  nawk: checkAwk,
  find: without(
    /^-(exec|execdir|ok|okdir|delete|fprint0?|fprintf|fls|files0-from)$/,
    'find would run another command, delete or write',
  ),
  fd: without(/^(-[a-zA-Z0-9]*[xX]|--exec)/, runs('fd')),
  fdfind: without(/^(-[a-zA-Z0-9]*[xX]|--exec)/, runs('fdfind')),
  rg: without(/^(--pre|--hostname-bin|--search-zip|-[a-zA-Z0-9]*z)/, runs('rg')),
  ag: without(/^--(pa|search-z)|^-[a-z]*z/, runs('ag')),
  ack: without(/^--(pager|ackrc|type-|env)/, runs('ack')),
  bat: without(/^--(pager|paging|config|map-syntax|cache|diff)|^cache$/, runs('bat')),
  sort: only(
    /^(-[bdfghiMnRrVcCmsuz]*(k[0-9.,bdfgiMhnRrV]*|t.?|S\d+[KMG%]?)?|--(reverse|unique|numeric-sort|human-numeric-sort|general-numeric-sort|version-sort|ignore-case|dictionary-order|ignore-leading-blanks|month-sort|random-sort|stable|merge|check|zero-terminated|key=.*|field-separator=.*|help|version))$/,
    'it is not known whether "sort" would run another command or write a file',
  ),
  tar: only(
    /^(-[ctxvzjJfpkO]*f?|-C|--(list|extract|create|get|gzip|bzip2|xz|zstd|verbose|file=.*|directory=.*|exclude=.*|strip-components=\d+|help|version))$/,
    cannotTell('tar'),
    // The first word may be options without a dash, and a name with a colon is another machine.
    /^(?![a-zA-Z]*[IFiB])[^:]*$|^[^:]*[/.][^:]*$/,
  ),
  bsdtar: only(/^-[tvzjJ]*f?$/, cannotTell('bsdtar'), /^[^:]*$/),
  zip: only(/^-[rq0-9jmyuv]+$/, cannotTell('zip')),
  rsync: only(
    /^(-[avzhnrlptgoDuPixqcAXH]+|--(archive|verbose|dry-run|delete|progress|stats|checksum|update|exclude=.*|include=.*|help|version))$/,
    cannotTell('rsync'),
    /^[^:]*$/,
  ),
  make: only(/^(-[ksnBi]+|-[vh]|-j\d*|--(dry-run|keep-going|silent|version|help))$/, cannotTell('make'), /^[^=$`]*$/),
  gmake: only(/^(-[ksnBi]+|-[vh]|-j\d*|--(version|help))$/, cannotTell('gmake'), /^[^=$`]*$/),
  npm,
  pnpm: npm,
  yarn: subcommands('test run start build lint install add list info why outdated audit --version', cannotTell('yarn')),
  bun: subcommands('test run install add pm --version', cannotTell('bun')),
  deno: subcommands('test fmt lint check --version', cannotTell('deno')),
  cargo: all(
    subcommands(
      'build b check c test t run r bench clean clippy doc fmt tree metadata search update version --version',
      cannotTell('cargo'),
    ),
    beforeDashes(without(/^(--config|-Z|\+|-C|--manifest-path)/, runs('cargo'))),
  ),
  go: without(
    /^--?(exec|toolexec|vettool|overlay|modfile|C|ldflags|gccgoflags|compiler)|^generate$|^tool$|^env$|@/,
    runs('go'),
  ),
  docker: subcommands(CONTAINER_READERS, cannotTell('docker')),
  podman: subcommands(CONTAINER_READERS, cannotTell('podman')),
  kubectl: checkKubectl,
  oc: checkKubectl,
  // By itself it prints the environment.
  env: (args) => (args.length === 0 ? undefined : { reason: '"env" runs another command', wraps: true }),
  gh: without(/^(alias|extension|extensions|ext|codespace|cs|copilot)$/, runs('gh')),
  ip: without(/^(exec|netns|vrf|-b.*|-force)$/, runs('ip')),
  split: without(/^--f/, runs('split')),
  csplit: () => ({ reason: writes('csplit'), wraps: false }),
  tcpdump: without(/^-[a-zA-Z]*[zwZ]|^--post/, runs('tcpdump')),
  tshark: without(/^-[a-zA-Z]*[wX]|^--lua/, runs('tshark')),
  wget: without(
    /^(-[a-zA-Z]*[eiO]|--(use-a|exec|conf|input|out|post-f|body-f))/,
    'wget would run another command or write a file of its own choosing',
  ),
  curl: without(
    /^(-[a-zA-Z#]*[KoODcT]|--(conf|out|remote|dump|cookie-jar|upload|engine|libcurl|trace|stderr|create|etag-s|hsts|alt-svc))/,
    writes('curl'),
  ),
  install: without(/^--strip-p|^-[a-zA-Z]*s/, runs('install')),
  gcc: without(/^(-wrapper|-fplugin|-B|-specs|@)/, runs('gcc')),
  systemctl: without(
    /^(edit|link|enable|set-environment|import-environment|-H.*|--host.*|-M.*|--machine.*)$/,
    'systemctl would change what runs',
  ),
  journalctl: without(/^--(vac|rot|flush|update|setup|sync|relin)/, 'journalctl would change the journal'),
  tree: without(/^-[a-zA-Z]*[oR]|^--out/, writes('tree')),
  uniq: oneFile('uniq'),
  file: without(/^(-[a-zA-Z0]*[CzZ]|--(co|un))/, runs('file')),
  yq: without(/^(-[a-zA-Z]*[is]|--(in|split))/, writes('yq')),
  xxd: oneFile('xxd'),
  diff: without(/^(-[a-zA-Z]*l|--pag)/, runs('diff')),
  printf: without(/^-v/, 'the shell would evaluate a word of "printf"'),
  test: without(/^-[vR]$/, 'the shell would evaluate a word of "test"'),
  '[': without(/^-[vR]$/, 'the shell would evaluate a word of "["'),
};

/** Where `--` ends the words of the program itself. */
function beforeDashes(check: Check): Check {
  return (args) => {
    const end = args.findIndex((word) => word.known && word.text === '--');
    return check(end === -1 ? args : args.slice(0, end));
  };
}

/** Why no rule may let this command through; undefined if its words say all that it does. */
export function checkProgram(name: string, args: readonly Word[]): Finding | undefined {
  for (const program of namesOf(name)) {
    const reason = wrapperReason(program);
    if (reason !== undefined) return { reason: `"${program}" ${reason}`, wraps: true };
    if (isInterpreter(program)) return checkInterpreter(program, args);
    if (Object.hasOwn(CHECKS, program)) return CHECKS[program]?.(args);
  }
  return undefined;
}

/** How distributions name one of several programs of a name. */
const ALTERNATIVE = /\.(tiny|basic|nox|gtk3|traditional|openbsd|distrib|real|gnu)$/;

/** By which names it is known: without its folder, in small letters (as some disks find it), without a version. */
function namesOf(name: string): string[] {
  const file = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  const plain = file.replace(/\.(exe|cmd|bat|com)$/, '');
  return [...new Set([plain, plain.replace(/[-.]?\d[\d.]*$/, ''), plain.replace(ALTERNATIVE, '')])].filter(
    (each) => each !== '',
  );
}
