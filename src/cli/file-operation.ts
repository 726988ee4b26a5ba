/** What `dispatch files` is told to do, as an operation: which words each verb takes, and what its options say. */

import { DispatchError } from '../core/errors.ts';
import type { FileOperation, ListForm } from '../core/files.ts';
import type { FilePlace } from '../protocol/api.ts';
import type { Arguments } from './command.ts';
import type { CliContext } from './context.ts';
import { readSource } from './read-source.ts';

const LARGEST = Number.MAX_SAFE_INTEGER;

type Verb = (
  context: CliContext,
  args: Arguments,
  places: readonly FilePlace[],
) => FileOperation | Promise<FileOperation>;

export interface Form {
  /** Those that say something of it. */
  readonly options: readonly string[];
  readonly places: readonly [least: number, most: number];
  /** Words that are no places, behind them. */
  readonly words?: number;
  readonly operation: Verb;
}

const first = (places: readonly FilePlace[]): string => places[0]?.path ?? '';
const form = ({ json }: CliContext): { as?: ListForm } => (json ? { as: 'json' } : {});

/** Both take folders along as they are; who is used to say so may. */
const OVER = ['overwrite', 'recursive'];

export const FORMS: Readonly<Record<string, Form>> = {
  list: {
    options: ['hidden', 'sort'],
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
    options: [],
    places: [1, 1],
    operation: (context, _args, places) => ({ op: 'stat', path: first(places), ...form(context) }),
  },
  read: {
    options: ['range', 'lines', 'bytes', 'artifact', 'output'],
    places: [1, 1],
    operation: (_context, args, places) => ({ op: 'read', path: first(places), ...rangeOf(args), ...asOf(args) }),
  },
  search: {
    options: ['name', 'regex', 'ignore-case', 'hidden', 'limit'],
    places: [1, 1],
    words: 1,
    operation: search,
  },
  write: { options: ['from', 'create', 'append'], places: [1, 1], operation: write },
  edit: { options: ['replace', 'with', 'all', 'diff'], places: [1, 1], operation: edit },
  move: {
    options: OVER,
    places: [2, 2],
    operation: (_context, args, [from, to]) => ({
      op: 'move',
      from: from?.path ?? '',
      to: to?.path ?? '',
      ...over(args),
    }),
  },
  copy: {
    options: OVER,
    places: [2, 2],
    operation: (_context, args, [from, to]) => ({
      op: 'copy',
      from: from?.path ?? '',
      to: to?.path ?? '',
      ...over(args),
    }),
  },
  delete: {
    options: ['recursive'],
    places: [1, 1],
    operation: (_context, args, places) => ({
      op: 'delete',
      path: first(places),
      ...(args.flag('recursive') ? { recursive: true } : {}),
    }),
  },
  'make-folder': {
    options: ['parents'],
    places: [1, 1],
    operation: (_context, args, places) => ({
      op: 'make-folder',
      path: first(places),
      ...(args.flag('parents') ? { parents: true } : {}),
    }),
  },
};

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
  const bytes = await readSource(from ?? '-', stdin);
  const text = bytes.toString('utf8');
  const isText = Buffer.from(text).equals(bytes);
  if (args.flag('append') && args.flag('create'))
    throw new DispatchError('usage', '--append and --create contradict each other', { hint: 'dispatch files --help' });
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
  const [finds, puts, diff] = [args.list('replace'), args.list('with'), args.text('diff')];
  if (diff !== undefined && finds.length + puts.length === 0) {
    return { op: 'edit', path, diff: (await readSource(diff, stdin)).toString('utf8') };
  }
  if (finds.length === 0 || finds.length !== puts.length || diff !== undefined) {
    throw new DispatchError('usage', 'files edit wants a --with NEW for each --replace OLD, or --diff FILE', {
      hint: 'dispatch files --help',
    });
  }
  const all = args.flag('all') ? { all: true as const } : {};
  return { op: 'edit', path, replace: finds.map((find, at) => ({ find, with: puts[at] ?? '', ...all })) };
}
