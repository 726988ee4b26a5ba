/**
 * Programs and words of the shell that read what they are given once more, as shell text, as a program or as a name: quoting does not hold
 * there. It knows them by name, wherever they stand in a command, and so refuses some commands that would be harmless. What a program
 * does that is not named here, such as a script of the person, it cannot know.
 */

const NAMES: ReadonlySet<string> = new Set(
  [
    // Of the shell itself.
    'eval source trap alias let [[ declare typeset local readonly export unset read readarray mapfile getopts compgen complete',
    // They hand their words to a shell, here or elsewhere.
    'ssh slogin mosh rsh rexec pdsh pssh clush scp rsync su runuser sg script expect watch flock entr parallel at batch crontab',
    'screen tmux fzf fish csh tcsh nu pwsh powershell cmd wsl osascript nix-shell make gmake ninja just gdb lldb',
    // They make commands of what they read.
    'xargs env busybox toybox',
    // A program stands among their words.
    'sed gsed awk gawk mawk nawk m4 dc bc jq psql mysql mariadb sqlite3 tclsh vim vi nvim ex ed',
  ].flatMap((line) => line.split(' ')),
);
/** Harmless before a script of their own, and nowhere else: `bash deploy.sh {1}`. */
const INTERPRETERS = /^(?:(?:ba|da|z|k|mk|a)?sh|rbash|python[0-9.]*|pypy3?|perl|ruby|node|deno|bun|php|lua|Rscript)$/;
const SCRIPT = /^(?!-)[^{]*[./]/;
/** `.` is a folder, unless a command begins with it. */
const DOT = /(?:^|[;&|({]|\b(?:then|do|else|builtin|command))\s*\.\s/;
/** A subscript in the name of a variable is evaluated. */
const VARIABLE_TEST = /(?:\[|\btest)\s+(?:\S+\s+)*-v\s|\bprintf\s+-v\s/;

/** The first word of the command that reads others once more; undefined if it has none. */
export function secondReaderIn(command: string): string | undefined {
  // A text in quotes is no program, and a single word in quotes may be one.
  const bare = command.replace(/"[^"]*\s[^"]*"|'[^']*\s[^']*'/g, '_').replace(/["'\\]/g, '');
  if (DOT.test(bare)) return '.';
  if (VARIABLE_TEST.test(bare)) return '-v';
  const words = bare.split(/[\s;|&()<>]+/).filter((word) => word !== '');
  return words.map(baseName).find((name, index) => {
    if (NAMES.has(name)) return true;
    return INTERPRETERS.test(name) && !SCRIPT.test(words[index + 1] ?? '');
  });
}

function baseName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}
