/**
 * Which variables a command line may set without changing what its programs are or do besides. There is no list of those that do
 * (every program has some), so it is a list of those that do not.
 */

const PLAIN = new Set([
  'CI',
  'COLUMNS',
  'FORCE_COLOR',
  'LANG',
  'LC_ALL',
  'LC_COLLATE',
  'LC_CTYPE',
  'LC_MESSAGES',
  'LC_NUMERIC',
  'LC_TIME',
  'LINES',
  'NODE_ENV',
  'NO_COLOR',
  'TZ',
  'VERBOSE',
]);

/** Variables that are the shell's own to some shell, though in small letters, or that npm reads. */
const SMALL = /^(path|cdpath|fpath|manpath|mailpath|module_path|histchars|auto_resume|prompt|psvar|npm_.*|.*_proxy)$/;

/** Of one that is set for a program. */
export function isPlainVariable(name: string): boolean {
  return PLAIN.has(name);
}

/** Of one that is set in the shell: what no program has in its environment yet, it does not get to see. */
export function isOwnVariable(name: string): boolean {
  return PLAIN.has(name) || (/^[a-z][a-z0-9_]*$/.test(name) && !SMALL.test(name));
}
