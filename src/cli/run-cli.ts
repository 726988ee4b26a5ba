/** The command line: finds the command, gives it what it needs, and turns what it throws into one line and an exit code. */

import { findPaths } from '../config/paths.ts';
import type { ControlClient } from '../control/client/client.ts';
import { closest } from '../core/closest.ts';
import { asDispatchError, DispatchError, exitCodeOf } from '../core/errors.ts';
import { jsonLine } from '../core/json-line.ts';
import { sanitizeLine, sanitizeText } from '../tui/terminal/sanitize.ts';
import { COMMON_OPTIONS, type Command, helpText, parseCommandLine, type RegisteredCommand } from './command.ts';
import type { CliContext, CommandOutline } from './context.ts';
import { COMMANDS } from './registry.ts';
import { VERSION } from './version.ts';

/** Runs one command line. The exit code of the process is what it resolves to. */
export async function runCli(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [first, ...others] = argv;
  const json = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length).includes('--json');
  process.stdout.on('error', onOutputError);
  try {
    if (first === undefined || (first.startsWith('-') && !['-h', '--help', '-v', '--version'].includes(first))) {
      const { runDefault } = await import('./default.ts');
      return await withContext(env, argv, json, (context) => runDefault(context, argv));
    }
    if (first === '--help' || first === '-h' || first === 'help') {
      await printHelp(others[0] === undefined ? undefined : await findCommand(others[0]));
      return 0;
    }
    const name = first === '--version' || first === '-v' ? 'version' : first;
    const command = await findCommand(name);
    if (
      others
        .slice(0, others.includes('--') ? others.indexOf('--') : others.length)
        .some((word) => word === '--help' || word === '-h')
    ) {
      await printHelp(command);
      return 0;
    }
    const args = parseCommandLine(name, command, others);
    return await withContext(env, others, json, (context) => command.run(context, args));
  } catch (thrown) {
    return await report(thrown, json);
  }
}

async function findCommand(name: string): Promise<Command> {
  const registered = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (registered !== undefined) return registered.load();
  const close = closest(name, Object.keys(COMMANDS));
  throw new DispatchError('usage', `there is no command "${name}"`, {
    hint:
      close === undefined
        ? '"dispatch --help" lists them'
        : `did you mean "dispatch ${close}"? "dispatch --help" lists all`,
  });
}

/** Of a command, or of all. */
async function printHelp(command: Command | undefined): Promise<void> {
  const flowing = process.stdout.isTTY;
  const text = command === undefined ? (await import('./help.ts')).overview() : helpText(command, { flowing });
  const toLines = await linesFor(process.stdout);
  process.stdout.write(toLines(text));
}

/** What breaks text at words where the stream is a terminal; nothing is loaded for it where it is none. */
async function linesFor(stream: NodeJS.WriteStream): Promise<(text: string) => string> {
  if (!stream.isTTY) return (text) => text;
  const { secondColumn, widthOf, wrapLines } = await import('./wrap-lines.ts');
  return (text) => wrapLines(text.split('\n'), widthOf(stream), secondColumn).join('\n');
}

async function withContext(
  env: NodeJS.ProcessEnv,
  argv: readonly string[],
  json: boolean,
  work: (context: CliContext) => Promise<number>,
): Promise<number> {
  const paths = findPaths(env);
  const separator = argv.indexOf('--');
  const verbose = argv.slice(0, separator === -1 ? argv.length : separator).includes('--verbose');
  const interrupt = createInterrupt();
  const clients: ControlClient[] = [];
  const toLines = await linesFor(process.stderr);
  const note = (line: string): void => void process.stderr.write(`${toLines(`dispatch: ${sanitizeLine(line)}`)}\n`);
  const context: CliContext = {
    env,
    paths,
    version: VERSION,
    commands: outlines,
    json,
    // Opening it takes time, and most commands never read it.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    get interrupted() {
      return interrupt.signal();
    },
    print: (line) => void process.stdout.write(`${sanitizeText(line)}\n`),
    printJson: (value) => void process.stdout.write(`${jsonLine(value)}\n`),
    note,
    beforeLeaving: (work) => void lastWork.push(work),
    async connect(options = {}) {
      const { reachPeer } = await import('./reach-peer.ts');
      const client = await reachPeer({
        paths,
        env,
        version: VERSION,
        start: options.start !== false,
        say: verbose ? note : () => {},
      });
      clients.push(client);
      return client;
    },
  };
  try {
    return await work(context);
  } finally {
    interrupt.forget();
    for (const client of clients) client.close();
  }
}

/** Ctrl-C ends a command that has nothing to do about it, as it does without us. */
function createInterrupt(): { signal(): AbortSignal; forget(): void } {
  let asked: AbortController | undefined;
  const onInterrupt = (): void => {
    if (asked?.signal.aborted) process.exit(130);
    asked?.abort();
  };
  return {
    signal() {
      if (asked === undefined) process.on('SIGINT', onInterrupt);
      asked ??= new AbortController();
      return asked.signal;
    },
    forget: () => void process.off('SIGINT', onInterrupt),
  };
}

async function outlines(): Promise<CommandOutline[]> {
  const load = async ([name, { summary, load }]: [string, RegisteredCommand]): Promise<CommandOutline> => {
    const { options, completes, completesAfter } = await load();
    return {
      name,
      summary,
      options: Object.keys({ ...options, ...COMMON_OPTIONS }),
      values: Object.fromEntries(
        Object.entries(options).flatMap(([option, { words }]) => (words === undefined ? [] : [[option, words]])),
      ),
      ...(completes === undefined ? {} : { completes }),
      ...(completesAfter === undefined ? {} : { completesAfter }),
    };
  };
  return Promise.all(Object.entries(COMMANDS).map(load));
}

async function report(thrown: unknown, json: boolean): Promise<number> {
  const error = asDispatchError(thrown);
  const line = error.hint === undefined ? error.message : `${error.message}: ${error.hint}`;
  const text = json ? jsonLine(error.toWire()) : (await linesFor(process.stderr))(`dispatch: ${sanitizeLine(line)}`);
  process.stderr.write(`${text}\n`);
  if (error.code === 'internal' && process.env.DISPATCH_DEBUG !== undefined)
    process.stderr.write(`${(error.cause as Error | undefined)?.stack}\n`);
  return exitCodeOf(error.code);
}

const lastWork: (() => Promise<unknown>)[] = [];
let leaving = false;

/** `dispatch thread | head` is no error; a full disk under a redirection is one. */
function onOutputError(error: NodeJS.ErrnoException): void {
  if (leaving) return;
  leaving = true;
  const code = error.code === 'EPIPE' ? 0 : exitCodeOf('storage');
  if (code !== 0) process.stderr.write(`dispatch: cannot write standard output: ${error.message}: free some space\n`);
  void Promise.allSettled(lastWork.map((work) => work())).then(() => process.exit(code));
}
