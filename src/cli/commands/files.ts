/** `dispatch files`: files of this device and of others, without a shell. */

import { DispatchError } from '../../core/errors.ts';
import { describeFiles, type FileOperation } from '../../core/files.ts';
import type { RunId } from '../../core/ids.ts';
import type { Arguments, Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { FORMS } from '../file-operation.ts';
import { isSameDevice, parsePlace } from '../file-place.ts';
import { type LineRange, lineWindow, parseLines } from '../line-window.ts';
import { SAVE_OPTION, tellArtifacts } from '../list-artifacts.ts';
import { ON_OPTION, SUBMIT_OPTIONS, submitAction } from '../submit-action.ts';

const TIMEOUT_MAX_S = 30 * 86_400;

/** What takes places. */
const PLACED = ['list', 'stat', 'read', 'search', 'write', 'edit', 'move', 'copy', 'delete', 'make-folder'];

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
    'Reading is allowed; what changes something asks, and the request shows the difference. What was there before is kept, and can be',
    'put back (undo). Keys, tokens and what something runs later (start files, hooks) are out of reach.',
  ].join('\n'),
  options: {
    on: ON_OPTION,
    hidden: { type: 'boolean', short: 'a', help: 'list, search: names that begin with a dot, too' },
    sort: { type: 'string', value: 'BY', words: ['name', 'size', 'time'], help: 'list: by name, size or time' },
    range: { type: 'string', value: 'FROM-TO', help: 'read: bytes, from 0, both included' },
    lines: { type: 'string', value: 'FROM-TO', help: 'read: lines, from 1, both included' },
    bytes: { type: 'boolean', help: 'read: also what is no text' },
    artifact: { type: 'boolean', help: 'read: keep it as an artifact' },
    output: SAVE_OPTION,
    name: { type: 'string', multiple: true, value: 'GLOB', help: 'search: names such as "*.ts"' },
    regex: { type: 'boolean', short: 'e', help: 'search: TEXT is a regular expression' },
    'ignore-case': { type: 'boolean', short: 'i', help: 'search: capitals are the same' },
    limit: { type: 'string', short: 'n', value: 'N', help: 'search: at most N findings' },
    from: { type: 'string', value: 'FILE', help: 'write: from this file of yours' },
    create: { type: 'boolean', help: 'write: only if there is none' },
    append: { type: 'boolean', help: 'write: at its end' },
    replace: { type: 'string', multiple: true, value: 'OLD', help: 'edit: this text, exactly; several, in order' },
    with: { type: 'string', multiple: true, value: 'NEW', help: 'edit: becomes this one' },
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
  completes: [...PLACED, 'undo'],
  completesAfter: { ...Object.fromEntries(PLACED.map((verb) => [verb, 'places'] as const)), undo: 'runs' },
  run: runFiles,
};

async function runFiles(context: CliContext, args: Arguments): Promise<number> {
  const [verb = '', ...words] = args.positionals;
  if (verb === 'undo') {
    refuseForeign(verb, [], args);
    return undo(context, args, words);
  }
  const shape = FORMS[verb];
  if (shape === undefined) {
    throw new DispatchError('usage', verb === '' ? 'there is nothing to do' : `files cannot "${verb}"`, {
      hint: `one of ${[...Object.keys(FORMS), 'undo'].join(', ')}; see "dispatch files --help"`,
    });
  }
  refuseForeign(verb, shape.options, args);
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

/** Those of another verb would do nothing here, and somebody meant something by them. */
function refuseForeign(verb: string, own: readonly string[], args: Arguments): void {
  const common = ['on', ...Object.keys(SUBMIT_OPTIONS)];
  const odd = Object.keys(command.options)
    .filter((option) => !own.includes(option) && !common.includes(option))
    .find((option) => args.flag(option) || args.text(option) !== undefined || args.list(option).length > 0);
  if (odd === undefined) return;
  const verbs = Object.entries(FORMS).flatMap(([name, { options }]) => (options.includes(odd) ? [name] : []));
  throw new DispatchError('usage', `--${odd} does not go with files ${verb}, but with files ${verbs.join(', ')}`, {
    hint: 'dispatch files --help',
  });
}

async function submitFiles(
  context: CliContext,
  args: Arguments,
  operation: FileOperation,
  device: string | undefined,
  prints: { prints?: 'document' },
): Promise<number> {
  const timeout = args.number('timeout', { min: 1, max: TIMEOUT_MAX_S });
  const lines = linesOf(args);
  const where = device === undefined || device === 'local' ? '' : ` on @${device}`;
  return submitAction(
    context,
    args,
    {
      task: `${describeFiles(operation)}${where}`,
      action: { kind: 'files', operation, ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }) },
      device,
      ...(operation.op === 'read' ? { prints: 'document' as const } : prints),
      ...(lines === undefined ? {} : { shown: lineWindow(lines) }),
    },
    async (run) => {
      if (operation.op === 'read') await tellArtifacts(context, args, run);
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

function linesOf(args: Arguments): LineRange | undefined {
  const lines = args.text('lines');
  if (lines === undefined) return undefined;
  if (args.text('range') === undefined && !args.flag('artifact')) return parseLines(lines);
  throw new DispatchError('usage', '--lines goes neither with --range nor with --artifact', {
    hint: 'dispatch files --help',
  });
}
