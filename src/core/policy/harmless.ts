/**
 * The short list of commands that run without asking. It must be plainly safe with no sandbox behind it, so it knows nothing
 * of shell syntax: a text with any character that a shell might interpret is not on the list, whatever it means.
 */

/** Words made of these characters mean themselves to every POSIX shell. A leading `=` or `~` does not. */
const PLAIN_WORD = /^[A-Za-z0-9_./:,@%+-][A-Za-z0-9_./:,@%+=-]*$/;

/** Which arguments leave a command harmless. */
type Arguments = 'none' | 'any' | RegExp;

const COMMANDS: Readonly<Record<string, Arguments>> = {
  true: 'none',
  false: 'none',
  pwd: 'none',
  whoami: 'none',
  id: 'none',
  nproc: 'none',
  uptime: 'none',
  // `hostname NAME` and `date MMDDhhmm` would set what they name.
  hostname: 'none',
  date: /^(-u|-I|-R|\+[A-Za-z0-9%:./_-]+)$/,
  uname: /^-[asnrvmpio]+$/,
  echo: 'any',
  ls: /^(-[aAlhrtSR1dF]+|[^-].*)$/,
  df: /^-[hTai]+$/,
  free: /^-[hmgkt]+$/,
  sleep: /^[0-9]{1,5}(\.[0-9]{1,3})?$/,
  seq: /^[0-9]{1,7}$/,
};

/** The words of the command if it is on the list, else undefined. */
export function harmlessCommand(command: string): readonly string[] | undefined {
  const words = command.trim().split(/ +/);
  const [name, ...args] = words;
  if (name === undefined || !words.every((word) => PLAIN_WORD.test(word))) return undefined;
  if (!Object.hasOwn(COMMANDS, name)) return undefined;
  const allowed = COMMANDS[name];
  if (allowed === undefined) return undefined;
  if (allowed === 'any') return words;
  if (allowed === 'none') return args.length === 0 ? words : undefined;
  return args.every((arg) => allowed.test(arg)) ? words : undefined;
}
