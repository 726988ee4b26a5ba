/**
 * The rules that every device has. They let through what can do no harm: what a sandbox keeps from writing anything, and a short list
 * that needs no sandbox. Anything stricter that the owner writes goes before them.
 */

import { HARMLESS_NAMES, MACHINE_NAMES } from './harmless.ts';
import type { Rule } from './rules.ts';

/**
 * Programs that only read and print, whatever their words are, once the reading of the text has found nothing against them. Not those
 * that tell of the machine (df, ps, lscpu): in a sandbox they would tell of the sandbox.
 */
const READERS =
  `: [ ag awk b2sum base32 base64 basename cat cd cksum cmp column comm cut diff dir dirname du echo egrep expand false fd fdfind
  fgrep file find fmt fold free getconf grep groups head hexdump id join jq ls md5sum nl nproc od paste printf pwd
  readlink realpath rev rg seq sha1sum sha224sum sha256sum sha384sum sha512sum sort stat strings tac tail test tr tree true type uname
  unexpand uniq uptime vdir wc which whoami xxd`.split(/\s+/);

const GIT_READERS =
  'annotate,blame,cat-file,check-attr,check-ignore,cherry,count-objects,describe,diff,diff-files,diff-index,diff-tree,for-each-ref,' +
  'grep,log,ls-files,ls-tree,merge-base,name-rev,range-diff,rev-list,rev-parse,shortlog,show,show-ref,status,whatchanged';

const TOOLS =
  'bash,bun,bundle,cargo,clang,cmake,deno,docker,g++,gcc,gh,git,go,java,javac,make,node,npm,perl,php,pip,pip3,pnpm,podman,python,python3,ruby,rustc,rustup,tsc,yarn';

const SANDBOXED = { decision: 'allow', source: 'built-in', routes: ['desktop-local'], lowersTo: 'read-only' } as const;

export const BUILT_IN_RULES: readonly Rule[] = [
  {
    // It reads the whole thread: not for the assistant, which tells somebody else's machine what it reads.
    name: 'inline-sandbox',
    decision: 'allow',
    source: 'built-in',
    routes: ['inline'],
    requesters: ['human', 'agent'],
  },
  {
    // What a person asks of a service that the owner of this device configured here.
    name: 'own-questions',
    decision: 'allow',
    source: 'built-in',
    routes: ['cloud-knowledge'],
    requesters: ['human@local'],
    operations: ['cloud.{ask,assist}'],
  },
  {
    name: 'own-code',
    decision: 'allow',
    source: 'built-in',
    routes: ['cloud-code'],
    requesters: ['human@local'],
    operations: ['cloud.code'],
  },
  {
    name: 'read-only-sandbox',
    decision: 'allow',
    source: 'built-in',
    routes: ['desktop-local'],
    access: 'read-only',
  },
  {
    name: 'files-reading',
    decision: 'allow',
    source: 'built-in',
    routes: ['desktop-local'],
    access: 'read-only',
    operations: ['files.{list,stat,read,search,send}'],
  },
  {
    // What a person wants brought to where they sit, and is not there yet.
    name: 'own-receiving',
    decision: 'allow',
    source: 'built-in',
    routes: ['desktop-local'],
    requesters: ['human@local'],
    operations: ['files.receive'],
  },
  {
    ...SANDBOXED,
    name: 'harmless-commands',
    access: 'full-access',
    command: [`{${HARMLESS_NAMES.join(',')}}`, '...'],
    list: 'harmless',
    beside: true,
    match: ['pwd', 'ls -l src', 'echo hello', 'sleep 5', 'date -u'],
    noMatch: ['ls -R /', 'sleep 600', 'date -s 2020-01-01', 'ls $HOME', 'hostname evil', 'cat notes.txt', 'ls > list'],
  },
  {
    name: 'machine-state',
    decision: 'allow',
    source: 'built-in',
    routes: ['desktop-local'],
    access: 'full-access',
    command: [...MACHINE_NAMES, '...'],
    list: 'harmless',
    unconfined: true,
    match: ['df', 'df -h', 'df -hT'],
    noMatch: ['df /', 'df --output=source', 'df -h; ls', 'df -h | head', 'df $x', 'df > list', './df', 'ls'],
  },
  {
    ...SANDBOXED,
    name: 'read-only-commands',
    command: [`{${READERS.join(',')}}`, '...'],
    beside: true,
    match: [
      'cat notes.txt',
      'grep -rn todo src',
      'find . -name "*.ts"',
      'cd src && ls',
      'sort -u a | uniq -c',
      'head -n 3 "$FILE"',
    ],
    noMatch: [
      'find . -delete',
      'find . -exec rm x ;',
      'sort -o a b',
      'rg --pre x y',
      'tree -o list',
      'awk \'BEGIN { system("x") }\'',
      'cat a | sh',
      'cat a; rm a',
      './cat a',
      '/tmp/cat a',
      'printf -v a b',
      'less a',
      'df',
      'ps aux',
      'lscpu',
    ],
  },
  {
    ...SANDBOXED,
    name: 'read-only-sed',
    command: ['sed', '...'],
    without: ['-*i*', '--*'],
    beside: true,
    match: ["sed -n '1,20p' notes.txt", "sed 's/a/b/g' notes.txt"],
    noMatch: [
      "sed -i 's/a/b/' notes.txt",
      "sed 's/a/b/e' x",
      "sed 'w out' x",
      "sed --in-place 's/a/b/' x",
      "sed -ni 's/a/b/' x",
    ],
  },
  {
    ...SANDBOXED,
    name: 'read-only-git',
    command: ['git', `{${GIT_READERS}}`, '...'],
    match: ['git status', 'git log --oneline -n 5', 'git diff HEAD~1 -- src'],
    noMatch: [
      'git push',
      'git -c core.pager=x log',
      'git log --output=x',
      'git grep -Osh x',
      'git diff --ext-diff',
      'git stash',
      'git lg',
    ],
  },
  {
    ...SANDBOXED,
    name: 'read-only-git-without-pager',
    command: ['git', '{--no-pager,-P,--no-optional-locks}', `{${GIT_READERS}}`, '...'],
    match: ['git --no-pager log -3', 'git --no-optional-locks status'],
    noMatch: ['git --no-pager push', 'git --exec-path=x log'],
  },
  {
    ...SANDBOXED,
    name: 'read-only-git-lists',
    command: ['git', '{branch,tag,remote}'],
    match: ['git branch', 'git tag', 'git remote'],
    noMatch: ['git branch new', 'git tag v1', 'git remote add a b', 'git stash'],
  },
  {
    ...SANDBOXED,
    name: 'read-only-git-listings',
    command: [
      'git',
      '{branch,tag,remote,stash,worktree}',
      '{-a,-r,-v,-vv,-l,--all,--list,--show-current,--verbose,list}',
    ],
    match: ['git branch -a', 'git remote -v', 'git stash list', 'git branch --show-current'],
    noMatch: ['git branch -d main', 'git stash drop', 'git branch -a new', 'git remote update'],
  },
  {
    ...SANDBOXED,
    name: 'read-only-versions',
    command: [`{${TOOLS}}`, '--version'],
    match: ['node --version', 'git --version'],
    noMatch: ['node -v -e x', 'node', 'python3 --version x', 'sh --version'],
  },
];
