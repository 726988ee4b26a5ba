/**
 * The short list of commands that run without asking. It must be plainly safe with no sandbox behind it, so it knows nothing
 * of shell syntax: a text with any character that a shell might interpret is not on the list, whatever it means.
 */

/** Words made of these characters mean themselves to every POSIX shell. A leading `=` or `~` does not. */
const PLAIN_WORD = /^[A-Za-z0-9_./:,@%+-][A-Za-z0-9_./:,@%+=-]*$/;

/** Which arguments leave a command harmless: a pattern for each, and how many there may be. */
interface Arguments {
  readonly each?: RegExp;
  readonly most: number;
}

const NONE: Arguments = { most: 0 };
const MANY = 100;

const COMMANDS: Readonly<Record<string, Arguments>> = {
  true: NONE,
  false: NONE,
  pwd: NONE,
  whoami: NONE,
  id: NONE,
  nproc: NONE,
  uptime: NONE,
  // `hostname NAME` and `date MMDDhhmm` would set what they name.
  hostname: NONE,
  date: { each: /^(-u|-I|-R|\+[A-Za-z0-9%:./_-]+)$/, most: 2 },
  uname: { each: /^-[asnrvmpio]+$/, most: 4 },
  echo: { most: MANY },
  // Not -R: a walk over the whole disk would hold a slot for as long as it likes.
  ls: { each: /^(-[aAlhrtS1dF]+|[^-].*)$/, most: MANY },
  df: { each: /^-[hTai]+$/, most: 4 },
  free: { each: /^-[hmgkt]+$/, most: 4 },
  // A minute at most, once: unasked, nobody may hold a slot for long.
  sleep: { each: /^([0-9]|[1-5][0-9]|60)(\.[0-9]{1,3})?$/, most: 1 },
  seq: { each: /^[0-9]{1,5}$/, most: 3 },
};

/** Those that a sandbox would make answer wrongly: it has file systems of its own. */
export const MACHINE_NAMES: readonly string[] = ['df'];

export const HARMLESS_NAMES: readonly string[] = Object.keys(COMMANDS).filter((name) => !MACHINE_NAMES.includes(name));

/** The words of the command if it is on the list, else undefined. */
export function harmlessCommand(command: string): readonly string[] | undefined {
  // Blanks alone: what else JavaScript takes for white space, a shell takes for part of a word.
  const words = command.split(' ').filter((word) => word !== '');
  return areHarmless(words) ? words : undefined;
}

/** The same of words that are known one by one. */
export function areHarmless(words: readonly string[]): boolean {
  const [name, ...args] = words;
  if (name === undefined || !words.every((word) => PLAIN_WORD.test(word))) return false;
  const allowed = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (allowed === undefined || args.length > allowed.most) return false;
  return args.every((arg) => allowed.each?.test(arg) ?? true);
}
