/** `dispatch cloud`: the server that answers questions from documents and runs code in sandboxes, in the foreground. */

import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { formatHostPort, type HostPort, isLoopback, parseHostPort } from '../../config/host-port.ts';
import { DispatchError } from '../../core/errors.ts';
import type { Arguments, Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { safe } from '../print.ts';

const KEY_VARIABLE = 'DISPATCH_CLOUD_KEY';
const HELP = { hint: 'dispatch cloud --help' };

export const command: Command = {
  usage: 'cloud [--listen HOST:PORT] [--folder DIR]…',
  summary: 'Answer questions from documents, and run code in sandboxes, for connectors: a server on loopback.',
  details: [
    'Every peer has one of its own, which starts when it is needed; this is the same server for others, such as a device that',
    'reaches it through a tunnel (ssh -L). It answers to who has the key, which is made anew each time unless',
    `${KEY_VARIABLE} in the environment holds one of at least 16 characters. Ctrl-C stops it, and what runs in it.`,
    "Without --folder it knows Dispatch's own manual, and nothing else.",
  ].join('\n'),
  options: {
    listen: { type: 'string', value: 'HOST:PORT', help: 'a loopback address (default: a free port of 127.0.0.1)' },
    folder: {
      type: 'string',
      multiple: true,
      value: 'DIR',
      help: 'a folder of documents that questions are answered from; may be repeated',
    },
  },
  examples: ['dispatch cloud', 'dispatch cloud --folder ~/notes --listen 127.0.0.1:4850', 'dispatch cloud --json'],
  maxArguments: 0,
  run: serve,
};

async function serve(context: CliContext, args: Arguments): Promise<number> {
  const listen = listenOf(args.text('listen') ?? '127.0.0.1:0');
  const folders = args.list('folder').map(folderOf);
  const key = keyOf(context.env);
  const { startCloudServer } = await import('../../cloud/cloud-server.ts');
  const { manualFolder } = await import('../../cloud/manual-folder.ts');
  const { cloudFilter } = await import('../../peer/cloud-filter.ts');
  const stateDir = context.paths.cloud;
  const server = await startCloudServer({
    version: context.version,
    folders,
    manualDir: manualFolder(),
    stateDir,
    key,
    path: context.env.PATH ?? '',
    filter: cloudFilter(),
    listen,
  }).catch((error: NodeJS.ErrnoException) => {
    throw notStarted(error, listen, stateDir);
  });
  // Signals are heard before anybody is told that it serves: who is told may end it at once.
  const ended = stopped(context);
  // What goes wrong in one job is no reason to end the others.
  const goOn = (error: Error): void => context.note(safe(`a job went wrong: ${error.message}`));
  process.on('uncaughtException', goOn);
  try {
    const config = connectorFor(server.url);
    if (context.json) context.printJson({ url: server.url, key, config });
    else {
      context.print(`serves at ${server.url}`);
      for (const folder of folders) context.print(`knows ${safe(folder)}`);
      context.print(`key ${key}`);
      context.print(`a device that reaches it, with the key in ${KEY_VARIABLE}, has in its config.toml:\n\n${config}`);
      context.note('Ctrl-C stops it');
    }
    await ended;
    return 0;
  } finally {
    process.off('uncaughtException', goOn);
    await server.close();
  }
}

function notStarted(error: NodeJS.ErrnoException, listen: HostPort, stateDir: string): DispatchError {
  if (error.syscall === 'listen')
    return new DispatchError('unavailable', `${formatHostPort(listen)} cannot be served: ${error.message}`, {
      hint: 'choose another port with --listen',
    });
  return new DispatchError('unavailable', `the server does not start: ${error.message}`, {
    hint: `it keeps what it works on in ${stateDir}, which must be a folder of yours`,
  });
}

function listenOf(text: string): HostPort {
  const answer = parseHostPort(text, { names: false });
  if (!answer.ok) throw new DispatchError('usage', `--listen ${text}: ${answer.why}`, HELP);
  if (!isLoopback(answer.value.host)) {
    throw new DispatchError('usage', `--listen ${text}: it serves on loopback only, such as 127.0.0.1:0 or [::1]:0`, {
      hint: 'reach it from elsewhere through a tunnel: ssh -L',
    });
  }
  return answer.value;
}

function folderOf(text: string): string {
  const folder = resolve(text);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new DispatchError('usage', `--folder ${text}: there is no such folder`, HELP);
  return folder;
}

function keyOf(env: NodeJS.ProcessEnv): string {
  const given = env[KEY_VARIABLE];
  if (given === undefined || given === '') return randomBytes(32).toString('base64url');
  if (/^[\x21-\x7e]{16,}$/.test(given)) return given;
  throw new DispatchError(
    'usage',
    `${KEY_VARIABLE} holds no key: expected at least 16 characters without spaces`,
    HELP,
  );
}

function connectorFor(url: string): string {
  return ['[connectors.cloud]', 'preset = "embedded"', `url = "${url}"`, `key = { env = "${KEY_VARIABLE}" }`].join(
    '\n',
  );
}

/** Until Ctrl-C or a signal that asks for the end. */
function stopped({ interrupted }: CliContext): Promise<void> {
  return new Promise((resolve) => {
    const signals = ['SIGTERM', 'SIGHUP'] as const;
    const end = (): void => {
      for (const signal of signals) process.off(signal, end);
      resolve();
    };
    for (const signal of signals) process.on(signal, end);
    interrupted.addEventListener('abort', end, { once: true });
    if (interrupted.aborted) end();
  });
}
