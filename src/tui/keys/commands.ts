// The commands that are typed into the composer with a slash: names, arguments and help, and how a line is taken apart.
// What they do is decided in `update`.

import { type Refusal, refuse } from '../../core/errors.ts';

export const COMMANDS = [
  { name: 'say', args: 'TEXT', help: 'leave a message in the thread' },
  { name: 'note', args: 'TEXT', help: 'leave a note to yourself: the same as /say' },
  { name: 'code', args: 'LANGUAGE SOURCE', help: 'run a program, also of several lines' },
  { name: 'summary', args: '', help: 'sum up the newest of the thread' },
  { name: 'export', args: 'FILE', help: 'write the whole thread to a new file: FILE.md or FILE.jsonl' },
  {
    name: 'search',
    args: 'QUERY',
    help: 'search the whole thread: words, is:failed, by:me, since:7d, #route, @device',
  },
  { name: 'filter', args: '[QUERY]', help: 'show only what it finds in the thread; without one all of it again' },
  { name: 'open', args: 'RUN', help: 'show a run, or what else has this id' },
  { name: 'artifacts', args: '', help: 'list what runs made' },
  { name: 'attach', args: 'RUN', help: 'give your keys to the terminal of a run' },
  { name: 'cancel', args: 'RUN', help: 'cancel a run' },
  { name: 'retry', args: 'RUN [#CONNECTOR]', help: 'run it again, as a new run; a question also at another connector' },
  { name: 'compare', args: 'RUN RUN', help: 'show where what they printed differs' },
  { name: 'reroute', args: 'RUN @DEVICE', help: 'send a run that nobody has begun elsewhere: @nas, or a #connector' },
  { name: 'edit', args: 'PLACE', help: 'change a file in your editor: @nas:~/a.txt' },
  { name: 'steps', args: 'DEVICE [SESSION]', help: 'write steps for its browser or screen in your editor' },
  { name: 'undo', args: 'RUN', help: 'put back what a run changed of files' },
  { name: 'waiting', args: '', help: 'look at what waits to be sent' },
  { name: 'approve', args: '', help: 'look at the next approval' },
  { name: 'theme', args: '[NAME]', help: 'choose the theme: the colours of the dashboard' },
  { name: 'help', args: '', help: 'show all keys' },
  { name: 'quit', args: '', help: 'leave the dashboard' },
] as const;

export type CommandName = (typeof COMMANDS)[number]['name'];

export interface ParsedCommand {
  readonly ok: true;
  readonly name: CommandName;
  readonly argument: string;
}

/** What is typed with a slash and routed as every other task. */
const ROUTED = /^\s*\/code\s/;

export const isCommand = (text: string): boolean => /^\s*\//.test(text) && !ROUTED.test(text);

export function parseCommand(text: string): ParsedCommand | Refusal {
  const [, word = '', argument = ''] = /^\s*\/(\S*)\s*([\s\S]*)$/.exec(text) ?? [];
  const command = COMMANDS.find(({ name }) => name === word);
  if (command === undefined) {
    return refuse(
      'usage',
      `there is no command "/${word}"`,
      `there are ${COMMANDS.map(({ name }) => `/${name}`).join(' ')}`,
    );
  }
  const trimmed = argument.trim();
  if (needsArgument(command) && trimmed === '')
    return refuse('usage', `/${command.name} needs ${command.args}`, command.help);
  return { ok: true, name: command.name, argument: trimmed };
}

/** What stands in brackets may be left out. */
export const needsArgument = ({ args }: (typeof COMMANDS)[number]): boolean => args !== '' && !args.startsWith('[');

export const usage = ({ name, args }: (typeof COMMANDS)[number]): string =>
  args === '' ? `/${name}` : `/${name} ${args}`;
