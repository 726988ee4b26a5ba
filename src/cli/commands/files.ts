/** `dispatch files`: files of this device and of others, without a shell. */

import { readFile } from 'node:fs/promises';
import { DispatchError } from '../../core/errors.ts';
import { describeFiles, type FileOperation, type ListForm } from '../../core/files.ts';
import type { RunId } from '../../core/ids.ts';
import type { FilePlace } from '../../protocol/api.ts';
import type { Arguments, Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { isSameDevice, parsePlace } from '../file-place.ts';
import { tellArtifacts } from '../list-artifacts.ts';
import { ON_OPTION, SUBMIT_OPTIONS, submitAction } from '../submit-action.ts';

const TIMEOUT_MAX_S = 30 * 86_400;
const LARGEST = Number.MAX_SAFE_INTEGER;

export const command: Command = {
  usage: 'files list|stat|read|search|write|edit|move|copy|delete|make-folder|undo …',
  summary: 'Read and change files of a device, in the folders that its owner made reachable.',
  details: [
    'A place is DEVICE:PATH (nas:~/work), or a path of this machine; --on DEVICE is for places that name none.',
    '  list [PLACE]                    what is in a folder        stat PLACE          one thing',
    '  read PLACE                      print it                   search PLACE [TEXT] lines, or with --name names alone',
    '  write PLACE                     from standard input        edit PLACE          --replace OLD --with NEW, or --diff FILE',
    '  move FROM TO, copy FROM TO      copy also between devices  delete PLACE        --recursive for a folder with all in it',
    '  make-folder PLACE               --parents for those above  undo RUN            put back what a run changed',
    'Reading is allowed; what changes something asks, and the request shows the difference. What was there before is kept as an artifact of',
    'the kind "backup" and can be undone. Keys, tokens and what something runs later (start files, hooks) are out of reach.',
  ].join('\n'),
  options: {
    on: ON_OPTION,
    hidden: { type: 'boolean', short: 'a', help: 'list, search: names that begin with a dot, too' },
    sort: { type: 'string', value: 'BY', words: ['name', 'size', 'time'], help: 'list: by name, size or time' },
    range: { type: 'string', value: 'FROM-TO', help: 'read: bytes, from 0, both included' },
    bytes: { type: 'boolean', help: 'read: also what is no text' },
    artifact: { type: 'boolean', help: 'read: keep it as an artifact' },
    name: { type: 'string', multiple: true, value: 'GLOB', help: 'search: names such as "*.ts"' },
    regex: { type: 'boolean', short: 'e', help: 'search: TEXT is a regular expression' },
    'ignore-case': { type: 'boolean', short: 'i', help: 'search: capitals are the same' },
    limit: { type: 'string', short: 'n', value: 'N', help: 'search: at most N findings' },
    from: { type: 'string', value: 'FILE', help: 'write: from this file of yours' },
    create: { type: 'boolean', help: 'write: only if there is none' },
    append: { type: 'boolean', help: 'write: at its end' },
    replace: { type: 'string', value: 'OLD', help: 'edit: this text, exactly' },
    with: { type: 'string', value: 'NEW', help: 'edit: becomes this one' },
    all: { type: 'boolean', help: 'edit: wherever it stands' },
    diff: { type: 'string', value: 'FILE', help: 'edit: a unified diff; "-" is standard input' },
    overwrite: { type: 'boolean', help: 'move, copy: replace a file that is there' },
    recursive: { type: 'boolean', short: 'r', help: 'delete: a folder with all that is in it' },
    parents: { type: 'boolean', short: 'p', help: 'make-folder: those above it, too' },
    ...SUBMIT_OPTIONS,
  },
  examples: [
    'dispatch files list nas:~/photos',
    'dispatch files read nas:~/notes.md',
    'dispatch files search --name "*.ts" nas:~/src fixme',
    'echo hello | dispatch files write nas:~/hello.txt',
    'dispatch files edit nas:~/app.toml --replace "port = 80" --with "port = 8080"',
    'dispatch files copy nas:~/photos ~/photos',
    'dispatch files undo 12',
  ],
  completes: ['list', 'stat', 'read', 'search', 'write', 'edit', 'move', 'copy', 'delete', 'make-folder', 'undo'],
  run: runFiles,
};

type Verb = (
  context: CliContext,
  args: Arguments,
  places: readonly FilePlace[],
) => FileOperation | Promise<FileOperation>;

interface Form {
  readonly places: readonly [least: number, most: number];
  /** Words that are no places, behind them. */
  readonly words?: number;
  readonly operation: Verb;
}

const first = (places: readonly FilePlace[]): string => places[0]?.path ?? '';
const form = ({ json }: CliContext): { as?: ListForm } => (json ? { as: 'json' } : {});

const FORMS: Readonly<Record<string, Form>> = {
  list: {
    places: [0, 1],
    operation: (context, args, places) => ({
      op: 'list',
      path: places[0]?.path ?? (args.text('on') === undefined ? process.cwd() : '~'),
      ...(args.flag('hidden') ? { hidden: true } : {}),
      ...sortOf(args),
      ...form(context),
    }),
  },
  stat: {
    places: [1, 1],
    operation: (context, _args, places) => ({ op: 'stat', path: first(places), ...form(context) }),
  },
  read: {
    places: [1, 1],
    operation: (_context, args, places) => ({ op: 'read', path: first(places), ...rangeOf(args), ...asOf(args) }),
  },
  search: { places: [1, 1], words: 1, operation: search },
  write: { places: [1, 1], operation: write },
  edit: { places: [1, 1], operation: edit },
  move: {
    places: [2, 2],
    operation: (_context, args, [from, to]) => ({
      op: 'move',
      from: from?.path ?? '',
      to: to?.path ?? '',
      ...over(args),
    }),
  },
  copy: {
    places: [2, 2],
    operation: (_context, args, [from, to]) => ({
      op: 'copy',
      from: from?.path ?? '',
      to: to?.path ?? '',
      ...over(args),
    }),
  },
  delete: {
    places: [1, 1],
    operation: (_context, args, places) => ({
      op: 'delete',
      path: first(places),
      ...(args.flag('recursive') ? { recursive: true } : {}),
    }),
  },
  'make-folder': {
    places: [1, 1],
    operation: (_context, args, places) => ({
      op: 'make-folder',
      path: first(places),
      ...(args.flag('parents') ? { parents: true } : {}),
    }),
  },
};

async function runFiles(context: CliContext, args: Arguments): Promise<number> {
  const [verb = '', ...words] = args.positionals;
  if (verb === 'undo') return undo(context, args, words);
  const shape = FORMS[verb];
  if (shape === undefined) {
    throw new DispatchError('usage', verb === '' ? 'there is nothing to do' : `files cannot "${verb}"`, {
      hint: `one of ${[...Object.keys(FORMS), 'undo'].join(', ')}; see "dispatch files --help"`,
    });
  }
  const [least, most] = shape.places;
  if (words.length < least || words.length > most + (shape.words ?? 0)) {
    throw new DispatchError('usage', `files ${verb} takes ${least === most ? least : `${least} to ${most}`} places`, {
      hint: 'dispatch files --help',
    });
  }
  const on = args.text('on')?.replace(/^@/, '');
  const places = words.slice(0, most).map((word) => parsePlace(word, on));
  const [one, other] = places;
  if (one !== undefined && other !== undefined && !isSameDevice(one, other)) {
    if (verb === 'copy') return (await import('../transfer.ts')).transfer(context, args, one, other);
    throw new DispatchError('usage', `files ${verb} is about one device`, {
      hint: 'copy it there, then delete it here',
    });
  }
  const operation = await shape.operation(context, args, places);
  const prints = context.json && ['list', 'stat', 'search'].includes(verb) ? ({ prints: 'document' } as const) : {};
  return submitFiles(context, args, operation, one?.device ?? on, prints);
}

async function submitFiles(
  context: CliContext,
  args: Arguments,
  operation: FileOperation,
  device: string | undefined,
  prints: { prints?: 'document' },
): Promise<number> {
  const timeout = args.number('timeout', { min: 1, max: TIMEOUT_MAX_S });
  const where = device === undefined || device === 'local' ? '' : ` on @${device}`;
  return submitAction(
    context,
    args,
    {
      task: `${describeFiles(operation)}${where}`,
      action: { kind: 'files', operation, ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }) },
      device,
      ...(operation.op === 'read' ? { prints: 'document' as const } : prints),
    },
    async (run) => {
      if (operation.op === 'read' && !context.json) await tellArtifacts(context, await context.connect(), run);
    },
  );
}

/** Where it ran, which is where its backups are. */
async function undo(context: CliContext, args: Arguments, [ref, ...more]: readonly string[]): Promise<number> {
  if (ref === undefined || more.length > 0) {
    throw new DispatchError('usage', 'files undo takes one run', { hint: 'dispatch files undo 12' });
  }
  const client = await context.connect();
  const { run } = await client.call('run.get', { run: ref });
  return submitFiles(context, args, { op: 'undo', run: run.id as RunId }, run.device, {});
}

function sortOf(args: Arguments): { sort?: 'name' | 'size' | 'time' } {
  const sort = args.text('sort');
  if (sort === undefined) return {};
  if (sort === 'name' || sort === 'size' || sort === 'time') return { sort };
  throw new DispatchError('usage', `--sort ${sort}: expected name, size or time`, { hint: 'dispatch files --help' });
}

function rangeOf(args: Arguments): { offset?: number; length?: number } {
  const range = args.text('range');
  if (range === undefined) return {};
  const [, from, to = ''] = /^(\d+)-(\d*)$/.exec(range) ?? [];
  const offset = Number(from);
  const end = to === '' ? undefined : Number(to);
  if (from === undefined || offset > LARGEST || (end !== undefined && end < offset)) {
    throw new DispatchError('usage', `--range ${range}: expected FROM-TO in bytes, such as 0-1023`, {
      hint: 'dispatch files --help',
    });
  }
  return { offset, ...(end === undefined ? {} : { length: end - offset + 1 }) };
}

function asOf(args: Arguments): { as: 'text' | 'bytes' | 'artifact' } {
  if (args.flag('artifact')) return { as: 'artifact' };
  // What is piped elsewhere is whatever it is.
  return { as: args.flag('bytes') || !process.stdout.isTTY ? 'bytes' : 'text' };
}

function over(args: Arguments): { overwrite?: true } {
  return args.flag('overwrite') ? { overwrite: true } : {};
}

function search(context: CliContext, args: Arguments, places: readonly FilePlace[]): FileOperation {
  const names = args.list('name');
  const content = args.positionals[2];
  const limit = args.number('limit', { min: 1, max: 1_000_000 });
  if (content === undefined && names.length === 0) {
    throw new DispatchError('usage', 'there is nothing to search for', {
      hint: 'give a TEXT, or names with --name "*.ts"',
    });
  }
  return {
    op: 'search',
    path: first(places),
    ...(names.length === 0 ? {} : { names: [...names] }),
    ...(content === undefined ? {} : { content }),
    ...(args.flag('regex') ? { regex: true } : {}),
    ...(args.flag('ignore-case') ? { ignoreCase: true } : {}),
    ...(args.flag('hidden') ? { hidden: true } : {}),
    ...(limit === undefined ? {} : { limit }),
    ...form(context),
  };
}

async function write({ stdin }: CliContext, args: Arguments, places: readonly FilePlace[]): Promise<FileOperation> {
  const from = args.text('from');
  const bytes = from === undefined ? await readAll(stdin) : await readFile(from);
  const text = bytes.toString('utf8');
  const isText = Buffer.from(text).equals(bytes);
  const mode = args.flag('append') ? 'append' : args.flag('create') ? 'create' : undefined;
  return {
    op: 'write',
    path: first(places),
    content: isText ? text : bytes.toString('base64'),
    ...(isText ? {} : { base64: true }),
    ...(mode === undefined ? {} : { mode }),
  };
}

async function edit({ stdin }: CliContext, args: Arguments, places: readonly FilePlace[]): Promise<FileOperation> {
  const path = first(places);
  const [find, put, diff] = [args.text('replace'), args.text('with'), args.text('diff')];
  if (diff !== undefined && find === undefined) {
    const text = diff === '-' ? await readAll(stdin) : await readFile(diff);
    return { op: 'edit', path, diff: text.toString('utf8') };
  }
  if (find === undefined || put === undefined || diff !== undefined) {
    throw new DispatchError('usage', 'files edit wants --replace OLD --with NEW, or --diff FILE', {
      hint: 'dispatch files --help',
    });
  }
  return { op: 'edit', path, replace: [{ find, with: put, ...(args.flag('all') ? { all: true } : {}) }] };
}

async function readAll(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part as Buffer));
  return Buffer.concat(parts);
}
